import { describe, expect, test } from 'vitest';
import { principalTags, readAwsClaims, sourceIdentityClaim, tagsClaim } from '../../../lib/identity/oidc/aws-claims.ts';

const payload = (claims: Readonly<Record<string, unknown>>) => new Map(Object.entries(claims));
const tagsOf = (claims: Readonly<Record<string, unknown>>) => {
  const tags = principalTags(payload(claims));
  return tags && Object.fromEntries(tags);
};
const nested = (tags: unknown) => ({ [tagsClaim]: { principal_tags: tags, transitive_tag_keys: ['team'] } });
const flattened = `${tagsClaim}/principal_tags/`;

describe('session tags', () => {
  test('are nested, each a list of one text', () => {
    expect(tagsOf(nested({ team: ['blue'], 'cost center': ['42'] }))).toEqual({ team: 'blue', 'cost center': '42' });
  });

  test('or flattened into claims of their own', () => {
    expect(tagsOf({ [`${flattened}team`]: 'blue', [`${flattened}a/b`]: 'c' })).toEqual({ team: 'blue', 'a/b': 'c' });
  });

  test('may be empty, or not there', () => {
    expect(tagsOf({})).toEqual({});
    expect(tagsOf(nested({}))).toEqual({});
    expect(tagsOf({ [tagsClaim]: {} })).toEqual({});
    expect(tagsOf(nested({ team: [''] }))).toEqual({ team: '' });
  });

  test.each<[claims: Readonly<Record<string, unknown>>]>([
    [nested({ team: 'blue' })],
    [nested({ team: ['blue', 'red'] })],
    [nested({ team: [] })],
    [nested({ team: [1] })],
    [nested({ team: [['blue']] })],
    [nested({ team: null })],
    [nested({ team: { 0: 'blue' } })],
    [nested({ good: ['x'], team: [null] })],
    [nested([['team', 'blue']])],
    [nested('team=blue')],
    [nested(null)],
    [{ [`${flattened}team`]: ['blue'] }],
    [{ [`${flattened}team`]: 1 }],
    [{ [`${flattened}team`]: null }],
  ])('are not in the correct format as %j', (claims) => {
    expect(tagsOf(claims)).toBeUndefined();
    expect(readAwsClaims(payload(claims)).keys.size).toBe(0);
  });

  test('may be called like something inherited', () => {
    expect([...(principalTags(payload(nested(JSON.parse('{"__proto__":["x"]}')))) ?? [])]).toEqual([
      ['__proto__', 'x'],
    ]);
  });
});

describe('condition keys', () => {
  test('are those that STS makes of the claims', () => {
    const claims = { ...nested({ team: ['blue'] }), [sourceIdentityClaim]: 'alice', sub: 'alice' };
    expect(Object.fromEntries(readAwsClaims(payload(claims)).keys)).toEqual({
      'aws:RequestTag/team': 'blue',
      'sts:SourceIdentity': 'alice',
    });
  });

  test.each([[['alice']], [1], [null], [{}]])('leave out a source identity of %j', (value) => {
    expect(readAwsClaims(payload({ [sourceIdentityClaim]: value })).keys.size).toBe(0);
  });
});
