import type { Rim } from '../lib/door.ts';
import type { Revoked } from '../lib/revoke/revoked.ts';

/** Who is given nothing more. The SDK that speaks to the table is loaded with the first exchange, beside its proof. */
export function revokedWithin(rim: Rim): Revoked {
  let loading: Promise<Revoked> | undefined;
  return async (now) => {
    loading ??= import('#store').then(({ revokedIn, storeWithin }) => revokedIn(storeWithin(rim)));
    return (await loading)(now);
  };
}
