// What a role's trust policy is asked about a web identity, and with which condition keys.
// Source: IAM User Guide, "Available keys for AWS OIDC federation".

import { issuerName } from '../../../grant/trust-policy.ts';
import { tagsClaim } from '../../../identity/oidc/aws-claims.ts';
import { vendorOf } from '../../../identity/oidc/vendors.ts';
import { awsContext, type Context } from '../../../policy/context.ts';
import type { Keys } from '../caller.ts';
import type { Role } from '../iam/iam.ts';
import { federatedKeys } from './federated-trust.ts';
import { audiencesOf, type Claims } from './web-identity-token.ts';

export interface TrustedProvider {
  /** As trust policies name it, and as the answer says it. */
  readonly principal: string;
  /** `undefined` for a provider that IAM has built in: only the trust policy can pin its audience. */
  readonly clientIds: readonly string[] | undefined;
  readonly account: string;
}

export interface TrustFacts {
  readonly now: Date;
  readonly sourceIp: string;
  readonly claims: Claims;
  /** As condition keys. */
  readonly awsClaims: ReadonlyMap<string, string>;
  readonly audience: string;
  readonly provider: TrustedProvider;
  readonly sessionName: string;
  readonly authorizedByIdp: boolean;
  readonly role: Role | undefined;
}

/** The condition keys of a call with a web identity. */
export function trustContext({
  now,
  sourceIp,
  claims,
  awsClaims,
  audience,
  provider,
  sessionName,
  authorizedByIdp,
  role,
}: TrustFacts): Context {
  const issuer = String(claims.get('iss'));
  const prefix = issuerName(issuer);
  const { account, principal } = provider;
  const transitive = transitiveTagKeys(claims);
  const known = { now, sourceIp, account, principal, sessionName, awsClaims, transitiveTagKeys: transitive, role };
  const keys = new Map<string, string | readonly string[]>([
    ...federatedKeys(known),
    [`${prefix}:aud`, audience],
    [`${prefix}:oaud`, audiencesOf(claims)],
    ['sts:RoleAuthorizedByIdp', String(authorizedByIdp)],
  ]);
  for (const claim of ['sub', 'amr', 'email', ...(vendorOf(issuer)?.conditionKeys ?? [])]) {
    const values = textsOf(claims.get(claim));
    if (values.length > 0) keys.set(`${prefix}:${claim}`, values);
  }
  return awsContext(keys);
}

/** What is known of the token in the session's later requests. */
export function lastingKeys(claims: Claims, audience: string): Keys {
  const prefix = issuerName(String(claims.get('iss')));
  const amr = textsOf(claims.get('amr'));
  return [
    [`${prefix}:aud`, audience],
    [`${prefix}:sub`, String(claims.get('sub'))],
    ...(amr.length > 0 ? [[`${prefix}:amr`, amr] as const] : []),
  ];
}

/** Nested beside the tags, or a claim of its own. */
export function transitiveTagKeys(claims: Claims): readonly string[] {
  const nested = claims.get(tagsClaim) as { transitive_tag_keys?: unknown } | undefined;
  return textsOf(nested?.transitive_tag_keys ?? claims.get(`${tagsClaim}/transitive_tag_keys`));
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each) => ['string', 'number', 'boolean'].includes(typeof each)).map(String);
}
