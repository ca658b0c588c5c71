// Verifies AWS Signature Version 4 in the Authorization header, in the order in which AWS does.
// Source: IAM User Guide, "Create a signed AWS API request".

import { createHash, createHmac } from 'node:crypto';
import type { EmbeddedIam } from './account.ts';
import { type Session, type Sessions, sameSecret } from './sessions.ts';
import {
  expiredToken,
  incompleteSignature,
  invalidClientTokenId,
  missingAuthenticationToken,
  signatureDoesNotMatch,
} from './sts-error.ts';

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** In lower case; several of one name joined with commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Verifying {
  readonly sessions: Sessions;
  readonly iam: EmbeddedIam;
  readonly service: string;
  readonly now: Date;
}

const algorithm = 'AWS4-HMAC-SHA256';
const region = /^[a-z]{2,}(-[a-z]+)+-\d$/;
/** AWS takes a signature for 15 minutes either way. */
const longestSkewMilliseconds = 15 * 60_000;

/** The session that signed the request. Throws an `StsError`. */
export function verifySignatureV4(request: SignedRequest, verifying: Verifying): Session {
  const { sessions, iam, service, now } = verifying;
  const header = request.headers.get('authorization');
  if (!header?.startsWith(`${algorithm} `)) throw missingAuthenticationToken();
  const { keyId, scope, signedHeaders, signature } = partsOf(header);
  const timestamp = request.headers.get('x-amz-date') ?? '';
  checkScope(scope, timestamp, service);
  checkAge(timestamp, now);

  const session = sessions.find(keyId);
  const token = request.headers.get('x-amz-security-token');
  if (session === undefined || token === undefined || !sameSecret(token, session.sessionToken)) {
    throw invalidClientTokenId();
  }
  if (session.expires <= now) throw expiredToken();
  if (iam.roleById(session.roleId) === undefined) throw invalidClientTokenId();

  const canonical = canonicalRequest(request, signedHeaders);
  const toSign = [algorithm, timestamp, scope.join('/'), sha256(canonical)].join('\n');
  const expected = hmac(signingKey(session.secretAccessKey, scope), toSign).toString('hex');
  // Everything that can change a request's meaning must be under the signature.
  const covered = ['host', 'x-amz-security-token'].every((name) => signedHeaders.includes(name));
  if (!covered || !sameSecret(expected, signature)) {
    throw signatureDoesNotMatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    );
  }
  return session;
}

interface Authorization {
  readonly keyId: string;
  /** Date, Region, service, `aws4_request`. */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function partsOf(header: string): Authorization {
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
  const [keyId = '', ...scope] = (fields.get('Credential') ?? '').split('/');
  return {
    keyId,
    scope,
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
  };
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

function checkAge(timestamp: string, now: Date): void {
  const iso = timestamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signedAt = new Date(iso).getTime();
  if (iso === timestamp || Number.isNaN(signedAt)) {
    throw incompleteSignature("Date must be in ISO-8601 'basic format'.");
  }
  const compact = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');
  const age = now.getTime() - signedAt;
  if (age > longestSkewMilliseconds) {
    const earliest = compact(now.getTime() - longestSkewMilliseconds);
    throw signatureDoesNotMatch(
      `Signature expired: ${timestamp} is now earlier than ${earliest} (${compact(now.getTime())} - 15 min.)`,
    );
  }
  if (-age > longestSkewMilliseconds) {
    const latest = compact(now.getTime() + longestSkewMilliseconds);
    throw signatureDoesNotMatch(
      `Signature not yet current: ${timestamp} is still later than ${latest} (${compact(now.getTime())} + 15 min.)`,
    );
  }
}

function canonicalRequest(
  { method, path, query, headers, body }: SignedRequest,
  signedHeaders: readonly string[],
): string {
  const sorted = [...query]
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
    sha256(body),
  ].join('\n');
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const signingKey = (secret: string, scope: readonly string[]) =>
  scope.reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`);
