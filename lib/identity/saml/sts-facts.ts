// What AWS STS says of an assertion: in its answer and to the trust policy.
// Source: AWS STS API Reference, AssumeRoleWithSAML; IAM User Guide, "Available keys for SAML-based AWS STS federation".

import { createHash } from 'node:crypto';
import type { Keys } from '../../policy/context.ts';
import type { Assertion } from './assertion.ts';
import { samlConditionKeys } from './condition-keys.ts';
import { subjectType } from './names.ts';

export interface SamlFacts {
  readonly audience: string;
  readonly subjectType: string;
  readonly nameQualifier: string;
  readonly keys: Keys;
}

export function samlFacts(
  { issuer, subject, attributes: { texts } }: Pick<Assertion, 'issuer' | 'subject' | 'attributes'>,
  { account, name }: { readonly account: string; readonly name: string },
): SamlFacts {
  const audience = subject.confirmation.recipient ?? '';
  const type = subjectType(subject.format);
  const nameQualifier = samlNameQualifier(issuer, { account, name });
  const keys: Keys[number][] = [
    ['saml:aud', audience],
    ['saml:iss', issuer],
    ['saml:doc', `${account}/${name}`],
    ['saml:sub', subject.nameId],
    ['saml:sub_type', type],
    ['saml:namequalifier', nameQualifier],
  ];
  const known = new Set(keys.map(([key]) => key));
  for (const [attribute, key] of samlConditionKeys) {
    const values = texts.get(attribute);
    // What stands in the subject no attribute can say.
    if (values && !known.has(key)) keys.push([key, values]);
  }
  return { audience, subjectType: type, nameQualifier, keys };
}

/** How AWS tells one identity provider from another: its entity ID, and the IAM provider that trusts it. */
export const samlNameQualifier = (
  entityId: string,
  { account, name }: { readonly account: string; readonly name: string },
) => createHash('sha1').update(`${entityId}${account}/${name}`).digest('base64');

const lasting: readonly string[] = ['saml:namequalifier', 'saml:sub', 'saml:sub_type'];

/** What is known of the assertion in the session's later requests. */
export const lastingSamlKeys = (keys: Keys): Keys => keys.filter(([key]) => lasting.includes(key));
