import type { Rim } from '../lib/door.ts';
import { type IssuedSessions, issuedSessionsIn } from '../lib/issue/issued-sessions.ts';
import { Refusal } from '../lib/refusal.ts';
import { later } from './later.ts';

async function atMost(milliseconds: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal('store_unavailable', { why: 'took too long' })), milliseconds);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Memory of what was issued. The SDK that speaks to the table is loaded when there is something to remember, and a table
 * that takes long is waited for so long and no longer.
 */
export function issuedWithin(rim: Rim, longestKeepMilliseconds: number): IssuedSessions {
  const sessions = later(() => import('#store').then(({ storeWithin }) => issuedSessionsIn(storeWithin(rim))));
  return {
    keep: (issued) => atMost(longestKeepMilliseconds, async () => (await sessions()).keep(issued)),
    find: async (shown, now) => (await sessions()).find(shown, now),
  };
}
