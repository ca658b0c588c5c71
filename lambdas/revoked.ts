import type { Rim } from '../lib/door.ts';
import type { Revoked } from '../lib/revoke/revoked.ts';
import { later } from './later.ts';

/** Who is given nothing more. The SDK that speaks to the table is loaded with the first exchange, beside its proof. */
export function revokedWithin(rim: Rim): Revoked {
  const revoked = later(() => import('#store').then(({ revokedIn, storeWithin }) => revokedIn(storeWithin(rim))));
  return async (now) => (await revoked())(now);
}
