// What every federated call asks of a role's trust policy, whoever vouches for the caller.

import { requestTagPrefix, sourceIdentityKey } from '../../../identity/aws-keys.ts';
import type { Context } from '../../../policy/context.ts';
import { evaluate } from '../../../policy/evaluate.ts';
import { accessDenied } from '../aws-error.ts';
import { type Keys, requestKeys, resourceTagKeys } from '../caller.ts';
import type { Role } from '../iam/iam.ts';

export interface FederatedCall {
  readonly action: 'sts:AssumeRoleWithWebIdentity' | 'sts:AssumeRoleWithSAML';
  /** The provider as trust policies name it. */
  readonly provider: string;
  readonly context: Context;
  /** As condition keys. */
  readonly awsClaims: ReadonlyMap<string, string>;
}

/** Each extra permission is a decision of its own, with the same context. */
export function authorize(
  role: Role | undefined,
  { action, provider, context, awsClaims }: FederatedCall,
): asserts role is Role {
  const has = (start: string) => [...awsClaims.keys()].some((key) => key.startsWith(start));
  const actions = [
    action,
    ...(has(requestTagPrefix) ? ['sts:TagSession'] : []),
    ...(has(sourceIdentityKey) ? ['sts:SetSourceIdentity'] : []),
  ];
  for (const each of actions) {
    const trust = { name: 'trust policy', policies: role ? [role.trust.policy] : [] };
    const verdict = evaluate([trust], { caller: { kind: 'federated', provider }, action: each, context });
    // A role that does not exist and one that does not trust sound alike.
    if (!verdict.allowed) throw accessDenied(`Not authorized to perform ${each}`);
  }
}

/** The session tags among what the provider signed. */
export const signedTags = (awsClaims: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map(
    [...awsClaims].flatMap(([key, value]) =>
      key.startsWith(requestTagPrefix) ? [[key.slice(requestTagPrefix.length), value] as const] : [],
    ),
  );

export interface FederatedFacts {
  readonly now: Date;
  readonly sourceIp: string;
  readonly account: string;
  /** The provider as trust policies name it. */
  readonly principal: string;
  readonly sessionName: string;
  /** As condition keys. */
  readonly awsClaims: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: readonly string[];
  readonly role: Role | undefined;
}

/** The condition keys of any federated call. `aws:PrincipalArn` is absent, as it is at AWS. */
export function federatedKeys(facts: FederatedFacts): Keys {
  const { now, sourceIp, account, principal, sessionName, awsClaims, transitiveTagKeys, role } = facts;
  const tagKeys = [...signedTags(awsClaims).keys()];
  return [
    ['sts:RoleSessionName', sessionName],
    ['aws:PrincipalAccount', account],
    ['aws:PrincipalType', 'User'],
    ['aws:userid', principal],
    ...requestKeys({ now, sourceIp }),
    ...awsClaims,
    ...(tagKeys.length > 0 ? [['aws:TagKeys', tagKeys] as const] : []),
    ...(transitiveTagKeys.length > 0 ? [['sts:TransitiveTagKeys', transitiveTagKeys] as const] : []),
    ...resourceTagKeys(role?.tags ?? new Map(), 'iam'),
  ];
}
