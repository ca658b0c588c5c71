import { accountOf } from '../../../arn.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';
import type { Account, EmbeddedIam } from './iam.ts';

/** The first account manages the organisation. */
export function embeddedIamOf(accounts: readonly [Account, ...Account[]]): EmbeddedIam {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const at = (arn: string) => byId.get(accountOf(arn));
  const roles = () => accounts.flatMap((account) => [...account.roles.values()]);
  const users = () => accounts.flatMap((account) => [...account.users.values()]);
  const role = (arn: string) => roles().find((each) => each.arn === arn);
  return {
    accounts: byId,
    management: accounts[0].id,
    role,
    roleById: (id) => roles().find((each) => each.id === id),
    userById: (id) => users().find((each) => each.id === id),
    holder: (arn) => role(arn) ?? users().find((each) => each.arn === arn),
    accessKey(id) {
      const user = users().find(({ keys }) => keys.has(id));
      const key = user?.keys.get(id);
      return user && key && { key, user };
    },
    policy: (arn) => awsManagedPolicies.get(arn) ?? at(arn)?.policies.get(arn),
    samlProvider: (arn) => at(arn)?.samlProviders.get(arn),
    oidcProvider: (account, url) =>
      [...(byId.get(account)?.oidcProviders.values() ?? [])].find((each) => each.url === url),
  };
}
