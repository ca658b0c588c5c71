// POST / and GET /: STS's own wire, for whatever already speaks to STS. RoleArn chooses the grant; the rest may only
// narrow what the grant allows.
// Source: AWS STS API Reference; IAM User Guide, "Make HTTP query requests".

import { errorXml, queryHeaders, resultXml, stsProtocol } from '../aws-query/answer.ts';
import { AwsError } from '../aws-query/aws-error.ts';
import { readSamlRequest, readWebIdentityRequest, type SessionParameters } from '../aws-query/federated-requests.ts';
import { type Parameters, parametersOf } from '../aws-query/parameters.ts';
import { timestamp } from '../aws-query/timestamp.ts';
import type { XmlValue } from '../aws-query/xml.ts';
import type { Exchanged, ExchangeRequest } from '../exchange.ts';
import type { PresentedProof } from '../identity/identity.ts';
import type { CallerIdentity, ShownCredentials } from '../issue/issued-sessions.ts';
import { withoutSecrets } from '../printable.ts';
import { Refusal, type Word } from '../refusal.ts';
import type { Narrowing } from '../session/narrow-session.ts';
import type { Dialect, No } from './dialect.ts';
import { formPairs, type Pairs, queryPairs } from './form.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';
import { redirectTo } from './page.ts';

type FederatedAction = 'AssumeRoleWithWebIdentity' | 'AssumeRoleWithSAML';

export type StsAsked =
  | { readonly action: FederatedAction; readonly exchange: ExchangeRequest }
  | { readonly action: 'GetCallerIdentity'; readonly shown: ShownCredentials }
  /** A person's browser came by. */
  | { readonly action: 'page' };

export type StsAnswered =
  | { readonly action: FederatedAction; readonly exchanged: Exchanged }
  | { readonly action: 'GetCallerIdentity'; readonly caller: CallerIdentity }
  | { readonly action: 'page' };

export interface StsQuerySettings {
  /** Where people are sent who open the address in a browser; `undefined` where there is no portal. */
  readonly portal: string | undefined;
}

/** A SAML assertion of 100,000 characters with every third of them escaped. */
const limits = { longestBytes: 320 * 1024, mostPairs: 64 };

/** What each action knows, besides `PolicyArns.member.1.arn` and its like. */
const session = ['RoleArn', 'Policy', 'DurationSeconds'];
const known: Readonly<Record<string, readonly string[]>> = {
  AssumeRoleWithWebIdentity: [...session, 'RoleSessionName', 'WebIdentityToken', 'ProviderId'],
  AssumeRoleWithSAML: [...session, 'PrincipalArn', 'SAMLAssertion'],
  GetCallerIdentity: [],
};

export function stsQuery({ portal }: StsQuerySettings): Dialect<StsAsked, StsAnswered> {
  return {
    read(request) {
      const isForPeople = request.method === 'GET' && !/(^|&)Action=/.test(request.query);
      if (isForPeople && portal !== undefined) return { action: 'page' };
      try {
        return asked(request);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { code: word, message = 'The request is malformed.' } = error.form;
        throw new Refusal('request_malformed', { word, hint: withoutSecrets(message) });
      }
    },

    answer(answered, _now, requestId = '') {
      if (answered.action === 'page') return redirectTo(portal ?? '/');
      const result = answered.action === 'GetCallerIdentity' ? callerMembers(answered.caller) : membersOf(answered);
      const body = resultXml({ name: answered.action, result }, requestId, stsProtocol);
      return { status: 200, headers: headersFor(requestId), body };
    },

    refuse,
  };
}

const headersFor = (requestId: string) => ({ ...queryHeaders(requestId), 'cache-control': 'no-store' });

function asked(request: HttpRequest): StsAsked {
  if (request.method !== 'GET' && request.query !== '')
    throw badQuery('Parameters are in the body or in the query, not in both.');
  const parameters = parametersIn(request.method === 'GET' ? queryPairs(request, limits) : formPairs(request, limits));
  const action = parameters.get('Action');
  switch (action) {
    case 'AssumeRoleWithWebIdentity': {
      const { token, ...wanted } = readWebIdentityRequest(parameters);
      return { action, exchange: exchangeFor({ kind: 'oidc', token }, wanted) };
    }
    case 'AssumeRoleWithSAML': {
      const { samlAssertion: samlResponse, principalArn, ...wanted } = readSamlRequest(parameters);
      const proof = { kind: 'saml', samlResponse, arrival: { by: 'client' } } as const;
      return { action, exchange: exchangeFor(proof, wanted, principalArn) };
    }
    default:
      return { action: 'GetCallerIdentity', shown: shownIn(request, parameters) };
  }
}

