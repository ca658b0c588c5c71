import { describe, expect, test } from 'vitest';
import { awsContext, claimContext, isAwsKey } from '../../lib/policy/context.ts';

describe('the keys of a request', () => {
  const context = awsContext([
    ['aws:PrincipalTag/Team', 'blue'],
    ['aws:TagKeys', ['a', 'b']],
    ['aws:SourceIp', []],
  ]);

  test.each(['aws:PrincipalTag/Team', 'AWS:principaltag/TEAM'])('are found whatever their case: %s', (key) => {
    expect(context.values(key)).toEqual(['blue']);
  });

  test('have one value or several', () => {
    expect(context.values('aws:TagKeys')).toEqual(['a', 'b']);
  });

  test('are missing without a value, and when nobody gave them', () => {
    expect(context.values('aws:SourceIp')).toBeUndefined();
    expect(context.values('aws:username')).toBeUndefined();
  });
});

describe('claims', () => {
  const context = claimContext(
    new Map([
      ['Role', ['admin']],
      ['aws:principaltag/team', ['blue']],
      ['https://aws:x', ['y']],
      ['groups', []],
    ]),
  );

  test('are found in their own case only', () => {
    expect(context.values('Role')).toEqual(['admin']);
    expect(context.values('role')).toBeUndefined();
  });

  test('that stand for keys of AWS are found as AWS finds them', () => {
    expect(context.values('aws:PrincipalTag/team')).toEqual(['blue']);
    expect(context.values('AWS:PRINCIPALTAG/TEAM')).toEqual(['blue']);
  });

  test('that only contain the name of AWS keep their case', () => {
    expect(context.values('https://aws:x')).toEqual(['y']);
    expect(context.values('HTTPS://aws:x')).toBeUndefined();
  });

  test('without values are missing', () => {
    expect(context.values('groups')).toBeUndefined();
  });
});

test.each<[name: string, isOurs: boolean]>([
  ['aws:username', true],
  ['STS:ExternalId', true],
  ['token.actions.githubusercontent.com:sub', false],
  ['my:aws:key', false],
  ['aws', false],
  ['aws.example:aud', false],
])('%s is a key of AWS: %s', (name, isOurs) => {
  expect(isAwsKey(name)).toBe(isOurs);
});
