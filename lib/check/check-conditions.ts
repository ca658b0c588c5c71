// What is suspicious in any condition, whether of a grant or of a trust policy.

import type { Condition } from '../policy/condition.ts';
import { parseOperator } from '../policy/operator.ts';
import type { Finding } from './finding.ts';

export type Report = (code: Finding['code'], path: string, says: string) => void;

export interface ConditionScene {
  /** All that must hold together. */
  readonly conditions: readonly Condition[];
  readonly pathOf: (condition: Condition) => string;
  /** Whether the key has one value by its nature. */
  readonly isSingle: (key: string) => boolean;
  readonly report: Report;
}

export function checkConditions({ conditions, pathOf, isSingle, report }: ConditionScene): void {
  for (const condition of conditions) {
    const { key, expected, reads } = condition;
    const operator = parseOperator(condition.operator);
    if (!operator) continue;
    const path = pathOf(condition);
    const wild = expected.filter((value) => /[*?]/.test(value));
    if (operator.name === 'StringLike') {
      for (const value of wild.filter(crossesSeparator)) report('wildcard-crosses-separator', path, `has "${value}"`);
    }
    if (operator.name === 'StringEquals' && wild.length > 0) {
      report('wildcard-in-equals', path, `has "${wild.join('", "')}"`);
    }
    if (operator.set !== undefined && isSingle(key)) {
      report('set-operator-on-single-value', path, `is ${condition.operator} on ${key}`);
    }
    if (operator.set === 'ForAllValues' && !demands(conditions, key)) {
      report('for-all-values-alone', path, `is ${condition.operator}, and nothing else demands ${key}`);
    }
    // A token without aud STS does not take, so its oaud is always there.
    const mayBeMissing = operator.ifExists && operator.set !== 'ForAllValues' && !key.endsWith(':oaud');
    if (mayBeMissing && !demands(conditions, key)) {
      report('if-exists-alone', path, `is ${condition.operator}, and nothing else demands ${key}`);
    }
    if (expected.some((value) => /\$\{[^*?$]/.test(value)) && reads.length === 1) {
      report('variable-with-old-version', path, `has "${expected.join('", "')}"`);
    }
  }
}

/**
 * A * within a name, in a value that has names with separators: what stands before it is not a whole name, or what comes
 * after it can follow anything. At the end, behind a separator, it stands for all below one name.
 */
function crossesSeparator(value: string): boolean {
  if (!/[/:]/.test(value)) return false;
  return [...value.matchAll(/\*+/g)].some(({ index, 0: stars }) => {
    const before = value[index - 1];
    const isLast = index + stars.length === value.length;
    return !(isLast && (before === '/' || before === ':'));
  });
}

/** Whether the conditions together say of anybody who he is; where they do not, which finding that is. */
export function saysWho(conditions: readonly Condition[]): 'yes' | 'exclusion-alone' | 'holds-for-all' {
  const operators = conditions.map(({ operator }) => parseOperator(operator));
  if (conditions.length === 0) return 'yes';
  if (operators.every((operator) => operator && /Not/.test(operator.name))) return 'exclusion-alone';
  const tells = conditions.some(({ key, expected }, index) => {
    const operator = operators[index];
    if (!operator || operator.ifExists || operator.name === 'Null' || /Not/.test(operator.name)) return false;
    return !expected.some((value) => holdsForAll(value, key));
  });
  return tells ? 'yes' : 'holds-for-all';
}

/** A pattern of nothing but wildcards, or a variable that stands for the key itself. */
const holdsForAll = (value: string, key: string) =>
  /^[*?]*\*[*?]*$/.test(value) || value.toLowerCase() === `\${${key}}`.toLowerCase();

/** Whether some other condition fails where the key is missing. */
function demands(conditions: readonly Condition[], key: string): boolean {
  const nothing = { values: () => undefined };
  return conditions.some((each) => each.key.toLowerCase() === key.toLowerCase() && !each.holds(nothing));
}
