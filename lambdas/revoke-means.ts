import type { Rim } from '../lib/door.ts';
import { concernedRoles } from '../lib/revoke/concerned-roles.ts';
import { iamPolicies } from '../lib/revoke/iam-policies.ts';
import type { RevokeMeans } from '../lib/revoke/revoke.ts';
import { configurationWithin } from './configuration.ts';
import { storeWithin } from './store.ts';

/** The list of what is revoked, the roles of the configuration, and IAM. Throws when the environment does not hold. */
export function revokeMeansWithin(rim: Rim, configuration = configurationWithin(rim)): Omit<RevokeMeans, 'now'> {
  const { region, accountId, issuer } = rim.environment();
  return {
    store: storeWithin(rim),
    roles: concernedRoles({ ...configuration, issuer }),
    policies: iamPolicies({ region, ...(rim.embeddedAws && { client: rim.embeddedAws }) }),
    account: accountId,
  };
}
