// HOW: everything STS will be told.

import type { Grant, GrantedRole, Way } from '../grant/grant.ts';
import type { Template } from '../grant/template.ts';
import type { Evidence, Identity } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import { type SessionDuration, sessionDuration } from './session-duration.ts';
import { sessionName } from './session-name.ts';
import { sessionPolicy } from './session-policy.ts';

export interface SessionPlan {
  readonly way: Way;
  /** What `forward` hands on. */
  readonly evidence: Evidence;
  readonly roleArn: string;
  /** The IAM SAML provider, where the evidence is an assertion. */
  readonly principalArn?: string;
  readonly sessionName: string;
  readonly duration: SessionDuration;
  /** JSON text. */
  readonly policy?: string;
  /** Managed policies that the caller wants besides; only where the grant has no policy of its own. */
  readonly policyArns?: readonly string[];
}

export interface SessionWish {
  readonly durationSeconds?: number;
}

/**
 * Throws a `Refusal` when a claim that the terms need is missing or cannot be used. Without `now` what is left of the proof
 * is not asked, as of claims that were written down.
 */
export function planSession(
  identity: Identity,
  { way, role, session }: Grant,
  wish: SessionWish,
  now?: Date,
): SessionPlan {
  const { sessionUntil } = identity;
  const mustEnd = session.withinProof && now !== undefined && sessionUntil !== undefined;
  const left = mustEnd ? Math.floor((sessionUntil.getTime() - now.getTime()) / 1000) : undefined;
  const limits = {
    grantSeconds: session.durationSeconds,
    roleSeconds: role.maxSessionSeconds,
    ...(left !== undefined && { proofSeconds: left }),
  };
  return {
    way,
    evidence: identity.evidence,
    roleArn: role.arn,
    ...(role.principalArn !== undefined && { principalArn: role.principalArn }),
    sessionName: nameFor(identity, role, session.name),
    duration: sessionDuration(wish.durationSeconds, limits),
    ...(session.policy && { policy: sessionPolicy(session.policy, identity) }),
  };
}

/** With an assertion it is the identity provider that names the session and says which roles may be had. */
function nameFor(identity: Identity, { arn, principalArn }: GrantedRole, name: Template): string {
  const { evidence } = identity;
  if (evidence.kind !== 'saml') return sessionName(name, identity);
  const isGiven = evidence.roles.some((pair) => pair.roleArn === arn && pair.principalArn === principalArn);
  if (!isGiven) {
    throw new Refusal('role_not_in_assertion', { wanted: `${arn},${principalArn}`, given: evidence.roles.length });
  }
  if (evidence.sessionName === undefined) throw new Refusal('role_not_in_assertion', { why: 'no RoleSessionName' });
  return evidence.sessionName;
}
