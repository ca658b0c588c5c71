import { describe, expect, test } from 'vitest';
import { checkLiveTrust } from '../../lib/check/check-live-trust.ts';
import { requiredTrusts } from '../../lib/check/required-trust.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';

type Members = Readonly<Record<string, unknown>>;
interface Statement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: readonly string[];
  readonly Condition: Readonly<Record<string, Members>>;
}

const arn = 'arn:aws:iam::444455556666:role/theirs';
const where = { account: '111122223333', url: 'https://access.acme.example' };
const awsClaims = ['tags'];
const organization = { organization: 'o-a1b2c3d4e5' };

/** Of the role whose trust policy is the one that is needed, changed by the test. */
function codesOf(grant: Members, change: (needed: Statement) => unknown, whereabouts = where) {
  const file = organization;
  const value = aConfiguration({ grant: { role: { arn }, ...grant }, oidc: { awsClaims }, file });
  const configuration = loadConfiguration(value);
  const [required] = requiredTrusts(configuration, whereabouts);
  const settings = configuration.grants.get('files');
  if (!required || !settings) throw new Error('No role is named.');
  const [needed] = required.trustPolicy.Statement;
  const trustPolicy = JSON.stringify({ Version: '2012-10-17', Statement: change(needed as unknown as Statement) });
  return checkLiveTrust(required, settings, { trustPolicy, tags: new Map([['team', 'blue']]) }, aMoment);
}
const codes = (...asked: Parameters<typeof codesOf>) => codesOf(...asked).map(({ code }) => code);

const vouch = {
  way: 'vouch',
  session: { tags: { tenant: '{tenant}' }, sourceIdentity: '{sub}', transitiveTags: ['tenant'] },
};
const chain = { ...vouch, way: 'chain', role: { arn, externalId: 'of:us' } };
const two = { when: { StringEquals: { sub: ['alice', 'bob'] } } };
const many = {
  when: {
    StringLike: { email: '*@acme.example', 'aws:RequestTag/tenant': ['blue', 'green'] },
    StringNotEquals: { sub: 'mallory' },
    'ForAnyValue:StringEquals': { amr: ['mfa'] },
    Null: { 'aws:RequestTag/guest': 'true' },
  },
};

describe('the trust policy that is needed', () => {
  test.each<[what: string, grant: Members]>([
    ['forward', {}],
    ['forward with many conditions', many],
    ['vouch', vouch],
    ['chain', chain],
    ['chain without an ExternalId', { ...chain, role: { arn } }],
  ])('of %s is enough', (_, grant) => {
    expect(codesOf(grant, (needed) => needed)).toEqual([]);
  });

  test('may be wider', () => {
    expect(codes(two, ({ Condition: _, ...rest }) => rest)).toEqual([]);
    expect(
      codes(chain, ({ Condition: _, ...rest }) => ({ ...rest, Principal: { AWS: '*' }, Action: 'sts:*' })),
    ).toEqual([]);
    expect(
      codes(vouch, (needed) => [
        { ...needed, Action: needed.Action.slice(0, 1) },
        { ...needed, Action: 'sts:*' },
      ]),
    ).toEqual([]);
  });

  test('is not judged while the address or the account is not known', () => {
    const unknown = { account: undefined, url: undefined } as never;
    expect(codes(vouch, (needed) => needed, unknown)).toEqual(['trust-not-judged']);
    expect(codesOf(chain, (needed) => needed, unknown)[0]?.says).toContain('depends on --account');
    expect(codes({}, (needed) => needed, unknown)).toEqual([]);
  });

  test('is not judged where no caller can be made up', () => {
    const when = { DateLessThan: { sub: '2026-01-01' }, NumericLessThan: { email: 3 } };
    expect(codes({ when }, (needed) => needed)).toEqual(['trust-not-judged']);
  });
});

const withCondition =
  (operator: string, keys: Members) =>
  (needed: Statement): Statement => ({
    ...needed,
    Condition: { ...needed.Condition, [operator]: { ...needed.Condition[operator], ...keys } },
  });

