import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { GrantedRoles } from './granted-roles.ts';

/** What an operator has to enter elsewhere: the roles, and for SAML identity providers the pairs. */
export function outputRoles(stack: Stack, { roles, pairs }: GrantedRoles): void {
  for (const [grant, role] of roles) {
    new CfnOutput(stack, `Role${titled(grant)}`, {
      value: role.roleArn,
      description: `The role of the grant ${grant}.`,
    });
  }
  for (const [grant, pair] of pairs) {
    const description = `What the identity provider says in its Role attribute for the grant ${grant}.`;
    new CfnOutput(stack, `Pair${titled(grant)}`, { value: pair, description });
  }
}

const titled = (grant: string) => grant.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
