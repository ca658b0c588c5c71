import { type AwsClaim, isRequestTag, isSourceIdentity } from '../identity/aws-keys.ts';
import { claimsKnownToSts, issuerName } from '../identity/oidc/condition-keys.ts';
import { samlConditionKey } from '../identity/saml/condition-keys.ts';
import type { Condition } from '../policy/condition.ts';
import { type ConditionEntry, conditionDocument } from './condition-document.ts';
import type { ConditionDocument, Grant } from './grant.ts';
import { assumeActions } from './trust-context.ts';

/** What our tokens are for: the IAM OIDC provider of our issuer takes no other. */
export const vouchedAudience = 'sts.amazonaws.com';

/** The provider as IAM sees it. */
export type FederatedProvider = FederatedOidc | FederatedSaml;

export interface FederatedSaml {
  readonly kind: 'saml';
  /** The addresses that its assertions may be meant for; AWS takes any, so the trust policy must not. */
  readonly recipients: readonly string[];
  /** What its assertions carry for AWS: STS takes it only from roles that allow it. */
  readonly awsClaims: readonly AwsClaim[];
}

export interface FederatedOidc {
  readonly kind: 'oidc';
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** The AWS claims that its tokens carry: STS takes them only from roles that allow it. */
  readonly awsClaims: readonly AwsClaim[];
}

export interface TrustPolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Principal: { readonly Federated: string } | { readonly AWS: string };
    readonly Action: readonly string[];
    readonly Condition: ConditionDocument;
  }[];
}

const actionsFor: Record<AwsClaim, string> = { tags: 'sts:TagSession', sourceIdentity: 'sts:SetSourceIdentity' };

/**
 * The grant's sentence in the words that STS knows, so that AWS enforces it a second time.
 * The audience is always pinned; conditions on claims that never reach STS stay with Daypass. `principal` is the
 * provider's ARN in the role's account, or the name of one that is built in.
 */
export function trustPolicy(
  { when }: Pick<Grant, 'when'>,
  provider: FederatedProvider,
  principal: string,
): TrustPolicyDocument {
  const entries: ConditionEntry[] = audienceEntries(provider);
  for (const condition of when) {
    const key = conditionKey(condition, provider);
    if (key !== undefined) entries.push({ operator: condition.operator, key, values: condition.expected });
  }
  const actions = [assumeActions[provider.kind], ...provider.awsClaims.map((claim) => actionsFor[claim])];
  return allowing({ Federated: principal }, actions, conditionDocument(entries));
}

export interface Vouched {
  readonly grant: Pick<Grant, 'name' | 'session'>;
  /** Ours, as the IAM OIDC provider has it. */
  readonly issuer: string;
  /** The ARN of that provider in the role's account. */
  readonly principal: string;
}

/** The role takes what Daypass vouches for, and of that what it vouches for by this grant. */
export function vouchedTrust({ grant, issuer, principal }: Vouched): TrustPolicyDocument {
  const prefix = issuerName(issuer);
  return allowing({ Federated: principal }, [assumeActions.oidc, ...carriedActions(grant.session)], {
    StringEquals: { [`${prefix}:aud`]: [vouchedAudience] },
    // A subject begins with the grant's name, and no name has a colon.
    StringLike: { [`${prefix}:sub`]: [`${grant.name}:*`] },
  });
}

export interface Chained {
  readonly grant: Pick<Grant, 'session'>;
  /** `undefined`: a role that was there before and asks for none. */
  readonly externalId: string | undefined;
  readonly partition: string;
  /** The account that Daypass is deployed in. */
  readonly account: string;
  /** The ID of the organisation that it is in. */
  readonly organization: string | undefined;
}

/** IAM gives the roles of the doors names that nobody knows before; their path is known. */
export const doorRolePath = '/daypass/doors/';

/** Each session is tagged with whose it is. */
export function chainedTrust({ grant, externalId, partition, account, organization }: Chained): TrustPolicyDocument {
  const iam = `arn:${partition}:iam::${account}`;
  return allowing(
    { AWS: `${iam}:root` },
    ['sts:AssumeRole', ...new Set([actionsFor.tags, ...carriedActions(grant.session)])],
    {
      ...((externalId !== undefined || organization !== undefined) && {
        StringEquals: {
          ...(externalId !== undefined && { 'sts:ExternalId': [externalId] }),
          ...(organization !== undefined && { 'aws:PrincipalOrgID': [organization] }),
        },
      }),
      ArnLike: { 'aws:PrincipalArn': [`${iam}:role${doorRolePath}*`] },
    },
  );
}

const carriedActions = ({ tags, sourceIdentity }: Grant['session']) => [
  ...(tags ? [actionsFor.tags] : []),
  ...(sourceIdentity ? [actionsFor.sourceIdentity] : []),
];

const allowing = (
  principal: TrustPolicyDocument['Statement'][number]['Principal'],
  actions: readonly string[],
  condition: ConditionDocument,
): TrustPolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: actions, Condition: condition }],
});

/** For whom the proof must be meant. */
function audienceEntries(provider: FederatedProvider): ConditionEntry[] {
  switch (provider.kind) {
    case 'oidc': {
      const prefix = issuerName(provider.issuer);
      return [
        { operator: 'StringEquals', key: `${prefix}:aud`, values: provider.audiences },
        // STS takes azp for aud where there is one: an access token for another service, asked for by our client,
        // would do. Its true audience is oaud.
        { operator: 'ForAnyValue:StringEqualsIfExists', key: `${prefix}:oaud`, values: provider.audiences },
      ];
    }
    case 'saml':
      return [{ operator: 'StringEquals', key: 'saml:aud', values: provider.recipients }];
  }
}

/**
 * The key under which AWS judges this condition too; `undefined` when the claim never reaches STS. A value with a
 * policy variable stays with Daypass, for the variable would name a claim that has another name there.
 */
export function conditionKey({ key, expected }: Condition, provider: FederatedProvider): string | undefined {
  const { awsClaims } = provider;
  if (expected.some((value) => value.includes('${'))) return undefined;
  if (isRequestTag(key)) return awsClaims.includes('tags') ? key : undefined;
  if (isSourceIdentity(key)) return awsClaims.includes('sourceIdentity') ? key : undefined;
  if (provider.kind === 'saml') return samlConditionKey(key);
  const { issuer } = provider;
  return claimsKnownToSts(issuer).includes(key) ? `${issuerName(issuer)}:${key}` : undefined;
}
