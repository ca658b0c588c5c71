import { describe, expect, test } from 'vitest';
import { matchesArn, parseArnPattern } from '../../lib/policy/arn-pattern.ts';
import { contextOf, type RequestKeys } from './kit.ts';

const syntax = { wildcards: true, variables: true };
const matches = (pattern: string, arn: string, keys: RequestKeys = {}) =>
  matchesArn(parseArnPattern(pattern, syntax), arn, contextOf(keys));

const role = 'arn:aws:iam::111122223333:role/team/deploy';

describe('parts', () => {
  test.each<[says: string, pattern: string, arn: string, expected: boolean | undefined]>([
    ['equal text matches', role, role, true],
    ['the lone star matches every ARN', '*', role, true],
    ['a star in the resource crosses slashes', 'arn:aws:iam::111122223333:role/*', role, true],
    [
      'a star in the resource crosses colons',
      'arn:aws:sns:*:*:*',
      'arn:aws:sns:eu-west-1:111122223333:topic:sub',
      true,
    ],
    ['colons in the resource are text like any other', 'arn:aws:sns:*:*:a:b:c', 'arn:aws:sns:eu-west-1:1:a:b:c', true],
    ['a star before the resource stays in its part', 'arn:aws:s*:::x', 'arn:aws:sns:eu-west-1::x', false],
    ['a star does not swallow the account', 'arn:aws:iam:*:*:x', 'arn:aws:iam:x', undefined],
    ['a star may stand for an empty part', 'arn:aws:iam:*:111122223333:role/team/deploy', role, true],
    ['an empty part matches only an empty part', 'arn:aws:sns:::x', 'arn:aws:sns:eu-west-1::x', false],
    ['a question mark is one character of its part', 'arn:aws:iam::11112222333?:role/team/deploy', role, true],
    ['a question mark is not the colon between parts', 'arn:aws:iam?::1:role/x', 'arn:aws:iam:::1:role/x', false],
    ['the partition counts', 'arn:aws-cn:iam::111122223333:role/*', role, false],
    ['the account counts', 'arn:aws:iam::444455556666:role/*', role, false],
    ['case counts', 'arn:aws:iam::111122223333:role/Team/*', role, false],
    ['a value with too few parts is no ARN', 'arn:*:*:*:*:*', 'arn:aws:iam', undefined],
    ['a value that does not begin with arn is no ARN', 'arn:aws:s3:::x', 'urn:aws:s3:::x', undefined],
    ['a bucket is not its keys', 'arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/key', false],
  ])('%s', (_says, pattern, arn, expected) => {
    expect(matches(pattern, arn)).toBe(expected);
  });
});

describe('variables', () => {
  test('a variable stands for its value in any part', () => {
    const keys = { 'aws:PrincipalAccount': '111122223333', 'aws:username': 'ann' };
    const pattern = 'arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}';
    expect(matches(pattern, 'arn:aws:iam::111122223333:user/ann', keys)).toBe(true);
    expect(matches(pattern, 'arn:aws:iam::111122223333:user/bob', keys)).toBe(false);
  });

  test('a colon in a value does not move the parts', () => {
    const keys = { team: 'x:111122223333:role/admin' };
    expect(matches('arn:aws:iam:${team}:*:role/*', 'arn:aws:iam:x:111122223333:role/admin', keys)).toBe(false);
  });

  test('a wildcard in a value opens nothing', () => {
    expect(matches('arn:aws:s3:::${team}', 'arn:aws:s3:::secrets', { team: '*' })).toBe(false);
  });

  test('an ARN in a value is compared part by part too', () => {
    expect(matches('arn:aws:s3:::${team}/*', 'arn:aws:s3:::a:b/c', { team: 'a:b' })).toBe(true);
  });

  test('a variable without a value is undecided', () => {
    expect(matches('arn:aws:s3:::${gone}', 'arn:aws:s3:::x')).toBeUndefined();
  });

  test('another part that differs decides, whichever comes first', () => {
    expect(matches('arn:aws:s3:::${gone}', 'arn:aws:sns:::x')).toBe(false);
    expect(matches('arn:aws:${gone}:::x', 'arn:aws:sns:::y')).toBe(false);
  });

  test('a whole ARN cannot come from a variable', () => {
    expect(() => parseArnPattern('${arn}', syntax)).toThrow('is not an ARN');
  });
});

test.each([
  '',
  'role/x',
  'arn:aws:iam',
  'arn:aws:s3:*',
  '**',
  'aws:arn:iam::1:x',
  '*:aws:s3:::x',
  'arn:aws:s3:${a:b:c}',
])('"%s" is not an ARN pattern', (source) => {
  expect(() => parseArnPattern(source, syntax)).toThrow('is not an ARN');
});
