// GET /sign-in/{provider}: to the identity provider, with a cookie that binds the answer to this browser.

import { isBrowserSecret } from '../identity/saml/request-id.ts';
import { browserCookie, browserCookieWith } from '../sign-in/cookies.ts';
import type { Dialect } from './dialect.ts';
import { redirectTo, refuseOnPage } from './page.ts';

export interface SignInAsked {
  readonly provider: string;
  /** What an earlier sign-in left in this browser: another tab may still be at the identity provider with it. */
  readonly browserSecret: string | undefined;
}

export interface SignInBegun {
  /** The identity provider's address, request and all. */
  readonly location: string;
  readonly browserSecret: string;
}

export const signIn: Dialect<SignInAsked, SignInBegun> = {
  read({ pathParameters, cookies }) {
    const secret = cookies.get(browserCookie);
    return {
      provider: pathParameters.get('provider') ?? '',
      browserSecret: isBrowserSecret(secret) ? secret : undefined,
    };
  },

  answer: ({ location, browserSecret }) => redirectTo(location, [browserCookieWith(browserSecret)]),

  refuse: (no, requestId) => refuseOnPage(no, requestId),
};
