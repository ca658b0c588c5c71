import { describe, expect, test } from 'vitest';
import { type KeyCache, keyCache } from '../../../lib/identity/oidc/key-cache.ts';
import { parseJwks, type SigningKey } from '../../../lib/identity/oidc/signing-keys.ts';
import { Refusal } from '../../../lib/refusal.ts';
import { anIssuer } from '../../kit/issuer.ts';
import { later, times } from '../kit.ts';

const aKey = (keyId: string): SigningKey => {
  const [key] = parseJwks(JSON.stringify({ keys: [anIssuer({ keyId }).publicJwk] })).values();
  if (key === undefined) throw new Error('the kit made a key that is not used');
  return key;
};
const setOf = (...keys: readonly SigningKey[]): ReadonlyMap<string, SigningKey> =>
  new Map(keys.map((key) => [key.keyId, key]));

const seconds = (count: number) => count;
const minutes = (count: number) => count * 60;

const first = aKey('key-1');
const second = aKey('key-2');

/** A cache over an issuer whose answer can be changed, and how often it was asked. */
function aCache(published: ReadonlyMap<string, SigningKey> | Error = setOf(first)) {
  const issuer = { published, fetches: 0 };
  const cache = keyCache(async () => {
    issuer.fetches++;
    if (issuer.published instanceof Error) throw issuer.published;
    return issuer.published;
  });
  return { issuer, cache, at: (after: number, keyId = 'key-1') => outcome(cache, keyId, after) };
}

/** The key, or the code of the refusal. */
const outcome = (cache: KeyCache, keyId: string, after: number) =>
  cache.keyFor(keyId, later(after)).catch((error) => {
    if (error instanceof Refusal) return error.code;
    throw error;
  });

const down = new Error('down');

describe('fetching', () => {
  test('happens with the first token, not before', async () => {
    const { issuer, at } = aCache();
    expect(issuer.fetches).toBe(0);
    expect(await at(0)).toBe(first);
    expect(issuer.fetches).toBe(1);
  });

  test('happens once for a hundred callers at the same time', async () => {
    const { issuer, at } = aCache();
    const keys = await Promise.all(times(100, () => at(0)));
    expect(new Set(keys)).toEqual(new Set([first]));
    expect(issuer.fetches).toBe(1);
  });

  test('happens once for a hundred callers who come while it is slow', async () => {
    const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, SigningKey>>();
    let fetches = 0;
    const cache = keyCache(() => {
      fetches++;
      return promise;
    });
    const callers = times(100, (index) => outcome(cache, 'key-1', seconds(index)));
    resolve(setOf(first));
    expect(new Set(await Promise.all(callers))).toEqual(new Set([first]));
    expect(fetches).toBe(1);
  });

  test('does not happen again for ten minutes while the key is known', async () => {
    const { issuer, at } = aCache();
    await at(0);
    for (const minute of [1, 5, 9, 9.99]) expect(await at(minutes(minute))).toBe(first);
    expect(issuer.fetches).toBe(1);
  });

  test('happens again after ten minutes, and for another ten not', async () => {
    const { issuer, at } = aCache();
    await at(0);
    expect(await at(minutes(10))).toBe(first);
    expect(issuer.fetches).toBe(2);
    expect(await at(minutes(19.9))).toBe(first);
    expect(issuer.fetches).toBe(2);
    expect(await at(minutes(20))).toBe(first);
    expect(issuer.fetches).toBe(3);
  });

  test('replaces all that was known', async () => {
    const { issuer, at } = aCache(setOf(first, second));
    await at(0);
    issuer.published = setOf(second);
    expect(await at(minutes(10))).toBe('key_unknown');
    expect(await at(minutes(10), 'key-2')).toBe(second);
  });
});

