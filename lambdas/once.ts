import type { Rim } from '../lib/door.ts';
import { type Once, onceIn } from '../lib/replay/once.ts';

/** Each proof once where a grant says so. The SDK that speaks to the table is loaded when there is something to reserve. */
export function onceWithin(rim: Rim): Once {
  let loading: Promise<Once> | undefined;
  return async (reservations, now) => {
    if (reservations.length === 0) return;
    loading ??= import('#store').then(({ storeWithin }) => onceIn(storeWithin(rim)));
    await (await loading)(reservations, now);
  };
}
