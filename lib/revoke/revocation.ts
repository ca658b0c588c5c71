// What was revoked and not lifted: one item in the table, so that whoever issues reads one thing and knows all of it.

import { Refusal } from '../refusal.ts';
import { keyPrefixes, type Store } from '../store/store.ts';

/** What a revocation is of. */
export type Target =
  | { readonly kind: 'person'; readonly provider: string; readonly subject: string }
  | { readonly kind: 'grant'; readonly grant: string }
  /** `role` is an ARN. */
  | { readonly kind: 'role'; readonly role: string }
  | SessionTarget;

export interface SessionTarget {
  readonly kind: 'session';
  /** Its access key ID. */
  readonly key: string;
  readonly role: string;
  /** `aws:userid`: `AROA…:{session name}`. */
  readonly userId: string;
  /** When its exchange was recorded: STS gave it a moment before. ISO 8601. */
  readonly recorded: string;
  /** When it ends by itself. */
  readonly until: string;
}

export type Revocation = Target & {
  /** ISO 8601. */
  readonly at: string;
  /** The ARN of the operator. */
  readonly by: string;
  readonly reason?: string;
};

/** As an operator writes it. A provider's name has no slash. */
export function nameOf(target: Target): string {
  switch (target.kind) {
    case 'person':
      return `${target.provider}/${target.subject}`;
    case 'grant':
      return target.grant;
    case 'role':
      return target.role;
    case 'session':
      return target.key;
  }
}

export const isSame = (one: Target, other: Target) => one.kind === other.kind && nameOf(one) === nameOf(other);

const listKey = `${keyPrefixes.revoked}list`;
/** An item must have an end; what is in this one has its own. */
const never = new Date('9999-12-31T00:00:00Z');
/** DynamoDB takes 400 KB of an item, and doors read it every few seconds. */
const most: Readonly<Record<Revocation['kind'], number>> = { person: 200, grant: 100, role: 100, session: 300 };
const attempts = 5;

/** Rejects with a `Refusal` when the table cannot be asked. */
export const revocationsIn = async (store: Pick<Store, 'get'>, now: Date): Promise<readonly Revocation[]> =>
  listIn(await store.get(listKey, now)).filter((each) => !isOver(each, now));

const listIn = (text: string | undefined): readonly Revocation[] =>
  text === undefined ? [] : (JSON.parse(text) as readonly Revocation[]);

/** A session ends by itself; the others are lifted. */
const isOver = (revocation: Revocation, now: Date) =>
  revocation.kind === 'session' && new Date(revocation.until) <= now;

type Change = (revocations: readonly Revocation[]) => readonly Revocation[];

/** What is over is left out by the way. Of two at once the second begins anew. Rejects with a `Refusal`. */
export async function changeRevocations(
  store: Pick<Store, 'get' | 'replace'>,
  change: Change,
  now: Date,
): Promise<readonly Revocation[]> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await store.get(listKey, now);
    const after = change(listIn(before).filter((each) => !isOver(each, now)));
    for (const [kind, count] of Object.entries(most)) {
      if (after.filter((each) => each.kind === kind).length > count) throw new Refusal('revocations_full', { kind });
    }
    const value = JSON.stringify(after);
    if (value === (before ?? '[]') || (await store.replace({ key: listKey, until: never, value }, before)))
      return after;
  }
  throw new Refusal('store_unavailable', { why: 'others revoke at the same time' });
}
