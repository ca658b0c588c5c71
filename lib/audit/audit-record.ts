// One line for each exchange, allowed or refused. Fingerprints stand for proofs; keys and tokens never come here.

import type { GrantWish, Miss } from '../grant/decide-grant.ts';
import type { Grant } from '../grant/grant.ts';
import { isRequestTag, requestTagPrefix } from '../identity/aws-keys.ts';
import { proofFingerprint } from '../identity/fingerprint.ts';
import type { Identity, PresentedProof } from '../identity/identity.ts';
import type { Issued } from '../issue/credential-issuer.ts';
import { fault, Refusal, refusals } from '../refusal.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import type { SessionTag } from '../session/session-tags.ts';

/** How far an exchange came. Written by the exchange as it goes, read here only. */
export interface Trail {
  asked?: { readonly proof: PresentedProof; readonly grant?: GrantWish; readonly durationSeconds?: number };
  /** The ARN of whoever asked with IAM's authorisation, for what, and of which grant where it was about one. */
  operator?: {
    readonly arn: string;
    readonly asked: 'token' | 'claims' | 'audit' | 'revoke';
    readonly grant?: string;
    /** What else the question named. */
    readonly about?: Readonly<Record<string, unknown>>;
  };
  identity?: Identity;
  /** What was shown to choose from. */
  listed?: { readonly grants: readonly Grant[]; readonly misses: Readonly<Record<string, Miss>> };
  granted?: Grant;
  session?: SessionPlan;
  issued?: Issued;
  /** Why the issued session is not known to GetCallerIdentity. */
  notRemembered?: unknown;
}

/** Who asked, as the door saw it. */
export interface Origin {
  readonly door: string;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

export type AuditRecord = Readonly<Record<string, unknown>>;

/** `began`: when the request came, for whoever measures. */
export type AuditWriter = (record: AuditRecord, began: Date) => void;

/** The record of an exchange that ended now, with an error or without. */
export function auditRecord(origin: Origin, trail: Trail, now: Date, error?: unknown): AuditRecord {
  const { asked, operator, identity, listed, granted, session, issued, notRemembered } = trail;
  return {
    event: 'exchange',
    time: now.toISOString(),
    ...origin,
    ...outcomeOf(error),
    ...(asked && {
      proof: proofFingerprint(asked.proof),
      proofKind: asked.proof.kind,
      ...wishOf(asked.grant),
      askedSeconds: asked.durationSeconds,
    }),
    ...(operator && {
      operator: operator.arn,
      grant: operator.grant === undefined ? undefined : inForm(grantForm, operator.grant),
      operatorAsked: operator.asked,
      about: shortened(operator.about),
    }),
    ...(identity && {
      provider: identity.provider,
      issuer: identity.issuer,
      subject: identity.subject,
      provenUntil: identity.provenUntil.toISOString(),
      // Why STS says no to sts:TagSession although the grant allows.
      ...(identity.unannounced.length > 0 && { unannouncedAwsClaims: identity.unannounced }),
    }),
    ...(listed && { fitting: listed.grants.map(({ name }) => name), misses: shortened(listed.misses) }),
    // What held of it: every condition must.
    ...(granted && { grant: granted.name, rule: granted.when.map(({ operator, key }) => `${operator} ${key}`) }),
    ...(session && {
      way: session.way,
      roleArn: session.roleArn,
      sessionName: session.sessionName,
      // With forward STS reads them in the proof; in other ways the session has ours and no others.
      tags: session.way === 'forward' ? identity && tagsSignedFor(identity) : session.tags && tagsGiven(session.tags),
      durationSeconds: session.duration.seconds,
      durationLimitedBy: session.duration.limitedBy,
    }),
    ...(issued && {
      accessKeyId: issued.credentials.accessKeyId,
      expiration: issued.credentials.expiration.toISOString(),
      assumedRoleArn: issued.user.arn,
      tagsLeftOut: issued.tagsLeftOut,
      assumedRoleId: issued.user.userId,
      sourceIdentity: issued.told.get('SourceIdentity'),
    }),
    ...(notRemembered !== undefined && { notRemembered: causeOf(notRemembered) }),
  };
}

/** As grants are named, and as IAM writes roles. Anything else may be a proof that somebody put into the wrong place. */
const grantForm = /^[a-z][a-z0-9-]{0,39}$/;
const roleForm = /^arn:[\w-]{1,16}:iam::\d{12}:role\/[\w+=,.@/-]{1,90}$/;
const inForm = (form: RegExp, text: string) => (form.test(text) ? text : '…');

const wishOf = (wish: GrantWish | undefined): AuditRecord =>
  typeof wish === 'object'
    ? { roleAsked: inForm(roleForm, wish.roleArn) }
    : { grant: wish === undefined ? wish : inForm(grantForm, wish) };

const tagsGiven = (tags: readonly SessionTag[]): AuditRecord =>
  Object.fromEntries(tags.map(({ key, value }) => [key, value]));

/** What the identity provider signed as session tags, which STS sets by itself. Keys are in lower case: AWS compares them so. */
const tagsSignedFor = ({ attributes: { texts } }: Identity): AuditRecord =>
  Object.fromEntries(
    [...texts].flatMap(([key, values]) =>
      isRequestTag(key) ? [[key.slice(requestTagPrefix.length), values.join()] as const] : [],
    ),
  );

function outcomeOf(error: unknown): AuditRecord {
  if (error === undefined) return { outcome: 'allowed' };
  if (error instanceof Refusal) {
    const { code, detail, cause } = error;
    return {
      outcome: 'refused',
      code,
      status: refusals[code].status,
      detail: shortened(detail),
      cause: causeOf(cause),
    };
  }
  return { outcome: 'fault', code: fault.error, status: fault.status, cause: causeOf(error), stack: placesOf(error) };
}

const longestValue = 256;
const mostValues = 20;

/** A caller writes his claims himself: a line must not grow with them. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
  if (Array.isArray(value)) {
    const first = value.slice(0, mostValues).map(shortened);
    return value.length > mostValues ? [...first, `… ${value.length - mostValues} more`] : first;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shortened(member)]));
}

const mostPlaces = 5;

/** Where it happened, without the message, which stands before: a library's may quote what it was given. */
function placesOf(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const { message, stack } = error;
  const start = stack.indexOf(message);
  if (start < 0) return undefined;
  const lines = stack.slice(start + message.length).split('\n');
  return lines
    .filter((line) => /^\s+at /.test(line))
    .slice(0, mostPlaces)
    .map((line) => line.trim());
}

/** The kind of error, never a message: libraries quote tokens in theirs. Our own network errors are safe to tell. */
function causeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  return cause.name === 'NetworkError' ? `${cause.name}: ${cause.message}` : cause.name;
}
