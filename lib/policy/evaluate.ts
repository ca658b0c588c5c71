// Policies against a request: explicit deny first, then an allow from every layer, else no. And why.
// Source: IAM User Guide, "Policy evaluation logic".

import { type Condition, type ConditionTrace, firstUnmet, traceOf } from './condition.ts';
import type { Context } from './context.ts';
import { matchesPattern } from './pattern.ts';
import type { Policy, Statement } from './policy.ts';
import { type Caller, callerNames, matchesPrincipal, principalNames } from './principal.ts';

export interface PolicyRequest {
  /** Needed where statements have a principal. */
  readonly caller?: Caller;
  readonly action: string;
  /** The ARN acted upon; needed where statements have a resource. */
  readonly resource?: string;
  readonly context: Context;
}

/** Which statement, in whose words: the document's name, the place, the Sid if it has one. */
export interface StatementName {
  readonly policy: string;
  readonly statement: number;
  readonly sid?: string;
}

/** A statement that did not apply, and the first element that kept it from applying. */
export type Miss = StatementName & (ElementMiss | ({ readonly element: 'Condition' } & ConditionTrace));

/** A statement that applied, with what its conditions saw. */
export type Hit = StatementName & { readonly conditions: readonly ConditionTrace[] };

export type Verdict =
  /** One statement of each layer: all of them had to allow. */
  | { readonly allowed: true; readonly by: readonly Hit[] }
  | { readonly allowed: false; readonly because: 'explicit deny'; readonly layer: string; readonly by: Hit }
  /** `misses` tells, for each Allow of the layer that did not allow, why it did not apply. */
  | { readonly allowed: false; readonly because: 'no allow'; readonly layer: string; readonly misses: readonly Miss[] };

/** Policies that speak together: any of them may allow. */
export interface Layer {
  /** What explanations call it: `trust policy`, `identity policies`, `session policies`, `boundary`. */
  readonly name: string;
  readonly policies: readonly Policy[];
}

/** Every layer must allow and none may deny; without a layer nothing is allowed. */
export function evaluate(layers: readonly Layer[], request: PolicyRequest): Verdict {
  for (const { name, policies } of layers) {
    const deny = firstHit(policies, 'Deny', request);
    if (deny) return { allowed: false, because: 'explicit deny', layer: name, by: deny };
  }
  const allows: Hit[] = [];
  for (const { name, policies } of layers) {
    const hit = firstHit(policies, 'Allow', request);
    if (!hit) return { allowed: false, because: 'no allow', layer: name, misses: missesOf(policies, request) };
    allows.push(hit);
  }
  if (allows.length === 0) return { allowed: false, because: 'no allow', layer: 'none', misses: [] };
  return { allowed: true, by: allows };
}

function firstHit(policies: readonly Policy[], effect: Statement['effect'], request: PolicyRequest): Hit | undefined {
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (statement.effect === effect && missOf(statement, request) === undefined) {
        return {
          ...nameOf(policy, statement),
          conditions: statement.conditions.map((c) => traceOf(c, request.context)),
        };
      }
    }
  }
  return undefined;
}

/** Every statement that allows the request, whatever others say of it. */
export const allowing = (policies: readonly Policy[], request: PolicyRequest): readonly Statement[] =>
  policies.flatMap(({ statements }) =>
    statements.filter((each) => each.effect === 'Allow' && missOf(each, request) === undefined),
  );

function missesOf(policies: readonly Policy[], request: PolicyRequest): Miss[] {
  return policies.flatMap((policy) =>
    policy.statements.flatMap((statement) => {
      const miss = statement.effect === 'Allow' ? missOf(statement, request) : undefined;
      return miss ? [{ ...nameOf(policy, statement), ...miss } as Miss] : [];
    }),
  );
}

const nameOf = (policy: Policy, { index, sid }: Statement): StatementName => ({
  policy: policy.name,
  statement: index,
  ...(sid !== undefined && { sid }),
});

type Reason = Miss extends infer M ? (M extends StatementName ? Omit<M, keyof StatementName> : never) : never;

/** `undefined` when the statement applies. */
function missOf(statement: Statement, request: PolicyRequest): Reason | undefined {
  const element =
    actionMiss(statement, request) ?? principalMiss(statement, request) ?? resourceMiss(statement, request);
  if (element) return element;
  const unmet = firstUnmet(statement.conditions, request.context);
  return unmet && { element: 'Condition', ...unmet };
}

/** A condition that did not hold, and what the request has for its key. */
export interface UnmetCondition {
  readonly condition: Condition;
  readonly got: readonly string[] | undefined;
}

/** Everything that keeps a statement from applying, not only the first of it. */
export interface EveryMiss {
  readonly elements: readonly ElementMiss[];
  readonly conditions: readonly UnmetCondition[];
}

export function everyMiss(statement: Statement, request: PolicyRequest): EveryMiss {
  const { context } = request;
  const elements = [actionMiss, principalMiss, resourceMiss].flatMap((missing) => missing(statement, request) ?? []);
  const unmet = statement.conditions.filter((condition) => !condition.holds(context));
  return { elements, conditions: unmet.map((condition) => ({ condition, got: context.values(condition.key) })) };
}

export interface ElementMiss {
  readonly element: 'Principal' | 'Action' | 'Resource';
  readonly expected: readonly string[];
  readonly got: readonly string[];
}

const sources = (entries: readonly { readonly source: string }[]) => entries.map(({ source }) => source);

function actionMiss({ action }: Statement, request: PolicyRequest): ElementMiss | undefined {
  const { context } = request;
  const actionListed = action.entries.some((p) => matchesPattern(p, request.action, context, { ignoreCase: true }));
  if (actionListed === action.negated) {
    return { element: 'Action', expected: sources(action.entries), got: [request.action] };
  }
  return undefined;
}

function principalMiss({ principal, effect }: Statement, { caller }: PolicyRequest): ElementMiss | undefined {
  if (!principal || (caller && matchesPrincipal(principal, caller, effect))) return undefined;
  return { element: 'Principal', expected: principalNames(principal), got: caller ? callerNames(caller) : [] };
}

function resourceMiss({ resource, effect }: Statement, request: PolicyRequest): ElementMiss | undefined {
  if (!resource || resourceApplies(resource, effect, request)) return undefined;
  const got = request.resource === undefined ? [] : [request.resource];
  return { element: 'Resource', expected: sources(resource.entries), got };
}

function resourceApplies(
  { negated, entries }: NonNullable<Statement['resource']>,
  effect: Statement['effect'],
  { resource: arn, context }: PolicyRequest,
) {
  if (arn === undefined) return false;
  const matches = entries.map((entry) => matchesPattern(entry, arn, context));
  if (!negated) return matches.includes(true);
  // A variable without a value matches nothing: it never lets anybody in by exclusion, and exempts nobody from a Deny.
  return effect === 'Allow' ? matches.every((match) => match === false) : !matches.includes(true);
}
