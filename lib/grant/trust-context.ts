// What a role's trust policy is asked about a federated caller: the condition keys of AssumeRoleWithWebIdentity and
// AssumeRoleWithSAML, and the permissions that such a call takes.

import { requestTagPrefix, sourceIdentityKey } from '../identity/aws-keys.ts';
import type { Keys } from '../policy/context.ts';
import { requestKeys, roleTagKeys } from '../policy/request-keys.ts';

export const assumeActions = { oidc: 'sts:AssumeRoleWithWebIdentity', saml: 'sts:AssumeRoleWithSAML' } as const;

/** What the identity provider signed for AWS, as condition keys. */
export type AwsClaimKeys = ReadonlyMap<string, string>;

/** Each is a decision of its own, with the same context. */
export function federatedActions(kind: keyof typeof assumeActions, awsClaims: AwsClaimKeys): readonly string[] {
  const has = (start: string) => [...awsClaims.keys()].some((key) => key.startsWith(start));
  return [
    assumeActions[kind],
    ...(has(requestTagPrefix) ? ['sts:TagSession'] : []),
    ...(has(sourceIdentityKey) ? ['sts:SetSourceIdentity'] : []),
  ];
}

/** The session tags among what was signed. */
export const signedTags = (awsClaims: AwsClaimKeys): ReadonlyMap<string, string> =>
  new Map(
    [...awsClaims].flatMap(([key, value]) =>
      key.startsWith(requestTagPrefix) ? [[key.slice(requestTagPrefix.length), value] as const] : [],
    ),
  );

export interface FederatedFacts {
  readonly now: Date;
  /** `undefined` where nobody knows it. */
  readonly sourceIp: string | undefined;
  /** The provider's account, and the provider as trust policies name it. */
  readonly account: string;
  readonly principal: string;
  readonly sessionName: string;
  readonly awsClaims: AwsClaimKeys;
  readonly transitiveTagKeys: readonly string[];
  readonly roleTags: ReadonlyMap<string, string>;
}

/** The condition keys of any federated call. `aws:PrincipalArn` is absent, as it is at AWS. */
export function federatedKeys(facts: FederatedFacts): Keys {
  const { now, sourceIp, account, principal, sessionName, awsClaims, transitiveTagKeys, roleTags } = facts;
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
    ...roleTagKeys(roleTags),
  ];
}
