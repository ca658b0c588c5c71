import { describe, expect, test } from 'vitest';
import { filterPattern } from '../../lib/local/filter-pattern.ts';

const line = JSON.stringify({ event: 'exchange', provider: 'app', count: 1 });

describe('a filter pattern', () => {
  test.each([
    ['{ $.event = "exchange" }', true],
    ['{ $.event = "other" }', false],
    ['{ $.provider = "*" }', true],
    ['{ $.operator = "*" }', false],
    ['{ ($.event = "exchange") && ($.provider = "*") }', true],
    ['{ ($.event = "exchange") && (($.provider = "x") || ($.operator = "*")) }', false],
    ['{ $.event = "other" || $.event = "exchange" && $.provider = "app" }', true],
  ])('%s: %s', (pattern, isChosen) => {
    expect(filterPattern(pattern)(line)).toBe(isChosen);
  });

  test.each(['START RequestId: 1', '[]', 'null', '"text"'])('chooses nothing of %s', (other) => {
    expect(filterPattern('{ $.event = "*" }')(other)).toBe(false);
  });

  test.each([
    '',
    'ERROR',
    '{ $.a > 1 }',
    '{ $.a = 1 }',
    '{ ($.a = "b" }',
    '{ $.a = "b" } x',
    '{ $.a = "b" $.c = "d" }',
  ])('%j is told to be unknown', (pattern) => {
    expect(() => filterPattern(pattern)).toThrow('does not know the filter pattern');
  });
});
