import { intersection, NoIntersection } from '../policy/intersect.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { type Policy, PolicyError } from '../policy/policy.ts';
import { withoutProofs } from '../printable.ts';
import { Refusal } from '../refusal.ts';
import type { SessionPlan } from './plan-session.ts';
import { inAscii, longestPolicyCharacters } from './session-policy.ts';

/** What a caller wants his session narrowed to, as STS takes it. */
export interface Narrowing {
  /** JSON text. */
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

export type NarrowSession = (plan: SessionPlan, narrowing: Narrowing) => SessionPlan;

/**
 * The plan, and no more than the caller wants of it. STS adds up what it is given in one call: beside the grant's own
 * policy another would widen it, so the two become one. Throws a `Refusal`.
 */
export const narrowSession: NarrowSession = (plan, { policy, policyArns }) => {
  const wanted = policy === undefined ? undefined : parsed('Policy', policy);
  if (plan.policy === undefined) {
    return { ...plan, ...(policy !== undefined && { policy }), ...(policyArns.length > 0 && { policyArns }) };
  }
  if (policyArns.length > 0) {
    throw new Refusal('policy_not_within', { hint: 'PolicyArns would add to it. Send a Policy, or none.' });
  }
  return wanted ? { ...plan, policy: within(parsed('the session policy of the grant', plan.policy), wanted) } : plan;
};

const longestHint = 512;

function parsed(name: string, document: string): Policy {
  try {
    return parsePolicy({ name, kind: 'identity', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const [first] = error.problems;
    const hint = withoutProofs(`${first?.path ?? name}: ${first?.says ?? 'is no policy'}.`).slice(0, longestHint);
    throw new Refusal('policy_malformed', { hint });
  }
}

function within(own: Policy, wanted: Policy): string {
  try {
    const text = inAscii(JSON.stringify(intersection(own, wanted)));
    if (text.length > longestPolicyCharacters) throw new Refusal('session_too_large', { characters: text.length });
    return text;
  } catch (error) {
    // The reason quotes the grant's policy, which is for its operator to know.
    if (error instanceof NoIntersection) throw new Refusal('policy_not_within', { why: error.message });
    throw error;
  }
}
