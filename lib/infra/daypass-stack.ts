import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Daypass, type DaypassProps } from './daypass.ts';

export interface DaypassStackProps extends StackProps, DaypassProps {}

/** Daypass in a stack of its own: composition only. */
export class DaypassStack extends Stack {
  constructor(scope: Construct, id: string, props: DaypassStackProps) {
    super(scope, id, { description: 'Daypass: turns a sign-in into temporary AWS credentials.', ...props });
    const daypass = new Daypass(this, 'Daypass', props);
    new CfnOutput(this, 'Url', { value: daypass.url, description: 'The address of the doors.' });
    for (const [grant, role] of daypass.grantedRoles.roles) {
      const logicalId = `Role${grant.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())}`;
      new CfnOutput(this, logicalId, { value: role.roleArn, description: `The role of the grant ${grant}.` });
    }
  }
}
