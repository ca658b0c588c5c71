import { escaped, pageOf } from '../../html.ts';
import type { Person } from './people.ts';

export const welcomePage = (problem: string | undefined, issuer: string) =>
  pageOf(
    'The local identity provider',
    `<p>It stands in for <code>${escaped(issuer)}</code> on this machine.</p>
${problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>`}
<a class="button" href="/start">Sign in and see the ID token</a>`,
  );

export const signInPage = (people: readonly Person[]) =>
  pageOf(
    'Who are you?',
    `<form method="post">
${people.map(({ name, about }) => `<button name="person" value="${escaped(name)}">${escaped(name)} <small>${escaped(about)}</small></button>`).join('\n')}
</form>`,
  );

export const tokenPage = (idToken: string) =>
  pageOf(
    'Signed in',
    `<p>Your ID token. Send it to Daypass as <code>token</code>.</p>
<textarea readonly>${escaped(idToken)}</textarea>
<a class="button" href="/start">Sign in again</a>`,
  );

/** What oidc-provider fills in: a context whose `body` is the page. */
interface PageContext {
  body?: unknown;
}

/** Its own form has the id `op.deviceInputForm` or `op.deviceConfirmForm`; buttons outside are told so. */
export const devicePages = {
  userCodeInputSource: (context: PageContext, form: string, _out: unknown, error?: unknown): void => {
    const problem = error ? '<p role="alert">There is no such code. Try again.</p>' : '';
    context.body = pageOf(
      'Enter the code',
      `${problem}<p>It stands on the device that you sign in.</p>
${form}
<button type="submit" form="op.deviceInputForm">Go on</button>`,
    );
  },
  userCodeConfirmSource: (
    context: PageContext,
    form: string,
    client: { readonly clientId: string },
    _device: unknown,
    code: string,
  ): void => {
    context.body = pageOf(
      'Is this the code?',
      `<p>A device asks to sign in to <strong>${escaped(client.clientId)}</strong> with the code <code>${escaped(code)}</code>.</p>
${form}
<button type="submit" form="op.deviceConfirmForm">Yes, sign it in</button>`,
    );
  },
  successSource: (context: PageContext): void => {
    context.body = pageOf('Signed in', '<p>The device has what it needs. You can close this page.</p>');
  },
};
