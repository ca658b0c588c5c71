import { describe, expect, test } from 'vitest';
import {
  type Caller,
  callerNames,
  matchesPrincipal,
  type Nearness,
  nearness,
  parsePrincipal,
  principalNames,
} from '../../lib/policy/principal.ts';

const role = 'arn:aws:iam::111122223333:role/deploy';
const session = 'arn:aws:sts::111122223333:assumed-role/deploy/ann';
const oidc = 'arn:aws:iam::111122223333:oidc-provider/idp.example';

const callers = {
  'role session': { kind: 'aws', account: '111122223333', arns: [role, session] },
  stranger: { kind: 'aws', account: '444455556666', arns: ['arn:aws:iam::444455556666:user/bob'] },
  'oidc user': { kind: 'federated', provider: oidc },
  service: { kind: 'service', service: 'lambda.amazonaws.com' },
} as const satisfies Record<string, Caller>;
type CallerName = keyof typeof callers;

function parsed(value: unknown, negated = false) {
  const problems: string[] = [];
  return { element: parsePrincipal(value, negated, (says) => problems.push(says)), problems };
}

function matches(value: unknown, caller: CallerName, negated = false): boolean {
  const { element, problems } = parsed(value, negated);
  if (element === undefined || problems.length > 0) throw new Error(problems.join());
  return matchesPrincipal(element, callers[caller], 'Allow');
}

describe('Principal', () => {
  test.each<[says: string, principal: unknown, caller: CallerName, expected: boolean]>([
    ['"*" is every AWS caller', '*', 'stranger', true],
    ['"*" is every federated caller', '*', 'oidc user', true],
    ['"*" is every service', '*', 'service', true],
    ['AWS "*" is every AWS caller', { AWS: '*' }, 'stranger', true],
    ['AWS "*" is no federated caller', { AWS: '*' }, 'oidc user', false],
    ['AWS "*" is no service', { AWS: '*' }, 'service', false],
    ['an account number is everyone of the account', { AWS: '111122223333' }, 'role session', true],
    ['an account number is nobody of another account', { AWS: '111122223333' }, 'stranger', false],
    ['an account root is everyone of the account', { AWS: 'arn:aws:iam::111122223333:root' }, 'role session', true],
    [
      'an account root of another partition is the account',
      { AWS: 'arn:aws-cn:iam::111122223333:root' },
      'role session',
      true,
    ],
    ['an account root is nobody of another account', { AWS: 'arn:aws:iam::111122223333:root' }, 'stranger', false],
    ['a role ARN is its sessions', { AWS: role }, 'role session', true],
    ['a session ARN is that session', { AWS: session }, 'role session', true],
    ['another session ARN is not', { AWS: `${session}e` }, 'role session', false],
    ['an ARN counts case', { AWS: role.toUpperCase() }, 'role session', false],
    ['one of a list is enough', { AWS: ['444455556666', role] }, 'role session', true],
    ['one of several kinds is enough', { AWS: role, Service: 'lambda.amazonaws.com' }, 'service', true],
    ['a provider is named by its ARN', { Federated: oidc }, 'oidc user', true],
    ['another provider is not', { Federated: `${oidc}/x` }, 'oidc user', false],
    ['a provider named under AWS is not the provider', { AWS: oidc }, 'oidc user', false],
    ['the account of a provider is not the provider', { AWS: '111122223333' }, 'oidc user', false],
    ['Federated "*" names nobody', { Federated: '*' }, 'oidc user', false],
    ['a service is named by its domain', { Service: 'lambda.amazonaws.com' }, 'service', true],
    ['another service is not', { Service: 'ec2.amazonaws.com' }, 'service', false],
    ['an account number inside a longer text is no account', { AWS: '1111222233334' }, 'role session', false],
    [
      'what begins like an account root is no account',
      { AWS: 'arn:aws:iam::111122223333:root/x' },
      'role session',
      false,
    ],
    ['what ends like an account root is no account', { AWS: 'xarn:aws:iam::111122223333:root' }, 'role session', false],
    ['a user called root is not the account', { AWS: 'arn:aws:iam::111122223333:user/root' }, 'role session', false],
  ])('%s', (_says, principal, caller, expected) => {
    expect(matches(principal, caller)).toBe(expected);
    expect(matches(principal, caller, true)).toBe(!expected);
  });
});

