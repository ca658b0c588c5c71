import { createHash } from 'node:crypto';
import { escaped, pageOf, styleSource } from '../../html.ts';
import type { Person } from '../idp/people.ts';

/** What real identity providers do: the page sends its form by itself. Without script there is the button. */
const submit = 'document.forms[0].submit()';

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src ${styleSource}; script-src 'sha256-${createHash('sha256').update(submit).digest('base64')}'; frame-ancestors 'none'`,
};

const personButton = ({ name, about }: Person) =>
  `<button name="person" value="${escaped(name)}">${escaped(name)} <small>${escaped(about)}</small></button>`;

const hidden = (name: string, value: string) =>
  `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`;

export const choosePage = (people: readonly Person[], samlRequest: string, relayState: string) =>
  pageOf(
    'Who are you?',
    `<form method="post" action="/sso">${hidden('SAMLRequest', samlRequest)}${hidden('RelayState', relayState)}
${people.map(personButton).join('\n')}
</form>`,
  );

export interface Welcome {
  readonly entityId: string;
  /** Where a sign-in begins. */
  readonly signInPage: string;
  readonly people: readonly Person[];
}

export const welcomePage = ({ entityId, signInPage, people }: Welcome) =>
  pageOf(
    'The local SAML identity provider',
    `<p>It stands in for <code>${escaped(entityId)}</code> on this machine.</p>
<a class="button" href="${escaped(signInPage)}">Sign in to Daypass</a>
<h2>Sign in from here, unasked</h2>
<p>Daypass refuses that unless the provider says <code>allowUnsolicited</code>.</p>
<form method="post" action="/unsolicited">
${people.map(personButton).join('\n')}
</form>`,
  );

export const responsePage = (action: string, samlResponse: string, relayState: string | undefined) =>
  pageOf(
    'Signed in',
    `<form method="post" action="${escaped(action)}">${hidden('SAMLResponse', samlResponse)}${
      relayState === undefined ? '' : hidden('RelayState', relayState)
    }
<button>Continue</button></form><script>${submit}</script>`,
  );

export const problemPage = (says: string) =>
  pageOf('The local SAML identity provider', `<p role="alert">${escaped(says)}</p><a class="button" href="/">Back</a>`);
