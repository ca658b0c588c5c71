import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { longestSessionSeconds, sessionDuration, shortestSessionSeconds } from '../../lib/session/session-duration.ts';

describe('a session lasts', () => {
  test.each<[asked: number | undefined, grant: number, role: number, seconds: number, limitedBy?: string]>([
    [undefined, 3600, 43_200, 3600],
    [undefined, 7200, 3600, 3600],
    [undefined, 900, 3600, 900],
    [3600, 7200, 43_200, 3600],
    [7200, 7200, 43_200, 7200],
    [7201, 7200, 43_200, 7200, 'grant'],
    [7201, 7200, 7200, 7200, 'grant'],
    [7201, 43_200, 7200, 7200, 'role'],
    [Number.MAX_SAFE_INTEGER, 43_200, 43_200, 43_200, 'grant'],
    [900, 3600, 3600, 900],
    [899, 3600, 3600, 900, 'shortest session'],
    [1, 900, 3600, 900, 'shortest session'],
  ])('asked %j, with a grant of %j and a role of %j: %j', (asked, grantSeconds, roleSeconds, seconds, limitedBy) => {
    expect(sessionDuration(asked, { grantSeconds, roleSeconds })).toEqual({ seconds, ...(limitedBy && { limitedBy }) });
  });

  test('never longer than grant and role allow, never shorter than STS takes, and any change is told', () => {
    const limit = fc.integer({ min: shortestSessionSeconds, max: longestSessionSeconds });
    const role = fc.integer({ min: 3600, max: longestSessionSeconds });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), limit, role, (asked, grantSeconds, roleSeconds) => {
        const { seconds, limitedBy } = sessionDuration(asked, { grantSeconds, roleSeconds });
        expect(seconds).toBeGreaterThanOrEqual(shortestSessionSeconds);
        expect(seconds).toBeLessThanOrEqual(Math.min(grantSeconds, roleSeconds));
        expect(limitedBy === undefined).toBe(seconds === asked);
      }),
    );
  });
});
