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
