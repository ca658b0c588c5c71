// The ID of an AuthnRequest says itself when it was made and for which provider, and that this browser asked: it is a
// keyed digest, and the key is the secret in the browser's cookie. So nothing is stored until an identity provider has
// signed an answer, a response that was stolen is of no use in another browser, and nobody can fill a table by asking.
// The identity provider signs the ID back to us as InResponseTo.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RequestCheck } from './assertion-checks.ts';

/** How long a person may take at the identity provider. */
export const requestLifetimeSeconds = 600;

/** How far the clocks of our own doors may be apart. */
const clockLeewaySeconds = 60;

export interface RequestSettings {
  /** The provider's name in the configuration. */
  readonly provider: string;
  /** 32 bytes in base64url. */
  readonly browserSecret: string;
  readonly now: Date;
}

export const newBrowserSecret = () => randomBytes(32).toString('base64url');
export const isBrowserSecret = (text: string | undefined): text is string => /^[\w-]{43}$/.test(text ?? '');

/** An XML ID: `_`, 8 digits of time, 32 that are random, 32 that are the digest, all hexadecimal. */
export function newRequestId({ provider, browserSecret, now }: RequestSettings): string {
  const made = Math.floor(now.getTime() / 1000)
    .toString(16)
    .padStart(8, '0');
  const head = made + randomBytes(16).toString('hex');
  return `_${head}${digestOf(head, provider, browserSecret)}`;
}

const form = /^_([\da-f]{8})([\da-f]{32})([\da-f]{32})$/;

export const requestCheck =
  ({
    provider,
    browserSecret,
    now,
  }: Omit<RequestSettings, 'browserSecret'> & { browserSecret: string | undefined }): RequestCheck =>
  (id) => {
    const [, made, random, digest] = form.exec(id) ?? [];
    if (made === undefined || digest === undefined || !isBrowserSecret(browserSecret)) return 'foreign';
    const expected = digestOf(`${made}${random}`, provider, browserSecret);
    if (!timingSafeEqual(Buffer.from(digest), Buffer.from(expected))) return 'foreign';
    const left = requestEnds(id).getTime() - now.getTime();
    // Whoever has the secret can write any time into an ID. One of the future is none of ours, but for our own clocks.
    if (left > (requestLifetimeSeconds + clockLeewaySeconds) * 1000) return 'foreign';
    return left <= 0 ? 'expired' : 'ours';
  };

/** When the request is too old to be answered. */
export const requestEnds = (id: string) =>
  new Date((Number.parseInt(id.slice(1, 9), 16) + requestLifetimeSeconds) * 1000);

const digestOf = (head: string, provider: string, browserSecret: string) =>
  createHmac('sha256', browserSecret).update(`${head}\n${provider}`).digest('hex').slice(0, 32);
