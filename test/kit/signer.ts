// Signature Version 4 by hand, so that a test can sign what no SDK would.
// Source: IAM User Guide, "Create a signed AWS API request"; Amazon S3 API Reference, "Using query parameters".

import { createHash, createHmac } from 'node:crypto';
import { aMoment } from './issuer.ts';
import type { Sent } from './loopback.ts';
import { formHeaders } from './sts.ts';

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Long-term keys have none. */
  readonly sessionToken?: string | undefined;
}

export interface SigningSettings {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string | Buffer;
  /** Beside the host, the date and the session token. S3's `x-amz-content-sha256` is what is signed for the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that are sent but left out of the signature. */
  readonly unsigned?: readonly string[];
  readonly at?: Date;
  readonly region?: string;
  readonly service?: string;
  /** The first part of the scope, by default the day of `at`. */
  readonly day?: string;
  readonly terminator?: string;
}

export interface PresigningSettings extends Omit<SigningSettings, 'body' | 'unsigned'> {
  readonly expiresSeconds?: number;
}

type Headers = Record<string, string>;
type SignedRequest = Required<Sent> & { readonly headers: Headers };

const hex = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

const inOrder = (a: string, b: string) => (a < b ? -1 : 1);

export const basicFormat = (date: Date) => date.toISOString().replace(/[-:]|\.\d{3}/g, '');

const algorithm = 'AWS4-HMAC-SHA256';

interface ToSign {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly names: readonly string[];
  readonly payload: string;
  readonly date: string;
  readonly scope: readonly string[];
}

function signatureOf({ method, path, headers, names, payload, date, scope }: ToSign, secretAccessKey: string): string {
  const [uri = '/', query = ''] = path.split('?');
  const canonical = [
    method,
    uri,
    query.split('&').sort(inOrder).join('&'),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  return hmac(key, [algorithm, date, scope.join('/'), hex(canonical)].join('\n')).toString('hex');
}

/** A GetCallerIdentity to this host, signed, unless told otherwise. */
export function signedRequest(
  { accessKeyId, secretAccessKey, sessionToken }: SigningKeys,
  host: string,
  {
    method = 'POST',
    path = '/',
    body = method === 'GET' ? '' : 'Action=GetCallerIdentity&Version=2011-06-15',
    headers: more = {},
    unsigned = [],
    at = aMoment,
    region = 'us-east-1',
    service = 'sts',
    day = basicFormat(at).slice(0, 8),
    terminator = 'aws4_request',
  }: SigningSettings = {},
): SignedRequest {
  const date = basicFormat(at);
  const headers: Headers = {
    host,
    'x-amz-date': date,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    ...formHeaders,
    ...more,
  };
  const names = Object.keys(headers)
    .filter((name) => !unsigned.includes(name))
    .sort(inOrder);
  const scope = [day, region, service, terminator];
  const payload = headers['x-amz-content-sha256'] ?? hex(body);
  const signature = signatureOf({ method, path, headers, names, payload, date, scope }, secretAccessKey);
  headers.authorization = `${algorithm} Credential=${[accessKeyId, ...scope].join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method, path, headers, body };
}

/** A GET whose signature is in its query, so that an address is all that it takes. */
export function presignedRequest(
  { accessKeyId, secretAccessKey, sessionToken }: SigningKeys,
  host: string,
  {
    method = 'GET',
    path = '/?Action=GetCallerIdentity&Version=2011-06-15',
    headers: more = {},
    at = aMoment,
    region = 'us-east-1',
    service = 'sts',
    day = basicFormat(at).slice(0, 8),
    terminator = 'aws4_request',
    expiresSeconds = 60,
  }: PresigningSettings = {},
): SignedRequest {
  const date = basicFormat(at);
  const scope = [day, region, service, terminator];
  const headers: Headers = { host, ...more };
  const names = Object.keys(headers).sort(inOrder);
  const written = {
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': [accessKeyId, ...scope].join('/'),
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expiresSeconds),
    ...(sessionToken !== undefined && { 'X-Amz-Security-Token': sessionToken }),
    'X-Amz-SignedHeaders': names.join(';'),
  };
  const parameters = Object.entries(written).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const unsigned = `${path}${path.includes('?') ? '&' : '?'}${parameters.join('&')}`;
  const payload = service === 's3' ? 'UNSIGNED-PAYLOAD' : hex('');
  const signature = signatureOf({ method, path: unsigned, headers, names, payload, date, scope }, secretAccessKey);
  return { method, path: `${unsigned}&X-Amz-Signature=${signature}`, headers, body: '' };
}
