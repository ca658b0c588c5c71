import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Jwk } from 'aws-jwt-verify/jwk';
import { parseStrictJson } from '../../strict-json.ts';
import { type Algorithm, algorithmsOf } from './algorithms.ts';

/** A public key that may sign tokens, ready for use. */
export interface SigningKey {
  readonly keyId: string;
  readonly algorithms: readonly Algorithm[];
  readonly key: KeyObject;
  /** Its public members, as the verifying library wants to see them. */
  readonly jwk: Jwk;
}

/** STS takes at most 100 RSA and 100 EC keys. */
const mostKeys = 200;
const smallestModulusBits = 2048;
/** Beyond it a single signature costs milliseconds. */
const largestModulusBits = 8192;
const smallestExponent = 3n;
const largestExponent = 1n << 32n;

/** Members of a private or symmetric key (RFC 7518 §6): whoever publishes one has lost it. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a JWK Set (RFC 7517 §5) and keeps what may verify a signature. A key that is unfit is left out, for the
 * others still count; two usable keys under one `kid` are both left out, for nobody could say which was meant.
 * Throws a plain `Error` when the text is not a JWK Set.
 */
export function parseJwks(text: string): ReadonlyMap<string, SigningKey> {
  const list = parseStrictJson(text).get('keys');
  if (!Array.isArray(list)) throw new Error('has no list of keys');
  if (list.length > mostKeys) throw new Error(`has more than ${mostKeys} keys`);
  const usable = new Map<string, SigningKey>();
  const ambiguous = new Set<string>();
  for (const key of list.map(signingKey)) {
    if (key === undefined) continue;
    if (usable.has(key.keyId)) ambiguous.add(key.keyId);
    usable.set(key.keyId, key);
  }
  for (const keyId of ambiguous) usable.delete(keyId);
  return usable;
}

function signingKey(value: unknown): SigningKey | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const jwk = new Map<string, unknown>(Object.entries(value));
  const keyId = jwk.get('kid');
  if (typeof keyId !== 'string' || keyId === '') return undefined;
  if (secretMembers.some((member) => jwk.has(member))) return undefined;
  if (!isForVerifying(jwk)) return undefined;
  const fitting = algorithmsOf(jwk.get('kty'), jwk.get('crv'));
  const declared = jwk.get('alg');
  const allowed = declared === undefined ? fitting : fitting.filter((algorithm) => algorithm === declared);
  const key = allowed.length > 0 ? publicKey(jwk) : undefined;
  return key && { keyId, algorithms: allowed, key, jwk: key.export({ format: 'jwk' }) as Jwk };
}

/** RFC 7517 §4.2 and §4.3. */
function isForVerifying(jwk: ReadonlyMap<string, unknown>): boolean {
  const use = jwk.get('use');
  const operations = jwk.get('key_ops');
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

function publicKey(jwk: ReadonlyMap<string, unknown>): KeyObject | undefined {
  const members = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, jwk.get(name)]));
  try {
    // Only the members of a public key are handed over; a point off its curve is refused here.
    const key = createPublicKey({ format: 'jwk', key: members(['kty', 'n', 'e', 'crv', 'x', 'y']) });
    return isStrong(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** With an exponent of 1 anybody can forge; below 2048 bits some can. */
function isStrong({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  if (asymmetricKeyType !== 'rsa') return true;
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails;
  return (
    modulusLength >= smallestModulusBits &&
    modulusLength <= largestModulusBits &&
    publicExponent >= smallestExponent &&
    publicExponent <= largestExponent &&
    publicExponent % 2n === 1n
  );
}
