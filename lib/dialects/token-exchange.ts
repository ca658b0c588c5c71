// POST /v1/token: OAuth 2.0 Token Exchange (RFC 8693). What is given out is no token but AWS credentials, told as the
// JSON that `credential_process` prints, so `token_type` is `N_A` (§2.2.1).

import { timestamp } from '../aws-query/timestamp.ts';
import type { Exchanged, ExchangeRequest } from '../exchange.ts';
import type { PresentedProof } from '../identity/identity.ts';
import { processOutput } from '../issue/process-output.ts';
import { Refusal, type Word } from '../refusal.ts';
import type { Dialect, No } from './dialect.ts';
import { formPairs } from './form.ts';
import type { HttpAnswer } from './http.ts';

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** Ours, as §3 allows: `access_token` is what `credential_process` prints. */
export const awsCredentialsType = 'urn:daypass:token-type:aws-credentials';

/** Ours, too: a presigned GetCallerIdentity as `identity/aws/proof-form.ts` writes it. */
export const awsSignedRequestType = 'urn:daypass:token-type:aws-signed-request';

const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
const tokenTypes: ReadonlyMap<string, PresentedProof['kind']> = new Map([
  [tokenType('id_token'), 'oidc'],
  [tokenType('jwt'), 'oidc'],
  [tokenType('saml2'), 'saml'],
  [awsSignedRequestType, 'aws'],
]);

/** A SAML response of 100,000 characters in base64url, and the rest. */
const limits = { longestBytes: 160 * 1024 };

/** §2.1: these may be there more than once. */
const repeatable = ['resource', 'audience'];

export const tokenExchange: Dialect<ExchangeRequest, Exchanged> = {
  read(request) {
    if (request.query !== '') throw bad('The parameters are in the body.');
    const fields = new Map<string, readonly string[]>();
    for (const [name, value] of formPairs(request, limits)) {
      // RFC 6749 §3.2: without a value it counts as left out, and once is enough for all but two.
      if (value === '') continue;
      const before = fields.get(name) ?? [];
      if (before.length > 0 && !repeatable.includes(name)) throw bad('A parameter is there more than once.');
      fields.set(name, [...before, value]);
    }
    const one = (name: string) => fields.get(name)?.[0];
    const grantType = one('grant_type');
    if (grantType === undefined) throw bad('"grant_type" must be there.');
    if (grantType !== tokenExchangeGrant) {
      throw oauth('unsupported_grant_type', `"grant_type" must be ${tokenExchangeGrant}.`);
    }
    if (fields.has('actor_token') || fields.has('actor_token_type')) {
      throw bad('Nobody acts for another here: leave "actor_token" and "actor_token_type" out.');
    }
    if (fields.has('scope')) throw oauth('invalid_scope', 'There are no scopes here: the grant says what is allowed.');
    const wanted = one('requested_token_type');
    if (wanted !== undefined && wanted !== awsCredentialsType) {
      throw bad(`"requested_token_type" may only be ${awsCredentialsType}.`);
    }
    return { proof: proofIn(one('subject_token'), one('subject_token_type')), grant: targetIn(fields) };
  },

  answer({ credentials, grant: _, ...rest }, now) {
    return answered(200, {
      access_token: processOutput({ ...credentials, expiration: timestamp(credentials.expiration) }),
      issued_token_type: awsCredentialsType,
      token_type: 'N_A',
      expires_in: Math.floor((credentials.expiration.getTime() - now.getTime()) / 1000),
      ...(rest.session.duration.limitedBy && { duration_limited_by: rest.session.duration.limitedBy }),
    });
  },

  refuse: (no, requestId) => {
    const { status, error } = formOf(no);
    return answered(status, { error, error_description: inVisibleAscii(no.says), request_id: requestId });
  },
};

function proofIn(token: string | undefined, type: string | undefined): PresentedProof {
  if (token === undefined) throw bad('"subject_token" must be there.');
  if (type === undefined) throw bad('"subject_token_type" must be there.');
  const kind = tokenTypes.get(type);
  if (kind === undefined) throw bad(`"subject_token_type" must be one of ${[...tokenTypes.keys()].join(', ')}.`);
  if (kind === 'oidc') return { kind, token };
  if (kind === 'aws') return { kind, request: token };
  return { kind: 'saml', samlResponse: base64(token), arrival: { by: 'client' } };
}

