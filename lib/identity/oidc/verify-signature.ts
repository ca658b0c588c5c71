import { JwtParseError } from 'aws-jwt-verify/error';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { Refusal } from '../../refusal.ts';
import type { JwtHeader } from './jwt-header.ts';
import type { SigningKey } from './signing-keys.ts';

/** Proves that the key signed the token, and that the token names the issuer. Times and audience are ours to check. */
export function verifySignature(
  token: string,
  issuer: string,
  header: JwtHeader,
  { algorithms, key, jwk }: SigningKey,
): void {
  const { algorithm } = header;
  // The key decides what may be verified with it; else a header could turn one family's key into another's.
  if (!algorithms.includes(algorithm)) throw new Refusal('algorithm_not_allowed', { why: 'alg does not fit the key' });
  try {
    // The library would read the clock itself, so its leeway is made endless; the audience is left to the claim checks.
    const options = { issuer, audience: null, graceSeconds: Number.MAX_SAFE_INTEGER };
    verifyJwtSync(token, { ...jwk, alg: algorithm }, options, () => key);
  } catch (cause) {
    // The library looks at the types of claims before it looks at the signature.
    throw new Refusal(cause instanceof JwtParseError ? 'token_malformed' : 'signature_invalid', {}, { cause });
  }
}
