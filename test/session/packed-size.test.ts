import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { packedPolicySize } from '../../lib/session/packed-size.ts';

// What STS itself told: 25 % for a bare call, 34 % with a subject of 300 characters.
test('tells the size of a bare call as STS does', () => {
  expect(packedPolicySize([])).toBe(25);
});

test('comes within three points of what STS told of a subject of 300 characters', () => {
  for (let round = 0; round < 100; round++) {
    const percent = packedPolicySize([randomBytes(225).toString('base64url')]);
    expect(Math.abs(percent - 34)).toBeLessThanOrEqual(3);
  }
});

test('grows with what is packed', () => {
  const text = randomBytes(2000).toString('base64url');
  const sizes = [0, 100, 500, 1000, 2000].map((length) => packedPolicySize([text.slice(0, length)]));
  expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  expect(sizes.at(-1)).toBeGreaterThan(60);
});
