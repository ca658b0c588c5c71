// A store in memory, for tests of what remembers.

import type { Item, Store } from '../../lib/store/store.ts';

export interface MemoryStore extends Store {
  /** All that was put, ended or not, in its order. */
  readonly items: readonly Item[];
}

/** As the table behaves: what has ended counts as gone. */
export function aStore(given: readonly Item[] = []): MemoryStore {
  const items = [...given];
  const current = (key: string, now: Date) => items.findLast((item) => item.key === key && item.until > now);
  return {
    items,
    async putOnce(item, now) {
      if (current(item.key, now)) return false;
      items.push(item);
      return true;
    },
    async put(item) {
      items.push(item);
    },
    async replace(item, before) {
      if (items.findLast((each) => each.key === item.key)?.value !== before) return false;
      items.push(item);
      return true;
    },
    async get(key, now) {
      return current(key, now)?.value;
    },
  };
}

/** One that nobody can reach. */
export function aSilentStore(error: Error): Store {
  const fail = () => Promise.reject(error);
  return { putOnce: fail, put: fail, replace: fail, get: fail };
}
