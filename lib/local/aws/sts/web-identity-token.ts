// A web identity token as STS validates it, which is not how our own door does: STS forgives 300 s, takes a token
// without kid when there is one key, reads azp before aud. The local stack must do as AWS does, so that what
// passes here passes there. jose verifies the signature: a second library for the second verification.

import { createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto';
import { compactVerify, importJWK, type JWK } from 'jose';
import { expiredTokenException, invalidIdentityToken } from '../../../aws-query/aws-error.ts';
import { algorithms, isAlgorithm } from '../../../identity/oidc/algorithms.ts';
import { audiencesOf, stsAudience } from '../../../identity/oidc/condition-keys.ts';
import { fetchKeySet } from '../../../identity/oidc/discovery.ts';
import type { Network } from '../../../network/network.ts';

export type Claims = ReadonlyMap<string, unknown>;

/** STS's tolerance on exp, iat and nbf alike. */
const toleranceSeconds = 300;
const required = ['iss', 'sub', 'aud', 'iat', 'exp'];

const notAJwt = () =>
  invalidIdentityToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  );
const noKey = () =>
  // Two spaces, as AWS has them.
  invalidIdentityToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  );

/** The claims, unproved, if this is a JWT with all that STS requires. Throws an `AwsError`. */
export function readClaims(token: string): Claims {
  const [header = '', payload = '', ...rest] = token.split('.');
  if (rest.length !== 1 || objectIn(header)?.has('crit') !== false) throw notAJwt();
  const claims = objectIn(payload);
  if (!claims) throw notAJwt();
  const missing = required.find((claim) => !claims.has(claim));
  if (missing) throw invalidIdentityToken(`Missing a required claim: ${missing}`);
  return claims;
}

function objectIn(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

/** Throws an `AwsError` unless a key that the issuer publishes now signed the token. */
export async function verifyTokenSignature(token: string, issuer: string, network: Network): Promise<void> {
  const header = objectIn(token.split('.')[0] ?? '') ?? new Map<string, unknown>();
  const algorithm = header.get('alg');
  const jwk = usableKey(await keysOf(issuer, network), header.get('kid'));
  if (jwk === undefined || !isAlgorithm(algorithm)) throw noKey();
  try {
    const { kty, n, e, crv, x, y } = jwk;
    const members = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined);
    await compactVerify(token, await importJWK(Object.fromEntries(members) as JWK, algorithm), {
      algorithms: [...algorithms],
    });
  } catch {
    throw invalidIdentityToken('Token signature invalid');
  }
}

async function keysOf(issuer: string, network: Network): Promise<readonly JWK[]> {
  try {
    const { keys } = JSON.parse(await fetchKeySet(issuer, network)) as { keys: unknown };
    if (!Array.isArray(keys)) throw new TypeError('keys is no list');
    return keys.filter((key): key is JWK => typeof key === 'object' && key !== null);
  } catch {
    throw noKey();
  }
}

/** STS takes no key of a type of which the set has more. */
const mostKeysOfAType = 100;

/** A later key of the same kid wins; without a kid there must be one key only. */
function usableKey(keys: readonly JWK[], keyId: unknown): JWK | undefined {
  const usable = keys.filter(({ kid, use, key_ops }) => kid !== undefined && use !== 'enc' && key_ops === undefined);
  const key = keyId === undefined ? only(usable) : usable.findLast(({ kid }) => kid === keyId);
  const ofItsType = keys.filter(({ kty }) => kty === key?.kty).length;
  return key && ofItsType <= mostKeysOfAType && matchesItsCertificate(key) ? key : undefined;
}

const only = (keys: readonly JWK[]) => (keys.length === 1 ? keys[0] : undefined);

/** A certificate beside the key must be for that key. */
function matchesItsCertificate({ x5c, kty, n, e, crv, x, y }: JWK): boolean {
  if (x5c === undefined) return true;
  try {
    const certificate = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
    const key = createPublicKey({ format: 'jwk', key: { kty, n, e, crv, x, y } as JsonWebKey });
    return certificate.publicKey.equals(key);
  } catch {
    return false;
  }
}

/** Throws an `AwsError` when the token is outside its times, which may be integers or integer texts. */
export function checkTimes(claims: Claims, now: Date): void {
  const seconds = Math.floor(now.getTime() / 1000);
  const expires = timestamp(claims.get('exp'));
  const issued = timestamp(claims.get('iat'));
  if (expires <= seconds - toleranceSeconds) {
    throw expiredTokenException(
      `Token expired: current date/time ${seconds - toleranceSeconds} must be before the expiration date/time ${expires}`,
    );
  }
  if (issued > seconds + toleranceSeconds) throw invalidIdentityToken(`Token issued in the future: ${issued}`);
  if (!claims.has('nbf')) return;
  const notBefore = timestamp(claims.get('nbf'));
  if (notBefore > seconds + toleranceSeconds) {
    throw invalidIdentityToken(
      `Token not yet valid: current date/time ${seconds + toleranceSeconds} must be after or equal to the not-before date/time ${notBefore}`,
    );
  }
}

function timestamp(value: unknown): number {
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (!Number.isSafeInteger(seconds)) throw invalidIdentityToken('Invalid timestamp in token claims.');
  return seconds as number;
}

/** What STS takes for the audience: azp where there is one, else the one aud. Throws an `AwsError`. */
export function audienceOf(claims: Claims): string {
  const audience = stsAudience(claims);
  if (audience !== undefined) return audience;
  if (audiencesOf(claims).length === 0) throw invalidIdentityToken('Claim is not allowed to be empty: aud');
  throw invalidIdentityToken('Token audience contains more than one audience while authorized party is not present');
}