/** AWS ignores what it does not know and takes the first of two. Here either might hide a wish to narrow. */
function parametersIn(pairs: Pairs): Parameters {
  const names = new Set<string>();
  for (const [name] of pairs) {
    if (names.has(name)) throw badQuery(`There is a parameter more than once.`);
    names.add(name);
  }
  const parameters = parametersOf(new URLSearchParams(pairs.map(([name, value]) => [name, value])));
  const action = parameters.get('Action') ?? '';
  const version = parameters.get('Version') ?? 'NO_VERSION_SPECIFIED';
  if (action === '') throw sts('MissingAction', 'The request has no Action.');
  const allowed = Object.hasOwn(known, action) ? known[action] : undefined;
  if (!allowed || version !== stsProtocol.version) {
    // What does not look like a name or a version may be a proof that somebody put into the wrong place.
    const name = /^[A-Z][A-Za-z]{0,39}$/.test(action) ? action : 'of that name';
    const of = /^(\d{4}-\d\d-\d\d|NO_VERSION_SPECIFIED)$/.test(version) ? version : 'of that name';
    const says = `Could not find operation ${name} for version ${of}`;
    throw sts('InvalidAction', `${says}. Daypass answers ${Object.keys(known).join(', ')} of ${stsProtocol.version}.`);
  }
  const isKnown = (name: string) =>
    ['Action', 'Version', ...allowed].includes(name) ||
    /^X-Amz-[A-Za-z-]+$/.test(name) ||
    (allowed.includes('Policy') && /^PolicyArns\.member\.\d{1,3}\.arn$/.test(name));
  const strangers = [...names].filter((name) => !isKnown(name));
  if (strangers.length > 0) {
    throw badQuery(`The parameters of ${action} are ${allowed.join(', ') || 'none'}; there is another.`);
  }
  return parameters;
}

/** The name of the session is the grant's to give, so the caller's RoleSessionName counts for nothing. */
function exchangeFor(
  proof: PresentedProof,
  { roleArn, policy, policyArns, durationSeconds }: SessionParameters,
  principalArn?: string,
): ExchangeRequest {
  const narrowing: Narrowing = { policy, policyArns };
  return {
    proof,
    grant: { roleArn, ...(principalArn !== undefined && { principalArn }) },
    ...(durationSeconds !== undefined && { durationSeconds }),
    ...((policy !== undefined || policyArns.length > 0) && { narrowing }),
  };
}

const keyForm = /^[A-Z0-9]{16,128}$/;

/** Whose credentials signed the request (SigV4, in the header or presigned). */
function shownIn({ headers }: HttpRequest, parameters: Parameters): ShownCredentials {
  const [, inHeader] = /\bCredential=([^/,\s]+)\//.exec(headers.get('authorization') ?? '') ?? [];
  const accessKeyId = inHeader ?? parameters.get('X-Amz-Credential')?.split('/')[0];
  if (accessKeyId === undefined || !keyForm.test(accessKeyId)) throw new Refusal('credentials_missing');
  const sessionToken = headers.get('x-amz-security-token') ?? parameters.get('X-Amz-Security-Token');
  if (sessionToken === undefined) throw new Refusal('credentials_unknown', { why: 'a key without a session token' });
  return { accessKeyId, sessionToken };
}

const callerMembers = ({ arn, userId, account }: CallerIdentity): XmlValue => ({
  Arn: arn,
  UserId: userId,
  Account: account,
});

function membersOf({ action, exchanged }: Extract<StsAnswered, { action: FederatedAction }>): XmlValue {
  const { credentials, user, told } = exchanged;
  const names =
    action === 'AssumeRoleWithWebIdentity'
      ? (['SubjectFromWebIdentityToken', 'Audience', 'Provider'] as const)
      : (['Subject', 'SubjectType', 'Issuer', 'Audience', 'NameQualifier'] as const);
  const tellings = (of: readonly (typeof names)[number][] | readonly ['PackedPolicySize', 'SourceIdentity']) =>
    Object.fromEntries(of.map((name) => [name, told.get(name)]));
  return {
    ...tellings(names),
    AssumedRoleUser: { AssumedRoleId: user.userId, Arn: user.arn },
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: timestamp(credentials.expiration),
    },
    ...tellings(['PackedPolicySize', 'SourceIdentity']),
  };
}

