// Conditions: every IAM operator, its set prefixes and `IfExists`.
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

import { messageOf } from '../message-of.ts';
import { nearest } from '../nearest.ts';
import { isRecord } from '../record.ts';
import type { Context } from './context.ts';
import { operatorNames, parseOperator } from './operator.ts';
import { variablesIn } from './pattern.ts';

/** One operator applied to one key: the smallest thing that can fail. */
export interface Condition {
  /** As written, `ForAnyValue:StringLikeIfExists`. */
  readonly operator: string;
  readonly key: string;
  /** As written. */
  readonly expected: readonly string[];
  readonly holds: (context: Context) => boolean;
  /** The key, and those that variables in the expected values name. */
  readonly reads: readonly string[];
}

/** Why a condition held or failed. `got` is undefined when the key is missing. */
export interface ConditionTrace {
  readonly operator: string;
  readonly key: string;
  readonly expected: readonly string[];
  readonly got: readonly string[] | undefined;
}

export interface ConditionOptions {
  /** Whether `${key}` is a variable: documents of version 2012-10-17. */
  readonly variables: boolean;
  /** Of the statement; a grant's conditions allow. */
  readonly effect?: 'Allow' | 'Deny';
  readonly report: (path: string, says: string) => void;
}

/** What a condition says, without what it does: the part that can be written down. */
export type ConditionText = Pick<Condition, 'operator' | 'key' | 'expected'>;

/** Throws a plain `Error` when there is no such operator or a value is not of its type. */
export function compileCondition(
  { operator: name, key, expected }: ConditionText,
  variables: boolean,
  effect: 'Allow' | 'Deny' = 'Allow',
): Condition {
  const operator = parseOperator(name);
  if (operator === undefined) throw new Error(`"${name}" is not a condition operator`);
  const holds = operator.compile(expected, variables, effect);
  const reads = [key, ...(variables ? expected.flatMap(variablesIn) : [])];
  return { operator: name, key, expected, reads, holds: (context) => holds(context.values(key), context) };
}

/** Reads `{ operator: { key: value or values } }`; what is wrong goes to `report`. */
export function parseConditions(
  block: unknown,
  path: string,
  { variables, effect = 'Allow', report }: ConditionOptions,
): Condition[] {
  if (!isRecord(block)) {
    report(path, 'must be an object of operators');
    return [];
  }
  return Object.entries(block).flatMap(([operator, keys]) => {
    const operatorPath = `${path}.${operator}`;
    if (parseOperator(operator) === undefined) {
      const meant = nearest(operator, operatorNames);
      report(operatorPath, `"${operator}" is not a condition operator${meant ? `; did you mean ${meant}?` : ''}`);
      return [];
    }
    if (!isRecord(keys) || Object.keys(keys).length === 0) {
      report(operatorPath, 'must be an object of condition keys');
      return [];
    }
    return Object.entries(keys).flatMap(([key, values]) => {
      const expected = textsOf(values);
      if (expected === undefined) {
        report(`${operatorPath}.${key}`, 'must be a text, a number, a boolean or a non-empty list of them');
        return [];
      }
      try {
        return [compileCondition({ operator, key, expected }, variables, effect)];
      } catch (error) {
        report(`${operatorPath}.${key}`, messageOf(error));
        return [];
      }
    });
  });
}

function textsOf(values: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  const scalar = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return list.length > 0 && list.every(scalar) ? list.map(String) : undefined;
}

/** All must hold; the first that does not is the reason. */
export function firstUnmet(conditions: readonly Condition[], context: Context): ConditionTrace | undefined {
  const unmet = conditions.find((condition) => !condition.holds(context));
  return unmet && traceOf(unmet, context);
}

export function traceOf({ operator, key, expected }: Condition, context: Context): ConditionTrace {
  return { operator, key, expected, got: context.values(key) };
}
