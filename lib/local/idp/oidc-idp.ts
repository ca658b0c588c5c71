// An OpenID Connect provider on loopback that issues for a configured https issuer: code flow with PKCE, a sign-in
// page, a cast of people. Built on oidc-provider.

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import Provider, { type Configuration } from 'oidc-provider';
import { type AwsClaim, sourceIdentityClaim, tagsClaim } from '../../identity/oidc/aws-claims.ts';
import { bodyOf, loopbackServer, pathAndQuery } from '../listen.ts';
import { MemoryAdapter } from './memory-adapter.ts';
import { signInPage, tokenPage, welcomePage } from './pages.ts';
import { type Person, people } from './people.ts';
import { finishSignIn, type SignIn, startSignIn } from './sign-in.ts';

export interface OidcIdpSettings {
  readonly issuer: string;
  /** Each is a public client. */
  readonly audiences: readonly string[];
  /** The AWS claims that its tokens carry; the cast has them all. */
  readonly awsClaims: readonly AwsClaim[];
  /** `http://127.0.0.1:{port}` */
  readonly address: string;
}

/** What tools need to sign a person in. */
export interface Cast {
  readonly clientId: string;
  readonly people: readonly string[];
}

const callbackPath = '/callback';
const longestFormBytes = 4096;
const mostSignIns = 1000;

export function oidcIdpServer(settings: OidcIdpSettings): Server {
  const provider = new Provider(settings.issuer, configuration(settings));
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

/** What an issuer does not sign, its tokens do not say: STS would refuse roles that do not expect it. */
function claimsOf(person: Person, awsClaims: readonly AwsClaim[]): Readonly<Record<string, unknown>> {
  const left: Record<AwsClaim, string> = { tags: tagsClaim, sourceIdentity: sourceIdentityClaim };
  const unsigned = Object.entries(left).filter(([name]) => !(awsClaims as readonly string[]).includes(name));
  return Object.fromEntries(
    Object.entries(person.claims).filter(([name]) => !unsigned.some(([, claim]) => claim === name)),
  );
}

function configuration({ audiences, address, awsClaims }: OidcIdpSettings): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' };
  const claimNames = [...new Set(people.flatMap(({ claims }) => Object.keys(claims)))];
  return {
    adapter: MemoryAdapter,
    clients: audiences.map((audience) => ({
      client_id: audience,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [`http://127.0.0.1${callbackPath}`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    })),
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    claims: { openid: ['sub', ...claimNames] },
    // Claims belong into the ID token: there is nobody to ask userinfo.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
    ttl: { IdToken: 3600, AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, Interaction: 600, Session: 3600 },
    findAccount: (_context, name) => {
      const person = people.find((each) => each.name === name);
      return person && { accountId: name, claims: () => ({ sub: name, ...claimsOf(person, awsClaims) }) };
    },
    // Everybody in the cast has agreed already.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    clientBasedCORS: (_context, origin) => origin.startsWith('http://localhost:') || origin === address,
    renderError: (context, out) => {
      context.type = 'html';
      context.body = welcomePage(String(out.error_description ?? out.error), address);
    },
  };
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
        if (prompt.name === 'consent')
          return provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
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
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    .end(page);
}
