// What a role's trust policy is asked about a web identity, and with which condition keys.
// Source: IAM User Guide, "Available keys for AWS OIDC federation".

import { issuerName } from '../../grant/trust-policy.ts';
import { requestTagPrefix, sourceIdentityKey, tagsClaim } from '../../identity/oidc/aws-claims.ts';
import { vendorOf } from '../../identity/oidc/vendors.ts';
import { awsContext, type Context } from '../../policy/context.ts';
import { evaluate } from '../../policy/evaluate.ts';
import type { Role } from './account.ts';
import { accessDenied } from './sts-error.ts';
import { audiencesOf, type Claims } from './web-identity-token.ts';

export interface TrustedProvider {
  /** As trust policies name it, and as the answer says it. */
  readonly principal: string;
  /** `undefined` for a provider that IAM has built in: only the trust policy can pin its audience. */
  readonly clientIds: readonly string[] | undefined;
  readonly account: string;
}

/** Each extra permission is a decision of its own, with the same context. */
export function authorize(
  role: Role | undefined,
  provider: string,
  context: Context,
  awsClaims: ReadonlyMap<string, string>,
): asserts role is Role {
  const has = (start: string) => [...awsClaims.keys()].some((key) => key.startsWith(start));
  const actions = [
    'sts:AssumeRoleWithWebIdentity',
    ...(has(requestTagPrefix) ? ['sts:TagSession'] : []),
    ...(has(sourceIdentityKey) ? ['sts:SetSourceIdentity'] : []),
  ];
  for (const action of actions) {
    const trust = { name: 'trust policy', policies: role ? [role.trust] : [] };
    const verdict = evaluate([trust], { caller: { kind: 'federated', provider }, action, context });
    // A role that does not exist and one that does not trust sound alike.
    if (!verdict.allowed) throw accessDenied(`Not authorized to perform ${action}`);
  }
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

/** The condition keys of a federated call. `aws:PrincipalArn` is absent, as it is at AWS. */
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
  const keys = new Map<string, string | readonly string[]>([
    [`${prefix}:aud`, audience],
    [`${prefix}:oaud`, audiencesOf(claims)],
    ['sts:RoleSessionName', sessionName],
    ['sts:RoleAuthorizedByIdp', String(authorizedByIdp)],
    ['aws:PrincipalAccount', provider.account],
    ['aws:PrincipalType', 'User'],
    ['aws:userid', provider.principal],
    ['aws:CurrentTime', now.toISOString()],
    ['aws:EpochTime', String(Math.floor(now.getTime() / 1000))],
    ['aws:SourceIp', sourceIp],
    ['aws:SecureTransport', 'true'],
  ]);
  for (const claim of ['sub', 'amr', 'email', ...(vendorOf(issuer)?.conditionKeys ?? [])]) {
    const values = textsOf(claims.get(claim));
    if (values.length > 0) keys.set(`${prefix}:${claim}`, values);
  }
  for (const [key, value] of awsClaims) keys.set(key, value);
  const tagKeys = [...awsClaims.keys()]
    .filter((key) => key.startsWith(requestTagPrefix))
    .map((key) => key.slice(requestTagPrefix.length));
  if (tagKeys.length > 0) keys.set('aws:TagKeys', tagKeys);
  const transitive = transitiveTagKeys(claims);
  if (transitive.length > 0) keys.set('sts:TransitiveTagKeys', transitive);
  for (const [key, value] of role?.tags ?? []) keys.set(`aws:ResourceTag/${key}`, value);
  return awsContext(keys);
}

/** Nested beside the tags, or a claim of its own. */
function transitiveTagKeys(claims: Claims): readonly string[] {
  const nested = claims.get(tagsClaim) as { transitive_tag_keys?: unknown } | undefined;
  return textsOf(nested?.transitive_tag_keys ?? claims.get(`${tagsClaim}/transitive_tag_keys`));
}

function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each) => ['string', 'number', 'boolean'].includes(typeof each)).map(String);
}
