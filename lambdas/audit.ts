import type { DynamoDbAuditSettings } from '../lib/audit/dynamodb-audit.ts';
import type { Rim } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';

/** The table of exchanges that synthesis gave this function. Throws when it gave none. */
export function auditTableWithin({ environment, embeddedAws }: Rim): DynamoDbAuditSettings {
  const { auditTable, region: here, tableRegion: region = here } = environment();
  return { table: given(auditTable, variables.auditTable), region, ...(embeddedAws && { client: embeddedAws }) };
}
