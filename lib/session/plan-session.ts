// HOW: everything STS will be told.

import type { Grant, Way } from '../grant/grant.ts';
import type { Identity, PresentedProof } from '../identity/identity.ts';
import { type SessionDuration, sessionDuration } from './session-duration.ts';
import { sessionName } from './session-name.ts';
import { sessionPolicy } from './session-policy.ts';

export interface SessionPlan {
  readonly way: Way;
  /** What `forward` hands on. */
  readonly proof: PresentedProof;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly duration: SessionDuration;
  /** JSON text. */
  readonly policy?: string;
}

export interface SessionWish {
  readonly proof: PresentedProof;
  readonly durationSeconds?: number;
}

/** Throws a `Refusal` when a claim that the terms need is missing or cannot be used. */
export function planSession(identity: Identity, { way, role, session }: Grant, wish: SessionWish): SessionPlan {
  const limits = { grantSeconds: session.durationSeconds, roleSeconds: role.maxSessionSeconds };
  return {
    way,
    proof: wish.proof,
    roleArn: role.arn,
    sessionName: sessionName(session.name, identity),
    duration: sessionDuration(wish.durationSeconds, limits),
    ...(session.policy && { policy: sessionPolicy(session.policy, identity) }),
  };
}
