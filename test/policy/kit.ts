// The words the policy tests are written in.

import { type ConditionTrace, firstUnmet, parseConditions } from '../../lib/policy/condition.ts';
import { awsContext, type Context } from '../../lib/policy/context.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { type Policy, PolicyError, type PolicyKind, type PolicyProblem } from '../../lib/policy/policy.ts';

export type RequestKeys = Readonly<Record<string, string | readonly string[]>>;
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Elements = Readonly<Record<string, unknown>>;

export const contextOf = (keys: RequestKeys = {}): Context => awsContext(Object.entries(keys));

export function unmet(block: ConditionBlock, keys: RequestKeys = {}, variables = true): ConditionTrace | undefined {
  const problems: PolicyProblem[] = [];
  const report = (path: string, says: string) => void problems.push({ path, says });
  const conditions = parseConditions(block, 'Condition', { variables, report });
  if (problems.length > 0) throw new PolicyError(problems);
  return firstUnmet(conditions, contextOf(keys));
}

export const holds = (block: ConditionBlock, keys: RequestKeys = {}): boolean => unmet(block, keys) === undefined;

/** Each helper gives a statement everything it needs; a test names only the elements it is about. */
export const allow = (elements: Elements = {}): Elements => ({ Effect: 'Allow', ...whole(elements) });
export const deny = (elements: Elements = {}): Elements => ({ Effect: 'Deny', ...whole(elements) });

function whole(elements: Elements): Elements {
  return {
    ...(!('NotAction' in elements) && { Action: '*' }),
    ...(!('NotResource' in elements) && { Resource: '*' }),
    ...elements,
  };
}

/** A trust statement: allows the caller named, and has no resource. */
export const trust = (elements: Elements = {}): Elements => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { AWS: '111122223333' },
  ...elements,
});

export function aPolicy(statements: readonly Elements[], kind: PolicyKind = 'identity', name = 'p'): Policy {
  return parsePolicy({ name, kind, document: { Version: '2012-10-17', Statement: statements } });
}

export function problemsOf(document: unknown, kind: PolicyKind = 'identity'): readonly PolicyProblem[] {
  try {
    parsePolicy({ name: 'p', kind, document });
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
}
