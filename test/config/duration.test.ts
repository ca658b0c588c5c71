import { describe, expect, test } from 'vitest';
import { parseDuration } from '../../lib/config/duration.ts';

describe('a duration', () => {
  test.each<[written: string | number, seconds: number]>([
    ['4h', 14_400],
    ['90m', 5400],
    ['3600s', 3600],
    ['3600', 3600],
    [3600, 3600],
    ['0', 0],
    ['007m', 420],
    ['999999s', 999_999],
  ])('%j is %j seconds', (written, seconds) => {
    expect(parseDuration(written)).toBe(seconds);
  });

  test.each<string | number>([
    '',
    'h',
    '4 h',
    ' 4h',
    '4h\n',
    '4H',
    '1d',
    '1h30m',
    'PT4H',
    '-1h',
    '+1h',
    '1.5h',
    1.5,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e21,
    '1000000s',
    '٣h',
  ])('%j is none', (written) => {
    expect(parseDuration(written)).toBeUndefined();
  });
});
