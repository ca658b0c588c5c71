import type { Rim } from '../lib/door.ts';
import { type IssuedSessions, issuedSessionsIn } from '../lib/issue/issued-sessions.ts';

/** Memory of what was issued. The SDK that speaks to the table is loaded when there is something to remember. */
export function issuedWithin(rim: Rim): IssuedSessions {
  let loading: Promise<IssuedSessions> | undefined;
  const sessions = () => {
    loading ??= import('#store').then(({ storeWithin }) => issuedSessionsIn(storeWithin(rim)));
    return loading;
  };
  return {
    keep: async (issued) => (await sessions()).keep(issued),
    find: async (shown, now) => (await sessions()).find(shown, now),
  };
}
