// The roles that a configuration gives, and by which condition keys a person is known in their sessions.

import type { Grant } from '../grant/grant.ts';
import { issuerName } from '../identity/oidc/condition-keys.ts';
import { samlNameQualifier } from '../identity/saml/sts-facts.ts';

/** What is known of a person in the later requests of a session, as conditions that all must hold. */
export interface PersonKeys {
  /** The key that has the subject. */
  readonly subject: string;
  /** Others, with the values that tell this provider from another. */
  readonly also: Readonly<Record<string, string>>;
}

export interface ConcernedRole {
  readonly arn: string;
  /** The names of the grants that give it. */
  readonly grants: readonly string[];
  /** By the name of the provider. */
  readonly people: ReadonlyMap<string, PersonKeys>;
}

export interface Concerning {
  readonly grants: ReadonlyMap<string, Grant>;
  readonly oidc: readonly { readonly name: string; readonly issuer: string }[];
  readonly saml: readonly { readonly name: string; readonly entityId: string }[];
}

export function concernedRoles(configuration: Concerning): readonly ConcernedRole[] {
  const grants = [...configuration.grants.values()];
  return [...new Set(grants.map(({ role }) => role.arn))].map((arn) => {
    const ofRole = grants.filter(({ role }) => role.arn === arn);
    const people = ofRole.flatMap((grant) => {
      const keys = keysOf(grant, configuration);
      return keys ? [[grant.from, keys] as const] : [];
    });
    return { arn, grants: ofRole.map(({ name }) => name), people: new Map(people) };
  });
}

/** IAM User Guide, "Available keys for AWS OIDC federation" and "… SAML-based AWS STS federation". */
function keysOf({ from, role }: Grant, { oidc, saml }: Concerning): PersonKeys | undefined {
  const token = oidc.find(({ name }) => name === from);
  if (token) return { subject: `${issuerName(token.issuer)}:sub`, also: {} };
  const assertion = saml.find(({ name }) => name === from);
  const [, account, name] = /:iam::(\d{12}):saml-provider\/(.+)$/.exec(role.principalArn ?? '') ?? [];
  if (!assertion || account === undefined || name === undefined) return undefined;
  // A NameID is one person's within its identity provider only.
  const qualifier = samlNameQualifier(assertion.entityId, { account, name });
  return { subject: 'saml:sub', also: { 'saml:namequalifier': qualifier } };
}
