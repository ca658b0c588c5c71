import type { StatementDocument } from '../grant/grant.ts';
import { grantTag } from '../session/session-tags.ts';

/**
 * What the one IAM user has for a grant: its permissions, for sessions of that grant only. Denials too, for they are not
 * meant for others that share the user.
 */
export const federatedPermissions = (
  grant: string,
  permissions: readonly StatementDocument[],
): { readonly Version: '2012-10-17'; readonly Statement: readonly StatementDocument[] } => ({
  Version: '2012-10-17',
  Statement: permissions.map(({ Condition = {}, ...statement }) => ({
    ...statement,
    Condition: {
      ...Condition,
      StringEquals: { ...Condition.StringEquals, [`aws:PrincipalTag/${grantTag}`]: [grant] },
    },
  })),
});
