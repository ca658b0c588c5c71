// An operator's word → what is kept of it, and the policies of the roles concerned.

import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '../refusal.ts';
import type { Store } from '../store/store.ts';
import type { ConcernedRole } from './concerned-roles.ts';
import { type Enforcing, enforce, type RoleOutcome } from './enforce.ts';
import { changeRevocations, isSame, type Revocation, revocationsIn, type Target } from './revocation.ts';

export interface RevokeMeans extends Enforcing {
  readonly store: Pick<Store, 'get' | 'replace'>;
  readonly roles: readonly ConcernedRole[];
}

export interface Revoking {
  readonly target: Target;
  /** The ARN of the operator. */
  readonly by: string;
  readonly reason?: string;
}

export interface Done {
  /** Whether it was not so before. */
  readonly changed: boolean;
  readonly roles: readonly RoleOutcome[];
}

/** Nobody gets anything new before the sessions are denied, so that none comes in between. Rejects with a `Refusal`. */
export function revoke({ target, by, reason }: Revoking, means: RevokeMeans): Promise<Done> {
  const revocation: Revocation = {
    ...target,
    at: means.now.toISOString(),
    by,
    ...(reason !== undefined && { reason }),
  };
  const others = (all: readonly Revocation[]) => all.filter((each) => !isSame(each, target));
  return changed(target, (all) => [...others(all), revocation], means);
}

/** What was denied because of it is allowed again. Rejects with a `Refusal`. */
export const lift = (target: Target, means: RevokeMeans): Promise<Done> =>
  changed(target, (all) => all.filter((each) => !isSame(each, target)), means);

async function changed(
  target: Target,
  change: (all: readonly Revocation[]) => readonly Revocation[],
  means: RevokeMeans,
): Promise<Done> {
  const { store, roles, now, dryRun = false } = means;
  const before = await revocationsIn(store, now);
  const after = dryRun ? change(before) : await changeRevocations(store, change, now);
  const is = (all: readonly Revocation[]) => all.some((each) => isSame(each, target));
  return {
    changed: is(before) !== is(after),
    roles: await enforced(after, { ...means, roles: concerned(target, roles) }),
  };
}

/** What is over is forgotten, and every role is made to say what is still revoked. Rejects with a `Refusal`. */
export async function sweep(means: RevokeMeans): Promise<readonly RoleOutcome[]> {
  const revocations = await changeRevocations(means.store, (all) => all, means.now);
  return enforced(revocations, { ...means, onlyDifferences: true });
}

const attempts = 5;

/**
 * Whoever writes a policy last must have written all that is revoked. What somebody else revoked meanwhile may be written
 * already and overwritten here, so the list is read once more after writing, and written anew for as long as it is another.
 */
async function enforced(
  first: readonly Revocation[],
  { store, roles, ...enforcing }: RevokeMeans,
): Promise<readonly RoleOutcome[]> {
  let revocations = first;
  let outcomes = await enforce(roles, revocations, enforcing);
  if (enforcing.dryRun) return outcomes;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const present = await revocationsIn(store, enforcing.now);
    if (isDeepStrictEqual(present, revocations)) return outcomes;
    revocations = present;
    const before = outcomes;
    // IAM may still show what was there before our own writing.
    const again = await enforce(roles, revocations, { ...enforcing, onlyDifferences: false });
    outcomes = again.map((each, index) => both(before[index], each));
  }
  throw new Refusal('store_unavailable', { why: 'others revoke at the same time' });
}

/** What the first writing changed is no less changed because the second found it so. */
function both(first: RoleOutcome | undefined, second: RoleOutcome): RoleOutcome {
  const hasChanged = first?.outcome === 'denied' || first?.outcome === 'cleared';
  return hasChanged && second.outcome === 'unchanged' ? { ...second, outcome: first.outcome } : second;
}

function concerned(target: Target, roles: readonly ConcernedRole[]): readonly ConcernedRole[] {
  switch (target.kind) {
    case 'person':
      return roles.filter(({ people }) => people.some(({ provider }) => provider === target.provider));
    case 'grant':
      return roles.filter(({ grants }) => grants.includes(target.grant));
    case 'role':
    case 'session': {
      const found = roles.filter(({ arn }) => arn === target.role);
      // A grant may be gone, and the session of its role still there: that it cannot be denied must be told.
      return found.length > 0 ? found : [{ arn: target.role, grants: [], people: [] }];
    }
  }
}
