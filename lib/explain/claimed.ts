// An identity as it would be, had its provider proved what is claimed. For asking "what if": nothing here is proved,
// and nothing that gives credentials may come near it.

import type { OidcProviderSettings, SamlProviderSettings } from '../config/configuration.ts';
import type { Identity } from '../identity/identity.ts';
import { attributesOf } from '../identity/oidc/attributes.ts';
import { awsClaimsIn } from '../identity/oidc/aws-claims.ts';
import { type ClaimRules, checkClaims } from '../identity/oidc/claims.ts';
import { readAwsAttributes } from '../identity/saml/aws-attributes.ts';
import { attributesOf as samlAttributesOf } from '../identity/saml/saml-provider.ts';
import { Refusal } from '../refusal.ts';

export type Claims = ReadonlyMap<string, unknown>;

const typedSeconds = 300;

/** Claims that somebody wrote down need no times: they are taken as issued now. */
export function withTimes(claims: Claims, now: Date): Claims {
  const seconds = Math.floor(now.getTime() / 1000);
  return new Map([['iat', seconds], ['exp', seconds + typedSeconds], ...claims]);
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

type Texts = ReadonlyMap<string, readonly string[]>;

/** `sub`, `sub_type`, `AuthnContextClassRef` and attributes by their names. Throws a `Refusal`. */
export function claimedBySaml(
  claims: Claims,
  { name, entityId, awsClaims }: Pick<SamlProviderSettings, 'name' | 'entityId' | 'awsClaims'>,
  now: Date,
): Identity {
  const { texts, opaque } = samlTexts(claims);
  const [nameId] = texts.get('sub') ?? [];
  if (nameId === undefined) throw new Refusal('assertion_invalid', { why: 'no sub, which stands for the NameID' });
  const attributes = { texts, opaque };
  const aws = readAwsAttributes(attributes);
  const told = {
    subject: { nameId, format: texts.get('sub_type')?.[0] },
    attributes,
    authentication: { contextClass: texts.get('AuthnContextClassRef')?.[0] },
  };
  return {
    provider: name,
    issuer: entityId,
    subject: nameId,
    attributes: samlAttributesOf(told, aws.keys),
    unannounced: aws.signed.filter((claim) => !awsClaims.includes(claim)),
    provenUntil: new Date(now.getTime() + typedSeconds * 1000),
    evidence: { kind: 'saml', samlResponse: '', roles: aws.roles, sessionName: aws.sessionName },
    once: [],
  };
}

function samlTexts(claims: Claims): { readonly texts: Texts; readonly opaque: ReadonlySet<string> } {
  const texts = new Map<string, readonly string[]>();
  const opaque = new Set<string>();
  for (const [name, value] of claims) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.every((each) => ['string', 'number', 'boolean'].includes(typeof each))) texts.set(name, list.map(String));
    else opaque.add(name);
  }
  return { texts, opaque };
}
