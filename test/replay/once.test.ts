import { describe, expect, test } from 'vitest';
import type { Reservation } from '../../lib/identity/identity.ts';
import { Refusal } from '../../lib/refusal.ts';
import { onceIn, onceNowhere } from '../../lib/replay/once.ts';
import type { Item, Store } from '../../lib/store/store.ts';
import { aMoment } from '../kit/issuer.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const request: Reservation = { key: `request#${'a'.repeat(64)}`, until: later(720) };
const assertion: Reservation = { key: `assertion#${'b'.repeat(64)}`, until: later(420) };

interface Put {
  readonly item: Item;
  readonly now: Date;
}

/** Says `true` to whatever is not among `taken`, and remembers what it was asked. */
function aStore(taken: readonly string[] = [], failing?: Error): Store & { readonly puts: Put[] } {
  const seen = new Set(taken);
  const puts: Put[] = [];
  return {
    puts,
    async putOnce(item, now) {
      puts.push({ item, now });
      // The answer takes a while, so that what is asked at once is under way at once.
      await new Promise((resolve) => setImmediate(resolve));
      if (failing) throw failing;
      if (seen.has(item.key)) return false;
      seen.add(item.key);
      return true;
    },
    replace: () => Promise.reject(new Error('replaced')),
    put: () => Promise.reject(new Error('Nobody asked for that.')),
    get: () => Promise.reject(new Error('Nobody asked for that.')),
  };
}

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error('It was not refused.');
}

describe('what is reserved', () => {
  test('is reserved in its order, key and end and nothing else', async () => {
    const store = aStore();
    await expect(onceIn(store)([request, assertion], aMoment)).resolves.toBeUndefined();
    expect(store.puts).toStrictEqual([
      { item: { key: request.key, until: request.until }, now: aMoment },
      { item: { key: assertion.key, until: assertion.until }, now: aMoment },
    ]);
  });

  test('is reserved one after the other: the second waits for the answer to the first', async () => {
    const store = aStore();
    const reserving = onceIn(store)([request, assertion], aMoment);
    expect(store.puts).toHaveLength(1);
    await reserving;
    expect(store.puts).toHaveLength(2);
  });

  test('may be nothing, and then the store is left alone', async () => {
    const store = aStore();
    await onceIn(store)([], aMoment);
    expect(store.puts).toEqual([]);
  });
});

describe('case 66: what was seen before', () => {
  test('is refused, and the refusal names its kind and no more', async () => {
    const refusal = await refusalOf(onceIn(aStore([assertion.key]))([request, assertion], aMoment));
    expect([refusal.code, refusal.detail]).toEqual(['proof_replayed', { what: 'assertion' }]);
  });

  test('is refused at the first of them, and the second is not tried', async () => {
    const store = aStore([request.key]);
    const refusal = await refusalOf(onceIn(store)([request, assertion], aMoment));
    expect([refusal.code, refusal.detail]).toEqual(['proof_replayed', { what: 'request' }]);
    expect(store.puts).toHaveLength(1);
  });

  test('is refused the second time, in a new wrapping, too', async () => {
    const once = onceIn(aStore());
    const another = { key: `request#${'c'.repeat(64)}`, until: request.until };
    await once([request, assertion], aMoment);
    expect((await refusalOf(once([another, assertion], aMoment))).detail).toEqual({ what: 'assertion' });
  });
});

describe('case 59: what is consumed twice at once', () => {
  test('is given to one of many', async () => {
    const once = onceIn(aStore());
    const tries = Array.from({ length: 50 }, () => once([request, assertion], aMoment));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is given to nobody twice, also when another assertion answers the same request', async () => {
    const once = onceIn(aStore());
    const tries = Array.from({ length: 20 }, (_, index) =>
      once([request, { key: `assertion#${index}`, until: assertion.until }], aMoment),
    );
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a store that cannot tell', () => {
  test('is a no, and the second reservation is not tried', async () => {
    const no = new Refusal('store_unavailable', { why: 'TimeoutError' });
    const store = aStore([], no);
    expect(await refusalOf(onceIn(store)([request, assertion], aMoment))).toBe(no);
    expect(store.puts).toHaveLength(1);
  });

  test('is never a yes, whatever it throws', async () => {
    const bug = new TypeError('undefined is not a function');
    await expect(onceIn(aStore([], bug))([request], aMoment)).rejects.toBe(bug);
  });
});

describe('a door without a store', () => {
  test('lets pass what reserves nothing', async () => {
    await expect(onceNowhere([], aMoment)).resolves.toBeUndefined();
  });

  test('refuses what does', async () => {
    expect((await refusalOf(onceNowhere([assertion], aMoment))).code).toBe('store_unavailable');
  });
});
