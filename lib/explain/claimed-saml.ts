import type { SamlProviderSettings } from '../config/configuration.ts';
import type { Identity } from '../identity/identity.ts';
import { readAwsAttributes } from '../identity/saml/aws-attributes.ts';
import { attributesOf } from '../identity/saml/saml-provider.ts';
import { Refusal } from '../refusal.ts';
import { type Claims, typedSeconds } from './claimed.ts';

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
    attributes: attributesOf(told, aws.keys),
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
