// HOW: everything STS will be told.

import type { Grant, Way } from '../grant/grant.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { Evidence, Identity } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import { type DurationLimits, longestSessionFor, type SessionDuration, sessionDuration } from './session-duration.ts';
import { federatedName, sessionName } from './session-name.ts';
import { sessionPolicy } from './session-policy.ts';
import { marks, type SessionTag, sessionTags } from './session-tags.ts';

export interface SessionPlan {
  readonly way: Way;
  /** What `forward` hands on. */
  readonly evidence: Evidence;
  readonly roleArn: string;
  /** The IAM SAML provider, where an assertion is handed on. */
  readonly principalArn?: string;
  /** What the role asks for, with `chain`. */
  readonly externalId?: string;
  readonly sessionName: string;
  readonly duration: SessionDuration;
  /** JSON text. */
  readonly policy?: string;
  /** Managed policies that the caller wants besides; only where the grant has no policy of its own. */
  readonly policyArns?: readonly string[];
  readonly tags?: readonly SessionTag[];
  readonly transitiveTags?: readonly string[];
  readonly sourceIdentity?: string;
  /** With `vouch`, of whom Daypass tells AWS: `{grant}:{provider}:{subject}`. */
  readonly vouchedSubject?: string;
}

export interface SessionWish {
  readonly durationSeconds?: number;
}

/**
 * Throws a `Refusal` when a claim that the terms need is missing or cannot be used. Without `now` what is left of the proof
 * is not asked, as of claims that were written down.
 */
export function planSession(identity: Identity, grant: Grant, wish: SessionWish, now?: Date): SessionPlan {
  const { way, role, session } = grant;
  const { principalArn, externalId } = role;
  if (now) checkAuthAge(identity, session, now);
  const tags = [...marks(grant, identity), ...sessionTags(session, identity)];
  const transitiveTags = session.transitiveTags?.filter((key) => tags.some((tag) => tag.key === key)) ?? [];
  return {
    way,
    evidence: identity.evidence,
    roleArn: role.arn,
    ...(principalArn !== undefined && { principalArn }),
    ...(externalId !== undefined && { externalId }),
    sessionName: nameFor(identity, grant),
    duration: sessionDuration(wish.durationSeconds, limitsOf(identity, grant, now)),
    ...(session.policy && { policy: sessionPolicy(session.policy, identity) }),
    ...(tags.length > 0 && { tags }),
    ...(transitiveTags.length > 0 && { transitiveTags }),
    ...(session.sourceIdentity && { sourceIdentity: sessionName(session.sourceIdentity, identity) }),
    ...(way === 'vouch' && { vouchedSubject: vouchedSubject(grant.name, identity) }),
  };
}

/** A proof that does not say when may be of any age. */
function checkAuthAge({ authenticatedAt }: Identity, { maxAuthAgeSeconds }: Grant['session'], now: Date): void {
  if (maxAuthAgeSeconds === undefined) return;
  const seconds = authenticatedAt && Math.floor((now.getTime() - authenticatedAt.getTime()) / 1000);
  if (seconds === undefined || seconds > maxAuthAgeSeconds) {
    throw new Refusal('authentication_too_old', { seconds: seconds ?? 'not told', most: maxAuthAgeSeconds });
  }
}

function limitsOf(identity: Identity, { way, role, session }: Grant, now: Date | undefined): DurationLimits {
  const { sessionUntil, sessionSeconds = Number.POSITIVE_INFINITY } = identity;
  const limits = {
    grantSeconds: session.durationSeconds,
    roleSeconds: Math.min(role.maxSessionSeconds, longestSessionFor[way]),
  };
  // An assertion that goes on tells STS itself how long a session may be; another way must not make it longer.
  const isOurs = way !== 'forward' && identity.evidence.kind === 'saml';
  const mustEnd = (session.withinProof || isOurs) && now !== undefined && sessionUntil !== undefined;
  const left = mustEnd ? Math.floor((sessionUntil.getTime() - now.getTime()) / 1000) : Number.POSITIVE_INFINITY;
  const proofSeconds = Math.min(left, isOurs ? sessionSeconds : Number.POSITIVE_INFINITY);
  return Number.isFinite(proofSeconds) ? { ...limits, proofSeconds } : limits;
}

/** STS: what it tells of a token's subject has at most 255 characters. */
const longestSubject = 255;
const likeFingerprint = /^[0-9a-f]{16}$/;

/**
 * A grant's name and a provider's have no colon, so that no subject can pass for another grant's; nor can one that looks
 * like the fingerprint of a long one pass for that.
 */
export function vouchedSubject(grant: string, { provider, subject }: Pick<Identity, 'provider' | 'subject'>): string {
  const whole = `${grant}:${provider}:${subject}`;
  const isPlain = whole.length <= longestSubject && !likeFingerprint.test(subject);
  return isPlain ? whole : `${grant}:${provider}:${fingerprint(subject)}`;
}

/** With an assertion that goes on it is the identity provider that names the session and says which roles may be had. */
function nameFor(
  identity: Identity,
  { name: grant, way, role: { arn, principalArn }, session: { name } }: Grant,
): string {
  const { evidence } = identity;
  if (way === 'federation-token') return federatedName(grant, name, identity);
  if (evidence.kind !== 'saml' || way !== 'forward') return sessionName(name, identity);
  const isGiven = evidence.roles.some((pair) => pair.roleArn === arn && pair.principalArn === principalArn);
  if (!isGiven) {
    throw new Refusal('role_not_in_assertion', { wanted: `${arn},${principalArn}`, given: evidence.roles.length });
  }
  if (evidence.sessionName === undefined) throw new Refusal('role_not_in_assertion', { why: 'no RoleSessionName' });
  return evidence.sessionName;
}
