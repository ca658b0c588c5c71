import { describe, expect, test } from 'vitest';
import { attributesOf } from '../../../lib/identity/oidc/attributes.ts';
import { checkClaims } from '../../../lib/identity/oidc/claims.ts';
import { parseStrictJson } from '../../../lib/strict-json.ts';
import { aMoment, anAudience } from '../../kit/issuer.ts';
import { later, now, rules } from '../kit.ts';

const attributes = (claims: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(attributesOf(new Map(Object.entries(claims))).texts);
const attributesIn = (json: string) => attributesOf(parseStrictJson(json)).texts;

describe('the required claims', () => {
  const good = { sub: 'alice', aud: anAudience, iat: now, exp: now + 300 };
  const check = (claims: Readonly<Record<string, unknown>>) =>
    checkClaims(new Map(Object.entries({ ...good, ...claims })), rules, aMoment);

  test('give the subject and the end', () => {
    expect(check({})).toEqual({ subject: 'alice', expires: later(300) });
  });

  // The same forms through a whole token end at the library that checks the signature.
  test.each<[claims: Readonly<Record<string, unknown>>]>([
    [{ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
    [{ token_use: 'access' }],
    [{ typ: 'Bearer' }],
    [{ typ: 'Logout' }],
    [{ typ: 1 }],
    [{ sub: undefined }],
    [{ sub: null }],
    [{ sub: 1 }],
    [{ sub: ['alice'] }],
    [{ sub: {} }],
    [{ exp: '1780315500' }],
    [{ exp: null }],
    [{ exp: Number.POSITIVE_INFINITY }],
    [{ exp: Number.NaN }],
    [{ iat: '1780315200' }],
    [{ iat: null }],
    [{ iat: Number.NEGATIVE_INFINITY }],
    [{ nbf: '1780315200' }],
    [{ nbf: null }],
    [{ nbf: undefined }],
    [{ aud: null }],
    [{ aud: 1 }],
    [{ aud: {} }],
    [{ aud: [anAudience, 1] }],
    [{ aud: [[anAudience]] }],
    [{ aud: [null] }],
  ])('are invalid with %j', (claims) => {
    expect(() => check(claims)).toThrow('claims_invalid');
  });

  test('name in the audit line the claim that is at fault', () => {
    expect(() => check({ sub: '' })).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ claim: 'sub' }) }),
    );
    expect(() => check({ exp: 1.5 })).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ claim: 'exp' }) }),
    );
  });
});

describe('attributes', () => {
  test.each<[name: string, value: unknown, texts: readonly string[]]>([
    ['text', 'a', ['a']],
    ['empty text', '', ['']],
    ['a number', 42, ['42']],
    ['zero', 0, ['0']],
    ['a fraction', 1.5, ['1.5']],
    ['true', true, ['true']],
    ['false', false, ['false']],
    ['a list', ['a', 'b'], ['a', 'b']],
    ['a mixed list', ['a', 1, true], ['a', '1', 'true']],
    ['an empty list', [], []],
  ])('of %s are lists of text', (_name, value, texts) => {
    expect(attributes({ claim: value })).toEqual({ claim: texts });
  });

  test.each<[name: string, value: unknown]>([
    ['null', null],
    ['a list with null', ['a', null]],
    ['a list in a list', ['a', ['b']]],
    ['a list with an object', ['a', {}]],
    ['an empty object', {}],
    ['infinity', Number.POSITIVE_INFINITY],
  ])('of %s are left out', (_name, value) => {
    expect(attributes({ claim: value })).toEqual({});
  });

  test('of an object are named by their path', () => {
    const claims = { realm_access: { roles: ['a'], deep: { er: 1 } }, resource: { 'a.b': 'x' } };
    expect(attributes(claims)).toEqual({
      'realm_access.roles': ['a'],
      'realm_access.deep.er': ['1'],
      'resource.a.b': ['x'],
    });
  });

  test.each([
    '{"realm_access.roles":"own","realm_access":{"roles":"nested"}}',
    '{"realm_access":{"roles":"nested"},"realm_access.roles":"own"}',
  ])('of a claim are not replaced by a path that looks the same: %s', (json) => {
    expect(attributesIn(json).get('realm_access.roles')).toEqual(['own']);
  });

  test('of a path are left out when the claim of that name is no text', () => {
    expect(attributesIn('{"a":{"b":"nested"},"a.b":null}').has('a.b')).toBe(false);
  });

  test('inherited names are names like any other', () => {
    const own = attributesIn('{"__proto__":"x","constructor":"y","a":{"__proto__":"z"}}');
    expect(own.get('__proto__')).toEqual(['x']);
    expect(own.get('constructor')).toEqual(['y']);
    expect(own.get('a.__proto__')).toEqual(['z']);
    expect(own.has('toString')).toBe(false);
  });

  // 2^53 and 2^53 + 1 are one number to JavaScript: a condition on one user's id would let the other in.
  test('two ids that are different numbers in the token never become the same text', () => {
    const idIn = (digits: string) => attributesIn(`{"id":${digits}}`).get('id')?.join();
    const [one, other] = [idIn('9007199254740992'), idIn('9007199254740993')];
    expect(one === undefined || one !== other).toBe(true);
  });
});

describe('claims that would pass for AWS condition keys', () => {
  test.each([
    'aws:PrincipalTag/team',
    'aws:RequestTag/team',
    'aws:TagKeys',
    'AWS:RequestTag/team',
    'sts:SourceIdentity',
    'STS:SourceIdentity',
    'sts:ExternalId',
  ])('%s is left out', (name) => {
    expect(attributes({ [name]: 'forged' })).toEqual({});
    expect(attributes({ [name]: { nested: 'forged' } })).toEqual({});
    expect(attributes({ [name.slice(0, 3)]: { x: 'fine' } })).toEqual({ [`${name.slice(0, 3)}.x`]: ['fine'] });
  });

  test('do not replace what the true AWS claims say', () => {
    const claims = {
      'https://aws.amazon.com/tags': { principal_tags: { team: ['blue'] } },
      'https://aws.amazon.com/source_identity': 'alice',
      'aws:RequestTag/team': 'red',
      'sts:SourceIdentity': 'root',
    };
    expect(attributes(claims)).toMatchObject({ 'aws:requesttag/team': ['blue'], 'sts:sourceidentity': ['alice'] });
  });
});
