// Hears the logs of the doors, no door itself: each exchange goes into the table in which it is found again.

import { dynamoDbAuditWriting } from '../lib/audit/dynamodb-audit.ts';
import { recordExchanges } from '../lib/audit/record-exchanges.ts';
import type { OpenListener } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import { auditTableWithin } from './audit.ts';
import { whenDeployed } from './rim.ts';

/**
 * Rejects when a line could not be recorded: Lambda then hands the event over twice more, what is there already stays as
 * it is, and what fails for good goes into the queue that an alarm watches.
 */
export const open: OpenListener = (rim) => {
  const keptDays = Number(given(rim.environment().auditDays, variables.auditDays));
  const writing = dynamoDbAuditWriting({ ...auditTableWithin(rim), keptDays });
  return async (event) => {
    const { unreadable, failed } = await recordExchanges(event, writing);
    if (unreadable + failed > 0) {
      throw new Error(`Of the exchanges ${failed} could not be written, ${unreadable} not be read.`);
    }
  };
};

export const handler = whenDeployed(open);
