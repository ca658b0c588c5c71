// Each proof once, where its provider says so.

import type { Reservation } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import type { Store } from '../store/store.ts';

/** Rejects with a `Refusal` when one of them was seen before, or when nobody can tell. */
export type Once = (reservations: readonly Reservation[], now: Date) => Promise<void>;

/** In their order: a request is consumed before the assertion that answers it is reserved. */
export const onceIn =
  (store: Store): Once =>
  async (reservations, now) => {
    for (const { key, until } of reservations) {
      if (!(await store.putOnce({ key, until }, now))) {
        throw new Refusal('proof_replayed', { what: key.slice(0, key.indexOf('#')) });
      }
    }
  };

/** For doors whose proofs reserve nothing. One that does is refused, not waved through. */
export const onceNowhere: Once = async (reservations) => {
  if (reservations.length > 0) throw new Refusal('store_unavailable', { why: 'this door has no store' });
};
