// An OpenID Connect provider: an issuer whose ID tokens are taken.

import { createHash } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import { keyPrefixes } from '../../store/store.ts';
import type { AwsClaim } from '../aws-keys.ts';
import type { Identity, Reservation } from '../identity.ts';
import { attributesOf } from './attributes.ts';
import { awsClaimsIn } from './aws-claims.ts';
import { type ClaimRules, checkClaims } from './claims.ts';
import { parseCompactJwt } from './compact-jwt.ts';
import { readHeader } from './jwt-header.ts';
import type { KeyCache } from './key-cache.ts';
import { verifySignature } from './verify-signature.ts';

export interface OidcProvider extends ClaimRules {
  readonly name: string;
  readonly issuer: string;
  readonly keys: KeyCache;
  /** What its tokens may carry of AWS's own claims. */
  readonly awsClaims: readonly AwsClaim[];
}

/** By issuer, exactly as the token must spell it. */
export type OidcProviders = ReadonlyMap<string, OidcProvider>;

/** The checks in their order: form → header → issuer → key → signature → claims. Rejects with a `Refusal`. */
export async function proveOidcToken(token: string, providers: OidcProviders, now: Date): Promise<Identity> {
  const jwt = parseCompactJwt(token);
  const header = readHeader(jwt);

  // Unknown issuers end here: a caller cannot make us fetch from, or remember, a place of his choosing.
  const provider = providers.get(jwt.payload.get('iss') as string);
  if (provider === undefined) throw new Refusal('issuer_unknown');

  const key = await provider.keys.keyFor(header.keyId, now);
  verifySignature(token, provider.issuer, header, key);

  const { subject, expires } = checkClaims(jwt.payload, provider, now);
  return {
    provider: provider.name,
    issuer: provider.issuer,
    subject,
    attributes: attributesOf(jwt.payload),
    unannounced: awsClaimsIn(jwt.payload).filter((claim) => !provider.awsClaims.includes(claim)),
    provenUntil: expires,
    sessionUntil: expires,
    ...authenticatedAt(jwt.payload),
    evidence: { kind: 'oidc', token },
    once: [],
    oneTime: reservationOf(token, jwt.payload, { until: expires, provider }),
  };
}

/** OpenID Connect Core §2, `auth_time`: seconds since 1970. Anything else tells nothing. */
function authenticatedAt(payload: ReadonlyMap<string, unknown>): Pick<Identity, 'authenticatedAt'> {
  const seconds = payload.get('auth_time');
  const isTime = typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 && seconds < 8.64e12;
  return isTime ? { authenticatedAt: new Date(seconds * 1000) } : {};
}

interface Taking {
  readonly until: Date;
  readonly provider: OidcProvider;
}

/**
 * The issuer's own name for it, else what was signed. Never the whole token: a signature has several spellings
 * (base64url's last bits, s and n - s of ECDSA) that all hold.
 */
function reservationOf(token: string, payload: ReadonlyMap<string, unknown>, { until, provider }: Taking): Reservation {
  const jti = payload.get('jti');
  const known =
    typeof jti === 'string' && jti !== '' ? ['jti', jti] : ['signed', token.slice(0, token.lastIndexOf('.'))];
  const digest = createHash('sha256')
    .update(JSON.stringify([provider.issuer, ...known]))
    .digest('hex');
  return {
    key: keyPrefixes.token + digest,
    until: new Date(until.getTime() + 2 * provider.clockLeewaySeconds * 1000),
  };
}
