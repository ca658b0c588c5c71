// Lines of the log → entries of the table.

import { type AuditEntry, entryOf } from './audit-entry.ts';
import { linesIn } from './log-event.ts';

/** The table, as what writes it sees it. */
export interface AuditWriting {
  /** Once: an entry that is there stays as it is. Rejects when the table cannot be asked. */
  add(entry: AuditEntry): Promise<void>;
}

export interface Recorded {
  readonly added: number;
  /** Lines that are no record of ours. */
  readonly unreadable: number;
  readonly failed: number;
}

/** DynamoDB is asked so many things at a time. */
const atATime = 16;

/** Each line by itself: one that cannot be written does not keep the others out. Throws for what is no event. */
export async function recordExchanges(event: unknown, { add }: AuditWriting): Promise<Recorded> {
  const lines = linesIn(event);
  const entries = lines.flatMap((line) => entryOf(line) ?? []);
  let failed = 0;
  for (let at = 0; at < entries.length; at += atATime) {
    const outcomes = await Promise.allSettled(entries.slice(at, at + atATime).map(add));
    failed += outcomes.filter(({ status }) => status === 'rejected').length;
  }
  return { added: entries.length - failed, unreadable: lines.length - entries.length, failed };
}
