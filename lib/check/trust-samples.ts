// Callers made up from the conditions that they must satisfy: with them a trust policy is asked what it lets in.

import type { ConditionDocument } from '../grant/grant.ts';
import { parseOperator } from '../policy/operator.ts';

export interface SampleValue {
  readonly value: string;
  /** What no such caller has otherwise: the whole value, or what stands before its first wildcard. */
  readonly certain: string;
}

/** By condition key. */
export type Sample = ReadonlyMap<string, SampleValue>;

/**
 * Each value of each key is in one of them at least, the others being the first. What a caller looks like who satisfies
 * `Not…`, numbers or dates is a guess: whoever asks must see whether the conditions hold for it.
 */
export function samplesOf(conditions: ConditionDocument): readonly Sample[] {
  const candidates = candidatesOf(conditions);
  const first = new Map([...candidates].flatMap(([key, [value]]) => (value ? [[key, value] as const] : [])));
  const others = [...candidates].flatMap(([key, values]) =>
    values.slice(1).map((value) => new Map([...first, [key, value]])),
  );
  return [first, ...others];
}

/** Operators whose values are values that a caller may have. */
const positive = /^(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|Bool|NumericEquals|DateEquals)$/;
const withWildcards = /^(StringLike|ArnEquals|ArnLike)$/;

const anything: SampleValue = { value: 'x', certain: '' };

function candidatesOf(conditions: ConditionDocument): ReadonlyMap<string, readonly SampleValue[]> {
  const found = new Map<string, readonly SampleValue[]>();
  for (const [operator, keys] of Object.entries(conditions)) {
    const name = parseOperator(operator)?.name ?? '';
    for (const [key, expected] of Object.entries(keys)) {
      if (name === 'Null' && expected.includes('true')) continue;
      const values = positive.test(name) ? expected.map((each) => sampleOf(each, withWildcards.test(name))) : [];
      found.set(key, [...(found.get(key) ?? []), ...values]);
    }
  }
  return new Map([...found].map(([key, values]) => [key, values.length > 0 ? values : [anything]]));
}

const sampleOf = (expected: string, wildcards: boolean): SampleValue =>
  wildcards
    ? { value: expected.replace(/[*?]/g, 'x'), certain: headOf(expected) }
    : { value: expected, certain: expected };

/** What stands before the first wildcard. */
export const headOf = (pattern: string): string => pattern.replace(/[*?].*$/s, '');
