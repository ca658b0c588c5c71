import { Refusal } from '../../refusal.ts';
import type { SigningKey } from './signing-keys.ts';

/** The keys of one issuer. Made once for each configured issuer, so a token's `iss` can never make one grow. */
export interface KeyCache {
  /** Rejects with `key_unknown` or `keys_unreachable`. */
  keyFor(keyId: string, now: Date): Promise<SigningKey>;
}

/** After this the keys are fetched again: the longest that a removed key lives while the issuer answers. */
const refreshAfterMilliseconds = 10 * 60_000;
/** After this keys are forgotten even if the issuer stays silent: the longest that a removed key lives at all. */
const forgetAfterMilliseconds = 60 * 60_000;
/** Between two attempts: neither unknown key ids nor an issuer that is down can cause a storm of requests. */
const coolDownMilliseconds = 10_000;

export function keyCache(fetchKeys: () => Promise<ReadonlyMap<string, SigningKey>>): KeyCache {
  let keys: ReadonlyMap<string, SigningKey> = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let underWay: Promise<void> | undefined;

  const fetchOnce = async (at: number) => {
    try {
      keys = await fetchKeys();
      fetchedAt = at;
      failure = undefined;
    } catch (error) {
      failure = error;
    } finally {
      underWay = undefined;
    }
  };

  const refresh = (at: number) => {
    if (underWay === undefined && !isWithin(at - attemptedAt, coolDownMilliseconds)) {
      attemptedAt = at;
      underWay = fetchOnce(at);
    }
    return underWay;
  };

  return {
    async keyFor(keyId, now) {
      const at = now.getTime();
      const held = keys.get(keyId);
      if (held && isWithin(at - fetchedAt, refreshAfterMilliseconds)) return held;
      await refresh(at);
      if (!isWithin(at - fetchedAt, forgetAfterMilliseconds)) {
        throw new Refusal('keys_unreachable', {}, { cause: failure });
      }
      const key = keys.get(keyId);
      if (key === undefined) throw new Refusal('key_unknown');
      return key;
    },
  };
}

/**
 * A clock that was set back makes ages negative; then nothing is known of them. A little below nothing is a caller
 * that came just before the one whose fetch it joined.
 */
const isWithin = (age: number, limit: number) => age > -coolDownMilliseconds && age < limit;
