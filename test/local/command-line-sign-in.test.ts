// From the portal to the command line on the person's machine: a code that is good once, for a minute, for one grant and
// for whoever began.

import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, codeOf, parseCommandLine } from '../../lib/sign-in/command-line.ts';
import { commandLineCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { atTheIdp, Browser, deliver, type Running, running, signedIn } from './saml-browser.ts';

let stack: Running;
/** Fixed, so that a test can let it pass. */
let now = new Date();
beforeAll(async () => {
  stack = await running({ clock: () => now });
});
afterAll(() => stack.stop());

const random = () => randomBytes(32).toString('base64url');
const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

interface Begun {
  readonly verifier: string;
  readonly state: string;
  /** What address, cookie and form carry. */
  readonly text: string;
  readonly query: string;
}

function begin(port = 51_234): Begun {
  const [verifier, state] = [random(), random()];
  const text = `${port}.${challengeOf(verifier)}.${state}`;
  return { verifier, state, text, query: `command-line=${text}` };
}

const redeem = async (body: Record<string, unknown>) => {
  const answer = await fetch(`${stack.gateway}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

/** Alice goes the whole way in her browser; what the browser brings back to the loopback port. */
async function aCode(begun: Begun, grant = 'support'): Promise<URL> {
  const browser = await signedIn(stack, 'alice');
  await browser.get(`/portal?${begun.query}`);
  const { headers, status } = await browser.post('/portal', { wants: 'code', grant, 'command-line': begun.text });
  expect(status).toBe(303);
  return new URL(headers.location ?? '');
}

describe('a sign-in for the command line', () => {
  test('begins before anybody signed in, and ends in credentials for the grant that was chosen', async () => {
    const begun = begin();
    const browser = new Browser(stack);
    const first = await browser.get(`/portal?${begun.query}`);
    expect(first.body).toContain('The daypass command on this computer waits');
    await deliver(browser, await atTheIdp(browser, 'alice'));
    const page = await browser.get('/portal');
    expect(page.body).toContain('Give to the daypass command on this computer');
    expect(page.headers['content-security-policy']).toContain('http://127.0.0.1:51234');
    const { headers } = await browser.post('/portal', { wants: 'code', grant: 'support', 'command-line': begun.text });
    const back = new URL(headers.location ?? '');
    expect([back.origin, back.pathname]).toEqual(['http://127.0.0.1:51234', '/']);
    expect(back.searchParams.get('state')).toBe(begun.state);
    const code = back.searchParams.get('code');
    const { status, body } = await redeem({ grant: 'support', code, verifier: begun.verifier, durationSeconds: 900 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ grant: 'support' });
    expect(body.durationLimitedBy).toBeUndefined();
    expect(stack.lines.join('\n')).not.toContain(code);
    // The browser is asked no more.
    expect((await browser.get('/portal')).body).not.toContain('Give to the daypass command');
  });

  test('gives a code that is good once, of 20 at a time', async () => {
    const begun = begin();
    const code = (await aCode(begun)).searchParams.get('code');
    const all = await Promise.all(
      Array.from({ length: 20 }, () => redeem({ grant: 'support', code, verifier: begun.verifier })),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ body }) => body.error === 'proof_replayed')).toHaveLength(19);
  });

  test.each<[what: string, change: (whole: Record<string, unknown>) => Record<string, unknown>]>([
    ['another verifier', (whole) => ({ ...whole, verifier: random() })],
    ['the challenge as verifier', (whole) => ({ ...whole, verifier: challengeOf(String(whole.verifier)) })],
    ['another grant', (whole) => ({ ...whole, grant: 'read-reports' })],
    ['another key', (whole) => ({ ...whole, code: `${String(whole.code).split('.')[0]}.${random()}` })],
    ['a code of nobody', (whole) => ({ ...whole, code: `${randomBytes(16).toString('base64url')}.${random()}` })],
    ['a code that is none', (whole) => ({ ...whole, code: '__proto__' })],
  ])('is nothing with %s', async (_, change) => {
    const begun = begin();
    const code = (await aCode(begun)).searchParams.get('code');
    const whole = { grant: 'support', code, verifier: begun.verifier };
    expect(await redeem(change(whole))).toMatchObject({ status: 401, body: { error: 'sign_in_ended' } });
    // A wrong guess takes nothing away from the one who began.
    expect((await redeem(whole)).status).toBe(200);
  });

  test('is over after a minute', async () => {
    const begun = begin();
    const code = (await aCode(begun)).searchParams.get('code');
    const before = now;
    now = new Date(before.getTime() + 61_000);
    const late = await redeem({ grant: 'support', code, verifier: begun.verifier });
    now = before;
    expect(late).toMatchObject({ status: 401, body: { error: 'sign_in_ended' } });
  });

  test('does nothing that a cookie does: the code is no sign-in, and the cookie is no code', async () => {
    const begun = begin();
    const browser = await signedIn(stack, 'alice');
    await browser.get(`/portal?${begun.query}`);
    const cookie = browser.cookies.get(signInCookie);
    expect((await redeem({ grant: 'support', code: cookie, verifier: begun.verifier })).status).toBe(401);
    const code = (await aCode(begun)).searchParams.get('code') ?? '';
    const thief = new Browser(stack);
    thief.cookies.set(signInCookie, code);
    expect((await thief.get('/portal')).status).toBe(401);
  });

  test('is given for grants that fit only', async () => {
    const browser = await signedIn(stack, 'bob');
    const { query, text } = begin();
    await browser.get(`/portal?${query}`);
    const wish = { wants: 'code', grant: 'support', 'command-line': text };
    expect((await browser.post('/portal', wish)).status).toBe(403);
  });

  test('is given to nobody who did not begin, and from our own page only', async () => {
    const browser = await signedIn(stack, 'alice');
    const { query, text } = begin();
    const wish = { wants: 'code', grant: 'support', 'command-line': text };
    expect((await browser.post('/portal', wish)).status).toBe(400);
    await browser.get(`/portal?${query}`);
    expect((await browser.post('/portal', wish, 'https://evil.example')).status).toBe(400);
    expect((await browser.post('/portal', wish)).status).toBe(303);
  });

  test('is given to the one that the page showed, not to one that came since', async () => {
    const browser = await signedIn(stack, 'alice');
    const [mine, mallorys] = [begin(), begin(6666)];
    const page = await browser.get(`/portal?${mine.query}`);
    expect(page.body).toContain(codeOf(parseCommandLine(mine.text) as CommandLine));
    await browser.get(`/portal?${mallorys.query}`);
    const answer = await browser.post('/portal', { wants: 'code', grant: 'support', 'command-line': mine.text });
    expect(answer.status).toBe(400);
  });

  test.each(['80', '65536', '51234.evil.example', '51234@evil.example', '-1', '51234/../', ''])(
    'goes to no port that is %j',
    async (port) => {
      const browser = new Browser(stack);
      const { query } = begin();
      await browser.get(`/portal?${query.replace('51234', port)}`);
      expect(browser.cookies.get(commandLineCookie)).toBeUndefined();
    },
  );
});
