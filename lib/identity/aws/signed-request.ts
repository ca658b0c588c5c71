import { stsProtocol } from '../../aws-query/answer.ts';
import { stsEndpoint } from '../../aws-query/sts-endpoint.ts';
import { Refusal } from '../../refusal.ts';
import { parseStrictJson } from '../../strict-json.ts';
import { audienceHeader, awsProofPrefix, nonceHeader } from './proof-form.ts';

/** A presigned request of one form only, and not yet believed. */
export interface SignedRequest {
  readonly region: string;
  readonly audience: string;
  readonly nonce: string;
  readonly signedAt: Date;
  readonly expires: Date;
  /** By name, decoded, in one order however they came. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A session token has some hundred to some thousand characters. */
const longestProofCharacters = 16_384;
/** STS would take a request for 15 minutes and more: whoever steals one has less. */
const longestSeconds = 300;

/**
 * What may stand in the query, each once: whatever else a caller has signed is for somebody else. Headers that are signed
 * are those that we send, so a request made for another service cannot come here.
 */
const forms: ReadonlyMap<string, RegExp> = new Map([
  ['Action', /^GetCallerIdentity$/],
  ['Version', new RegExp(`^${stsProtocol.version}$`)],
  ['X-Amz-Algorithm', /^AWS4-HMAC-SHA256$/],
  ['X-Amz-Credential', /^A[A-Z0-9]{15,127}\/\d{8}\/[a-z]{2,}(?:-[a-z]+)+-\d\/sts\/aws4_request$/],
  ['X-Amz-Date', /^\d{8}T\d{6}Z$/],
  ['X-Amz-Expires', /^[1-9]\d{0,2}$/],
  ['X-Amz-Security-Token', /^[\w+/=-]{16,12288}$/],
  ['X-Amz-Signature', /^[\da-f]{64}$/],
  ['X-Amz-SignedHeaders', new RegExp(`^host;${audienceHeader};${nonceHeader}$`)],
]);
/** Long-term keys have none. */
const optional = 'X-Amz-Security-Token';

/** 128 bits and more; nothing that a signer would trim or fold. */
const nonceForm = /^[\w-]{22,128}$/;
const urlForm = /^(https:\/\/[a-z0-9.-]+)\/\?([!-~]+)$/;

// A byte order mark is kept, so that the JSON reader refuses it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `why` quotes nothing of what was sent. */
export const invalid = (why: string, cause?: unknown) => new Refusal('aws_request_invalid', { why }, { cause });

/** Throws a `Refusal`. */
export function parseSignedRequest(proof: string, partition: string): SignedRequest {
  const members = membersOf(proof);
  const [url, audience, nonce] = ['url', 'audience', 'nonce'].map((name) => members.get(name));
  if (members.size !== 3 || typeof url !== 'string' || typeof audience !== 'string' || typeof nonce !== 'string') {
    throw invalid('has other members than the texts url, audience, nonce');
  }
  if (!nonceForm.test(nonce)) throw invalid('nonce must be 22 to 128 letters, digits, _ and -');
  const [, origin, query = ''] = urlForm.exec(url) ?? [];
  if (origin === undefined) throw invalid('url must be https://{host}/?{query}');
  const parameters = parametersIn(query);
  const part = (name: string) => parameters.get(name) ?? '';

  const [, , region = ''] = part('X-Amz-Credential').split('/');
  // The host is never taken from the caller: the Region in the signature makes it, and his own must be the same.
  if (origin !== stsEndpoint(region, partition)) {
    throw invalid('host must be the endpoint of STS in the Region of the signature: not global, FIPS or dual-stack');
  }
  const signedAt = timeIn(part('X-Amz-Date'));
  const seconds = Number(part('X-Amz-Expires'));
  if (seconds > longestSeconds) throw invalid(`X-Amz-Expires must be at most ${longestSeconds}`);
  const expires = new Date(signedAt.getTime() + seconds * 1000);
  return { region, audience, nonce, signedAt, expires, parameters };
}

function membersOf(proof: string): ReadonlyMap<string, unknown> {
  if (proof.length > longestProofCharacters) throw invalid(`is longer than ${longestProofCharacters} characters`);
  if (!proof.startsWith(awsProofPrefix)) throw invalid(`does not begin with ${awsProofPrefix}`);
  const encoded = proof.slice(awsProofPrefix.length);
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.toString('base64url') !== encoded) throw invalid('is not canonical base64url');
  try {
    return parseStrictJson(utf8.decode(bytes), 1);
  } catch (cause) {
    throw invalid('is not strict JSON', cause);
  }
}

function parametersIn(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const pair of query.split('&', forms.size + 1)) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0));
    if (!forms.has(name)) throw invalid('has a query parameter that has no place there');
    if (given.has(name)) throw invalid(`has ${name} twice`);
    given.set(name, decoded(pair.slice(at + 1), name));
  }
  const parameters = new Map<string, string>();
  for (const [name, form] of forms) {
    const value = given.get(name);
    if (value === undefined && name === optional) continue;
    if (value === undefined) throw invalid(`lacks ${name}`);
    if (!form.test(value)) throw invalid(`has another ${name} than is taken`);
    parameters.set(name, value);
  }
  return parameters;
}

function decoded(value: string, name: string): string {
  // To some a plus sign is a space.
  if (value.includes('+')) throw invalid(`has a plus sign in ${name}`);
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid(`has ${name} badly encoded`);
  }
}

/** As `20260601T120000Z`. */
function timeIn(text: string): Date {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const time = new Date(iso);
  // The 30th of February would be another day.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso) throw invalid('has an X-Amz-Date that is no time');
  return time;
}
