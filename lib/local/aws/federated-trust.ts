// What every federated call asks of a role's trust policy, whoever vouches for the caller.

import { requestTagPrefix, sourceIdentityKey } from '../../identity/aws-keys.ts';
import type { Context } from '../../policy/context.ts';
import { evaluate } from '../../policy/evaluate.ts';
import type { Role } from './account.ts';
import { accessDenied } from './sts-error.ts';

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
    const trust = { name: 'trust policy', policies: role ? [role.trust] : [] };
    const verdict = evaluate([trust], { caller: { kind: 'federated', provider }, action: each, context });
    // A role that does not exist and one that does not trust sound alike.
    if (!verdict.allowed) throw accessDenied(`Not authorized to perform ${each}`);
  }
}

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

type Entries = readonly (readonly [key: string, value: string | readonly string[]])[];

/** The condition keys of any federated call. `aws:PrincipalArn` is absent, as it is at AWS. */
export function federatedKeys(facts: FederatedFacts): Entries {
  const { now, sourceIp, account, principal, sessionName, awsClaims, transitiveTagKeys, role } = facts;
  const tagKeys = [...awsClaims.keys()]
    .filter((key) => key.startsWith(requestTagPrefix))
    .map((key) => key.slice(requestTagPrefix.length));
  return [
    ['sts:RoleSessionName', sessionName],
    ['aws:PrincipalAccount', account],
    ['aws:PrincipalType', 'User'],
    ['aws:userid', principal],
    ['aws:CurrentTime', now.toISOString()],
    ['aws:EpochTime', String(Math.floor(now.getTime() / 1000))],
    ['aws:SourceIp', sourceIp],
    ['aws:SecureTransport', 'true'],
    ...awsClaims,
    ...(tagKeys.length > 0 ? [['aws:TagKeys', tagKeys] as const] : []),
    ...(transitiveTagKeys.length > 0 ? [['sts:TransitiveTagKeys', transitiveTagKeys] as const] : []),
    ...[...(role?.tags ?? [])].map(([key, value]) => [`aws:ResourceTag/${key}`, value] as const),
  ];
}