describe('an unknown key id', () => {
  test('is asked for once and then not for ten seconds, whatever its name', async () => {
    const { issuer, at } = aCache();
    await at(0);
    for (let index = 0; index < 100; index++) expect(await at(seconds(9.9), `junk-${index}`)).toBe('key_unknown');
    expect(issuer.fetches).toBe(1);
    for (let index = 0; index < 100; index++) expect(await at(seconds(10), `junk-${index}`)).toBe('key_unknown');
    expect(issuer.fetches).toBe(2);
    for (let index = 0; index < 100; index++) expect(await at(seconds(19.9), `junk-${index}`)).toBe('key_unknown');
    expect(issuer.fetches).toBe(2);
  });

  test('does not keep the known ones waiting', async () => {
    const { promise } = Promise.withResolvers<ReadonlyMap<string, SigningKey>>();
    const answers = [Promise.resolve(setOf(first)), promise];
    const cache = keyCache(() => answers.shift() ?? promise);
    await cache.keyFor('key-1', later(0));
    void outcome(cache, 'junk', seconds(10));
    expect(await outcome(cache, 'key-1', seconds(11))).toBe(first);
  });

  test('is found as soon as it is published and the ten seconds are over', async () => {
    const { issuer, at } = aCache();
    await at(0);
    expect(await at(seconds(10), 'key-2')).toBe('key_unknown');
    issuer.published = setOf(first, second);
    expect(await at(seconds(19), 'key-2')).toBe('key_unknown');
    expect(await at(seconds(20), 'key-2')).toBe(second);
  });
});

describe('an issuer that is down', () => {
  test('from the beginning means that keys are unreachable, with the reason', async () => {
    const { cache } = aCache(down);
    await expect(cache.keyFor('key-1', later(0))).rejects.toMatchObject({ code: 'keys_unreachable', cause: down });
  });

  test('is asked every ten seconds, however many come', async () => {
    const { issuer, at } = aCache(down);
    await Promise.all(times(100, () => at(0)));
    for (let index = 0; index < 100; index++) expect(await at(seconds(9.9))).toBe('keys_unreachable');
    expect(issuer.fetches).toBe(1);
    await Promise.all(times(100, () => at(seconds(10))));
    expect(issuer.fetches).toBe(2);
  });

  test('is taken back when it answers again', async () => {
    const { issuer, at } = aCache(down);
    expect(await at(0)).toBe('keys_unreachable');
    issuer.published = setOf(first);
    expect(await at(seconds(9))).toBe('keys_unreachable');
    expect(await at(seconds(10))).toBe(first);
  });

  test('leaves its keys in use for an hour and no longer', async () => {
    const { issuer, at } = aCache();
    await at(0);
    issuer.published = down;
    for (const minute of [10, 11, 30, 59, 59.99]) expect(await at(minutes(minute))).toBe(first);
    expect(await at(minutes(60))).toBe('keys_unreachable');
    expect(await at(minutes(600))).toBe('keys_unreachable');
  });

  test('is asked every ten seconds while its old keys serve', async () => {
    const { issuer, at } = aCache();
    await at(0);
    issuer.published = down;
    for (let after = minutes(10); after < minutes(11); after++) await at(seconds(after));
    expect(issuer.fetches).toBe(1 + 6);
  });

  test('does not turn an unknown key id into a known one, nor into an outage', async () => {
    const { issuer, at } = aCache();
    await at(0);
    issuer.published = down;
    expect(await at(minutes(10), 'junk')).toBe('key_unknown');
  });

  test('gets a new hour with its next answer', async () => {
    const { issuer, at } = aCache();
    await at(0);
    issuer.published = down;
    expect(await at(minutes(59))).toBe(first);
    issuer.published = setOf(first);
    expect(await at(minutes(59.5))).toBe(first);
    issuer.published = down;
    expect(await at(minutes(119))).toBe(first);
    expect(await at(minutes(119.5))).toBe('keys_unreachable');
  });
});

test('two caches share nothing', async () => {
  const [one, other] = [aCache(setOf(first)), aCache(setOf(second))];
  expect(await one.at(0)).toBe(first);
  expect(await other.at(0)).toBe('key_unknown');
  expect(await one.at(0, 'key-2')).toBe('key_unknown');
});

describe('a clock that is set back', () => {
  test('makes the keys unknown until they are fetched again', async () => {
    const { issuer, at } = aCache();
    expect(await at(minutes(100))).toBe(first);
    issuer.published = setOf(second);
    expect(await at(minutes(1))).toBe('key_unknown');
    expect(await at(minutes(1), 'key-2')).toBe(second);
    expect(issuer.fetches).toBe(2);
  });

  test('a little, within one fetch that two wait for, keeps nobody from the key', async () => {
    const { at } = aCache();
    expect(await Promise.all([at(seconds(1001)), at(seconds(1000))])).toEqual([first, first]);
  });
});