describe('a trust policy that refuses everybody whom the grant lets in', () => {
  test.each<[what: string, grant: Members, change: (needed: Statement) => unknown, says: string]>([
    [
      'another audience',
      {},
      withCondition('StringEquals', { 'login.acme.example:aud': 'other' }),
      'aud wants other, and a caller may have web',
    ],
    [
      'another provider',
      {},
      (needed) => ({
        ...needed,
        Principal: { Federated: 'arn:aws:iam::444455556666:oidc-provider/login.acme.example/' },
      }),
      'Principal is',
    ],
    [
      'the tags that come along',
      {},
      (needed) => ({ ...needed, Action: 'sts:AssumeRoleWithWebIdentity' }),
      'allows sts:TagSession',
    ],
    ['nobody allowed', {}, (needed) => ({ ...needed, Effect: 'Deny' }), 'Statement[0] of its trust policy denies'],
    [
      'another grant',
      vouch,
      withCondition('StringLike', { 'access.acme.example:sub': 'other:*' }),
      'sub wants other:*',
    ],
    [
      'another ExternalId',
      chain,
      withCondition('StringEquals', { 'sts:ExternalId': 'of:them' }),
      'wants of:them, and a caller may have of:us',
    ],
    [
      'another organization',
      chain,
      withCondition('StringEquals', { 'aws:PrincipalOrgID': 'o-another123' }),
      'aws:PrincipalOrgID',
    ],
    [
      'another account',
      chain,
      (needed) => ({ ...needed, Principal: { AWS: '777788889999' } }),
      'Principal is 777788889999',
    ],
    [
      'another path',
      chain,
      withCondition('ArnLike', { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/broker/*' }),
      'role/broker/*',
    ],
    [
      'no source identity',
      chain,
      (needed) => ({ ...needed, Action: ['sts:AssumeRole', 'sts:TagSession'] }),
      'sts:SetSourceIdentity',
    ],
  ])('%s', (_, grant, change, says) => {
    const findings = codesOf(grant, change);
    expect(findings.map(({ code }) => code)).toContain('trust-refuses');
    expect(findings[0]).toMatchObject({ path: 'grants.files.role.arn', says: expect.stringContaining(says) });
  });

  test('tells each of those who are meant, and refused', () => {
    const onlyAlice = withCondition('StringEquals', { 'login.acme.example:sub': ['alice'] });
    const [finding, ...others] = codesOf(two, onlyAlice);
    expect(finding?.says).toContain('sub wants alice, and a caller may have bob');
    expect(others.every(({ says }) => says.includes('bob'))).toBe(true);
  });
});

describe('a trust policy that asks for more', () => {
  test.each<[what: string, grant: Members, change: (needed: Statement) => unknown, says: string]>([
    [
      'a claim',
      {},
      withCondition('StringLike', { 'login.acme.example:email': '*@acme.example' }),
      'of which the grant says nothing',
    ],
    [
      'a tag of the role',
      chain,
      withCondition('StringEquals', { 'aws:ResourceTag/team': 'red' }),
      'aws:ResourceTag/team',
    ],
    [
      'a value of a tag',
      vouch,
      withCondition('StringEquals', { 'aws:RequestTag/tenant': 'blue' }),
      'aws:RequestTag/tenant',
    ],
    [
      'some of the subjects',
      vouch,
      withCondition('StringLike', { 'access.acme.example:sub': 'files:alice*' }),
      'files:alice*',
    ],
    [
      'one door',
      chain,
      (needed) => ({
        ...needed,
        Principal: { AWS: 'arn:aws:iam::111122223333:role/daypass/doors/Daypass-Credentials' },
      }),
      'Daypass-Credentials',
    ],
    [
      'a network',
      {},
      (needed) => [
        needed,
        { ...needed, Effect: 'Deny', Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } },
      ],
      'denies',
    ],
  ])('%s is a warning', (_, grant, change, says) => {
    const findings = codesOf(grant, change);
    expect([...new Set(findings.map(({ code }) => code))]).toEqual(['trust-asks-more']);
    expect(findings[0]?.says).toContain(says);
  });
});

test('what is no trust policy is left to who reads trust policies', () => {
  expect(codes({}, () => [{ Effect: 'Perhaps' }])).toEqual([]);
});
