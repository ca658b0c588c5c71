// An operator's word → what is kept of it, and the policies of the roles concerned.

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
export const lift = (target: Pick<Target, 'kind'> & Target, means: RevokeMeans): Promise<Done> =>
  changed(target, (all) => all.filter((each) => !isSame(each, target)), means);

async function changed(
  target: Target,
  change: (all: readonly Revocation[]) => readonly Revocation[],
  { store, roles, ...enforcing }: RevokeMeans,
): Promise<Done> {
  const { now, dryRun = false } = enforcing;
  const before = await revocationsIn(store, now);
  const after = dryRun ? change(before) : await changeRevocations(store, change, now);
  const is = (all: readonly Revocation[]) => all.some((each) => isSame(each, target));
  return {
    changed: is(before) !== is(after),
    roles: await enforce(concerned(target, roles), after, enforcing),
  };
}

/** What is over is forgotten, and every role is made to say what is still revoked. Rejects with a `Refusal`. */
export async function sweep({ store, roles, ...enforcing }: RevokeMeans): Promise<readonly RoleOutcome[]> {
  const revocations = await changeRevocations(store, (all) => all, enforcing.now);
  return enforce(roles, revocations, enforcing);
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
