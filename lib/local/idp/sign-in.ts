// Signs a person in by the real flow: authorization code with PKCE (RFC 7636), as a browser and its app would.

import { createHash, randomBytes } from 'node:crypto';

export interface SignIn {
  /** Where the browser goes first. */
  readonly url: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
}

export interface SignInSettings {
  /** `http://127.0.0.1:{port}` of the identity provider. */
  readonly address: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

export function startSignIn({ address, clientId, redirectUri }: SignInSettings): SignIn {
  const state = randomBytes(16).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    prompt: 'login',
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return { url: `${address}/auth?${query}`, tokenEndpoint: `${address}/token`, clientId, redirectUri, state, verifier };
}

/** The ID token for the code with which the provider sent the browser back. */
export async function finishSignIn(signIn: SignIn, callback: URLSearchParams): Promise<string> {
  const code = callback.get('code');
  if (code === null || callback.get('state') !== signIn.state) {
    throw new Error(
      `The identity provider answered ${callback.get('error_description') ?? 'without a code for this sign-in'}.`,
    );
  }
  const answer = await fetch(signIn.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: signIn.clientId,
      redirect_uri: signIn.redirectUri,
      code,
      code_verifier: signIn.verifier,
    }),
  });
  const { id_token: idToken } = (await answer.json()) as { id_token?: string };
  if (idToken === undefined) throw new Error(`The identity provider gave no ID token: ${answer.status}.`);
  return idToken;
}

const mostRedirects = 10;

/** Goes the whole way without a browser: follows redirects, keeps cookies, picks the person on the page. */
export async function signInPerson(address: string, clientId: string, person: string): Promise<string> {
  const signIn = startSignIn({ address, clientId, redirectUri: 'http://127.0.0.1/callback' });
  const cookies = new Map<string, string>();
  let url = new URL(signIn.url);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < mostRedirects; step++) {
    if (url.pathname === '/callback') return finishSignIn(signIn, url.searchParams);
    const answer: Response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      ...(form && { body: form }),
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null && form) {
      throw new Error(`The identity provider answered ${answer.status} to the choice of ${person}.`);
    }
    form = location === null ? new URLSearchParams({ person }) : undefined;
    url = new URL(location ?? url, address);
  }
  throw new Error('The identity provider sends from page to page without end.');
}
