// The cookies of a browser sign-in. `__Host-` binds them to our own host over TLS, path and all
// (RFC 6265bis §4.1.3.2): no neighbouring host can plant one.

import { requestLifetimeSeconds } from '../identity/saml/request-id.ts';

export const browserCookie = '__Host-daypass-browser';
export const signInCookie = '__Host-daypass-sign-in';

/** An identity provider's page posts the response, so the cookie must come along from another site. */
export const browserCookieWith = (secret: string) =>
  `${browserCookie}=${secret}; Max-Age=${requestLifetimeSeconds}; Path=/; Secure; HttpOnly; SameSite=None`;

export const signInCookieWith = (handle: string, seconds: number) =>
  `${signInCookie}=${handle}; Max-Age=${seconds}; Path=/; Secure; HttpOnly; SameSite=Lax`;

export const noSignInCookie = `${signInCookie}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`;

/** Which command line on the person's machine waits for a sign-in: nothing secret. */
export const commandLineCookie = '__Host-daypass-command-line';

export const commandLineCookieWith = (waiting: string) =>
  `${commandLineCookie}=${waiting}; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax`;

export const noCommandLineCookie = `${commandLineCookie}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`;
