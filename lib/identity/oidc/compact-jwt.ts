import { Refusal } from '../../refusal.ts';
import { parseStrictJson } from '../../strict-json.ts';

/** The parts of a JWT, read strictly and not yet believed. */
export interface UnprovedJwt {
  readonly header: ReadonlyMap<string, unknown>;
  readonly payload: ReadonlyMap<string, unknown>;
}

/** STS takes 4 to 20,000 characters as WebIdentityToken. */
const longestTokenCharacters = 20_000;
const compactForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

// A byte order mark is kept, so that the JSON reader refuses it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JWS compact form (RFC 7515 §7.1) with one spelling only: canonical base64url, UTF-8, strict JSON. */
export function parseCompactJwt(token: string): UnprovedJwt {
  if (token.length > longestTokenCharacters) {
    throw new Refusal('token_malformed', { why: 'longer than 20,000 characters' });
  }
  if (!compactForm.test(token)) throw new Refusal('token_malformed', { why: 'not three base64url parts' });
  const [header = '', payload = '', signature = ''] = token.split('.');
  // A second spelling of the same signature would slip past whoever remembers tokens.
  decoded(signature, 'signature');
  return { header: objectIn(header, 'header'), payload: objectIn(payload, 'payload') };
}

function decoded(part: string, name: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) {
    throw new Refusal('token_malformed', { why: `${name} is not canonical base64url` });
  }
  return bytes;
}

function objectIn(part: string, name: string): ReadonlyMap<string, unknown> {
  const bytes = decoded(part, name);
  try {
    return parseStrictJson(utf8.decode(bytes));
  } catch (cause) {
    throw new Refusal('token_malformed', { why: `${name} is not strict JSON` }, { cause });
  }
}
