// POST /saml/acs: the POST binding (SAML Bindings §3.5), and no other. RelayState names nothing that is followed: after
// a sign-in there is one place to go.

import type { SamlProof } from '../identity/identity.ts';
import { browserCookie, signInCookieWith } from '../sign-in/cookies.ts';
import { portalPath } from '../sign-in/our-addresses.ts';
import type { KeptSignIn } from '../sign-in/sign-ins.ts';
import type { Dialect } from './dialect.ts';
import { readForm } from './form.ts';
import { malformed } from './json.ts';
import { redirectTo, refuseOnPage } from './page.ts';

/** A response of 100,000 characters with every third of them escaped. */
const longestBodyBytes = 320 * 1024;

export const acs: Dialect<{ readonly proof: SamlProof }, KeptSignIn> = {
  read(request) {
    const samlResponse = readForm(request, ['SAMLResponse', 'RelayState'], longestBodyBytes).get('SAMLResponse');
    if (samlResponse === undefined || samlResponse === '') throw malformed('"SAMLResponse" must be there.');
    const arrival = { by: 'browser', secret: request.cookies.get(browserCookie) } as const;
    return { proof: { kind: 'saml', samlResponse, arrival } };
  },

  answer({ handle, until }, now) {
    const seconds = Math.max(1, Math.floor((until.getTime() - now.getTime()) / 1000));
    return redirectTo(portalPath, [signInCookieWith(handle, seconds)]);
  },

  refuse: (no, requestId) => refuseOnPage(no, requestId),
};
