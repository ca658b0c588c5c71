// What was issued, remembered until it ends: STS's GetCallerIdentity cannot be relayed, for a signature binds the host
// it was made for, so it is answered from here.

import { createHash, timingSafeEqual } from 'node:crypto';
import { accountOf } from '../arn.ts';
import { keyPrefixes, type Store } from '../store/store.ts';
import type { Issued } from './credential-issuer.ts';

/** As GetCallerIdentity tells it. */
export interface CallerIdentity {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
}

/** What a caller shows of his credentials. The secret key never comes along, so that it is his is not proved by it. */
export interface ShownCredentials {
  readonly accessKeyId: string;
  readonly sessionToken: string;
}

export interface IssuedSessions {
  /** Rejects with a `Refusal` when the store cannot be reached. */
  keep(issued: Issued): Promise<void>;
  /** `undefined` for a key that nobody got here, for another's token, and when the session has ended. */
  find(shown: ShownCredentials, now: Date): Promise<CallerIdentity | undefined>;
}

interface Kept {
  readonly arn: string;
  readonly userId: string;
  /** SHA-256 of the session token: whoever reads the table has no token. */
  readonly token: string;
}

const digestOf = (sessionToken: string) => createHash('sha256').update(sessionToken).digest('base64');

export function issuedSessionsIn(store: Store): IssuedSessions {
  return {
    async keep({ credentials: { accessKeyId, sessionToken, expiration }, user }) {
      const kept: Kept = {
        arn: user.arn,
        userId: user.userId,
        token: digestOf(sessionToken),
      };
      await store.put({ key: keyPrefixes.issued + accessKeyId, until: expiration, value: JSON.stringify(kept) });
    },
    async find({ accessKeyId, sessionToken }, now) {
      const found = await store.get(keyPrefixes.issued + accessKeyId, now);
      if (found === undefined) return undefined;
      const { arn, userId, token } = JSON.parse(found) as Kept;
      if (!timingSafeEqual(Buffer.from(token), Buffer.from(digestOf(sessionToken)))) return undefined;
      return { arn, userId, account: accountOf(arn) };
    },
  };
}