/** §3: SAML tokens come in base64url; what is neither it nor base64 is refused where responses are read. */
const base64 = (text: string) => {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, '=');
};

/** `audience` is a grant's name, `resource` the ARN of its role; one of them, for one set of credentials. */
function targetIn(fields: ReadonlyMap<string, readonly string[]>): ExchangeRequest['grant'] {
  const names = fields.get('audience') ?? [];
  const roles = fields.get('resource') ?? [];
  if (names.length + roles.length !== 1) {
    throw oauth('invalid_target', 'Send one "audience", the name of a grant, or one "resource", the ARN of its role.');
  }
  const [roleArn] = roles;
  return roleArn === undefined ? (names[0] ?? '') : { roleArn };
}

const oauth = (word: string, hint: string) => new Refusal('request_malformed', { word, hint });
const bad = (hint: string) => oauth('invalid_request', hint);

interface Form {
  readonly status: number;
  readonly error: string;
}

/** RFC 8693 §2.2.2: a subject token that is not good makes the request invalid. */
const invalidRequest: Form = { status: 400, error: 'invalid_request' };
/** A grant that is not given and one that is not there: the target is not served. */
const invalidTarget: Form = { status: 400, error: 'invalid_target' };
const unavailable: Form = { status: 503, error: 'temporarily_unavailable' };
const failure: Form = { status: 500, error: 'server_error' };

/** Closed: a new word does not compile without a form here. */
const forms: Readonly<Record<Word, Form>> = {
  request_malformed: invalidRequest,
  media_type_unsupported: invalidRequest,
  request_too_large: { status: 413, error: 'invalid_request' },
  provider_unknown: invalidRequest,
  proof_missing: invalidRequest,
  proof_not_verified: invalidRequest,
  token_expired: invalidRequest,
  token_not_yet_valid: invalidRequest,
  audience_mismatch: invalidRequest,
  claims_invalid: invalidRequest,
  assertion_expired: invalidRequest,
  assertion_not_yet_valid: invalidRequest,
  assertion_invalid: invalidRequest,
  recipient_mismatch: invalidRequest,
  sign_in_declined: invalidRequest,
  sign_in_unsolicited: invalidRequest,
  sign_in_not_begun_here: invalidRequest,
  sign_in_ended: invalidRequest,
  proof_replayed: invalidRequest,
  store_unavailable: unavailable,
  operator_unknown: invalidRequest,
  audit_unavailable: unavailable,
  revocations_full: invalidRequest,
  grant_denied: invalidTarget,
  proof_ends_soon: invalidRequest,
  authentication_too_old: invalidRequest,
  role_not_in_assertion: invalidTarget,
  session_unrenderable: invalidTarget,
  session_too_large: invalidTarget,
  policy_malformed: invalidRequest,
  policy_not_within: invalidRequest,
  sts_denied: invalidTarget,
  sts_refused_token: invalidRequest,
  sts_refused_request: { status: 502, error: 'server_error' },
  destination_not_allowed: invalidRequest,
  console_refused: failure,
  console_unavailable: unavailable,
  credentials_missing: invalidRequest,
  credentials_unknown: invalidRequest,
  signer_unavailable: unavailable,
  sts_unavailable: unavailable,
  broker_fault: failure,
};

const ownErrors = ['invalid_request', 'invalid_scope', 'invalid_target', 'unsupported_grant_type'];

function formOf({ error, word }: No): Form {
  if (word !== undefined && ownErrors.includes(word)) return { status: 400, error: word };
  return forms[error as Word] ?? failure;
}

/** RFC 6749 §5.2: error_description has no quotes, no backslash, and nothing beyond ASCII. */
const inVisibleAscii = (text: string) => text.replaceAll('"', "'").replace(/[^ -~]|\\/g, '?');

const answered = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
  body: JSON.stringify(body),
});
