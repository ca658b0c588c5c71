import { describe, expect, test } from 'vitest';
import { decideGrant } from '../../lib/grant/decide-grant.ts';
import { attributesOf } from '../../lib/identity/oidc/attributes.ts';
import { aGrant, anIdentity, grantsNamed, type When } from '../kit/builders.ts';

const decide = (when: When, claims: Readonly<Record<string, unknown>>) =>
  decideGrant(
    { ...anIdentity(), attributes: attributesOf(new Map(Object.entries(claims))) },
    'files',
    grantsNamed(aGrant({ when })),
  );

describe('a claim that is there and cannot be compared', () => {
  test.each<[when: When, claims: Readonly<Record<string, unknown>>]>([
    [{ StringNotEquals: { status: 'suspended' } }, { status: ['suspended', null] }],
    [{ 'ForAllValues:StringNotEquals': { groups: 'contractors' } }, { groups: ['contractors', { id: 1 }] }],
    [{ 'ForAllValues:StringEquals': { groups: 'staff' } }, { groups: ['staff', 'evil', null] }],
    [{ StringEqualsIfExists: { tenant: 'acme' } }, { tenant: { id: 'evil' } }],
    [{ StringNotEquals: { uid: '9007199254740993' } }, { uid: 9007199254740992 * 2 }],
    [{ Null: { suspended: 'true' } }, { suspended: { since: '2020' } }],
    [{ StringNotEquals: { 'a.b': 'x' } }, { a: [{ b: 'x' }] }],
    [
      { StringNotLike: { 'sts:SourceIdentity': 'root*' } },
      { 'https://aws.amazon.com/source_identity': `root${'x'.repeat(70)}` },
    ],
    [
      { StringNotEquals: { 'aws:RequestTag/role': 'admin' } },
      { 'https://aws.amazon.com/tags': { principal_tags: { role: ['admin', 'x'] } } },
    ],
    [{ StringNotEquals: { tenant: "${blocked, 'none'}" } }, { tenant: 'red', blocked: [{ id: 'red' }] }],
    [{ StringEquals: { tenant: "${home, 'public'}" } }, { tenant: 'public', home: 2 ** 60 }],
    [{ StringNotEquals: { 'a.b.c': 'x' } }, { a: { 'b.c': [{ z: 1 }], b: { c: 'ok' } } }],
    [{ StringNotEquals: { 'a.b.c': 'x' } }, { a: { 'b.c': 'y', b: { c: 'x' } } }],
  ])('satisfies no condition: %j with %j', (when, claims) => {
    expect(decide(when, claims)).toMatchObject({ allowed: false, miss: { reason: 'claim not comparable' } });
  });

  test('leaves other claims alone, and the members of an object', () => {
    const claims = { realm_access: { roles: ['a'], odd: [{}] }, sub: 'alice' };
    expect(
      decide({ StringEquals: { sub: 'alice' }, 'ForAnyValue:StringEquals': { 'realm_access.roles': 'a' } }, claims)
        .allowed,
    ).toBe(true);
    expect(decide({ StringNotEquals: { 'realm_access.other': 'a' } }, claims).allowed).toBe(true);
    expect(decide({ StringNotEquals: { 'realm_access.odd': 'a' } }, claims).allowed).toBe(false);
  });
});
