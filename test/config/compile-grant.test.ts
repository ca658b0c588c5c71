import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

type Members = Readonly<Record<string, unknown>>;

const existing = 'arn:aws:iam::111122223333:role/existing';
const made = (members: Members): Members => ({ role: { permissions: [aPermission()], ...members } });
const named = (members: Members): Members => ({ role: { arn: existing, ...members } });
const permitting = (members: Members): Members => ({ role: { permissions: [aPermission(members)] } });
const narrowing = (members: Members, session: Members = {}): Members => ({
  acceptsDirectStsCalls: true,
  session: { policy: [aPermission(members)], ...session },
});

describe('a grant is refused', () => {
  test.each<[path: string, grant: Members, says: string]>([
    // from
    ['from', { from: 'other' }, 'is "other"; the providers are app'],
    // when
    ['when', { when: {} }, 'is empty; write "anyone"'],
    ['when.StringEqual', { when: { StringEqual: { sub: 'a' } } }, '"StringEqual" is not a condition operator'],
    ['when.StringEquals', { when: { StringEquals: {} } }, 'must be an object of condition keys'],
    ['when.StringEquals.sub', { when: { StringEquals: { sub: [] } } }, 'a non-empty list'],
    ['when.Bool.sub', { when: { Bool: { sub: 'yes' } } }, '"yes" is neither true nor false'],
    ['when.StringLike.sub', { when: { StringLike: { sub: '${email' } } }, 'never closes it'],
    // session
    ['session.duration', { session: { duration: '13h' } }, 'is "13h"; forward gives at most 12h'],
    ['session.duration', { session: { duration: '14m' } }, 'is "14m"; write 4h'],
    ['session.duration', { session: { duration: 'long' } }, 'is "long"; write 4h'],
    ['session.name', { session: { name: '{sub' } }, '"{sub" has a { without a claim name and a }'],
    ['session.name', { session: { name: '{}' } }, 'without a claim name'],
    ['session.name', { session: { name: 'sub}' } }, 'closes a brace that it never opened'],
    ['session.policy[0].resources', narrowing({ resources: ['arn:aws:s3:::b/{tenant'] }), 'has a { without'],
    [
      'session.policy[0].conditions.StringLike.s3:prefix',
      narrowing({ conditions: { StringLike: { 's3:prefix': '{' } } }),
      'has a { without',
    ],
    ['session.policy[0].resources', narrowing({ resources: ['arn:aws:s3:::b/${aws:userid'] }), 'has a { without'],
    // role
    ['role.permissions[0].resources', permitting({ resources: ['arn:aws:s3:::b/${aws:userid'] }), 'never closes it'],
    ['role', { role: {} }, 'must have one of permissions, which makes a role, and arn, which names one'],
    ['role', made({ arn: existing }), 'must have one of permissions'],
    ['role.maxSessionDuration', made({ maxSessionDuration: '2h' }), 'goes with arn'],
    ['role.name', named({ name: 'files' }), 'goes with permissions'],
    ['role.account', named({ account: '111122223333' }), 'goes with permissions'],
    ['role.arn', { role: { arn: 'files' } }, 'is "files"; it must be arn:aws:iam::{account}:role/{name}'],
    ['role.arn', { role: { arn: 'arn:aws:iam::111122223333:user/a' } }, 'it must be arn:aws:iam'],
    ['role.arn', { role: { arn: 'arn:aws:iam::1111:role/a' } }, 'it must be arn:aws:iam'],
    ['role.arn', { role: { arn: 'arn:aws:iam::111122223333:role/*' } }, 'it must be arn:aws:iam'],
    ['role.maxSessionDuration', named({ maxSessionDuration: '30m' }), 'is "30m"; IAM takes 1h to 12h'],
    ['role.maxSessionDuration', named({ maxSessionDuration: '13h' }), 'is "13h"; IAM takes 1h to 12h'],
    ['role.maxSessionDuration', named({ maxSessionDuration: 'long' }), 'is "long"; IAM takes 1h to 12h'],
    ['session.duration', { ...named({}), session: { duration: '2h' } }, 'the role has no maxSessionDuration here'],
    [
      'session.duration',
      { ...named({ maxSessionDuration: '2h' }), session: { duration: '3h' } },
      "longer than the role's maxSessionDuration of 7200 s",
    ],
  ])('for its %s: %j', (path, grant, says) => {
    expect(problemsOf(aConfiguration({ grant }))).toContainEqual({
      path: `grants.files.${path}`,
      says: expect.stringContaining(says),
    });
  });

  test.each<[problem: string, statement: Members, says: string]>([
    ['an action without a service', { actions: ['GetObject'] }, '"GetObject" is not an action'],
    ['a resource that is no ARN', { resources: ['privet/*'] }, '"privet/*" is not an ARN'],
    ['an unknown operator', { conditions: { StringIs: { a: 'b' } } }, '"StringIs" is not a condition operator'],
    ['a value of another type', { conditions: { Bool: { 'aws:SecureTransport': 'yes' } } }, 'neither true nor false'],
    ['a Sid with a dash', { sid: 'read-files' }, 'takes letters and digits only'],
  ])('for %s, in permissions and in the session policy alike', (_, statement, says) => {
    for (const [where, grant] of [
      ['grants.files.role.permissions[0]', permitting(statement)],
      ['grants.files.session.policy[0]', narrowing(statement)],
    ] as const) {
      const problems = problemsOf(aConfiguration({ grant })).filter(({ path }) => path.startsWith(where));
      expect(problems.map((problem) => problem.says).join('\n')).toContain(says);
    }
  });

  test('for a session policy that is longer than STS takes, whatever the claims', () => {
    const resources = Array.from(
      { length: 50 },
      (_, index) => `arn:aws:s3:::privet/folder-${index}/{tenant}/reports/*`,
    );
    expect(problemsOf(aConfiguration({ grant: narrowing({ resources }) }))).toContainEqual({
      path: 'grants.files.session.policy',
      says: expect.stringMatching(/^has at least \d{4} characters; STS takes at most 2048$/),
    });
  });

  test('without regard to whether its provider is well', () => {
    const problems = problemsOf(aConfiguration({ oidc: { issuer: undefined }, grant: { when: {} } }));
    expect(problems.map(({ path }) => path)).toEqual(['providers.app.oidc.issuer', 'grants.files.when']);
  });
});

