// What of the trail is asked for, and in which order the table is asked for it.

import { type AuditEntry, auditIndexes, type IndexedBy } from './audit-entry.ts';

/** All that is named must hold. */
export interface AuditQuestion {
  /** `{provider}/{subject}`, or the ARN of an operator. */
  readonly person?: string;
  /** An access key ID. */
  readonly key?: string;
  readonly role?: string;
  readonly grant?: string;
  /** The name of a role session. */
  readonly session?: string;
  /** Both inclusive. */
  readonly since: Date;
  readonly until: Date;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: AuditPosition;
}

/** Of the newest first: what is older than the time, and of the same time what comes after the id. */
export interface AuditPosition {
  readonly time: string;
  readonly id?: string;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** There may be more from here on. */
  readonly next?: AuditPosition;
}

/**
 * The table, as what reads it sees it: one index, newest first; of what must hold besides, more than the limit may come.
 * Rejects with a `Refusal` when the table cannot be asked.
 */
export type AskIndex = (asked: IndexQuestion) => Promise<AuditPage>;

export interface IndexQuestion extends Pick<AuditQuestion, 'limit' | 'after'> {
  readonly by: IndexedBy;
  readonly value: string;
  readonly since: string;
  readonly until: string;
  /** What must hold besides, of attributes that this index is not for. */
  readonly only: Readonly<Partial<Record<Filter, string>>>;
}

const filters = ['key', 'person', 'role', 'grant', 'session'] as const;
export type Filter = (typeof filters)[number];

/** Those that few exchanges share come first. */
const indexed = Object.keys(auditIndexes).filter((each) => each !== 'day') as readonly Exclude<IndexedBy, 'day'>[];

export const dayMilliseconds = 86_400_000;
/** Days are asked for one by one, so that they are not asked for without end. */
export const mostDays = 31;
const mostCalls = 40;

/** One page, newest first. It may be short of the limit and yet not be the last: then it says where the next begins. */
export async function findExchanges(question: AuditQuestion, ask: AskIndex): Promise<AuditPage> {
  const { limit } = question;
  const entries: AuditEntry[] = [];
  let { after } = question;
  for (let calls = 0; calls < mostCalls; calls++) {
    const asked = nextAsked({ ...question, limit: limit - entries.length, ...(after && { after }) });
    if (!asked) return { entries };
    const page = await ask(asked);
    entries.push(...page.entries);
    const { next } = page;
    const cut = entries.splice(limit).length > 0;
    const last = entries.at(-1);
    if (cut && last) after = { time: last.time, id: last.id };
    else if (next) after = next;
    else if (asked.by !== 'day') return { entries };
    else after = { time: `${asked.value}T00:00:00.000Z` };
    if (entries.length === limit) break;
  }
  return { entries, ...(after && { next: after }) };
}

/** `undefined` where nothing is left to ask. */
function nextAsked(question: AuditQuestion): IndexQuestion | undefined {
  const { limit, after } = question;
  const by = indexed.find((each) => question[each] !== undefined);
  const only = Object.fromEntries(
    filters.flatMap((each) => (each === by || question[each] === undefined ? [] : [[each, question[each]]])),
  );
  const since = question.since.toISOString();
  const until = after ? untilOf(after) : question.until.toISOString();
  if (until < since) return undefined;
  const ranged = { since, until, limit, only, ...(after?.id !== undefined && { after }) };
  if (by !== undefined) return { by, value: question[by] ?? '', ...ranged };
  const day = until.slice(0, 10);
  return { ...ranged, by: 'day', value: day, since: since.startsWith(day) ? since : `${day}T00:00:00.000Z` };
}

/** Without an id all of that time is behind us. */
const untilOf = ({ time, id }: AuditPosition) =>
  id === undefined ? new Date(Date.parse(time) - 1).toISOString() : time;
