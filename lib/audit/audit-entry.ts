// A record in the table in which exchanges are found again: its attributes, and how a line of the log becomes one.

import { createHash } from 'node:crypto';
import { recordIn } from '../record.ts';

/** The attributes of an item. `expires` is in seconds since 1970, as time to live wants it. */
export const auditAttributes = {
  id: 'id',
  time: 'time',
  day: 'day',
  person: 'person',
  key: 'accessKey',
  role: 'role',
  grant: 'grant',
  session: 'session',
  record: 'record',
  expires: 'expires',
} as const;

/** By what exchanges are found, each an index that has the time for its order. */
export const auditIndexes = {
  key: 'byKey',
  person: 'byPerson',
  role: 'byRole',
  grant: 'byGrant',
  day: 'byDay',
} as const;
export type IndexedBy = keyof typeof auditIndexes;

export interface AuditEntry {
  /** The request's. One that ends in a fault after its record was written has two records. */
  readonly id: string;
  /** ISO 8601 in UTC, with milliseconds: in the order of letters it is in the order of time. */
  readonly time: string;
  /** `{provider}/{subject}`, or the ARN of an operator. */
  readonly person?: string;
  readonly key?: string;
  readonly role?: string;
  readonly grant?: string;
  /** The name of the role session. */
  readonly session?: string;
  /** JSON text. */
  readonly record: string;
}

/** Anything longer is no line of ours: each member of a record is bounded, and a token is at most 20,000 characters. */
const longestLine = 64 * 1024;
export const timeForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
export const requestIdForm = /^[\w=+/.-]{1,128}$/;

/** `undefined` for what is no record of an exchange. */
export function entryOf(line: string): AuditEntry | undefined {
  const record = line.length <= longestLine ? recordIn(line) : undefined;
  if (record?.event !== 'exchange') return undefined;
  const { requestId: id, time, provider, subject, operator, assumedRoleId, sessionName } = record;
  if (!isText(id) || !requestIdForm.test(id) || !isText(time) || !timeForm.test(time)) return undefined;
  // Who looks into somebody's token is found by his own name; whose it was stands in the record.
  const proved = isText(provider) && isText(subject) ? personOf(provider, subject) : undefined;
  const person = isText(operator) ? operator : proved;
  const session = isText(assumedRoleId) ? assumedRoleId.slice(assumedRoleId.indexOf(':') + 1) : sessionName;
  const found = {
    person,
    key: record.accessKeyId,
    // Whoever was refused a role asked for it all the same.
    role: record.roleArn ?? record.roleAsked,
    grant: record.grant,
    session,
  };
  const texts = Object.entries(found).filter(([, value]) => isText(value) && value.length <= longestKey);
  return { id, time, ...Object.fromEntries(texts), record: JSON.stringify(withoutNumbers(record)) };
}

/** DynamoDB takes 2048 bytes of a key that items are found by, and no empty one. */
const longestKey = 512;

/** How a person is called in the index. A name too long for it stands there as its digest. */
export function personOf(provider: string, subject: string): string {
  const name = `${provider}/${subject}`;
  return name.length <= longestKey ? name : `${provider}/sha256:${createHash('sha256').update(subject).digest('hex')}`;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What CloudWatch reads out of the line is no part of the record. */
const withoutNumbers = ({
  _aws,
  result,
  Exchanges,
  ColdStarts,
  Latency,
  ...record
}: Readonly<Record<string, unknown>>) => record;
