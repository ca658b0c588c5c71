// The condition keys that AWS STS makes of a web identity token: those of every issuer, and those of its vendor.
// Source: IAM User Guide, "Available keys for AWS OIDC federation".

import type { Keys } from '../../policy/context.ts';
import { tagsClaim } from './aws-claims.ts';
import { vendorOf } from './vendors.ts';

type Claims = ReadonlyMap<string, unknown>;

/** The issuer as it prefixes condition keys and ends provider ARNs: without the scheme, otherwise to the letter. */
export const issuerName = (issuer: string) => issuer.replace(/^https:\/\//, '');

/** The claims that become keys; all others AWS never sees. */
export const claimsKnownToSts = (issuer: string): readonly string[] => [
  ...['sub', 'email', 'amr'],
  ...(vendorOf(issuer)?.conditionKeys ?? []),
];

/** Every value of aud. */
export function audiencesOf(claims: Claims): readonly string[] {
  const value = claims.get('aud');
  return (Array.isArray(value) ? value : [value]).filter((audience) => typeof audience === 'string');
}

/** What STS takes for the audience: azp where there is one, else the one aud; `undefined` where it takes none. */
export function stsAudience(claims: Claims): string | undefined {
  const party = claims.get('azp');
  const audiences = audiencesOf(claims);
  return typeof party === 'string' ? party : audiences.length === 1 ? audiences[0] : undefined;
}

const keyOf = (claims: Claims) => {
  const prefix = issuerName(String(claims.get('iss')));
  return (claim: string) => `${prefix}:${claim}`;
};

/** For the trust policy. `audience` is what STS took for it. */
export function webIdentityKeys(claims: Claims, audience: string): Keys {
  const key = keyOf(claims);
  const known = claimsKnownToSts(String(claims.get('iss'))).flatMap((claim) => {
    const values = textsOf(claims.get(claim));
    return values.length > 0 ? [[key(claim), values] as const] : [];
  });
  return [[key('aud'), audience], [key('oaud'), audiencesOf(claims)], ...known];
}

/** What is known of the token in the session's later requests. */
export function lastingKeys(claims: Claims, audience: string): Keys {
  const key = keyOf(claims);
  const amr = textsOf(claims.get('amr'));
  return [
    [key('aud'), audience],
    [key('sub'), String(claims.get('sub'))],
    ...(amr.length > 0 ? [[key('amr'), amr] as const] : []),
  ];
}

/** Nested beside the tags, or a claim of its own. */
export function transitiveTagKeys(claims: Claims): readonly string[] {
  const nested = claims.get(tagsClaim) as { transitive_tag_keys?: unknown } | null | undefined;
  return textsOf(nested?.transitive_tag_keys ?? claims.get(`${tagsClaim}/transitive_tag_keys`));
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each) => ['string', 'number', 'boolean'].includes(typeof each)).map(String);
}
