// Bodies of forms (application/x-www-form-urlencoded, WHATWG URL §5.1), strictly.

import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './http.ts';
import { malformed } from './json.ts';

const mediaType = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const mostPairs = 32;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The fields by name. What is not known is left out, for others fill these forms; a known one must be there once. */
export function readForm(
  { headers, body }: HttpRequest,
  known: readonly string[],
  longestBytes: number,
): ReadonlyMap<string, string> {
  if (!mediaType.test(headers.get('content-type') ?? '')) throw new Refusal('form_expected');
  if (body.length > longestBytes) throw new Refusal('request_too_large', { bytes: body.length });
  const fields = new Map<string, string>();
  const pairs = textOf(body).split('&', mostPairs + 1);
  if (pairs.length > mostPairs) throw malformed('The form has too many fields.');
  for (const pair of pairs) {
    const [name = '', value = ''] = decoded(pair);
    if (!known.includes(name)) continue;
    if (fields.has(name)) throw malformed(`"${name}" must be there once.`);
    fields.set(name, value);
  }
  return fields;
}

function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw malformed('The body must be UTF-8.');
  }
}

function decoded(pair: string): readonly string[] {
  const at = pair.indexOf('=');
  try {
    return [pair.slice(0, at < 0 ? pair.length : at), at < 0 ? '' : pair.slice(at + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
  } catch {
    throw malformed('The form is not encoded as a form.');
  }
}