const sts = (word: string, hint: string) => new Refusal('request_malformed', { word, hint });
const badQuery = (hint: string) => sts('InvalidQueryParameter', hint);

/** Codes that the readers come to by themselves. */
const ownCodes: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  InvalidAction: 400,
  InvalidIdentityToken: 400,
  InvalidQueryParameter: 400,
  MalformedInput: 400,
  MissingAction: 400,
  ValidationError: 400,
};

interface Form {
  readonly status: number;
  readonly code: string;
  /** AWS's own sentence, where tools look for it. */
  readonly says?: (action: string) => string;
}

const notAuthorized: Form = {
  status: 403,
  code: 'AccessDenied',
  says: (action) => `Not authorized to perform sts:${action}`,
};
const badToken: Form = { status: 400, code: 'InvalidIdentityToken' };
const expired: Form = { status: 400, code: 'ExpiredTokenException' };
const invalid: Form = { status: 400, code: 'ValidationError' };
/** SDKs try again. */
const unavailable: Form = { status: 503, code: 'ServiceUnavailable' };
const failure: Form = { status: 500, code: 'InternalFailure' };

/** How STS would call each no. Closed: a new word does not compile without a form here. */
const forms: Readonly<Record<Word, Form>> = {
  request_malformed: { status: 400, code: 'InvalidQueryParameter' },
  media_type_unsupported: { status: 415, code: 'InvalidQueryParameter' },
  request_too_large: { status: 413, code: 'RequestEntityTooLarge' },
  provider_unknown: badToken,
  proof_missing: badToken,
  proof_not_verified: badToken,
  token_expired: expired,
  token_not_yet_valid: badToken,
  audience_mismatch: badToken,
  claims_invalid: badToken,
  assertion_expired: expired,
  assertion_not_yet_valid: badToken,
  assertion_invalid: badToken,
  recipient_mismatch: badToken,
  sign_in_declined: badToken,
  sign_in_unsolicited: badToken,
  sign_in_not_begun_here: badToken,
  sign_in_ended: expired,
  proof_replayed: badToken,
  store_unavailable: unavailable,
  operator_unknown: { status: 403, code: 'AccessDenied' },
  audit_unavailable: unavailable,
  revocations_full: notAuthorized,
  grant_denied: notAuthorized,
  proof_ends_soon: expired,
  authentication_too_old: expired,
  role_not_in_assertion: badToken,
  session_unrenderable: { status: 403, code: 'AccessDenied' },
  session_too_large: { status: 400, code: 'PackedPolicyTooLarge' },
  policy_malformed: { status: 400, code: 'MalformedPolicyDocument' },
  policy_not_within: invalid,
  sts_denied: notAuthorized,
  sts_refused_token: badToken,
  sts_refused_request: invalid,
  destination_not_allowed: invalid,
  console_refused: failure,
  console_unavailable: unavailable,
  credentials_missing: {
    status: 403,
    code: 'MissingAuthenticationToken',
    says: () => 'Request is missing Authentication Token',
  },
  credentials_unknown: {
    status: 403,
    code: 'InvalidClientTokenId',
    says: () => 'The security token included in the request is invalid.',
  },
  sts_unavailable: unavailable,
  signer_unavailable: unavailable,
  broker_fault: failure,
};

function refuse(no: No, requestId: string, request?: HttpRequest): HttpAnswer {
  const { status, code, message } = formOf(no, request);
  const fromDispatcher = code === 'InvalidAction';
  const body = errorXml({ status, code, message, fromDispatcher }, requestId, stsProtocol);
  return { status, headers: headersFor(requestId), body };
}

function formOf({ error, says, hint, word }: No, request: HttpRequest | undefined) {
  const own = word === undefined ? undefined : ownCodes[word];
  if (word !== undefined && own !== undefined) return { status: own, code: word, message: hint ?? says };
  const form = forms[error as Word] ?? failure;
  return { status: form.status, code: form.code, message: form.says?.(actionIn(request)) ?? says };
}

/** Of a request that was read, so that it is one of two. */
const actionIn = (request: HttpRequest | undefined): FederatedAction => {
  const text = request?.method === 'GET' ? request.query : (request?.body.toString('latin1') ?? '');
  return /(^|&)Action=AssumeRoleWithSAML(&|$)/.test(text) ? 'AssumeRoleWithSAML' : 'AssumeRoleWithWebIdentity';
};
