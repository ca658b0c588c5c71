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

/** A grant by its name, or the first that fits of those that give a role. */
export type GrantWish = string | RoleWish;

export interface RoleWish {
  readonly roleArn: string;
  /** The IAM SAML provider, where the caller names it. */
  readonly principalArn?: string;
}

export function decideGrant(identity: Identity, wish: GrantWish, grants: Grants): Decision {
  const candidates = wishedFor(wish, grants);
  const misses: Miss[] = [];
  for (const grant of candidates) {
    const miss = missOf(identity, grant);
    if (!miss) return { allowed: true, grant };
    misses.push(miss);
  }
  // Of several, what grants of another provider miss tells least.
  const told = misses.find(({ reason }) => reason !== 'another provider') ?? misses[0];
  return { allowed: false, miss: told ?? { reason: 'no such grant' } };
}

function wishedFor(wish: GrantWish, grants: Grants): readonly Grant[] {
  if (typeof wish === 'string') {
    const grant = grants.get(wish);
    return grant ? [grant] : [];
  }
  const { roleArn, principalArn } = wish;
  return [...grants.values()].filter(
    ({ role, way }) =>
      role.arn === roleArn && (principalArn === undefined || way !== 'forward' || role.principalArn === principalArn),
  );
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
