import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../../lib/aws-query/aws-error.ts';
import { checkedTags, tagsUnder, withInherited } from '../../../../lib/local/aws/sts/session-tags.ts';

const many = (count: number, start: string) =>
  new Map(Array.from({ length: count }, (_, index) => [`${start}${index}`, 'x'] as const));
const nothing = { tags: new Map<string, string>(), transitiveTagKeys: [] };

const codeOf = (act: () => unknown) => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof AwsError ? error.form.code : 'a fault';
  }
};

describe('session tags', () => {
  test('that differ by case only are one', () => {
    expect(
      codeOf(() =>
        checkedTags([
          ['Team', 'a'],
          ['team', 'b'],
        ]),
      ),
    ).toBe('InvalidParameterValue');
    expect(codeOf(() => checkedTags([['aws:team', 'a']]))).toBe('InvalidParameterValue');
  });

  test('may be 50, inherited ones included', () => {
    const inherited = { tags: many(30, 'a'), transitiveTagKeys: [...many(30, 'a').keys()] };
    expect(withInherited(many(20, 'b'), [], inherited).tags.size).toBe(50);
    expect(codeOf(() => withInherited(many(21, 'b'), [], inherited))).toBe('InvalidParameterValue');
  });

  test('that are not transitive end with their session', () => {
    const inherited = {
      tags: new Map([
        ['team', 'blue'],
        ['cost', '1'],
      ]),
      transitiveTagKeys: ['TEAM'],
    };
    expect(withInherited(new Map([['x', 'y']]), ['X'], inherited)).toEqual({
      tags: new Map([
        ['team', 'blue'],
        ['x', 'y'],
      ]),
      transitiveTagKeys: ['TEAM', 'X'],
    });
  });

  test('that are inherited cannot be said again, and only tags can be transitive', () => {
    const inherited = { tags: new Map([['team', 'blue']]), transitiveTagKeys: ['team'] };
    expect(codeOf(() => withInherited(new Map([['Team', 'red']]), [], inherited))).toBe('InvalidParameterValue');
    expect(codeOf(() => withInherited(new Map(), ['team'], nothing))).toBe('InvalidParameterValue');
  });

  test('that are inherited stand before the role’s own, whatever their case', () => {
    const inherited = { tags: new Map([['team', 'blue']]), transitiveTagKeys: ['team'] };
    expect(
      tagsUnder(
        inherited,
        new Map([
          ['Team', 'red'],
          ['env', 'prod'],
        ]),
      ),
    ).toEqual(
      new Map([
        ['Team', 'blue'],
        ['env', 'prod'],
      ]),
    );
  });
});
