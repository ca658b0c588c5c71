// With forward, whoever holds a token can ask STS without Daypass: what only Daypass checks must be spelt out.
import { describe, expect, test } from 'vitest';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

type Members = Readonly<Record<string, unknown>>;

const groups = { 'ForAnyValue:StringLike': { groups: 'editors-*' } };
const pathsOf = (grant: Members, oidc: Members = {}) =>
  problemsOf(aConfiguration({ grant, oidc })).map(({ path }) => path);

describe('a grant that only Daypass can keep is refused', () => {
  test.each<[what: string, grant: Members, path: string, says: string]>([
    [
      'a claim that AWS never sees',
      { when: groups },
      'when.ForAnyValue:StringLike.groups',
      'is not among what AWS checks',
    ],
    [
      'a policy variable, which names another claim there',
      { when: { StringEquals: { email: '${sub}' } } },
      'when.StringEquals.email',
      'is not among what AWS checks',
    ],
    [
      'a condition key of another vendor',
      { when: { StringEquals: { repository: 'acme/shop' } } },
      'when.StringEquals.repository',
      'is not among what AWS checks',
    ],
    [
      'a source identity that the provider does not send',
      { when: { StringEquals: { 'sts:SourceIdentity': 'alice' } } },
      'when.StringEquals.sts:SourceIdentity',
      'write awsClaims: [sourceIdentity] at provider app',
    ],
    [
      'a session policy',
      { session: { policy: [aPermission()] } },
      'session.policy',
      'binds sessions from Daypass only, and with forward the proof is enough',
    ],
  ])('%s', (_, grant, path, says) => {
    expect(problemsOf(aConfiguration({ grant }))).toEqual([
      { path: `grants.files.${path}`, says: expect.stringContaining(says) },
    ]);
  });

  test('each of its conditions is told', () => {
    const when = { StringEquals: { sub: 'alice', team: 'a' }, Bool: { email_verified: true } };
    expect(pathsOf({ when })).toEqual(['grants.files.when.StringEquals.team', 'grants.files.when.Bool.email_verified']);
  });
});

describe('a grant is taken', () => {
  test.each<[what: string, grant: Members, oidc?: Members]>([
    ['where that is accepted', { when: groups, acceptsDirectStsCalls: true }],
    [
      'with a session policy where that is accepted',
      { session: { policy: [aPermission()] }, acceptsDirectStsCalls: true },
    ],
    ['for anyone, whom AWS lets in as well', { when: 'anyone' }],
    [
      'on what AWS sees of every issuer',
      { when: { StringEquals: { sub: 'a', email: 'b' }, 'ForAnyValue:StringEquals': { amr: 'mfa' } } },
    ],
    [
      'on what AWS sees of GitHub',
      { when: { StringEquals: { repository: 'acme/shop', ref: 'main', environment: 'live' } } },
      { vendor: 'github', issuer: undefined },
    ],
    [
      'on tags that the issuer signs',
      { when: { StringEquals: { 'aws:RequestTag/role': 'a' } } },
      { awsClaims: ['tags'] },
    ],
    [
      'on a source identity that the issuer signs',
      { when: { StringEquals: { 'sts:SourceIdentity': 'a' } } },
      { awsClaims: ['sourceIdentity'] },
    ],
    [
      'for a role named by arn, whose trust policy is not ours',
      { when: groups, role: { arn: 'arn:aws:iam::111122223333:role/a' } },
    ],
  ])('%s', (_, grant, oidc = {}) => {
    expect(pathsOf(grant, oidc)).toEqual([]);
  });
});

describe('a condition on tags', () => {
  const when = { StringEquals: { 'aws:RequestTag/tenant': 'a' } };

  test.each<[what: string, grant: Members]>([
    ['a made role', { when, acceptsDirectStsCalls: true }],
    ['a named role', { when, role: { arn: 'arn:aws:iam::111122223333:role/a' } }],
  ])('needs a provider whose tokens carry them, with %s too', (_, grant) => {
    expect(problemsOf(aConfiguration({ grant }))).toEqual([
      {
        path: 'grants.files.when.StringEquals.aws:RequestTag/tenant',
        says: 'comes from a claim of https://aws.amazon.com/; write awsClaims: [tags] at provider app if its tokens have it',
      },
    ]);
  });
});
