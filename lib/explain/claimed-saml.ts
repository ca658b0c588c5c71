import type { SamlProviderSettings } from '../config/configuration.ts';
import type { Identity } from '../identity/identity.ts';
import { readAwsAttributes } from '../identity/saml/aws-attributes.ts';
import { attributesOf } from '../identity/saml/saml-provider.ts';
import { Refusal } from '../refusal.ts';
import { type Claims, textsOf, typedSeconds } from './claimed.ts';

/** `sub`, `sub_type`, `AuthnContextClassRef` and attributes by their names. Throws a `Refusal`. */
export function claimedBySaml(
  claims: Claims,
  { name, entityId, awsClaims }: Pick<SamlProviderSettings, 'name' | 'entityId' | 'awsClaims'>,
  now: Date,
): Identity {
  const attributes = textsOf(claims);
  const { texts } = attributes;
  const [nameId] = texts.get('sub') ?? [];
  if (nameId === undefined) throw new Refusal('assertion_invalid', { why: 'no sub, which stands for the NameID' });
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
