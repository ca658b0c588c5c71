// Whether somebody is still given something: asked by every exchange, read every few seconds.

import type { Grant } from '../grant/grant.ts';
import type { Identity } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import type { Store } from '../store/store.ts';
import { nameOf, revocationsIn } from './revocation.ts';

/** Throws a `Refusal` where the person, the grant or its role is revoked. */
export type RevocationCheck = (identity: Pick<Identity, 'provider' | 'subject'>, grant: Grant) => void;

/** Rejects with a `Refusal` when nobody can tell. */
export type Revoked = (now: Date) => Promise<RevocationCheck>;

/** For so long a door may not know of a revocation. */
export const keptSeconds = 5;

/**
 * For so long it goes by what it knows, where it cannot ask the table. Whoever revokes may reach the table meanwhile, so
 * what is given until then is among what is denied.
 */
export const staleSeconds = 60;

export function revokedIn(store: Pick<Store, 'get'>): Revoked {
  let kept: { readonly from: number; readonly check: Promise<RevocationCheck> } | undefined;
  let known: { readonly from: number; readonly check: RevocationCheck } | undefined;
  const readOrKnown = async (now: Date): Promise<RevocationCheck> => {
    try {
      const check = await read(store, now);
      known = { from: now.getTime(), check };
      return check;
    } catch (error) {
      const age = known ? now.getTime() - known.from : -1;
      if (known && age >= 0 && age < staleSeconds * 1000) return known.check;
      throw error;
    }
  };
  return (now) => {
    const age = kept ? now.getTime() - kept.from : -1;
    if (kept && age >= 0 && age < keptSeconds * 1000) return kept.check;
    const check = readOrKnown(now);
    const reading = { from: now.getTime(), check };
    kept = reading;
    // A failure is for those who waited, and not for the next.
    check.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return check;
  };
}

async function read(store: Pick<Store, 'get'>, now: Date): Promise<RevocationCheck> {
  const names = { person: new Set<string>(), grant: new Set<string>(), role: new Set<string>() };
  for (const each of await revocationsIn(store, now)) {
    if (each.kind !== 'session') names[each.kind].add(nameOf(each));
  }
  return ({ provider, subject }, grant) => {
    const asked = {
      person: nameOf({ kind: 'person', provider, subject }),
      grant: grant.name,
      role: grant.role.arn,
    };
    for (const [what, name] of Object.entries(asked) as [keyof typeof asked, string][]) {
      if (names[what].has(name)) throw new Refusal('revoked', { what });
    }
  };
}
