import { type Identity, isOpaque } from '../identity/identity.ts';
import { type ConditionTrace, firstUnmet } from '../policy/condition.ts';
import { claimContext } from '../policy/context.ts';
import type { Grant } from './grant.ts';

/** A no is an answer, not an accident: it says what was missing. */
export type Decision =
  | { readonly allowed: true; readonly grant: Grant }
  | { readonly allowed: false; readonly miss: Miss };

export type Miss =
  | { readonly reason: 'no such grant' }
  | { readonly reason: 'another provider'; readonly expected: string; readonly got: string }
  | { readonly reason: 'claim not comparable'; readonly key: string }
  | ({ readonly reason: 'condition' } & ConditionTrace);

export type Grants = ReadonlyMap<string, Grant>;

export function decideGrant(identity: Identity, name: string, grants: Grants): Decision {
  const grant = grants.get(name);
  if (grant === undefined) return { allowed: false, miss: { reason: 'no such grant' } };
  const miss = missOf(identity, grant);
  return miss ? { allowed: false, miss } : { allowed: true, grant };
}

/** Every grant the identity may take, in the order of the configuration. */
export function grantsFor(identity: Identity, grants: Grants): readonly Grant[] {
  return [...grants.values()].filter((grant) => missOf(identity, grant) === undefined);
}

/** Why the identity may not take the grants of its own provider. */
export function missesOf(identity: Identity, grants: Grants): Readonly<Record<string, Miss>> {
  const ofProvider = [...grants.values()].filter(({ from }) => from === identity.provider);
  const missed = ofProvider.flatMap((grant) => {
    const miss = missOf(identity, grant);
    return miss ? [[grant.name, miss] as const] : [];
  });
  return Object.fromEntries(missed);
}

function missOf(identity: Identity, { from, when }: Grant): Miss | undefined {
  if (from !== identity.provider) return { reason: 'another provider', expected: from, got: identity.provider };
  // Not absent, so not even a negated condition may pass for it.
  const opaque = when.flatMap(({ reads }) => reads).find((name) => isOpaque(identity.attributes, name));
  if (opaque !== undefined) return { reason: 'claim not comparable', key: opaque };
  const unmet = firstUnmet(when, claimContext(identity.attributes.texts));
  return unmet && { reason: 'condition', ...unmet };
}
