import type { Rim } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import { dynamoDbStore } from '../lib/store/dynamodb-store.ts';
import type { Store } from '../lib/store/store.ts';

export { revokedIn } from '../lib/revoke/revoked.ts';

/** The table that synthesis gave this door. Throws when it gave none. */
export function storeWithin({ environment, embeddedAws }: Rim): Store {
  const { table, region, tableRegion = region } = environment();
  const client = embeddedAws && { client: embeddedAws };
  return dynamoDbStore({ table: given(table, variables.table), region: tableRegion, ...client });
}
