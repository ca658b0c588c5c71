import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/configuration.ts';
import { GrantedRoles } from './granted-roles.ts';
import { outputRoles } from './role-outputs.ts';

export interface AccountRolesStackProps extends StackProps {
  readonly configuration: Configuration;
  /** The account, as the grants write it; the stack must be deployed there. */
  readonly account: string;
  /**
   * The account that Daypass is deployed in: roles of grants that chain let its doors in.
   * @default - none, which such a grant does not take
   */
  readonly home?: string;
}

/** The roles that grants give in another account, with the providers they trust. Nothing in it runs. */
export class AccountRolesStack extends Stack {
  constructor(scope: Construct, id: string, { configuration, account, home, ...props }: AccountRolesStackProps) {
    super(scope, id, { description: `Daypass: the roles it gives in account ${account}.`, ...props });
    const { url, vouch } = configuration;
    const chained = [...configuration.grants.values()].find(
      ({ way, role }) => way === 'chain' && role.kind === 'made' && role.account === account,
    );
    if (chained && home === undefined) {
      throw new Error(`The role of ${chained.name} in account ${account} lets the doors in: give home, their account.`);
    }
    const granted = new GrantedRoles(this, 'Granted', {
      configuration,
      account,
      ...(url !== undefined && { url }),
      ...(vouch.issuer !== undefined && { issuer: vouch.issuer }),
      ...(home !== undefined && { home }),
    });
    outputRoles(this, granted);
  }
}

/** The accounts besides Daypass's own that the grants have roles made in. */
export function otherAccounts({ grants }: Configuration): readonly string[] {
  const accounts = [...grants.values()].flatMap(({ role }) =>
    role.kind === 'made' && role.account !== undefined ? [role.account] : [],
  );
  return [...new Set(accounts)];
}
