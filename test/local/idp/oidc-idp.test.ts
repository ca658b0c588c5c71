// The identity provider of `npm start`, driven by the real code flow.

import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { oidcIdpServer } from '../../../lib/local/idp/oidc-idp.ts';
import { signInPage, tokenPage, welcomePage } from '../../../lib/local/idp/pages.ts';
import { people } from '../../../lib/local/idp/people.ts';
import { printToken } from '../../../lib/local/idp/print-token.ts';
import { finishSignIn, signInPerson, startSignIn } from '../../../lib/local/idp/sign-in.ts';
import { close, listen } from '../../../lib/local/listen.ts';
import { freePorts } from '../../kit/loopback.ts';

const issuer = 'https://login.acme.example';

/** Listens as the third of three ports, as in the local stack. */
async function anIdp(): Promise<{ readonly address: string; readonly gatewayPort: number }> {
  const gatewayPort = await freePorts(3);
  const address = `http://127.0.0.1:${gatewayPort + 2}`;
  const server = oidcIdpServer({ issuer, audiences: ['web', 'mobile'], awsClaims: ['tags'], address });
  await listen(server, gatewayPort + 2);
  onTestFinished(() => close(server));
  return { address, gatewayPort };
}

/** As much of a browser as the pages need: cookies, and redirects that are seen. */
function aBrowser(address: string) {
  const cookies = new Map<string, string>();
  const visit = async (path: string, form?: Readonly<Record<string, string>>): Promise<Response> => {
    const answer = await fetch(new URL(path, address), {
      method: form ? 'POST' : 'GET',
      ...(form && { body: new URLSearchParams(form) }),
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  const follow = async (path: string, form?: Readonly<Record<string, string>>): Promise<Response & { at: string }> => {
    let answer = await visit(path, form);
    let at = path;
    for (let step = 0; step < 10 && answer.headers.has('location'); step++) {
      at = answer.headers.get('location') ?? '/';
      answer = await visit(at);
    }
    return Object.assign(answer, { at });
  };
  return { visit, follow };
}

describe('tokens', () => {
  test.each(people.map((person) => [person.name, person] as const))(
    '%s signs in and gets what the cast says of them, from the configured issuer',
    async (name, { claims }) => {
      const { address } = await anIdp();
      const token = await signInPerson(address, 'web', name);
      const payload = decodeJwt(token);
      expect(payload).toMatchObject({ ...claims, iss: issuer, sub: name, aud: 'web' });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
      expect(payload).not.toHaveProperty('azp');
    },
  );

  test('are signed with the key that the provider publishes', async () => {
    const { address } = await anIdp();
    const token = await signInPerson(address, 'web', 'alice');
    expect(decodeProtectedHeader(token).alg).toBe('ES256');
    const keys = createRemoteJWKSet(new URL(`${address}/jwks`));
    await expect(jwtVerify(token, keys, { issuer, audience: 'web' })).resolves.toMatchObject({
      payload: { sub: 'alice' },
    });
  });

  test('each start has a key of its own', async () => {
    const [one, other] = [await anIdp(), await anIdp()];
    const token = await signInPerson(one.address, 'web', 'alice');
    await expect(jwtVerify(token, createRemoteJWKSet(new URL(`${other.address}/jwks`)))).rejects.toThrow();
  });

  test('are for the audience that was asked for', async () => {
    const { address } = await anIdp();
    expect(decodeJwt(await signInPerson(address, 'mobile', 'alice')).aud).toBe('mobile');
  });

  test('are not given for an audience that is not configured', async () => {
    const { address } = await anIdp();
    await expect(signInPerson(address, 'desktop', 'alice')).rejects.toThrow(/identity provider/);
  });

  test('are not given to somebody who is not in the cast', async () => {
    const { address } = await anIdp();
    await expect(signInPerson(address, 'web', 'eve')).rejects.toThrow(
      'The identity provider answered 400 to the choice of eve.',
    );
  });

  test('discovery names the configured issuer', async () => {
    const { address } = await anIdp();
    const document = await (await fetch(`${address}/.well-known/openid-configuration`)).json();
    expect(document).toMatchObject({ issuer, jwks_uri: `${address}/jwks`, code_challenge_methods_supported: ['S256'] });
  });
});

describe('npm run token', () => {
  test('prints a token for the first audience, or for the one that is named', async () => {
    const { gatewayPort } = await anIdp();
    expect(decodeJwt(await printToken(['bob'], gatewayPort))).toMatchObject({ sub: 'bob', aud: 'web' });
    expect(decodeJwt(await printToken(['bob', 'mobile'], gatewayPort)).aud).toBe('mobile');
  });

  test('an unknown person is refused with the list', async () => {
    const { gatewayPort } = await anIdp();
    await expect(printToken(['eve'], gatewayPort)).rejects.toThrow(
      new Error('Nobody is called "eve". There are alice, bob, mallory.'),
    );
  });

  test('without an identity provider it says what to start', async () => {
    const port = await freePorts(3);
    await expect(printToken(['alice'], port)).rejects.toThrow(
      new Error(
        `No identity provider answers at http://127.0.0.1:${port + 2}. Start it with npm start; if it runs on other ports, set the same DAYPASS_PORT here.`,
      ),
    );
  });

  test('without a name it fails with the usage, and with --help it gives it', async () => {
    await expect(printToken([], 1)).rejects.toThrow(/^npm run -s token -- NAME \[AUDIENCE\]/);
    await expect(printToken(['--help'], 1)).resolves.toMatch(/^npm run -s token -- NAME \[AUDIENCE\]/);
  });
});

describe('code flow', () => {
  const redirectUri = 'http://127.0.0.1/callback';

  test('each sign-in has a state and a challenge of its own, and never shows its verifier', () => {
    const [one, other] = [1, 2].map(() => startSignIn({ address: 'http://127.0.0.1:1', clientId: 'web', redirectUri }));
    expect(one?.state).not.toBe(other?.state);
    expect(one?.verifier).not.toBe(other?.verifier);
    expect(one?.url).toContain('code_challenge_method=S256');
    expect(one?.url).not.toContain(one?.verifier);
  });

  test.each([
    ['another state', '?code=x&state=other'],
    ['no state', '?code=x'],
    ['no code', '?state='],
  ])('a callback with %s is refused, and no code is sent', async (_, query) => {
    const signIn = startSignIn({ address: 'http://127.0.0.1:1', clientId: 'web', redirectUri });
    const callback = new URL(redirectUri + query + (query.endsWith('=') ? signIn.state : ''));
    await expect(finishSignIn(signIn, callback.searchParams)).rejects.toThrow(
      'The identity provider answered without a code for this sign-in.',
    );
  });

  test('what the provider says is wrong is told', async () => {
    const signIn = startSignIn({ address: 'http://127.0.0.1:1', clientId: 'web', redirectUri });
    const callback = new URL(`${redirectUri}?error=access_denied&error_description=not+today&state=${signIn.state}`);
    await expect(finishSignIn(signIn, callback.searchParams)).rejects.toThrow(
      'The identity provider answered not today.',
    );
  });

  test('a code that was never given out buys no token', async () => {
    const { address } = await anIdp();
    const signIn = startSignIn({ address, clientId: 'web', redirectUri });
    const callback = new URL(`${redirectUri}?code=made-up&state=${signIn.state}`);
    await expect(finishSignIn(signIn, callback.searchParams)).rejects.toThrow(
      'The identity provider gave no ID token: 400.',
    );
  });

  test('without PKCE nobody is asked to sign in', async () => {
    const { address } = await anIdp();
    const query = new URLSearchParams({
      client_id: 'web',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: redirectUri,
    });
    const answer = await fetch(`${address}/auth?${query}`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toContain('error=invalid_request');
  });

  test('a redirect to another machine is refused on the page', async () => {
    const { address } = await anIdp();
    const { url } = startSignIn({ address, clientId: 'web', redirectUri: 'https://evil.test/callback' });
    const answer = await fetch(url, { redirect: 'manual' });
    expect(answer.status).toBe(400);
    expect(answer.headers.has('location')).toBe(false);
  });
});

describe('pages', () => {
  test('a person signs in at the browser and sees a token', async () => {
    const { address } = await anIdp();
    const { follow } = aBrowser(address);
    expect(await (await follow('/')).text()).toContain('href="/start"');
    const choice = await follow('/start');
    const page = await choice.text();
    for (const { name, about } of people) expect(page).toContain(`value="${name}">${name} <small>${about}</small>`);
    const signedIn = await follow(choice.at, { person: 'alice' });
    const [, token = ''] = /<textarea readonly>([^<]+)</.exec(await signedIn.text()) ?? [];
    expect(decodeJwt(token)).toMatchObject({ sub: 'alice', iss: issuer });
  });

  test('are not kept, not framed and run nothing', async () => {
    const { address } = await anIdp();
    const { headers } = await fetch(address);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('somebody else than the cast cannot be chosen', async () => {
    const { address } = await anIdp();
    const { follow, visit } = aBrowser(address);
    const answer = await visit((await follow('/start')).at, { person: 'eve' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Choose one of the people.');
  });

  test.each(['/callback?code=x&state=y', '/sign-in/unknown'])('%s out of the blue is refused', async (path) => {
    const { address } = await anIdp();
    const answer = await fetch(address + path, { redirect: 'manual' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('role="alert"');
  });

  test('what a link says went wrong is shown as text', async () => {
    const { address } = await anIdp();
    const start = await fetch(`${address}/start`, { redirect: 'manual' });
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const query = new URLSearchParams({ state, error_description: '<script>alert(1)</script>' });
    const answer = await fetch(`${address}/callback?${query}`);
    const page = await answer.text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script');
  });

  test('an error of the provider itself is shown as text', async () => {
    const { address } = await anIdp();
    const answer = await fetch(`${address}/auth?client_id=${encodeURIComponent('"><script>x</script>')}`);
    expect(await answer.text()).not.toContain('<script');
  });

  test('escape whatever they are given', () => {
    const hostile = `"><script>alert('&')</script>`;
    const pages = [
      welcomePage(hostile, hostile),
      signInPage([{ name: hostile, about: hostile, claims: {} }]),
      tokenPage(hostile),
    ];
    for (const page of pages) {
      expect(page).not.toContain('<script');
      expect(page).not.toContain(hostile);
      expect(page).toContain('&quot;&gt;&lt;script&gt;');
    }
  });

  test('tools are told the client and the cast', async () => {
    const { address } = await anIdp();
    expect(await (await fetch(`${address}/cast`)).json()).toEqual({
      clientId: 'web',
      people: ['alice', 'bob', 'mallory'],
    });
  });
});
