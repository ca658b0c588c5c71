// What every federated call asks of a role's trust policy, whoever vouches for the caller.

import { accessDenied } from '../../../aws-query/aws-error.ts';
import { type AwsClaimKeys, federatedActions } from '../../../grant/trust-context.ts';
import type { Context } from '../../../policy/context.ts';
import { evaluate } from '../../../policy/evaluate.ts';
import type { Role } from '../iam/iam.ts';

export interface FederatedCall {
  readonly kind: 'oidc' | 'saml';
  /** The provider as trust policies name it. */
  readonly provider: string;
  readonly context: Context;
  readonly awsClaims: AwsClaimKeys;
}

/** Throws an `AwsError`. */
export function authorize(
  role: Role | undefined,
  { kind, provider, context, awsClaims }: FederatedCall,
): asserts role is Role {
  const trust = { name: 'trust policy', policies: role ? [role.trust.policy] : [] };
  for (const action of federatedActions(kind, awsClaims)) {
    const verdict = evaluate([trust], { caller: { kind: 'federated', provider }, action, context });
    // A role that does not exist and one that does not trust sound alike. That AWS names the other permissions as it
    // names the first is not recorded.
    if (!verdict.allowed) throw accessDenied(`Not authorized to perform ${action}`);
  }
}
