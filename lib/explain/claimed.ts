// An identity as it would be, had its provider proved what is claimed. For asking "what if": nothing here is proved,
// and nothing that gives credentials may come near it.

import type { OidcProviderSettings } from '../config/configuration.ts';
import type { Identity } from '../identity/identity.ts';
import { attributesOf } from '../identity/oidc/attributes.ts';
import { awsClaimsIn } from '../identity/oidc/aws-claims.ts';
import { type ClaimRules, checkClaims } from '../identity/oidc/claims.ts';

export type Claims = ReadonlyMap<string, unknown>;

/** How long what somebody wrote down lasts. */
export const typedSeconds = 300;

type OidcSettings = Pick<OidcProviderSettings, 'kind' | 'issuer' | 'audiences'>;

/** Claims that somebody wrote down: what every token of the provider says need not be among them, nor times. */
export function typedClaims(
  claims: Claims,
  provider: OidcSettings | { readonly kind: 'saml' | 'aws' } | undefined,
  now: Date,
): Claims {
  const seconds = Math.floor(now.getTime() / 1000);
  const usual: readonly (readonly [string, unknown])[] =
    provider?.kind === 'oidc'
      ? [
          ['iss', provider.issuer],
          ['aud', provider.audiences[0]],
        ]
      : [];
  const times: readonly (readonly [string, unknown])[] =
    provider && provider.kind !== 'oidc'
      ? []
      : [
          ['iat', seconds],
          ['exp', seconds + typedSeconds],
        ];
  return new Map([...usual, ...times, ...claims]);
}

interface Texts {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** The names of what is no text, and no list of texts. */
  readonly opaque: ReadonlySet<string>;
}

export function textsOf(claims: Claims): Texts {
  const texts = new Map<string, readonly string[]>();
  const opaque = new Set<string>();
  for (const [name, value] of claims) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((each) => ['string', 'number', 'boolean'].includes(typeof each))) texts.set(name, list.map(String));
    else opaque.add(name);
  }
  return { texts, opaque };
}

/** Throws a `Refusal` for claims that the provider's rules do not take. */
export function claimedByOidc(
  claims: Claims,
  provider: ClaimRules & Pick<OidcProviderSettings, 'name' | 'issuer' | 'awsClaims'>,
  now: Date,
): Identity {
  const { name, issuer, awsClaims } = provider;
  const { subject, expires } = checkClaims(claims, provider, now);
  return {
    provider: name,
    issuer,
    subject,
    attributes: attributesOf(claims),
    unannounced: awsClaimsIn(claims).filter((claim) => !awsClaims.includes(claim)),
    provenUntil: expires,
    evidence: { kind: 'oidc', token: '' },
    once: [],
  };
}
