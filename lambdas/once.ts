import type { Rim } from '../lib/door.ts';
import { type Once, onceIn } from '../lib/replay/once.ts';
import { later } from './later.ts';

/** Each proof once where a grant says so. The SDK that speaks to the table is loaded when there is something to reserve. */
export function onceWithin(rim: Rim): Once {
  const once = later(() => import('#store').then(({ storeWithin }) => onceIn(storeWithin(rim))));
  return async (reservations, now) => {
    if (reservations.length === 0) return;
    await (await once())(reservations, now);
  };
}
