// Signature Version 4 by hand, so that a test can sign what no SDK would.
// Source: IAM User Guide, "Create a signed AWS API request".

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
  readonly body?: string;
  /** Beside the host, the date and the session token. */
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

const hex = (data: string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

const inOrder = (a: string, b: string) => (a < b ? -1 : 1);

export const basicFormat = (date: Date) => date.toISOString().replace(/[-:]|\.\d{3}/g, '');

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
): Required<Sent> & { readonly headers: Record<string, string> } {
  const date = basicFormat(at);
  const headers: Record<string, string> = {
    host,
    'x-amz-date': date,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    ...formHeaders,
    ...more,
  };
  const names = Object.keys(headers)
    .filter((name) => !unsigned.includes(name))
    .sort(inOrder);
  const [uri = '/', query = ''] = path.split('?');
  const canonical = [
    method,
    uri,
    query.split('&').sort(inOrder).join('&'),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    hex(body),
  ].join('\n');
  const scope = [day, region, service, terminator];
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), hex(canonical)].join('\n')).toString('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${[accessKeyId, ...scope].join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { method, path, headers, body };
}
