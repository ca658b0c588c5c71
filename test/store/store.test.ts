import { describe, expect, test } from 'vitest';
import { keyPrefixes, tableAttributes } from '../../lib/store/store.ts';

describe('keys', () => {
  const prefixes = Object.values(keyPrefixes);

  test('of one kind never begin like those of another: IAM tells them apart by that', () => {
    for (const one of prefixes) {
      expect(prefixes.filter((other) => other.startsWith(one))).toEqual([one]);
    }
  });

  test.each(prefixes)(
    'that begin with %s end their kind there, and hold nothing that IAM takes for a pattern',
    (each) => {
      expect(each).toMatch(/^[a-z-]+#$/);
    },
  );
});

test('an item has three attributes, each of another name', () => {
  expect(new Set(Object.values(tableAttributes)).size).toBe(3);
});
