import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AccessPolicies, authorize } from '../../lib/policy/authorize.ts';
import type { Verdict } from '../../lib/policy/evaluate.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import type { AwsCaller } from '../../lib/policy/principal.ts';
import { allow, aPolicy, contextOf, deny } from './kit.ts';

const account = '111122223333';
const another = '444455556666';
const role = `arn:aws:iam::${account}:role/reader`;
const session = `arn:aws:sts::${account}:assumed-role/reader/alice`;
const userArn = `arn:aws:iam::${account}:user/ali`;

const user: AwsCaller = { kind: 'aws', account, arns: [userArn, 'AIDAALI'] };
const roleSession: AwsCaller = { kind: 'aws', account, arns: [session], roleArns: [role, 'AROAREADER'] };

const root: AwsCaller = { kind: 'aws', account, arns: [`arn:aws:iam::${account}:root`] };

const yes = aPolicy([allow()]);
const no = aPolicy([deny()]);
const silent = aPolicy([allow({ Action: 'ec2:*' })]);
const naming = (principal: unknown, elements = {}) =>
  aPolicy([allow({ Principal: principal, ...elements })], 'resource');
const trusting = (principal: unknown) =>
  aPolicy([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }], 'trust');

interface Asked {
  readonly caller?: AwsCaller;
  readonly identity?: Policy;
  readonly boundary?: Policy;
  readonly session?: Policy | 'none';
  readonly resource?: Policy;
  readonly owner?: string;
  readonly mustAllow?: boolean;
}

function judged({
  caller = user,
  identity = silent,
  boundary,
  session: narrowed,
  resource,
  owner = account,
  mustAllow = false,
}: Asked): Verdict {
  const policies: AccessPolicies = {
    identity: [identity],
    ...(boundary && { boundary: [boundary] }),
    ...(narrowed && { session: narrowed === 'none' ? [] : [narrowed] }),
    ...((resource || owner !== account || mustAllow) && {
      resource: { account: owner, policies: resource ? [resource] : [], mustAllow },
    }),
  };
  const action = mustAllow ? 'sts:AssumeRole' : 's3:GetObject';
  return authorize(policies, { caller, action, resource: 'arn:aws:s3:::privet/x', context: contextOf() });
}

/** `yes`, or the layer that said no and whether it said so itself. */
function told(asked: Asked): string {
  const verdict = judged(asked);
  if (verdict.allowed) return 'yes';
  return `${verdict.because}: ${verdict.layer}`;
}

const noAllow = (layer: string) => `no allow: ${layer}`;
const denied = (layer: string) => `explicit deny: ${layer}`;

describe('without a policy of the resource', () => {
  test.each<[what: string, asked: Asked, expected: string]>([
    ['identity allows', { identity: yes }, 'yes'],
    ['identity is silent', {}, noAllow('identity policies')],
    ['identity denies', { identity: no }, denied('identity policies')],
    ['boundary allows too', { identity: yes, boundary: yes }, 'yes'],
    ['boundary is silent', { identity: yes, boundary: silent }, noAllow('permissions boundary')],
    ['boundary denies', { identity: yes, boundary: no }, denied('permissions boundary')],
    ['boundary alone allows nothing', { boundary: yes }, noAllow('identity policies')],
    ['session allows too', { identity: yes, session: yes }, 'yes'],
    ['session is silent', { identity: yes, session: silent }, noAllow('session policies')],
    ['session denies', { identity: yes, session: no }, denied('session policies')],
    ['session without any policy', { identity: yes, session: 'none' }, noAllow('session policies')],
    ['session alone allows nothing', { session: yes }, noAllow('identity policies')],
  ])('%s', (_what, asked, expected) => {
    expect(told(asked)).toBe(expected);
  });
});

describe('a resource of the same account', () => {
  const limits = { boundary: silent, session: silent };

  test.each<[what: string, asked: Asked, expected: string]>([
    [
      'that is silent leaves it to identity',
      { identity: yes, resource: naming({ AWS: `${account}` }, { Action: 'ec2:*' }) },
      'yes',
    ],
    ['that names the user allows alone, past every limit', { resource: naming({ AWS: userArn }), ...limits }, 'yes'],
    ['that names the user by the unique id', { resource: naming({ AWS: 'AIDAALI' }) }, 'yes'],
    ['that names everybody', { resource: naming('*') }, 'yes'],
    ['that names AWS: *', { resource: naming({ AWS: '*' }) }, 'yes'],
    [
      'that names the account leaves it to identity',
      { resource: naming({ AWS: account }) },
      noAllow('identity policies'),
    ],
    ['that names the account, and identity allows', { identity: yes, resource: naming({ AWS: account }) }, 'yes'],
    [
      'that names the session allows alone',
      { caller: roleSession, resource: naming({ AWS: session }), ...limits },
      'yes',
    ],
    ['that names the role needs no identity', { caller: roleSession, resource: naming({ AWS: role }) }, 'yes'],
    [
      'that names the role is held by the session',
      { caller: roleSession, resource: naming({ AWS: role }), session: silent },
      noAllow('session policies'),
    ],
    [
      'that names the role is held by the boundary',
      { caller: roleSession, resource: naming({ AWS: 'AROAREADER' }), boundary: silent },
      noAllow('permissions boundary'),
    ],
    [
      'that names the root of the account, where root asks, is held by the session',
      { caller: root, identity: yes, session: silent, resource: naming({ AWS: root.arns }) },
      noAllow('session policies'),
    ],
    ['that names somebody else', { resource: naming({ AWS: `${userArn}x` }) }, noAllow('identity policies')],
    [
      'that names all but somebody else leaves it to identity',
      { resource: aPolicy([allow({ NotPrincipal: { AWS: `${userArn}x` } })], 'resource') },
      noAllow('identity policies'),
    ],
    [
      'that denies',
      { identity: yes, resource: aPolicy([deny({ Principal: '*' })], 'resource') },
      denied('resource policy'),
    ],
    [
      'that allows where identity denies',
      { identity: no, resource: naming({ AWS: userArn }) },
      denied('identity policies'),
    ],
    [
      'that allows where the session denies',
      { session: no, resource: naming({ AWS: userArn }) },
      denied('session policies'),
    ],
  ])('%s', (_what, asked, expected) => {
    expect(told(asked)).toBe(expected);
  });
});

