// One line for each exchange, allowed or refused. Fingerprints stand for proofs; keys and tokens never come here.

import { proofFingerprint } from '../identity/fingerprint.ts';
import type { Identity, PresentedProof } from '../identity/identity.ts';
import type { Issued } from '../issue/credential-issuer.ts';
import { fault, Refusal, refusals } from '../refusal.ts';
import type { SessionPlan } from '../session/plan-session.ts';

/** How far an exchange came. Written by the exchange as it goes, read here only. */
export interface Trail {
  asked?: { readonly proof: PresentedProof; readonly grant?: string; readonly durationSeconds?: number };
  identity?: Identity;
  session?: SessionPlan;
  issued?: Issued;
}

/** Who asked, as the door saw it. */
export interface Origin {
  readonly door: string;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

export type AuditRecord = Readonly<Record<string, unknown>>;

export type AuditWriter = (record: AuditRecord) => void;

/** The record of an exchange that ended now, with an error or without. */
export function auditRecord(origin: Origin, trail: Trail, now: Date, error?: unknown): AuditRecord {
  const { asked, identity, session, issued } = trail;
  return {
    event: 'exchange',
    time: now.toISOString(),
    ...origin,
    ...outcomeOf(error),
    ...(asked && {
      proof: proofFingerprint(asked.proof),
      // Until the proof is verified the name may be anything, so only its beginning is kept.
      grant: asked.grant?.slice(0, 64),
      askedSeconds: asked.durationSeconds,
    }),
    ...(identity && {
      provider: identity.provider,
      subject: identity.subject,
      provenUntil: identity.provenUntil.toISOString(),
    }),
    ...(session && {
      way: session.way,
      roleArn: session.roleArn,
      sessionName: session.sessionName,
      durationSeconds: session.duration.seconds,
      durationLimitedBy: session.duration.limitedBy,
    }),
    ...(issued && {
      accessKeyId: issued.credentials.accessKeyId,
      expiration: issued.credentials.expiration.toISOString(),
      assumedRoleArn: issued.assumedRoleUser.arn,
    }),
  };
}

function outcomeOf(error: unknown): AuditRecord {
  if (error === undefined) return { outcome: 'allowed' };
  if (error instanceof Refusal) {
    const { code, detail, cause } = error;
    return { outcome: 'refused', code, status: refusals[code].status, detail, cause: causeOf(cause) };
  }
  // The stack tells where, and its first line is left out: a library's message may quote what it was given.
  const stack =
    error instanceof Error
      ? error.stack
          ?.split('\n')
          .slice(1, 6)
          .map((line) => line.trim())
      : undefined;
  return { outcome: 'fault', code: fault.error, status: fault.status, cause: causeOf(error), stack };
}

/** The kind of error, never a message: libraries quote tokens in theirs. Our own network errors are safe to tell. */
function causeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return cause.name === 'NetworkError' ? `${cause.name}: ${cause.message}` : cause.name;
}
