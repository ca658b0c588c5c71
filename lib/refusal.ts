// Every no, and how each one sounds outside. The table is closed: a refusal that is not here does not compile.

interface Row {
  readonly status: number;
  /** The caller's word for it, by default the code. Several codes may share one, so that a prober learns nothing. */
  readonly error?: string;
  readonly says: string;
}

interface Telling extends Row {
  readonly error: string;
}

/** Until the signature is proved every no sounds the same: which check failed stands in the audit line only. */
const unproved = {
  status: 401,
  error: 'proof_not_verified',
  says: 'The proof could not be verified.',
} as const satisfies Telling;

/** An unknown grant sounds like a denied one, so that names cannot be tried out. */
const denied = {
  status: 403,
  error: 'grant_denied',
  says: 'This identity is not given this grant.',
} as const satisfies Telling;

const rows = {
  request_malformed: { status: 400, says: 'The request is not well formed.' },
  media_type_unsupported: { status: 415, says: 'Send JSON as application/json.' },
  form_expected: {
    status: 415,
    error: 'media_type_unsupported',
    says: 'Send a form as application/x-www-form-urlencoded.',
  },
  provider_unknown: {
    status: 404,
    says: 'There is no such identity provider to sign in with.',
  },
  request_too_large: { status: 413, says: 'The request is larger than this door takes.' },
  proof_missing: { status: 401, says: 'Send a token as Authorization: Bearer.' },
  token_malformed: unproved,
  algorithm_not_allowed: unproved,
  issuer_unknown: unproved,
  keys_unreachable: unproved,
  key_unknown: unproved,
  signature_invalid: unproved,
  aws_request_invalid: unproved,
  response_malformed: unproved,
  signature_missing: unproved,
  certificates_expired: unproved,
  assertion_not_decrypted: unproved,
  token_expired: { status: 401, says: 'The token has expired.' },
  token_not_yet_valid: { status: 401, says: 'The token is not valid yet.' },
  audience_mismatch: { status: 403, says: 'The proof is meant for another audience.' },
  claims_invalid: {
    status: 401,
    says: 'The token lacks a claim that is required, or has one out of range.',
  },
  assertion_expired: { status: 401, says: 'The assertion has expired. Sign in again.' },
  assertion_not_yet_valid: {
    status: 401,
    says: 'The assertion is not valid yet.',
  },
  assertion_invalid: {
    status: 401,
    says: 'The assertion lacks something that is required, or has something that is not allowed.',
  },
  recipient_mismatch: {
    status: 403,
    says: 'The SAML response is meant for another address than those taken here.',
  },
  sign_in_declined: {
    status: 401,
    says: 'The identity provider did not complete the sign-in.',
  },
  sign_in_unsolicited: {
    status: 403,
    says: 'Nobody here asked for this sign-in, and the provider may not begin one.',
  },
  sign_in_not_begun_here: {
    status: 403,
    says: 'This sign-in was not begun in this browser, or took more than 10 minutes. Begin it again.',
  },
  sign_in_ended: { status: 401, says: 'This sign-in has ended. Sign in again.' },
  proof_replayed: { status: 403, says: 'This sign-in was used before. Sign in again.' },
  store_unavailable: {
    status: 503,
    says: 'Daypass could not make sure that the sign-in may be used. Try again.',
  },
  operator_unknown: {
    status: 403,
    says: 'Only operators, authorised by IAM, are told this.',
  },
  revocations_full: {
    status: 409,
    says: 'As much is revoked as can be kept. Lift some of it.',
  },
  audit_unavailable: { status: 503, says: 'The table of exchanges could not be asked. Try again.' },
  grant_unknown: denied,
  grant_denied: denied,
  revoked: denied,
  proof_ends_soon: {
    status: 401,
    says: 'The token ends before the shortest session that AWS gives, and the session must end with it. Sign in again.',
  },
  authentication_too_old: {
    status: 401,
    says: 'It is too long ago that you signed in at the identity provider, or it does not say when. Sign in there again.',
  },
  role_not_in_assertion: {
    status: 403,
    says: 'The identity provider did not give this person the role of the grant, or gave no session name.',
  },
  session_unrenderable: {
    status: 403,
    says: 'A claim that the session needs is missing or has a value that cannot be used.',
  },
  session_too_large: {
    status: 403,
    says: 'The session policy or tags are larger than AWS STS accepts.',
  },
  sts_denied: {
    status: 403,
    says: 'AWS STS did not allow this token to assume the role: the role, its trust policy or the provider says no.',
  },
  sts_refused_token: { status: 401, says: 'AWS STS did not accept the token.' },
  sts_refused_request: {
    status: 502,
    says: 'AWS STS did not accept the session that the grant asks for.',
  },
  destination_not_allowed: {
    status: 400,
    says: 'The destination must be a page of the AWS console.',
  },
  console_refused: {
    status: 502,
    says: 'AWS did not accept the credentials for a console sign-in.',
  },
  console_unavailable: {
    status: 503,
    says: 'The console sign-in of AWS could not be reached. Try again.',
  },
  policy_malformed: { status: 400, says: 'The policy is none that AWS would take.' },
  policy_not_within: {
    status: 400,
    says: 'The grant has a session policy of its own, and what was asked for cannot be put within it.',
  },
  credentials_missing: {
    status: 403,
    says: 'The request must be signed with the credentials that it asks about.',
  },
  credentials_unknown: {
    status: 403,
    says: 'No such credentials are known here: they ended, or came from elsewhere.',
  },
  signer_unavailable: {
    status: 503,
    says: 'Daypass could not reach the key with which it vouches to AWS. Try again.',
  },
  sts_unavailable: { status: 503, says: 'AWS STS could not be reached. Try again.' },
} as const satisfies Record<string, Row>;

type Told<Rows> = {
  readonly [Code in keyof Rows]: Omit<Rows[Code], 'error'> & {
    readonly error: Rows[Code] extends { readonly error: infer Word } ? Word : Code;
  };
};

export const refusals = Object.fromEntries(
  Object.entries(rows).map(([code, row]) => [code, { error: code, ...row }]),
) as Told<typeof rows>;

export type RefusalCode = keyof typeof refusals;

/** How refusals and faults are called outside. */
export type Word = (typeof refusals)[RefusalCode]['error'] | (typeof fault)['error'];

/** What the audit line tells of a refusal. Never a token, key, cookie or assertion. */
export type Detail = Readonly<Record<string, unknown>>;

/** A door and what it loads later are two files, each with a class of its own: they know each other's by this. */
const brand = Symbol.for('daypass.Refusal');

/** A meant no, thrown where it is known and caught once at the rim. */
export class Refusal extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }

  readonly [brand] = true;
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
