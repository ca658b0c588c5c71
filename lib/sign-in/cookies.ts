// The two cookies of a browser sign-in. `__Host-` binds both to our own host over TLS, path and all
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
