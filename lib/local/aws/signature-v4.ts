// Verifies AWS Signature Version 4, in the Authorization header or in the query of a presigned request, in the order
// in which AWS does. Source: IAM User Guide, "Create a signed AWS API request".

import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  AwsError,
  expiredToken,
  incompleteSignature,
  invalidClientTokenId,
  missingAuthenticationToken,
  signatureDoesNotMatch,
} from '../../aws-query/aws-error.ts';
import { type Caller, sessionCaller, userCaller } from './caller.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { type Sessions, sameSecret } from './sessions.ts';

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** In lower case; several of one name joined with commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** As it came: headers of one name are joined. */
export function signedRequestOf(
  { method = 'GET', rawHeaders }: Pick<IncomingMessage, 'method' | 'rawHeaders'>,
  parts: Pick<SignedRequest, 'path' | 'query' | 'body'>,
): SignedRequest {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? (rawHeaders[at + 1] ?? '') : `${earlier},${rawHeaders[at + 1] ?? ''}`);
  }
  return { method, headers, ...parts };
}

export interface Verifying {
  readonly sessions: Sessions;
  readonly iam: EmbeddedIam;
  readonly service: string;
  readonly now: Date;
}

/** A caller whose signature holds, and the Region that it was made for. */
export interface Signed {
  readonly caller: Caller;
  readonly region: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const region = /^[a-z]{2,}(-[a-z]+)+-\d$/;
/** AWS takes a signature for 15 minutes either way. */
const longestSkewMilliseconds = 15 * 60_000;
const longestPresignedSeconds = 604_800;
/** What S3's clients write where the body is not under the signature. */
const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** Throws an `AwsError`. */
export function verifySignatureV4(request: SignedRequest, verifying: Verifying): Signed {
  const { service, now } = verifying;
  const written = signatureIn(request);
  const { keyId, scope, signedHeaders, signature, timestamp, token, expiresSeconds } = written;
  checkScope(scope, timestamp, service);
  checkAge(timestamp, now, expiresSeconds);
  const { caller, secretAccessKey } = ownerOf(keyId, token, verifying);

  const canonical = canonicalRequest(request, written, payloadHash(request, written, service));
  const toSign = [algorithm, timestamp, scope.join('/'), sha256(canonical)].join('\n');
  const expected = hmac(signingKey(secretAccessKey, scope), toSign).toString('hex');
  // Everything that can change a request's meaning must be under the signature; a presigned one has it in its query.
  const needed = ['host', ...[...request.headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const covered = needed.every((name) => signedHeaders.includes(name));
  if (!covered || !sameSecret(expected, signature)) {
    throw signatureDoesNotMatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return { caller, region: scope[1] ?? '' };
}

interface WrittenSignature {
  readonly presigned: boolean;
  readonly keyId: string;
  /** Date, Region, service, `aws4_request`. */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
  readonly token: string | undefined;
  /** Of presigned requests. */
  readonly expiresSeconds: number | undefined;
}

/** The service that a request is signed for, unproved; `undefined` for a request without a signature. */
export function signedFor(request: SignedRequest): string | undefined {
  const credential =
    request.query.get('X-Amz-Credential') ??
    /Credential=([^,\s]+)/.exec(request.headers.get('authorization') ?? '')?.[1];
  return credential?.split('/').at(-2);
}

function signatureIn(request: SignedRequest): WrittenSignature {
  const header = request.headers.get('authorization');
  if (header?.startsWith(`${algorithm} `)) return inHeader(header, request.headers);
  if (request.query.get('X-Amz-Algorithm') === algorithm) return inQuery(request.query);
  throw missingAuthenticationToken();
}

function inHeader(header: string, headers: SignedRequest['headers']): WrittenSignature {
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(',')
      .map((field) => field.trim().split('=', 2) as [string, string | undefined]),
  );
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields.get(name));
  if (missing.length > 0) {
    throw incompleteSignature(missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' '));
  }
  return {
    presigned: false,
    ...credentialIn(fields.get('Credential')),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    timestamp: headers.get('x-amz-date') ?? '',
    token: headers.get('x-amz-security-token'),
    expiresSeconds: undefined,
  };
}

function inQuery(query: URLSearchParams): WrittenSignature {
  const missing = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date'].filter(
    (name) => !query.get(name),
  );
  if (missing.length > 0) {
    throw incompleteSignature(missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '));
  }
  const written = query.get('X-Amz-Expires');
  const seconds = Number(written ?? longestSkewMilliseconds / 1000);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestPresignedSeconds) {
    throw incompleteSignature(`X-Amz-Expires must be between 1 and ${longestPresignedSeconds} seconds`);
  }
  return {
    presigned: true,
    ...credentialIn(query.get('X-Amz-Credential') ?? ''),
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    timestamp: query.get('X-Amz-Date') ?? '',
    token: query.get('X-Amz-Security-Token') ?? undefined,
    expiresSeconds: seconds,
  };
}

