import { DaypassUnavailable } from './errors.ts';
import { type DaypassCredentials, type RequestOptions, request } from './request-credentials.ts';

export interface FromDaypassOptions extends Omit<RequestOptions, 'token' | 'samlResponse'> {
  /** An OIDC ID token that has not ended. Asked before each exchange. */
  readonly getToken: () => string | Promise<string>;
  /** New credentials are fetched when the present ones have this much left. @default 300 */
  readonly refreshSeconds?: number;
  /** How often it is tried before the provider gives up. @default 3 */
  readonly attempts?: number;
  readonly clock?: () => number;
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** What the `credentials` of an AWS SDK client may be. */
export type DaypassCredentialProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<DaypassCredentials>;

interface Held {
  readonly credentials: DaypassCredentials;
  /** By the clock here. */
  readonly until: number;
}

const firstPause = 200;
const longestPause = 30_000;

/**
 * A credential provider for the AWS SDK for JavaScript. It keeps credentials and fetches new ones before they end, once
 * however many ask. While Daypass cannot be reached it gives out what it has until that ends, and waits longer each time.
 * Rejects with a `DaypassRefusal` or a `DaypassUnavailable`.
 */
export function fromDaypass({
  getToken,
  refreshSeconds = 300,
  attempts = 3,
  clock = () => Date.now(),
  pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  ...options
}: FromDaypassOptions): DaypassCredentialProvider {
  let held: Held | undefined;
  let flight: Promise<DaypassCredentials> | undefined;
  let failures = 0;
  let notBefore = 0;
  let last: DaypassUnavailable | undefined;

  const left = () => (held ? held.until - clock() : 0);
  /** A short session is used for half of its life at least. */
  let refreshAt = 0;

  async function exchange(): Promise<DaypassCredentials> {
    const { credentials, expiresIn } = await request({ ...options, token: await getToken() });
    const until = clock() + expiresIn * 1000;
    // By the clock here, so that an SDK whose clock is wrong does not think them ended, or good for longer.
    held = { credentials: { ...credentials, expiration: new Date(until) }, until };
    refreshAt = Math.min(refreshSeconds, expiresIn / 2) * 1000;
    failures = 0;
    notBefore = 0;
    return held.credentials;
  }

  /** Twice as long each time, and never all callers at once. */
  const waiting = () => Math.min(longestPause, firstPause * 2 ** failures) * (0.5 + Math.random() / 2);

  async function fetchNew(): Promise<DaypassCredentials> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await exchange();
      } catch (error) {
        if (!(error instanceof DaypassUnavailable)) throw error;
        failures += 1;
        if (attempt >= attempts) {
          notBefore = clock() + waiting();
          last = error;
          if (held && left() > 0) return held.credentials;
          throw error;
        }
        await pause(waiting());
      }
    }
  }

  return async ({ forceRefresh = false } = {}) => {
    if (held && !forceRefresh && left() > refreshAt) return held.credentials;
    if (!flight && clock() < notBefore) {
      if (held && left() > 0) return held.credentials;
      if (last) throw last;
    }
    flight ??= fetchNew().finally(() => {
      flight = undefined;
    });
    return flight;
  };
}
