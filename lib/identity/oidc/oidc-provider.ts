// An OpenID Connect provider: an issuer whose ID tokens are taken.

import { Refusal } from '../../refusal.ts';
import type { AwsClaim } from '../aws-keys.ts';
import type { Identity } from '../identity.ts';
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
    evidence: { kind: 'oidc', token },
    once: [],
  };
}
