import type { Way } from '../grant/grant.ts';
import { Refusal } from '../refusal.ts';

/** STS: the shortest session, and the longest that a role may give. */
export const shortestSessionSeconds = 900;
export const longestSessionSeconds = 43_200;
/** STS: the longest session of a role that was assumed by another role's session. */
export const longestChainedSeconds = 3600;
/** STS: the longest session of GetFederationToken. */
export const longestFederationSeconds = 129_600;

export const longestSessionFor: Readonly<Record<Way, number>> = {
  forward: longestSessionSeconds,
  vouch: longestSessionSeconds,
  chain: longestChainedSeconds,
  'federation-token': longestFederationSeconds,
};

export interface SessionDuration {
  readonly seconds: number;
  /** Why the caller gets another length than he asked for; absent when he gets that. */
  readonly limitedBy?: 'grant' | 'role' | 'proof' | 'shortest session';
}

export interface DurationLimits {
  readonly grantSeconds: number;
  readonly roleSeconds: number;
  /** What is left of the proof, where the session must end with it. */
  readonly proofSeconds?: number;
}

/**
 * What was asked, within what is possible. A length too long or too short is no reason to fail; a proof that ends before
 * the shortest session is.
 */
export function sessionDuration(askedSeconds: number | undefined, limits: DurationLimits): SessionDuration {
  const { proofSeconds = Number.POSITIVE_INFINITY } = limits;
  if (proofSeconds < shortestSessionSeconds) throw new Refusal('proof_ends_soon', { secondsLeft: proofSeconds });
  const found = withinGrant(askedSeconds, limits);
  return found.seconds > proofSeconds ? { seconds: proofSeconds, limitedBy: 'proof' } : found;
}

function withinGrant(askedSeconds: number | undefined, { grantSeconds, roleSeconds }: DurationLimits): SessionDuration {
  if (askedSeconds === undefined) return { seconds: Math.min(grantSeconds, roleSeconds) };
  if (askedSeconds > Math.min(grantSeconds, roleSeconds)) {
    return grantSeconds <= roleSeconds
      ? { seconds: grantSeconds, limitedBy: 'grant' }
      : { seconds: roleSeconds, limitedBy: 'role' };
  }
  if (askedSeconds < shortestSessionSeconds) return { seconds: shortestSessionSeconds, limitedBy: 'shortest session' };
  return { seconds: askedSeconds };
}
