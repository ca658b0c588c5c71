import { describe, expect, test } from 'vitest';
import { decideGrant, grantsFor } from '../../lib/grant/decide-grant.ts';
import { aGrant, anIdentity, grantsNamed, type IdentitySettings, type When } from '../kit/builders.ts';

describe('a grant', () => {
  test('without conditions is given to everybody its provider proves', () => {
    const grant = aGrant();
    expect(decideGrant(anIdentity(), 'files', grantsNamed(grant))).toEqual({ allowed: true, grant });
  });

  test('that is not configured is denied', () => {
    expect(decideGrant(anIdentity(), 'other', grantsNamed(aGrant()))).toEqual({
      allowed: false,
      miss: { reason: 'no such grant' },
    });
  });

  test.each(['constructor', '__proto__', 'Files', 'files ', ''])('%j is no name of a grant', (name) => {
    expect(decideGrant(anIdentity(), name, grantsNamed(aGrant()))).toMatchObject({ miss: { reason: 'no such grant' } });
  });

  test('of another provider is denied, whatever its claims', () => {
    const grants = grantsNamed(aGrant({ from: 'ci', when: { StringEquals: { sub: 'alice' } } }));
    expect(decideGrant(anIdentity({ provider: 'app' }), 'files', grants)).toEqual({
      allowed: false,
      miss: { reason: 'another provider', expected: 'ci', got: 'app' },
    });
  });

  const attributes = (claims: NonNullable<IdentitySettings['attributes']>) => claims;
  test.each<[what: string, when: When, attributes: IdentitySettings['attributes'], allowed: boolean]>([
    ['a claim that is equal', { StringEquals: { team: 'a' } }, attributes({ team: 'a' }), true],
    ['one of several values', { StringEquals: { team: ['a', 'b'] } }, attributes({ team: 'b' }), true],
    ['a claim that is not equal', { StringEquals: { team: 'a' } }, attributes({ team: 'b' }), false],
    ['a value in another case', { StringEquals: { team: 'a' } }, attributes({ team: 'A' }), false],
    ['a claim in another case', { StringEquals: { team: 'a' } }, attributes({ Team: 'a' }), false],
    ['a missing claim', { StringEquals: { team: 'a' } }, attributes({}), false],
    ['a claim without values', { StringEquals: { team: 'a' } }, attributes({ team: [] }), false],
    ['a missing claim, negated', { StringNotEquals: { team: 'a' } }, attributes({}), true],
    ['a missing claim with IfExists', { StringEqualsIfExists: { team: 'a' } }, attributes({}), true],
    ['a missing claim with ForAnyValue', { 'ForAnyValue:StringEquals': { team: 'a' } }, attributes({}), false],
    ['a claim that is there', { Null: { team: 'false' } }, attributes({ team: 'a' }), true],
    [
      'any of the groups',
      { 'ForAnyValue:StringLike': { groups: 'ed-*' } },
      attributes({ groups: ['x', 'ed-1'] }),
      true,
    ],
    ['none of the groups', { 'ForAnyValue:StringLike': { groups: 'ed-*' } }, attributes({ groups: ['x'] }), false],
    [
      'several values without a set prefix',
      { StringEquals: { groups: 'a' } },
      attributes({ groups: ['a', 'b'] }),
      false,
    ],
    ['a star that is a value', { StringEquals: { team: '*' } }, attributes({ team: 'a' }), false],
    ['a star that a caller sends', { StringLike: { team: 'a' } }, attributes({ team: '*' }), false],
    ['another claim by a variable', { StringEquals: { team: '${sub}' } }, attributes({ team: 'alice' }), true],
    ['a variable without a value', { StringEquals: { team: '${unit}' } }, attributes({ team: '' }), false],
    ['all conditions', { StringEquals: { team: 'a', unit: 'x' } }, attributes({ team: 'a', unit: 'x' }), true],
    ['all conditions but one', { StringEquals: { team: 'a', unit: 'x' } }, attributes({ team: 'a', unit: 'y' }), false],
    ['an inherited claim name', { StringLike: { constructor: '*' } }, attributes({}), false],
  ])('is decided on %s: %j and %j', (_, when, claims, allowed) => {
    const decision = decideGrant(anIdentity({ attributes: claims ?? {} }), 'files', grantsNamed(aGrant({ when })));
    expect(decision.allowed).toBe(allowed);
  });

  test('that is denied tells the first condition that failed, what it expected and what it got', () => {
    const when = { StringEquals: { sub: 'alice', team: ['a', 'b'] }, Bool: { email_verified: 'true' } };
    expect(decideGrant(anIdentity({ attributes: { team: 'c' } }), 'files', grantsNamed(aGrant({ when })))).toEqual({
      allowed: false,
      miss: { reason: 'condition', operator: 'StringEquals', key: 'team', expected: ['a', 'b'], got: ['c'] },
    });
  });

  test('that is denied for a missing claim says that there is none', () => {
    const decision = decideGrant(anIdentity(), 'files', grantsNamed(aGrant({ when: { StringEquals: { team: 'a' } } })));
    expect(decision).toMatchObject({ miss: { key: 'team', got: undefined } });
  });
});

describe('the grants for an identity', () => {
  test('are those it would be given, in the order of the configuration', () => {
    const grants = grantsNamed(
      aGrant({ name: 'z' }),
      aGrant({ name: 'denied', when: { StringEquals: { sub: 'bob' } } }),
      aGrant({ name: 'other', from: 'ci' }),
      aGrant({ name: 'a', when: { StringEquals: { sub: 'alice' } } }),
    );
    expect(grantsFor(anIdentity(), grants).map(({ name }) => name)).toEqual(['z', 'a']);
  });

  test('may be none', () => {
    expect(grantsFor(anIdentity({ provider: 'ci' }), grantsNamed(aGrant()))).toEqual([]);
  });
});
