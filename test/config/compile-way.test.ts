import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

type Members = Readonly<Record<string, unknown>>;

const policy = [aPermission()];
const arn = 'arn:aws:iam::111122223333:role/there';
const role = { permissions: [aPermission()] };
const manyTags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'x']));
const vouched = { session: { tags: { tenant: '{tenant}' } } };

describe('what a way cannot do is refused, with the reason', () => {
  test.each<[way: string, grant: Members, path: string, says: string]>([
    ['forward', vouched, 'session.tags', 'what the identity provider signs for AWS, and nothing else'],
    ['forward', { session: { sourceIdentity: '{sub}' } }, 'session.sourceIdentity', 'needs vouch or chain'],
    ['forward', { session: { duration: '36h' } }, 'session.duration', 'is "36h"; forward gives at most 12h'],
    ['forward', { role: { ...role, externalId: 'x1' } }, 'role.externalId', 'goes with chain'],
    ['vouch', { session: { duration: '36h' } }, 'session.duration', 'vouch gives at most 12h'],
    ['vouch', { role: { ...role, externalId: 'x1' } }, 'role.externalId', 'goes with chain'],
    ['vouch', { acceptsDirectStsCalls: true }, 'acceptsDirectStsCalls', 'goes with forward'],
    ['chain', { session: { duration: '4h' } }, 'session.duration', 'AWS gives a role that assumes another 1h at most'],
    ['chain', { acceptsDirectStsCalls: true }, 'acceptsDirectStsCalls', 'goes with forward'],
    ['federation-token', { session: { duration: '37h', policy } }, 'session.duration', 'at most 36h'],
    [
      'federation-token',
      { session: { tags: manyTags(49), policy } },
      'session.tags',
      'daypass-person and daypass-grant',
    ],
    ['chain', { session: { tags: manyTags(50) } }, 'session.tags', 'are 50; STS takes at most 50, and daypass-person'],
    ['vouch', { session: { tags: manyTags(51) } }, 'session.tags', 'are 51; STS takes at most 50'],
    ['vouch', { session: { tags: { 'Daypass-Grant': 'x' } } }, 'session.tags.Daypass-Grant', 'by which grant'],
    [
      'federation-token',
      { session: { policy }, role: { permissions: Array.from({ length: 60 }, () => aPermission()) } },
      'role.permissions',
      'IAM takes 6144',
    ],
    [
      'federation-token',
      {
        session: { policy },
        role: {
          permissions: [{ ...aPermission(), conditions: { StringLike: { 'aws:principaltag/Daypass-Grant': '*' } } }],
        },
      },
      'role.permissions',
      'which Daypass asks for itself',
    ],
    ['federation-token', {}, 'session.policy', 'a federated user without a session policy may do nothing'],
    [
      'federation-token',
      { session: { policy, sourceIdentity: '{sub}' } },
      'session.sourceIdentity',
      'GetFederationToken takes no source identity',
    ],
    [
      'federation-token',
      { session: { policy, tags: { a: 'b' }, transitiveTags: ['a'] } },
      'session.transitiveTags',
      'has no transitive tags',
    ],
    ['federation-token', { role: { arn }, session: { policy } }, 'role.arn', 'federation-token has none'],
    [
      'federation-token',
      { role: { ...role, account: '444455556666' }, session: { policy } },
      'role.account',
      'an IAM user of the account of Daypass',
    ],
  ])('%s: %j', (way, grant, path, says) => {
    expect(problemsOf(aConfiguration({ grant: { way, ...grant } }))).toContainEqual({
      path: `grants.files.${path}`,
      says: expect.stringContaining(says),
    });
  });
});

