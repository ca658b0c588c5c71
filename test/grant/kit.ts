// What conditions and the values they judge are made of, where a property is told of all of them.

import fc from 'fast-check';
import type { When } from '../kit/builders.ts';

export const values = fc.constantFrom('a', 'A', 'ab', 'b', 'true', 'false', '7', 'acme/shop', '*', 'ü');
/** What STS takes; it refuses a token with anything else. */
export const tagValues = fc.constantFrom('a', 'A', 'ab', 'b', 'true', '7', 'acme/shop', 'ü');
export const sourceIdentities = fc.constantFrom('ab', 'AB', 'true', 'b7');
const patterns = fc.constantFrom('a', 'a*', '?', '*', 'acme/*', 'A', 'true', '7', '*b');
const stringOperators = fc
  .tuple(
    fc.constantFrom('', 'ForAnyValue:', 'ForAllValues:'),
    fc.constantFrom('StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'),
    fc.constantFrom('', 'IfExists'),
  )
  .map((parts) => parts.join(''));
const oneOrMore = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: 1, maxLength: 3 });

const truths = (when: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>): When =>
  Object.fromEntries(
    Object.entries(when).map(([operator, keys]) => [
      operator,
      operator === 'Null' ? Object.fromEntries(Object.keys(keys).map((key) => [key, 'true'])) : keys,
    ]),
  );

/** Conditions on these keys: some hold, most do not. */
export const whensOn = (keys: readonly string[]): fc.Arbitrary<When> =>
  fc
    .dictionary(
      fc.oneof(stringOperators, stringOperators, fc.constant('Null')),
      fc.dictionary(fc.constantFrom(...keys), oneOrMore(patterns), { minKeys: 1, maxKeys: 2 }),
      { minKeys: 1, maxKeys: 3 },
    )
    .map(truths);
