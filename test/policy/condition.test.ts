import { describe, expect, test } from 'vitest';
import { compileCondition, firstUnmet, parseConditions } from '../../lib/policy/condition.ts';
import { awsContext, claimContext } from '../../lib/policy/context.ts';
import { parseOperator } from '../../lib/policy/operator.ts';
import { type ConditionBlock, holds, type RequestKeys, unmet } from './kit.ts';

/** One operator on the key `k`; `undefined` leaves the key out of the request. */
const one = (operator: string, expected: unknown, got: string | readonly string[] | undefined) =>
  holds({ [operator]: { k: expected } }, got === undefined ? {} : { k: got });

const bases = [
  ...[
    'StringEquals',
    'StringEqualsIgnoreCase',
    'StringLike',
    'Bool',
    'BinaryEquals',
    'IpAddress',
    'ArnEquals',
    'ArnLike',
  ],
  ...['NumericEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'],
  ...['DateEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
];
const negatedBases = [
  ...['StringNotEquals', 'StringNotEqualsIgnoreCase', 'StringNotLike', 'NumericNotEquals', 'DateNotEquals'],
  ...['NotIpAddress', 'ArnNotEquals', 'ArnNotLike'],
];

/** A value that every policy may write for the operator. */
function sampleFor(operator: string): string {
  if (operator.includes('Arn')) return 'arn:aws:iam::111122223333:role/x';
  if (operator.includes('Numeric')) return '1';
  if (operator.includes('Date')) return '2030-01-01';
  if (operator.includes('Ip')) return '10.0.0.0/8';
  return operator === 'Bool' ? 'true' : 'abcd';
}

describe('operator names', () => {
  test.each([...bases, ...negatedBases])('%s takes every prefix and IfExists', (base) => {
    for (const set of ['', 'ForAllValues:', 'ForAnyValue:']) {
      for (const suffix of ['', 'IfExists']) {
        expect(parseOperator(set + base + suffix)).toMatchObject({
          name: base,
          set: set === '' ? undefined : set.slice(0, -1),
          ifExists: suffix !== '',
        });
      }
    }
  });

  test.each(negatedBases)('%s holds on a missing key, as a negated operator does', (base) => {
    expect(parseOperator(base)?.compile([sampleFor(base)], false)(undefined, awsContext([]))).toBe(true);
  });

  test('Null takes neither', () => {
    expect(parseOperator('Null')).toMatchObject({ name: 'Null', set: undefined, ifExists: false });
  });

  test.each([
    ...['', 'Equals', 'StringEqual', 'stringequals', 'StringMatches', 'BoolNot', ' StringEquals', 'StringEquals '],
    ...['NullIfExists', 'ForAnyValue:Null', 'ForAllValues:NullIfExists', 'IfExists', 'StringEqualsIfExistsIfExists'],
    ...[
      'ForSomeValues:StringEquals',
      'forallvalues:StringEquals',
      'ForAllValues:',
      'ForAllValues:ForAnyValue:StringEquals',
    ],
    ...['constructor', 'toString', '__proto__', 'hasOwnProperty'],
  ])('"%s" is not an operator', (name) => {
    expect(parseOperator(name)).toBeUndefined();
  });
});

describe('a missing key', () => {
  test.each(bases)('fails %s', (base) => {
    expect(one(base, sampleFor(base), undefined)).toBe(false);
  });

  test.each(negatedBases)('satisfies %s', (base) => {
    expect(one(base, sampleFor(base), undefined)).toBe(true);
  });

  test.each([...bases, ...negatedBases])('satisfies ForAllValues:%s and fails ForAnyValue of it', (base) => {
    expect(one(`ForAllValues:${base}`, sampleFor(base), undefined)).toBe(true);
    expect(one(`ForAnyValue:${base}`, sampleFor(base), undefined)).toBe(false);
  });

  test.each([...bases, ...negatedBases])('satisfies %s with IfExists, under any prefix', (base) => {
    for (const set of ['', 'ForAllValues:', 'ForAnyValue:']) {
      expect(one(`${set}${base}IfExists`, sampleFor(base), undefined)).toBe(true);
    }
  });

  test('is the same as a key with no values', () => {
    expect(one('StringEquals', 'a', [])).toBe(false);
    expect(one('StringNotEquals', 'a', [])).toBe(true);
    expect(one('Null', 'true', [])).toBe(true);
  });

  test('is not the same as an empty value', () => {
    expect(one('StringEqualsIfExists', 'a', '')).toBe(false);
    expect(one('Null', 'true', '')).toBe(false);
  });
});

describe('several values', () => {
  test.each<[operator: string, expected: readonly string[], got: readonly string[], result: boolean]>([
    ['StringEquals', ['a', 'b'], ['b'], true],
    ['StringEquals', ['a', 'b'], ['c'], false],
    ['StringNotEquals', ['a', 'b'], ['c'], true],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['a', 'c'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
  ])('%s %j on %j: %s', (operator, expected, got, result) => {
    expect(one(operator, expected, got)).toBe(result);
  });

  test('without a prefix every value of the request must satisfy', () => {
    expect(one('StringEquals', ['a', 'b'], ['a', 'b'])).toBe(true);
    expect(one('StringEquals', 'a', ['a', 'b'])).toBe(false);
    expect(one('StringNotEquals', 'a', ['a', 'b'])).toBe(false);
    expect(one('StringNotEquals', 'a', ['b', 'c'])).toBe(true);
  });
});

describe('values of each type', () => {
  test.each<[operator: string, expected: unknown, got: string, result: boolean]>([
    ['StringEquals', 'a*', 'abc', false],
    ['StringEquals', 'a*', 'a*', true],
    ['StringEquals', 'abc', 'ABC', false],
    ['StringEquals', '${*}', '*', true],
    ['StringEqualsIgnoreCase', 'abc', 'ABC', true],
    ['StringEqualsIgnoreCase', 'a*', 'ABC', false],
    ['StringNotEqualsIgnoreCase', 'abc', 'ABC', false],
    ['StringLike', 'a*', 'abc', true],
    ['StringLike', 'A*', 'abc', false],
    ['StringNotLike', 'a?c', 'abc', false],
    ['NumericEquals', 5, '5', true],
    ['NumericEquals', '5', '5.0', true],
    ['NumericEquals', '-1', '-01', true],
    ['NumericNotEquals', '5', '6', true],
    ['NumericLessThan', '10', '9', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericGreaterThan', '1.5', '1.50001', true],
    ['NumericGreaterThan', '10', '9', false],
    ['NumericGreaterThanEquals', '10', '10', true],
    ['DateEquals', '2030-01-01T00:00:00Z', '2030-01-01T01:00:00+01:00', true],
    ['DateEquals', '1893456000', '2030-01-01T00:00:00Z', true],
    ['DateEquals', 1893456000, '2030-01-01', true],
    ['DateEquals', '2030-01-01T00:00Z', '2030-01-01T01:30+0130', true],
    ['DateNotEquals', '2030-01-01', '2030-01-02', true],
    ['DateLessThan', '2030-01-01T00:00:00Z', '2029-12-31T23:59:59.999Z', true],
    ['DateLessThan', '2030-01-01', '2030-01-01T00:00:00Z', false],
    ['DateLessThanEquals', '2030-01-01', '2030-01-01T00:00:00Z', true],
    ['DateGreaterThan', '2030-01-01', '2030-01-01T00:00:00.001Z', true],
    ['DateGreaterThanEquals', '2030-01-01', '2029-12-31', false],
    ['Bool', true, 'true', true],
    ['Bool', 'True', 'TRUE', true],
    ['Bool', false, 'true', false],
    ['Bool', ['true', 'false'], 'false', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QmluYXJ5', 'qmluyxj5', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.255', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.0', false],
    ['IpAddress', '203.0.113.7', '203.0.113.7', true],
    ['IpAddress', '203.0.113.7', '203.0.113.8', false],
    ['IpAddress', '0.0.0.0/0', '198.51.100.1', true],
    ['IpAddress', '2001:db8::/32', '2001:DB8:1::1', true],
    ['IpAddress', '2001:db8::/32', '2001:db9::1', false],
    ['IpAddress', '203.0.113.0/24', '2001:db8::1', false],
    ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
    ['NotIpAddress', ['203.0.113.0/24', '2001:db8::/32'], '2001:db8::1', false],
    ['ArnLike', 'arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/x', true],
    ['ArnEquals', 'arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/x', true],
    ['ArnNotEquals', 'arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/x', false],
    ['ArnNotLike', 'arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/y', true],
  ])('%s %j on "%s": %s', (operator, expected, got, result) => {
    expect(one(operator, expected, got)).toBe(result);
  });

  test('an address written as IPv6 is still the IPv4 address', () => {
    expect(one('IpAddress', '10.0.0.0/8', '::ffff:10.0.0.1')).toBe(true);
    expect(one('NotIpAddress', '10.0.0.0/8', '::ffff:10.0.0.1')).toBe(false);
  });

  test.each(['::/0', '::ffff:0:0/96'])('an IPv4 address is not within %s', (range) => {
    expect(one('IpAddress', range, '10.0.0.1')).toBe(false);
    expect(one('NotIpAddress', range, '10.0.0.1')).toBe(true);
    expect(one('IpAddress', range, '::ffff:a00:1')).toBe(true);
  });

  test.each<[operator: string, expected: string, got: string]>([
    ['NumericEquals', '5', 'abc'],
    ['NumericNotEquals', '5', 'abc'],
    ['NumericNotEquals', '5', ''],
    ['NumericNotEquals', '5', ' 5'],
    ['NumericNotEquals', '5', '0x6'],
    ['NumericNotEquals', '5', 'NaN'],
    ['NumericLessThan', '5', '-Infinity'],
    ['DateNotEquals', '2030-01-01', 'tomorrow'],
    ['DateNotEquals', '2030-01-01', '2030-13-01'],
    ['DateLessThan', '2030-01-01', '2029-01-01T00:00:00'],
    ['Bool', 'false', ''],
    ['Bool', 'false', 'no'],
    ['IpAddress', '0.0.0.0/0', 'localhost'],
    ['NotIpAddress', '10.0.0.0/8', 'localhost'],
    ['NotIpAddress', '10.0.0.0/8', '203.0.113.0/24'],
    ['ArnLike', 'arn:*:*:*:*:*', 'somebody'],
    ['ArnNotLike', 'arn:aws:iam::111122223333:role/x', 'somebody'],
    ['ArnNotEquals', 'arn:aws:iam::111122223333:role/x', 'somebody'],
    ['BinaryEquals', '', '!'],
    ['BinaryEquals', 'QQ==', 'QQ==!'],
  ])('%s %s does not hold for a value of another type, "%s"', (operator, expected, got) => {
    expect(one(operator, expected, got)).toBe(false);
  });
});

describe('Null', () => {
  test.each<[wanted: unknown, got: string | undefined, result: boolean]>([
    ['true', undefined, true],
    ['true', 'x', false],
    ['false', undefined, false],
    ['false', 'x', true],
    [true, undefined, true],
    ['False', 'x', true],
    [['true', 'false'], undefined, true],
  ])('%j on %j: %s', (wanted, got, result) => {
    expect(one('Null', wanted, got)).toBe(result);
  });
});

describe('variables', () => {
  test.each<[says: string, block: ConditionBlock, keys: RequestKeys, result: boolean]>([
    ['stand for their value', { StringEquals: { k: '${v}' } }, { k: 'a', v: 'a' }, true],
    ['without a value satisfy nothing', { StringLike: { k: '*${v}' } }, { k: 'a' }, false],
    ['without a value satisfy no negation', { StringNotEquals: { k: '${v}' } }, { k: 'a' }, false],
    [
      'without a value satisfy no negated ARN',
      { ArnNotLike: { k: 'arn:aws:s3:::${v}' } },
      { k: 'arn:aws:s3:::x' },
      false,
    ],
    ['with several values satisfy nothing', { StringEquals: { k: '${v}' } }, { k: 'a', v: ['a', 'b'] }, false],
    ['with several values satisfy no negation', { StringNotEquals: { k: '${v}' } }, { k: 'c', v: ['a', 'b'] }, false],
    ['without a value leave the other values be', { StringEquals: { k: ['${v}', 'a'] } }, { k: 'a' }, true],
    ['without a value spoil a whole negation', { StringNotEquals: { k: ['${v}', 'b'] } }, { k: 'a' }, false],
    ['with a wildcard in the value open nothing', { StringLike: { k: '${v}' } }, { k: 'a', v: '*' }, false],
    ['fall back on their default', { StringEquals: { k: "${v, 'a'}" } }, { k: 'a' }, true],
  ])('%s', (_says, block, keys, result) => {
    expect(holds(block, keys)).toBe(result);
  });

  test('are plain text in documents before 2012-10-17', () => {
    expect(unmet({ StringEquals: { k: '${v}' } }, { k: '${v}', v: 'a' }, false)).toBeUndefined();
  });
});

describe('the keys that a condition reads', () => {
  const reads = (expected: readonly string[], variables = true) =>
    compileCondition({ operator: 'StringLike', key: 'k', expected }, variables).reads;

  test.each<[says: string, expected: readonly string[], keys: readonly string[]]>([
    ['are its own', ['a', '$5', '{b}'], ['k']],
    [
      'are those of its variables',
      ['a${aws:username}', "${a}${ cost center , 'none'}"],
      ['k', 'aws:username', 'a', 'cost center'],
    ],
    ['may have any character that a variable takes', ['${a*b}', '${$c}'], ['k', 'a*b', '$c']],
    ['are none that are written out', ['${*}', '${$}{team}', "${a, '${b'}"], ['k', 'a']],
  ])('%s', (_says, expected, keys) => {
    expect(reads(expected)).toEqual(keys);
  });

  test('are its own in documents before 2012-10-17', () => {
    expect(reads(['${v}', '${'], false)).toEqual(['k']);
  });
});

describe('a block', () => {
  test('needs every operator and every key', () => {
    const block = { StringEquals: { a: '1', b: '2' }, NumericLessThan: { c: 3 } };
    expect(holds(block, { a: '1', b: '2', c: '2' })).toBe(true);
    expect(holds(block, { a: '1', c: '2' })).toBe(false);
    expect(holds(block, { a: '1', b: '2', c: '3' })).toBe(false);
  });

  test('without operators always holds', () => {
    expect(holds({})).toBe(true);
  });

  test('tells the first condition that failed, as written, and what it got', () => {
    const block = { StringEquals: { a: '1' }, 'ForAnyValue:StringLike': { Team: ['x*', 'y'] } };
    expect(unmet(block, { a: '1', team: ['p', 'q'] })).toEqual({
      operator: 'ForAnyValue:StringLike',
      key: 'Team',
      expected: ['x*', 'y'],
      got: ['p', 'q'],
    });
    expect(unmet(block)?.got).toBeUndefined();
  });

  test('finds AWS keys whatever their case', () => {
    expect(holds({ StringEquals: { 'AWS:principaltag/TEAM': 'blue' } }, { 'aws:PrincipalTag/team': 'blue' })).toBe(
      true,
    );
    expect(holds({ StringEquals: { k: '${AWS:USERNAME}' } }, { k: 'ann', 'aws:username': 'ann' })).toBe(true);
  });

  test('finds claims in their own case only', () => {
    const ignore = () => undefined;
    const conditions = parseConditions({ StringEquals: { Role: 'admin' } }, 'when', {
      variables: true,
      report: ignore,
    });
    expect(firstUnmet(conditions, claimContext(new Map([['Role', ['admin']]])))).toBeUndefined();
    expect(firstUnmet(conditions, claimContext(new Map([['role', ['admin']]])))?.got).toBeUndefined();
  });

  test.each(['constructor', '__proto__', 'toString'])('does not find the inherited name "%s" in a request', (key) => {
    const block = JSON.parse(`{ "Null": { "${key}": "true" } }`) as ConditionBlock;
    expect(holds(block)).toBe(true);
  });
});

describe('writing a condition', () => {
  const problems = (block: unknown) => {
    const found: string[] = [];
    const report = (path: string, says: string) => found.push(`${path}: ${says}`);
    expect(parseConditions(block, 'Condition', { variables: true, report })).toEqual([]);
    return found;
  };

  test.each<[says: string, block: unknown, problem: string]>([
    ['a block that is a list', [], 'Condition: must be an object of operators'],
    ['a block that is nothing', null, 'Condition: must be an object of operators'],
    ['an operator without keys', { Bool: {} }, 'Condition.Bool: must be an object of condition keys'],
    ['an operator on a text', { Bool: 'true' }, 'Condition.Bool: must be an object of condition keys'],
    ['an empty list of values', { Bool: { k: [] } }, 'Condition.Bool.k: must be a text, a number, a boolean or'],
    ['a value that is nothing', { StringEquals: { k: null } }, 'Condition.StringEquals.k: must be a text'],
    ['nothing among values', { StringEquals: { k: ['a', null] } }, 'Condition.StringEquals.k: must be a text'],
    ['a list within a list', { StringEquals: { k: [['a']] } }, 'Condition.StringEquals.k: must be a text'],
    ['an object as value', { StringEquals: { k: {} } }, 'Condition.StringEquals.k: must be a text'],
    ['a broken variable', { StringEquals: { k: '${' } }, 'never closes it'],
  ])('%s is refused', (_says, block, problem) => {
    expect(problems(block)).toEqual([expect.stringContaining(problem)]);
  });

  test.each<[written: string, meant: string]>([
    ['Equals', ''],
    ['StringEqual', '; did you mean StringEquals?'],
    ['Nul', '; did you mean Null?'],
  ])('the operator "%s" is refused%s', (written, meant) => {
    expect(problems({ [written]: { k: 'a' } })).toEqual([
      `Condition.${written}: "${written}" is not a condition operator${meant}`,
    ]);
  });

  test('an operator that nobody has checked is refused as well', () => {
    const compile = () => compileCondition({ operator: 'Equals', key: 'k', expected: ['a'] }, true);
    expect(compile).toThrow('"Equals" is not a condition operator');
  });

  test('what is right beside what is wrong is kept', () => {
    const block = { StringEquals: { a: [], b: '1' }, Equals: { c: '1' }, Bool: { d: 'true' } };
    const conditions = parseConditions(block, 'when', { variables: true, report: () => undefined });
    expect(conditions.map(({ key }) => key)).toEqual(['b', 'd']);
  });

  const notA = {
    number: 'is not a number',
    date: 'is not a date in ISO 8601 form',
    truth: 'is neither true nor false',
    base64: 'is not Base64',
    address: 'is not an IP address or a CIDR range',
  };
  test.each<[operator: string, value: string, says: string]>([
    ['NumericEquals', 'five', notA.number],
    ['NumericEquals', '', notA.number],
    ['NumericEquals', '${n}', notA.number],
    ['DateLessThan', 'tomorrow', notA.date],
    ['DateLessThan', '2030-01-01T00:00:00', notA.date],
    ['DateLessThan', '2030-02-30', notA.date],
    ['DateLessThan', '${aws:CurrentTime}', notA.date],
    ['Bool', 'yes', notA.truth],
    ['Bool', 'constructor', notA.truth],
    ['Bool', '__proto__', notA.truth],
    ['Null', 'maybe', 'Null takes true or false, not'],
    ['Null', 'constructor', 'Null takes true or false, not'],
    ['Null', '__proto__', 'Null takes true or false, not'],
    ['BinaryEquals', 'not base64', notA.base64],
    ['BinaryEquals', 'A', notA.base64],
    ['IpAddress', 'localhost', notA.address],
    ['IpAddress', '10.0.0.0/33', notA.address],
    ['IpAddress', '10.0.0.0/', notA.address],
    ['IpAddress', '10.0.0.0/-1', notA.address],
    ['IpAddress', '10.0.0.0/8/16', notA.address],
    ['IpAddress', '10.0.0/8', notA.address],
    ['IpAddress', '2001:db8::/129', notA.address],
    ['ArnLike', 'role/x', 'is not an ARN'],
  ])('%s takes no "%s": it %s', (operator, value, says) => {
    const [problem, ...more] = problems({ [operator]: { k: value } });
    expect(problem).toMatch(`Condition.${operator}.k: `);
    expect(problem).toContain(value);
    expect(problem).toContain(says);
    expect(more).toEqual([]);
    expect(problems({ [`ForAnyValue:${operator}IfExists`]: { k: value } })).toHaveLength(1);
  });

  test('numbers and booleans stand for their text', () => {
    expect(one('StringEquals', 5, '5')).toBe(true);
    expect(one('StringEquals', true, 'true')).toBe(true);
  });
});
