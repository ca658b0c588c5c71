import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkConfiguration } from '../../lib/check/check-configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { readConfigurationFile } from '../../lib/config/read-config-file.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { aConfiguration, aPermission } from '../kit/builders.ts';

type Members = Readonly<Record<string, unknown>>;

const checked = (grant: Members) => checkConfiguration(loadConfiguration(aConfiguration({ grant })));
const codesOf = (grant: Members) => checked(grant).map(({ code }) => code);
const when = (block: Members) => codesOf({ when: block, acceptsDirectStsCalls: true });
const policy = (count: number, claims = '') => ({
  acceptsDirectStsCalls: true,
  session: {
    policy: Array.from({ length: count }, (_, index) => ({
      actions: ['s3:GetObject'],
      resources: [`arn:aws:s3:::${createHash('md5').update(String(index)).digest('hex')}/${claims}*`],
    })),
  },
});

test('the configuration of the README has no finding', async () => {
  expect(checkConfiguration(await readConfigurationFile('daypass.yaml'))).toEqual([]);
});

test.each([
  [{ StringEquals: { role: 'other' } }, ['canary-refused']],
  [{ StringEquals: { role: 'daypass.canary' } }, []],
  [{ StringEquals: { account: '111122223333' } }, []],
])('the grant of the canary, for %j', (block, codes) => {
  const found = loadConfiguration({
    providers: { fleet: { aws: { accounts: ['111122223333'] } } },
    grants: { canary: { from: 'fleet', way: 'vouch', when: block, role: { permissions: [aPermission()] } } },
    operations: { canary: 'canary' },
  });
  const ofCanary = checkConfiguration(found).filter(({ code }) => code.startsWith('canary'));
  expect(ofCanary.map(({ code }) => code)).toEqual(codes);
});

describe('conditions', () => {
  test.each<[what: string, block: Members]>([
    ['a subject', { StringEquals: { sub: 'alice' } }],
    ['a pattern of names without separators', { 'ForAnyValue:StringLike': { groups: ['editors-*', '*-admins'] } }],
    ['all below one name', { StringLike: { sub: 'team/blue/*' } }],
    [
      'two conditions on a claim that go together',
      { StringEquals: { sub: ['a-1', 'b-1'] }, StringLike: { sub: 'a-*' } },
    ],
    ['a demanded list', { 'ForAllValues:StringEquals': { groups: 'a' }, 'ForAnyValue:StringLike': { groups: '*' } }],
  ])('%s: nothing', (_what, block) => {
    expect(when(block)).toEqual([]);
  });

  test.each<[code: string, block: Members]>([
    ['wildcard-crosses-separator', { StringLike: { sub: 'team/blue*' } }],
    ['wildcard-crosses-separator', { StringLike: { sub: '*:main' } }],
    ['wildcard-in-equals', { StringEquals: { sub: 'ali?e' } }],
    ['for-all-values-alone', { 'ForAllValues:StringEquals': { groups: 'editors' } }],
    ['set-operator-on-single-value', { 'ForAnyValue:StringEquals': { sub: 'alice' } }],
    ['unreachable-grant', { StringEquals: { sub: ['alice', 'bob'] }, StringLike: { sub: 'carol*' } }],
    ['unreachable-grant', { StringEquals: { sub: 'alice' }, StringNotLike: { sub: 'a*' } }],
    ['unreachable-grant', { StringEquals: { sub: 'alice' }, Null: { sub: true } }],
  ])('%s: %j', (code, block) => {
    expect(when(block)).toEqual([code]);
  });

  test.each<[code: string, block: Members]>([
    ['if-exists-alone', { StringEqualsIfExists: { department: 'finance' }, StringEquals: { sub: 'alice' } }],
    ['for-all-values-alone', { 'ForAllValues:StringEqualsIfExists': { groups: 'a' }, StringEquals: { sub: 'alice' } }],
    ['exclusion-alone', { StringNotEquals: { sub: 'mallory' } }],
    ['holds-for-all', { StringLike: { sub: '*' } }],
    ['holds-for-all', { StringLike: { sub: '?*' } }],
    ['holds-for-all', { StringEquals: { sub: '${sub}' } }],
    ['holds-for-all', { Null: { sub: false } }],
  ])('%s, where nothing else says who: %j', (code, block) => {
    expect(when(block)).toEqual([code]);
  });

  test('the path is that of the file', () => {
    expect(checked({ when: { StringLike: { sub: 'team/blue*' } } })).toEqual([
      { code: 'wildcard-crosses-separator', path: 'grants.files.when.StringLike.sub', says: 'has "team/blue*"' },
    ]);
  });
});

describe('sizes', () => {
  test('a short session policy is no finding', () => {
    expect(codesOf(policy(2, '{sub}/'))).toEqual([]);
  });

  test('a session policy that long claims make too long', () => {
    expect(codesOf(policy(12, '{sub}/{tenant}/'))).toEqual(['policy-may-not-fit']);
  });

  test('a session policy of names that do not compress', () => {
    const resources = Array.from({ length: 13 }, (_, index) => {
      const hash = (salt: string) =>
        createHash('sha512')
          .update(salt + index)
          .digest('base64url');
      return `arn:aws:s3:::privet/${hash('a')}${hash('b').slice(0, 40)}`;
    });
    const session = { policy: [{ actions: ['s3:GetObject'], resources }] };
    expect(codesOf({ acceptsDirectStsCalls: true, session })).toEqual(['packed-near-limit']);
  });

  test.each([
    ['trust-near-limit', 1650],
    ['trust-too-long', 1900],
  ])('%s: conditions of %i characters', (code, length) => {
    const listed = Array.from({ length: length / 50 }, (_, index) => `${index}`.padStart(47, 'x'));
    expect(when({ StringEquals: { sub: listed } })).toEqual([code]);
  });
});

describe('synthesis', () => {
  const said = (grant: Members) => {
    const app = daypassApp({ configuration: loadConfiguration(aConfiguration({ grant })), outdir: undefined as never });
    return app.node.findChild('Daypass').node.metadata.map(({ type, data }) => [type, String(data)] as const);
  };

  test('tells a warning, and stops at an error', () => {
    expect(said({ when: { StringLike: { sub: 'team/blue*' } } })).toContainEqual([
      'aws:cdk:warning',
      expect.stringMatching(/^grants\.files\.when\.StringLike\.sub has "team\/blue\*"/),
    ]);
    expect(said({ when: { StringEquals: { sub: 'alice' }, StringNotLike: { sub: 'a*' } } })).toContainEqual([
      'aws:cdk:error',
      expect.stringMatching(/^unreachable-grant: /),
    ]);
  });
});
