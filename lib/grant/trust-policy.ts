import { type AwsClaim, isRequestTag, isSourceIdentity } from '../identity/aws-keys.ts';
import { claimsKnownToSts, issuerName } from '../identity/oidc/condition-keys.ts';
import { samlConditionKey } from '../identity/saml/condition-keys.ts';
import type { Condition } from '../policy/condition.ts';
import { type ConditionEntry, conditionDocument } from './condition-document.ts';
import type { ConditionDocument, Grant } from './grant.ts';
import { assumeActions } from './trust-context.ts';

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
    readonly Principal: { readonly Federated: string };
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
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Federated: principal }, Action: actions, Condition: conditionDocument(entries) },
    ],
  };
}

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
