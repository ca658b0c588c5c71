// The policies of a caller and of what it reaches for, together.
// Source: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic".

import { allowing, evaluate, type Layer, type PolicyRequest, type Verdict } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { type AwsCaller, type Nearness, nearness } from './principal.ts';

export interface AccessPolicies {
  readonly identity: readonly Policy[];
  /** Where the caller has a permissions boundary. */
  readonly boundary?: readonly Policy[];
  /** Where the session has session policies; an empty list leaves nothing. */
  readonly session?: readonly Policy[];
  readonly resource?: ResourcePolicies;
}

export interface ResourcePolicies {
  /** Whose the resource is. */
  readonly account: string;
  readonly policies: readonly Policy[];
  /** A role's trust policy must allow, whoever asks; a bucket's policy need not where the account is the same. */
  readonly mustAllow: boolean;
}

export interface AccessRequest extends PolicyRequest {
  readonly caller: AwsCaller;
}

export const layerNames = {
  identity: 'identity policies',
  boundary: 'permissions boundary',
  session: 'session policies',
  resource: 'resource policy',
} as const;

/** Any Deny wins. What must allow depends on whom the resource's policy names, and whether accounts differ. */
export function authorize(policies: AccessPolicies, request: AccessRequest): Verdict {
  const identity = layer('identity', policies.identity);
  const boundary = policies.boundary ? [layer('boundary', policies.boundary)] : [];
  const session = policies.session ? [layer('session', policies.session)] : [];
  const resource = policies.resource ? [layer('resource', policies.resource.policies)] : [];

  const denied = [identity, ...boundary, ...session, ...resource].map((each) => evaluate([each], request));
  const deny = denied.find((verdict) => !verdict.allowed && verdict.because === 'explicit deny');
  if (deny) return deny;

  const named = nearestNamed(policies.resource, request);
  const sameAccount = (policies.resource?.account ?? request.caller.account) === request.caller.account;
  if (named === undefined && (policies.resource?.mustAllow || !sameAccount)) return evaluate(resource, request);
  // Within an account, whom a resource's policy names by itself needs nothing else; whom it names by the role is
  // still held by boundary and session policies. Another account's word never stands alone.
  if (sameAccount && named === 'self') return evaluate(resource, request);
  if (sameAccount && named === 'role') return evaluate([...resource, ...boundary, ...session], request);
  return evaluate([...(named ? resource : []), identity, ...boundary, ...session], request);
}

const layer = (kind: keyof typeof layerNames, policies: readonly Policy[]): Layer => ({
  name: layerNames[kind],
  policies,
});

const order: readonly Nearness[] = ['self', 'role', 'account'];

function nearestNamed(resource: ResourcePolicies | undefined, request: AccessRequest): Nearness | undefined {
  const statements = resource ? allowing(resource.policies, request) : [];
  const found = statements.map(({ principal }) => principal && nearness(principal, request.caller));
  return order.find((each) => found.includes(each));
}