describe('a grant is compiled', () => {
  const grantOf = (grant: Members) => loadConfiguration(aConfiguration({ grant })).grants.get('files');

  test('a made role gets the MaxSessionDuration that its sessions need, and IAM no less than it takes', () => {
    expect(grantOf({ session: { duration: '4h' } })?.role.maxSessionSeconds).toBe(14_400);
    expect(grantOf({ session: { duration: '15m' } })?.role.maxSessionSeconds).toBe(3600);
  });

  test('a named role has the MaxSessionDuration that is written, or what AWS gives', () => {
    expect(grantOf(named({}))?.role).toEqual({ kind: 'named', arn: existing, maxSessionSeconds: 3600 });
    expect(grantOf(named({ maxSessionDuration: '12h' }))?.role.maxSessionSeconds).toBe(43_200);
  });

  test('its permissions are statements as IAM writes them', () => {
    const conditions = { StringLike: { 's3:prefix': 'a/*' }, Bool: { 'aws:SecureTransport': true } };
    const role = grantOf(made({ permissions: [aPermission({ sid: 'Read', conditions }), aPermission()] }))?.role;
    expect(role).toMatchObject({
      permissions: [
        {
          Sid: 'Read',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::privet/*'],
          Condition: { StringLike: { 's3:prefix': ['a/*'] }, Bool: { 'aws:SecureTransport': ['true'] } },
        },
        { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::privet/*'] },
      ],
    });
  });

  test('anyone is no condition at all', () => {
    expect(grantOf({ when: 'anyone' })?.when).toEqual([]);
  });

  test('booleans and numbers are compared as the text they are', () => {
    const when = { Bool: { email_verified: true }, StringEquals: { tenant: 42 } };
    expect(grantOf({ when, acceptsDirectStsCalls: true })?.when.map(({ expected }) => expected)).toEqual([
      ['true'],
      ['42'],
    ]);
  });

  test('a number that YAML could not keep whole is refused, not rounded to that of somebody else', () => {
    // Google's subjects have 21 digits; without quotes YAML reads 110169484474386270000.
    const when = { StringEquals: { sub: Number('110169484474386276334') } };
    expect(problemsOf(aConfiguration({ grant: { when } })).map(({ path }) => path)).toEqual([
      'grants.files.when.StringEquals.sub',
    ]);
  });
});
