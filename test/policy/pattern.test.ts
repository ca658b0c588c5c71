import { describe, expect, test } from 'vitest';
import { matchesPattern, parsePattern, splitPattern } from '../../lib/policy/pattern.ts';
import { contextOf, type RequestKeys } from './kit.ts';

const everything = { wildcards: true, variables: true };

const matches = (pattern: string, value: string, keys: RequestKeys = {}, ignoreCase = false) =>
  matchesPattern(parsePattern(pattern, everything), value, contextOf(keys), { ignoreCase });

describe('wildcards', () => {
  test.each<[pattern: string, value: string, expected: boolean]>([
    ['', '', true],
    ['', 'a', false],
    ['abc', 'abc', true],
    ['abc', 'ABC', false],
    ['abc', 'abcd', false],
    ['abc', 'xabc', false],
    ['*', '', true],
    ['*', 'anything at all', true],
    ['**', '', true],
    ['a*', 'a', true],
    ['a*', 'abc', true],
    ['a*', 'ba', false],
    ['*c', 'abc', true],
    ['*c', 'abcd', false],
    ['a*c', 'ac', true],
    ['a*c', 'abcbc', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'acb', false],
    ['*ab', 'aab', true],
    ['*aab', 'aaab', true],
    ['?', 'a', true],
    ['?', '', false],
    ['?', 'ab', false],
    ['a?c', 'abc', true],
    ['?*', '', false],
    ['*?', 'a', true],
    ['*?b', 'b', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['??', '\uffffa', true],
    ['??', '\u{10000}a', true],
    ['a?b*', 'a😀bc', true],
    ['*?😀', '😀😀', true],
    ['*\uDE00', '😀', false],
  ])('"%s" on "%s": %s', (pattern, value, expected) => {
    expect(matches(pattern, value)).toBe(expected);
  });

  test('characters special to regular expressions are plain text', () => {
    expect(matches('a.c', 'abc')).toBe(false);
    expect(matches('(a|b)+[c]^$\\', '(a|b)+[c]^$\\')).toBe(true);
    expect(matches('a|b', 'a')).toBe(false);
  });

  test('a run crosses line breaks, slashes and colons', () => {
    expect(matches('a*z', 'a\n/:z')).toBe(true);
  });

  test('without wildcards in the syntax a star and a question mark are plain text', () => {
    const pattern = parsePattern('a*?', { wildcards: false, variables: true });
    expect(matchesPattern(pattern, 'a*?', contextOf())).toBe(true);
    expect(matchesPattern(pattern, 'abc', contextOf())).toBe(false);
  });

  test('a wildcard in the value is not a wildcard', () => {
    expect(matches('admin', '*')).toBe(false);
    expect(matches('a?', 'a*')).toBe(true);
  });
});

describe('case', () => {
  test('is ignored on request, in the pattern, the value and the variable', () => {
    expect(matches('STS:assume*', 'sts:AssumeRole', {}, true)).toBe(true);
    expect(matches('sts:assumerole', 'STS:ASSUMEROLE', {}, true)).toBe(true);
    expect(matches('${team}-x', 'BLUE-X', { team: 'Blue' }, true)).toBe(true);
  });

  test('of one letter does not depend on the letters around it', () => {
    expect(matches('ΑΣ*', 'ΑΣΑ', {}, true)).toBe(true);
    expect(matches('ας', 'ΑΣ', {}, true)).toBe(false);
    expect(matches('Α', 'ΑΣ', {}, true)).toBe(false);
  });

  test('makes no two letters of one', () => {
    expect(matches('straße', 'STRASSE', {}, true)).toBe(false);
  });
});

describe('variables', () => {
  test('a variable stands for the value of its key', () => {
    expect(matches('home/${aws:username}/*', 'home/ann/file', { 'aws:username': 'ann' })).toBe(true);
    expect(matches('home/${aws:username}/*', 'home/bob/file', { 'aws:username': 'ann' })).toBe(false);
  });

  test('a variable without a value matches nothing', () => {
    expect(matches('${gone}', '${gone}')).toBeUndefined();
    expect(matches('*${gone}*', 'anything')).toBeUndefined();
  });

  test('a variable of a key with several values matches nothing, not even with a default', () => {
    expect(matches('${team}', 'a', { team: ['a', 'b'] })).toBeUndefined();
    expect(matches("${team, 'a'}", 'a', { team: ['a', 'b'] })).toBeUndefined();
  });

  test('a default stands in for a missing key only', () => {
    expect(matches("${team, 'none'}", 'none')).toBe(true);
    expect(matches("${team, 'none'}", 'none', { team: 'blue' })).toBe(false);
    expect(matches("${team, 'none'}", 'blue', { team: 'blue' })).toBe(true);
  });

  test('a default may be empty and may have spaces, commas and colons', () => {
    expect(matches("a${team, ''}b", 'ab')).toBe(true);
    expect(matches("${team, 'a, b: c'}", 'a, b: c')).toBe(true);
  });

  test('an empty value is a value', () => {
    expect(matches("a${team, 'x'}b", 'ab', { team: '' })).toBe(true);
  });

  test('wildcards in a value open nothing', () => {
    expect(matches('${team}', 'blue', { team: '*' })).toBe(false);
    expect(matches('${team}', '*', { team: '*' })).toBe(true);
    expect(matches('bl${team}e', 'blue', { team: '?' })).toBe(false);
  });

  test('wildcards in a default open nothing', () => {
    expect(matches("${team, '*'}", 'blue')).toBe(false);
    expect(matches("${team, '*'}", '*')).toBe(true);
  });

  test('a variable in a value is not looked up', () => {
    expect(matches('${a}', 'secret', { a: '${b}', b: 'secret' })).toBe(false);
  });

  test('spaces around the key do not count', () => {
    expect(matches("${ team ,  'x' }", 'blue', { team: 'blue' })).toBe(true);
    expect(matches("${team,'x'}", 'x')).toBe(true);
  });

  test('spaces within the key do', () => {
    const keys = { 'cost  center no': 'blue', 'cost center no': 'red' };
    expect(matches('${ cost  center no }', 'blue', keys)).toBe(true);
    expect(matches('${cost center no}', 'red', keys)).toBe(true);
  });

  test.each(['*', '?', '$'])('${%s} is that character itself', (character) => {
    expect(matches(`a\${${character}}b`, `a${character}b`)).toBe(true);
    expect(matches(`a\${${character}}b`, 'axb')).toBe(false);
  });

  test('${$} does not open a variable', () => {
    expect(matches('${$}{team}', '${team}', { team: 'blue' })).toBe(true);
  });

  test('a dollar without a brace and a brace without a dollar are plain text', () => {
    expect(matches('$5 $', '$5 $')).toBe(true);
    expect(matches('a{team}', 'a{team}', { team: 'blue' })).toBe(true);
  });

  test.each<[source: string, reason: RegExp]>([
    ['${', /never closes/],
    ['a${team', /never closes/],
    ['${}', /allowed are/],
    ['${ }', /allowed are/],
    ['${team,}', /allowed are/],
    ['${team, none}', /allowed are/],
    ['${team, "none"}', /allowed are/],
    ["${team, 'none}", /allowed are/],
    ['${a${b}}', /allowed are/],
    ['${a {b}', /allowed are/],
    ["${a 'b}", /allowed are/],
    ['${a\nb}', /allowed are/],
    ["${'x'}", /allowed are/],
  ])('%s is refused', (source, reason) => {
    expect(() => parsePattern(source, everything)).toThrow(reason);
  });

  test('without variables in the syntax ${…} is plain text', () => {
    const pattern = parsePattern('${team', { wildcards: true, variables: false });
    expect(matchesPattern(pattern, '${team', contextOf())).toBe(true);
    const escaped = parsePattern('${*}', { wildcards: true, variables: false });
    expect(matchesPattern(escaped, '${anything}', contextOf())).toBe(true);
  });
});

describe('splitting', () => {
  const split = (source: string, times: number, keys: RequestKeys, values: readonly string[]) =>
    splitPattern(parsePattern(source, everything), ':', times).map((part, index) =>
      matchesPattern(part, values[index] ?? '', contextOf(keys)),
    );

  test('cuts at plain separators and leaves those after the last cut alone', () => {
    expect(split('a:b:c:d', 2, {}, ['a', 'b', 'c:d'])).toEqual([true, true, true]);
  });

  test('keeps empty parts', () => {
    expect(split('a::b', 5, {}, ['a', '', 'b'])).toEqual([true, true, true]);
  });

  test('does not cut inside a variable, its default or its value', () => {
    const source = "a:${aws:team, 'x:y'}:b";
    expect(split(source, 2, {}, ['a', 'x:y', 'b'])).toEqual([true, true, true]);
    expect(split(source, 2, { 'aws:team': 'p:q' }, ['a', 'p:q', 'b'])).toEqual([true, true, true]);
  });
});

test('a text may be of any length, in the pattern, the value and the variable', () => {
  const long = 'x'.repeat(500_000);
  expect(matches(`${long}*`, `${long}y`)).toBe(true);
  expect(matches('*${v}', long, { v: long })).toBe(true);
  expect(matches("?${v, 'y'}", long, { v: long })).toBe(false);
});

test('a hostile pattern costs no more than its length times the value', () => {
  const pattern = parsePattern(`${'*a'.repeat(999)}*b`, everything);
  const value = 'a'.repeat(2_000);
  const started = performance.now();
  expect(matchesPattern(pattern, value, contextOf())).toBe(false);
  expect(performance.now() - started).toBeLessThan(500);
});
