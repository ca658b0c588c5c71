// What the JSON dialects share: strict bodies in, uncached bodies out, one form of error.

import { Refusal } from '../refusal.ts';
import { parseStrictJson } from '../strict-json.ts';
import type { No } from './dialect.ts';
import type { HttpAnswer, HttpRequest } from './http.ts';

/** A SAML response has at most 100,000 characters, a token 20,000; the rest is room for growth. */
export const longestBodyBytes = 128 * 1024;

const mediaType = /^application\/json\s*(;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The members of the body's one object, each of which must be known. */
export function readJson({ headers, body }: HttpRequest, known: readonly string[]): ReadonlyMap<string, unknown> {
  if (!mediaType.test(headers.get('content-type') ?? '')) throw new Refusal('media_type_unsupported');
  if (body.length > longestBodyBytes) throw new Refusal('request_too_large', { bytes: body.length });
  const members = strictObject(body);
  if ([...members.keys()].some((name) => !known.includes(name))) {
    throw malformed(`The members of the body are ${known.join(', ')}; there is another.`);
  }
  return members;
}

function strictObject(body: Buffer): ReadonlyMap<string, unknown> {
  try {
    return parseStrictJson(utf8.decode(body));
  } catch {
    // The parser's message may quote the body, and with it a token.
    throw malformed('The body must be one JSON object in UTF-8, with no member twice.');
  }
}

/** `hint` says in our own words what would be right; it never repeats what was sent. */
export const malformed = (hint: string) => new Refusal('request_malformed', { hint });

export function answerJson(status: number, body: unknown): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

export const refuseInJson = ({ status, error, says }: No, requestId: string): HttpAnswer =>
  answerJson(status, { error, message: says, requestId });
