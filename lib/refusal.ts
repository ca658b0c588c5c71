// Every no, and how each one sounds outside. The table is closed: a refusal that is not here does not compile.

interface Telling {
  readonly status: number;
  /** The caller's word for it. Several codes may share one, so that a prober learns nothing. */
  readonly error: string;
  readonly says: string;
}

/** Until the signature is proved every no sounds the same: which check failed stands in the audit line only. */
const unproved = {
  status: 401,
  error: 'proof_not_verified',
  says: 'The token could not be verified.',
} as const satisfies Telling;

/** An unknown grant sounds like a denied one, so that names cannot be tried out. */
const denied = {
  status: 403,
  error: 'grant_denied',
  says: 'This identity is not given this grant.',
} as const satisfies Telling;

export const refusals = {
  request_malformed: { status: 400, error: 'request_malformed', says: 'The request is not well formed.' },
  media_type_unsupported: { status: 415, error: 'media_type_unsupported', says: 'Send JSON as application/json.' },
  request_too_large: { status: 413, error: 'request_too_large', says: 'The request is larger than 64 KiB.' },
  proof_missing: { status: 401, error: 'proof_missing', says: 'Send a token as Authorization: Bearer.' },
  token_malformed: unproved,
  algorithm_not_allowed: unproved,
  issuer_unknown: unproved,
  keys_unreachable: unproved,
  key_unknown: unproved,
  signature_invalid: unproved,
  token_expired: { status: 401, error: 'token_expired', says: 'The token has expired.' },
  token_not_yet_valid: { status: 401, error: 'token_not_yet_valid', says: 'The token is not valid yet.' },
  audience_mismatch: { status: 403, error: 'audience_mismatch', says: 'The token is meant for another audience.' },
  claims_invalid: {
    status: 401,
    error: 'claims_invalid',
    says: 'The token lacks a claim that is required, or has one out of range.',
  },
  grant_unknown: denied,
  grant_denied: denied,
  session_unrenderable: {
    status: 403,
    error: 'session_unrenderable',
    says: 'A claim that the session needs is missing or has a value that cannot be used.',
  },
  session_too_large: {
    status: 403,
    error: 'session_too_large',
    says: 'The session policy or tags are larger than AWS STS accepts.',
  },
  sts_denied: {
    status: 403,
    error: 'sts_denied',
    says: 'AWS STS did not allow this token to assume the role: the role, its trust policy or the provider says no.',
  },
  sts_refused_token: { status: 401, error: 'sts_refused_token', says: 'AWS STS did not accept the token.' },
  sts_refused_request: {
    status: 502,
    error: 'sts_refused_request',
    says: 'AWS STS did not accept the session that the grant asks for.',
  },
  sts_unavailable: { status: 503, error: 'sts_unavailable', says: 'AWS STS could not be reached. Try again.' },
} as const satisfies Record<string, Telling>;

export type RefusalCode = keyof typeof refusals;

/** What the audit line tells of a refusal. Never a token, key, cookie or assertion. */
export type Detail = Readonly<Record<string, unknown>>;

/** A meant no, thrown where it is known and caught once at the rim. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: Detail;

  constructor(code: RefusalCode, detail: Detail = {}, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.detail = detail;
  }
}

/** What a caller hears when the fault is ours. */
export const fault = {
  status: 500,
  error: 'broker_fault',
  says: 'Daypass failed. The fault is ours.',
} as const satisfies Telling;
