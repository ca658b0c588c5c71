// Bodies of forms (application/x-www-form-urlencoded, WHATWG URL §5.1), strictly.

import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './http.ts';
import { malformed } from './json.ts';

const mediaType = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const isForm = ({ headers }: HttpRequest) => mediaType.test(headers.get('content-type') ?? '');

export interface FormLimits {
  readonly longestBytes: number;
  readonly mostPairs?: number;
}

/** Names and values as they were sent, in their order. */
export type Pairs = readonly (readonly [name: string, value: string])[];

/** The fields of a body. Throws a `Refusal`. */
export function formPairs(request: HttpRequest, { longestBytes, mostPairs = 32 }: FormLimits): Pairs {
  if (!isForm(request)) throw new Refusal('form_expected');
  const { body } = request;
  if (body.length > longestBytes) throw new Refusal('request_too_large', { bytes: body.length });
  return pairsOf(textOf(body), mostPairs);
}

/** Those of a query. Throws a `Refusal`. */
export function queryPairs({ query }: HttpRequest, { longestBytes, mostPairs = 32 }: FormLimits): Pairs {
  if (query.length > longestBytes) throw new Refusal('request_too_large', { bytes: query.length });
  return query === '' ? [] : pairsOf(query, mostPairs);
}

function pairsOf(text: string, mostPairs: number): Pairs {
  const pairs = text.split('&', mostPairs + 1);
  if (pairs.length > mostPairs) throw malformed('The form has too many fields.');
  return pairs.map(decoded);
}

/** The fields by name. What is not known is left out, for others fill these forms; a known one must be there once. */
export function readForm(
  request: HttpRequest,
  known: readonly string[],
  longestBytes: number,
): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of formPairs(request, { longestBytes })) {
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

function decoded(pair: string): readonly [string, string] {
  const at = pair.indexOf('=');
  const text = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
  try {
    return at < 0 ? [text(pair), ''] : [text(pair.slice(0, at)), text(pair.slice(at + 1))];
  } catch {
    throw malformed('The form is not encoded as a form.');
  }
}
