// The roles that a configuration gives, and by which condition keys a person is known in their sessions.

import type { Grant } from '../grant/grant.ts';
import { issuerName } from '../identity/oidc/condition-keys.ts';
import { samlNameQualifier } from '../identity/saml/sts-facts.ts';
import { vouchedSubject } from '../session/plan-session.ts';
import { personMark, personTag } from '../session/session-tags.ts';

/** What is known of a person in the later requests of a session, as conditions that all must hold. */
export interface PersonKeys {
  /** The name of the provider. */
  readonly provider: string;
  /** The key that has the subject. */
  readonly subject: string;
  /** How it has it: as it is, as Daypass vouches for it by a grant, or as the mark of the person. */
  readonly written: 'as it is' | 'marked' | { readonly vouchedBy: string };
  /** Others, with the values that tell this provider from another. */
  readonly also: Readonly<Record<string, string>>;
}

export interface ConcernedRole {
  readonly arn: string;
  /** The names of the grants that give it. */
  readonly grants: readonly string[];
  readonly people: readonly PersonKeys[];
}

export interface Concerning {
  readonly grants: ReadonlyMap<string, Grant>;
  readonly oidc: readonly { readonly name: string; readonly issuer: string }[];
  readonly saml: readonly { readonly name: string; readonly entityId: string }[];
  /** What tokens that Daypass signs call their issuer. */
  readonly issuer: string | undefined;
}

export function concernedRoles(configuration: Concerning): readonly ConcernedRole[] {
  const grants = [...configuration.grants.values()];
  return [...new Set(grants.map(({ role }) => role.arn))].map((arn) => {
    const ofRole = grants.filter(({ role }) => role.arn === arn);
    const people = new Map(
      ofRole.map((grant) => {
        const keys = keysOf(grant, configuration);
        return [JSON.stringify(keys), keys] as const;
      }),
    );
    return { arn, grants: ofRole.map(({ name }) => name), people: [...people.values()] };
  });
}

/**
 * By the way in which the session was asked for. Throws a plain `Error` where a person could not be told from another: to
 * revoke him would deny nothing. Source: IAM User Guide, "Available keys for AWS OIDC federation", "… SAML-based …".
 */
function keysOf({ name: grant, from: provider, way, role }: Grant, { oidc, saml, issuer }: Concerning): PersonKeys {
  switch (way) {
    case 'forward': {
      const token = oidc.find(({ name }) => name === provider);
      if (token) return { provider, subject: `${issuerName(token.issuer)}:sub`, written: 'as it is', also: {} };
      const assertion = saml.find(({ name }) => name === provider);
      const [, account, name] = /:iam::(\d{12}):saml-provider\/(.+)$/.exec(role.principalArn ?? '') ?? [];
      if (!assertion || account === undefined || name === undefined) {
        throw new Error(`Nothing is known by which people of the grant ${grant} could be told apart.`);
      }
      // A NameID is one person's within its identity provider only.
      const qualifier = samlNameQualifier(assertion.entityId, { account, name });
      return { provider, subject: 'saml:sub', written: 'as it is', also: { 'saml:namequalifier': qualifier } };
    }
    case 'vouch':
      if (issuer === undefined) throw new Error(`The grant ${grant} vouches, and nobody said as which issuer.`);
      return { provider, subject: `${issuerName(issuer)}:sub`, written: { vouchedBy: grant }, also: {} };
    case 'chain':
    case 'federation-token':
      return { provider, subject: `aws:PrincipalTag/${personTag}`, written: 'marked', also: {} };
  }
}

/** What the key of a person's sessions has. */
export function keyValueOf(subject: string, { provider, written }: PersonKeys): string {
  if (written === 'as it is') return subject;
  return written === 'marked'
    ? personMark(provider, subject)
    : vouchedSubject(written.vouchedBy, { provider, subject });
}