describe('a resource of another account', () => {
  const there = { owner: another };

  test.each<[what: string, asked: Asked, expected: string]>([
    ['without a policy', { identity: yes, ...there }, noAllow('resource policy')],
    ['and identity, both allow', { identity: yes, resource: naming({ AWS: userArn }), ...there }, 'yes'],
    [
      'that names the user does not allow alone',
      { resource: naming({ AWS: userArn }), ...there },
      noAllow('identity policies'),
    ],
    ['that names everybody does not allow alone', { resource: naming('*'), ...there }, noAllow('identity policies')],
    ['that names the account', { identity: yes, resource: naming({ AWS: account }), ...there }, 'yes'],
    [
      'is limited by the session too',
      { identity: yes, session: silent, resource: naming({ AWS: session }), caller: roleSession, ...there },
      noAllow('session policies'),
    ],
    [
      'that names its own account only',
      { identity: yes, resource: naming({ AWS: another }), ...there },
      noAllow('resource policy'),
    ],
  ])('%s', (_what, asked, expected) => {
    expect(told(asked)).toBe(expected);
  });
});

// sts.md's table of who must allow AssumeRole.
describe('a role, whose trust policy must allow', () => {
  const ofRole = { mustAllow: true };

  test.each<[what: string, asked: Asked, expected: string]>([
    ['no trust, though identity allows', { identity: yes }, noAllow('resource policy')],
    ['the user is named', { resource: trusting({ AWS: userArn }) }, 'yes'],
    ['everybody is named', { resource: trusting({ AWS: '*' }) }, 'yes'],
    ['the account is named, identity silent', { resource: trusting({ AWS: account }) }, noAllow('identity policies')],
    [
      'the account is named, identity allows',
      { identity: yes, resource: trusting({ AWS: `arn:aws:iam::${account}:root` }) },
      'yes',
    ],
    [
      'another account, identity silent',
      { owner: another, resource: trusting({ AWS: userArn }) },
      noAllow('identity policies'),
    ],
    [
      'another account, identity allows',
      { owner: another, identity: yes, resource: trusting({ AWS: userArn }) },
      'yes',
    ],
    [
      'another account and everybody, identity silent',
      { owner: another, resource: trusting({ AWS: '*' }) },
      noAllow('identity policies'),
    ],
    [
      'identity denies what trust allows',
      { identity: no, resource: trusting({ AWS: userArn }) },
      denied('identity policies'),
    ],
  ])('%s', (_what, asked, expected) => {
    expect(told({ ...ofRole, ...asked })).toBe(expected);
  });
});

describe('whatever the policies', () => {
  const policies = fc.constantFrom(yes, no, silent);
  const resources = fc.constantFrom(
    undefined,
    naming('*'),
    naming({ AWS: userArn }),
    naming({ AWS: role }),
    naming({ AWS: account }),
    aPolicy([deny({ Principal: '*' })], 'resource'),
  );
  const asked: fc.Arbitrary<Asked> = fc
    .record({
      caller: fc.constantFrom(user, roleSession),
      identity: policies,
      boundary: fc.option(policies, { nil: undefined }),
      session: fc.option(policies, { nil: undefined }),
      resource: resources,
      owner: fc.constantFrom(account, another),
    })
    .map((each) => each as Asked);

  test('a Deny anywhere is a no', () => {
    fc.assert(
      fc.property(asked, fc.constantFrom('identity', 'boundary', 'session'), (each, layer) => {
        expect(judged({ ...each, [layer]: no }).allowed).toBe(false);
      }),
    );
  });

  test('a session policy and a boundary never widen', () => {
    fc.assert(
      fc.property(asked, fc.constantFrom('boundary', 'session'), policies, (each, layer, more) => {
        const { [layer as 'session']: _, ...without } = each;
        if (!judged(without).allowed) expect(judged({ ...without, [layer]: more }).allowed).toBe(false);
      }),
    );
  });

  test('another account’s resource never opens more than one’s own', () => {
    fc.assert(
      fc.property(asked, (each) => {
        if (judged({ ...each, owner: another }).allowed) expect(judged({ ...each, owner: account }).allowed).toBe(true);
      }),
    );
  });
});