describe('what it can is taken', () => {
  test.each<[way: string, grant: Members]>([
    ['forward', { session: { duration: '12h' } }],
    ['vouch', { session: { duration: '12h', tags: { tenant: '{tenant}' }, sourceIdentity: '{sub}' } }],
    ['chain', { session: { duration: '1h', tags: { tenant: '{tenant}' }, transitiveTags: ['tenant'] } }],
    ['chain', { role: { arn, externalId: 'of:them' } }],
    ['vouch', { session: { tags: manyTags(50) } }],
    ['federation-token', { session: { tags: manyTags(48), policy } }],
    ['federation-token', { session: { duration: '36h', policy, tags: { tenant: '{tenant}' } } }],
  ])('%s: %j', (way, grant) => {
    expect(problemsOf(aConfiguration({ grant: { way, ...grant } }))).toEqual([]);
  });

  test('a role that is made for chain asks for an ExternalId, that of its grant unless told otherwise', () => {
    const roleOf = (grant: Members) =>
      loadConfiguration(aConfiguration({ grant: { way: 'chain', ...grant } })).grants.get('files')?.role;
    expect(roleOf({})).toMatchObject({ externalId: 'daypass:files' });
    expect(roleOf({ role: { ...role, externalId: 'of:us' } })).toMatchObject({ externalId: 'of:us' });
    expect(roleOf({ role: { arn } })).not.toHaveProperty('externalId');
  });

  test('a role in another account that takes what Daypass vouches for needs its address, and no other way does', () => {
    const elsewhere = (way: string, file: Members = {}) =>
      problemsOf(aConfiguration({ grant: { way, role: { ...role, account: '444455556666' } }, file }));
    expect(elsewhere('vouch')).toEqual([
      {
        path: 'grants.files.role.account',
        says: "needs url at the top of the file: the role's trust policy names the address of our issuer, and another account's stack cannot look it up",
      },
    ]);
    expect(elsewhere('vouch', { url: 'https://access.acme.example' })).toEqual([]);
    expect([elsewhere('forward'), elsewhere('chain')]).toEqual([[], []]);
  });

  test('conditions on any claim, and whatever binds callers of Daypass only, need no more words', () => {
    const grant = { way: 'vouch', when: { StringEquals: { team: 'a' } }, oneTime: true, session: { policy } };
    expect(problemsOf(aConfiguration({ grant }))).toEqual([]);
  });
});

describe('tags', () => {
  const problems = (session: Members) => problemsOf(aConfiguration({ grant: { way: 'vouch', session } }));
  const many = manyTags(51);

  test.each<[session: Members, path: string, says: string]>([
    [{ tags: { 'aws:tenant': 'x' } }, 'tags.aws:tenant', 'no aws: at the beginning'],
    [{ tags: { 'a*': 'x' } }, 'tags.a*', 'is no tag key'],
    [{ tags: { Tenant: 'x', tenant: 'y' } }, 'tags.tenant', 'STS compares keys without regard to case'],
    [{ tags: many }, 'tags', 'are 51; STS takes at most 50'],
    [{ tags: { a: 'x{' } }, 'tags.a', 'has a { without a claim name'],
    [{ tags: { a: 'x*{sub}' } }, 'tags.a', 'a tag has at most 256 letters'],
    [{ tags: { a: { value: '{sub}', drop: 0 } } }, 'tags.a.drop', 'must be 1 or more'],
    [{ tags: { a: { value: '{sub}' } } }, 'tags.a', 'or an object with value and drop'],
    [{ tags: { a: '{sub}' }, transitiveTags: ['b'] }, 'transitiveTags', 'has "b"; the tags are a'],
    [{ sourceIdentity: '{sub' }, 'sourceIdentity', 'has a { without a claim name'],
  ])('%j', (session, path, says) => {
    expect(problems(session)).toContainEqual({
      path: `grants.files.session.${path}`,
      says: expect.stringContaining(says),
    });
  });
});

describe('networks', () => {
  const policyOf = (session: Members) => {
    const { grants } = loadConfiguration(aConfiguration({ grant: { way: 'vouch', session } }));
    return grants.get('files')?.session.policy?.statements.map(({ effect, sid, actions }) => [effect, sid, actions]);
  };
  const denied = ['Deny', 'OnlyFrom', ['*']];

  test('bind the session beside its policy, or by themselves', () => {
    expect(policyOf({ onlyFrom: ['203.0.113.0/24'], policy })).toEqual([
      ['Allow', undefined, ['s3:GetObject']],
      denied,
    ]);
    expect(policyOf({ onlyFrom: ['203.0.113.0/24'] })).toEqual([['Allow', undefined, ['*']], denied]);
  });

  test.each(['203.0.113.0/33x', 'office', '0.0.0.0/0/0'])('%s is none', (network) => {
    expect(problemsOf(aConfiguration({ grant: { way: 'vouch', session: { onlyFrom: [network] } } }))).not.toEqual([]);
  });

  test('bind callers of Daypass only where a token does for STS', () => {
    expect(problemsOf(aConfiguration({ grant: { session: { onlyFrom: ['203.0.113.7'] } } }))).toContainEqual({
      path: 'grants.files.session.onlyFrom',
      says: expect.stringContaining('write way: vouch'),
    });
  });
});
