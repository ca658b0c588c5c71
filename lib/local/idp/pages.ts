import type { Person } from './people.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? '');

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; color: #16202c; }
  h1 { font-size: 1.4rem; }
  button, a.button { display: block; width: 100%; box-sizing: border-box; margin: .5rem 0; padding: .7rem 1rem; text-align: left;
    font: inherit; color: inherit; text-decoration: none; background: #f3f6f9; border: 1px solid #c9d3de; border-radius: .5rem; cursor: pointer; }
  button:hover, a.button:hover { background: #e6edf4; }
  small { color: #56657a; } textarea { width: 100%; box-sizing: border-box; height: 16rem; font: 13px/1.4 ui-monospace, monospace; }
`;

const page = (title: string, content: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${style}</style><h1>${escaped(title)}</h1>
${content}
</html>
`;

export const welcomePage = (problem: string | undefined, issuer: string) =>
  page(
    'The local identity provider',
    `<p>It stands in for <code>${escaped(issuer)}</code> on this machine.</p>
${problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>`}
<a class="button" href="/start">Sign in and see the ID token</a>`,
  );

export const signInPage = (people: readonly Person[]) =>
  page(
    'Who are you?',
    `<form method="post">
${people.map(({ name, about }) => `<button name="person" value="${escaped(name)}">${escaped(name)} <small>${escaped(about)}</small></button>`).join('\n')}
</form>`,
  );

export const tokenPage = (idToken: string) =>
  page(
    'Signed in',
    `<p>Your ID token. Send it to Daypass as <code>token</code>.</p>
<textarea readonly>${escaped(idToken)}</textarea>
<a class="button" href="/start">Sign in again</a>`,
  );
