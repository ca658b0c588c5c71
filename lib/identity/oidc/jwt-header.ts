import { Refusal } from '../../refusal.ts';
import { type Algorithm, isAlgorithm } from './algorithms.ts';
import type { UnprovedJwt } from './compact-jwt.ts';

export interface JwtHeader {
  readonly algorithm: Algorithm;
  readonly keyId: string;
}

/** Members that change what the token means (RFC 7515 §4.1.11, RFC 7797, RFC 7516): we understand none of them. */
const notUnderstood = ['crit', 'b64', 'zip', 'enc', 'cty'];

/**
 * Reads which key to look for. `jwk`, `jku`, `x5u` and `x5c` are never read: a token must not bring its own key.
 * `typ` may be absent or JWT; `at+jwt`, `logout+jwt` and their like are other things signed by the same key (RFC 8725 §3.11).
 */
export function readHeader({ header }: UnprovedJwt): JwtHeader {
  const algorithm = header.get('alg');
  if (!isAlgorithm(algorithm)) throw new Refusal('algorithm_not_allowed', { why: 'alg is not one of RS256 to ES512' });
  const foreign = notUnderstood.find((member) => header.has(member));
  if (foreign) throw new Refusal('token_malformed', { why: `header has ${foreign}` });
  const type = header.get('typ');
  if (type !== undefined && (typeof type !== 'string' || type.toUpperCase() !== 'JWT')) {
    throw new Refusal('token_malformed', { why: 'typ is not JWT' });
  }
  const keyId = header.get('kid');
  if (typeof keyId !== 'string' || keyId === '') throw new Refusal('key_unknown', { why: 'no kid in the header' });
  return { algorithm, keyId };
}