describe('a principal speaks', () => {
  const ofRole: Caller = { kind: 'aws', account: '111122223333', arns: [session], roleArns: [role] };

  test.each<[says: string, principal: unknown, caller: Caller, expected: Nearness | undefined]>([
    ['of everyone', '*', ofRole, 'self'],
    ['of every AWS caller', { AWS: '*' }, ofRole, 'self'],
    ['of a session', { AWS: [role, session] }, ofRole, 'self'],
    ['of its role', { AWS: ['111122223333', role] }, ofRole, 'role'],
    ['of its account', { AWS: '111122223333' }, ofRole, 'account'],
    ['of a user, who has no role', { AWS: role }, callers.stranger, undefined],
    ['of a provider', { Federated: oidc }, callers['oidc user'], 'self'],
    ['of a service', { Service: 'lambda.amazonaws.com' }, callers.service, 'self'],
    ['of another', { AWS: '444455556666' }, ofRole, undefined],
  ])('%s', (_says, principal, caller, expected) => {
    const { element } = parsed(principal);
    expect(element && nearness(element, caller)).toBe(expected);
  });

  test('of nobody by excluding others: no more than the account is meant', () => {
    const { element } = parsed({ AWS: '444455556666' }, true);
    expect(element && nearness(element, ofRole)).toBe('account');
    expect(element && nearness(element, callers.stranger)).toBeUndefined();
  });
});

describe('writing a principal', () => {
  test.each<[says: string, value: unknown, problem: RegExp]>([
    ['a text other than "*"', role, /must be "\*" or an object/],
    ['nothing', null, /must be "\*" or an object/],
    ['a list', ['*'], /must be "\*" or an object/],
    ['an empty object', {}, /must be "\*" or an object/],
    ['an unknown kind', { User: 'ann' }, /has "User"; allowed are AWS, Federated, Service/],
    ['an inherited name as kind', { constructor: 'ann' }, /has "constructor"/],
    ['the prototype as kind', JSON.parse('{"__proto__":"ann"}'), /has "__proto__"/],
    ['an empty list', { AWS: [] }, /non-empty list/],
    ['a number', { AWS: 111122223333 }, /must be a text/],
    ['a number in a list', { AWS: ['111122223333', 444455556666] }, /must be a text/],
    ['a wildcard within a name', { AWS: 'arn:aws:iam::111122223333:role/*' }, /no wildcard within a name/],
    ['a wildcard within a service', { Service: '*.amazonaws.com' }, /no wildcard within a name/],
  ])('%s is refused', (_says, value, problem) => {
    expect(parsed(value).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('every problem is reported', () => {
    expect(parsed({ User: 'ann', AWS: [], Service: 'a*' }).problems).toHaveLength(3);
  });
});

describe('explaining', () => {
  test('a principal is told by every name in it', () => {
    expect(parsed('*').element).toSatisfy((element) => principalNames(element).join() === '*');
    const { element } = parsed({ Service: 's', AWS: ['a', 'b'], Federated: 'f' });
    expect(element && principalNames(element)).toEqual(['a', 'b', 'f', 's']);
  });

  test('a caller is told by every name it answers to', () => {
    expect(callerNames(callers['role session'])).toEqual([role, session, '111122223333']);
    expect(callerNames({ ...callers['role session'], arns: [session], roleArns: [role] })).toEqual([
      session,
      role,
      '111122223333',
    ]);
    expect(callerNames(callers['oidc user'])).toEqual([oidc]);
    expect(callerNames(callers.service)).toEqual(['lambda.amazonaws.com']);
  });
});

describe('Deny with NotPrincipal', () => {
  const account = '111122223333';
  const ann: Caller = { kind: 'aws', account, arns: [session], roleArns: [role] };
  const exempted = (names: readonly string[]) => {
    const { element } = parsed({ AWS: names }, true);
    return element !== undefined && !matchesPrincipal(element, ann, 'Deny');
  };

  test.each<[says: string, names: readonly string[], expected: boolean]>([
    ['session, role and account', [session, role, account], true],
    ['session and role, not the account', [session, role], false],
    ['session and account, not the role', [session, account], false],
    ['role and account, not the session', [role, account], false],
    ['another account', [session, role, '444455556666'], false],
    ['everybody', ['*'], true],
  ])('a role session is exempted by %s: %s', (_says, names, expected) => {
    expect(exempted(names)).toBe(expected);
  });

  test('a provider is exempted by its name', () => {
    const { element } = parsed({ Federated: oidc }, true);
    expect(element && matchesPrincipal(element, callers['oidc user'], 'Deny')).toBe(false);
    expect(element && matchesPrincipal(element, callers.service, 'Deny')).toBe(true);
  });
});