function credentialIn(credential = ''): Pick<WrittenSignature, 'keyId' | 'scope'> {
  const [keyId = '', ...scope] = credential.split('/');
  return { keyId, scope };
}

/** Whose key it is: the user's own, or that of a session whose token came along. */
function ownerOf(
  keyId: string,
  token: string | undefined,
  { sessions, iam, now }: Verifying,
): { readonly caller: Caller; readonly secretAccessKey: string } {
  const longTerm = iam.accessKey(keyId);
  if (longTerm) {
    if (token !== undefined || !longTerm.key.active) throw invalidClientTokenId();
    return { caller: userCaller(longTerm.user), secretAccessKey: longTerm.key.secretAccessKey };
  }
  const session = sessions.find(keyId);
  if (session === undefined || token === undefined || !sameSecret(token, session.sessionToken)) {
    throw invalidClientTokenId();
  }
  if (session.expires <= now) throw expiredToken();
  const caller = sessionCaller(session, iam);
  if (caller === undefined) throw invalidClientTokenId();
  return { caller, secretAccessKey: session.secretAccessKey };
}

function checkScope(scope: readonly string[], timestamp: string, service: string): void {
  const [date = '', scopedRegion = '', scopedService, terminator] = scope;
  if (scope.length !== 4 || terminator !== 'aws4_request') {
    throw incompleteSignature(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term',
    );
  }
  const wrong = [
    ...(region.test(scopedRegion) ? [] : ['Credential should be scoped to a valid region. ']),
    ...(scopedService === service ? [] : [`Credential should be scoped to correct service: '${service}'. `]),
    ...(timestamp.startsWith(date) && date.length === 8
      ? []
      : ['Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP. ']),
  ];
  if (wrong.length > 0) throw signatureDoesNotMatch(wrong.join(''));
}

function checkAge(timestamp: string, now: Date, expiresSeconds: number | undefined): void {
  const iso = timestamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signedAt = new Date(iso).getTime();
  if (iso === timestamp || Number.isNaN(signedAt)) {
    throw incompleteSignature("Date must be in ISO-8601 'basic format'.");
  }
  const longest = expiresSeconds === undefined ? longestSkewMilliseconds : expiresSeconds * 1000;
  const compact = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');
  const age = now.getTime() - signedAt;
  if (age > longest) {
    const earliest = compact(now.getTime() - longest);
    const allowed = expiresSeconds === undefined ? '15 min.' : `${expiresSeconds} s.`;
    throw signatureDoesNotMatch(
      `Signature expired: ${timestamp} is now earlier than ${earliest} (${compact(now.getTime())} - ${allowed})`,
    );
  }
  if (-age > longestSkewMilliseconds) {
    const latest = compact(now.getTime() + longestSkewMilliseconds);
    throw signatureDoesNotMatch(
      `Signature not yet current: ${timestamp} is still later than ${latest} (${compact(now.getTime())} + 15 min.)`,
    );
  }
}

/** S3 lets its clients say the hash of the body, or that it is not signed; elsewhere the body is always under it. */
function payloadHash({ headers, body }: SignedRequest, { presigned }: WrittenSignature, service: string): string {
  const actual = sha256(body);
  if (service !== 's3') return actual;
  const said = headers.get('x-amz-content-sha256') ?? (presigned ? unsignedPayload : actual);
  if (/^[0-9a-f]{64}$/.test(said) && said !== actual) {
    throw new AwsError({
      status: 400,
      code: 'XAmzContentSHA256Mismatch',
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    });
  }
  return said;
}

function canonicalRequest(
  { method, path, query, headers }: SignedRequest,
  { signedHeaders }: WrittenSignature,
  hash: string,
): string {
  const sorted = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  const canonicalHeaders = signedHeaders.map(
    (name) => `${name}:${(headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    method,
    path,
    sorted.map((pair) => pair.join('=')).join('&'),
    canonicalHeaders.join(''),
    signedHeaders.join(';'),
    hash,
  ].join('\n');
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const signingKey = (secret: string, scope: readonly string[]) =>
  scope.reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`);
