// An OpenID Connect provider on loopback that issues for a configured https issuer: code flow with PKCE, a sign-in
// page, a cast of people. Built on oidc-provider.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';
import { styleSource } from '../../html.ts';
import { bodyOf, loopbackServer, pathAndQuery } from '../listen.ts';
import { signInPage, tokenPage, welcomePage } from './pages.ts';
import { people } from './people.ts';
import { callbackPath, type OidcIdpSettings, providerConfiguration } from './provider-configuration.ts';
import { finishSignIn, type SignIn, startSignIn } from './sign-in.ts';

/** What tools need to sign a person in. */
export interface Cast {
  readonly clientId: string;
  readonly people: readonly string[];
}

const longestFormBytes = 4096;
const mostSignIns = 1000;

export function oidcIdpServer(settings: OidcIdpSettings): Server {
  const provider = new Provider(settings.issuer, providerConfiguration(settings));
  const serve = provider.callback();
  const pages = signInPages(provider, settings);
  return loopbackServer((request, response) => {
    const { path } = pathAndQuery(request.url);
    const page = pages.get(path.startsWith('/sign-in/') ? '/sign-in/' : path);
    if (!page) {
      serve(request, response).catch(() => response.destroy());
      return;
    }
    page(request, response).catch((error: unknown) => {
      const says = error instanceof Error ? error.message : 'The sign-in failed.';
      html(response, 400, welcomePage(says, settings.issuer));
    });
  });
}

type Page = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function signInPages(provider: Provider, { audiences, address, issuer }: OidcIdpSettings): ReadonlyMap<string, Page> {
  const clientId = audiences[0] ?? '';
  /** By state, so that one browser tab does not end what another began. */
  const underWay = new Map<string, SignIn>();
  return new Map<string, Page>([
    ['/', async (_request, response) => html(response, 200, welcomePage(undefined, issuer))],
    [
      '/start',
      async (_request, response) => {
        const signIn = startSignIn({ address, clientId, redirectUri: `${address}${callbackPath}` });
        if (underWay.size >= mostSignIns) underWay.clear();
        underWay.set(signIn.state, signIn);
        response.writeHead(303, { location: signIn.url }).end();
      },
    ],
    [
      callbackPath,
      async (request, response) => {
        const { query } = pathAndQuery(request.url);
        const signIn = underWay.get(query.get('state') ?? '');
        if (!signIn) throw new Error('This sign-in is not under way any more. Start again.');
        underWay.delete(signIn.state);
        const idToken = await finishSignIn(signIn, query);
        html(response, 200, tokenPage(idToken));
      },
    ],
    [
      '/cast',
      async (_request, response) => {
        const cast: Cast = { clientId, people: people.map(({ name }) => name) };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(cast));
      },
    ],
    [
      '/sign-in/',
      async (request, response) => {
        const { prompt } = await provider.interactionDetails(request, response);
        // Everybody in the cast agrees to everything.
        if (prompt.name === 'consent') {
          return provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
        }
        if (request.method !== 'POST') return html(response, 200, signInPage(people));
        const form = new URLSearchParams((await bodyOf(request, longestFormBytes)).toString('utf8'));
        const accountId = form.get('person') ?? '';
        if (!people.some(({ name }) => name === accountId)) throw new Error('Choose one of the people.');
        return provider.interactionFinished(request, response, { login: { accountId } });
      },
    ],
  ]);
}

function html(response: ServerResponse, status: number, page: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src ${styleSource}; frame-ancestors 'none'`,
    })
    .end(page);
}
