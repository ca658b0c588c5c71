// A person signs in with OpenID Connect: code flow with PKCE over a loopback redirect, or the device flow where there is
// no browser (RFC 8628).

import * as client from 'openid-client';
import { messageOf } from '../../message-of.ts';
import { Denied, type Io, Unreachable, UsageError, waiting } from '../command.ts';
import type { OidcSignIn, ProfileSecrets } from '../profiles.ts';
import { loopbackRedirect, visit } from './loopback-redirect.ts';

export interface Wishes {
  readonly device: boolean;
  readonly browser: boolean;
}

const callbackPath = '/callback';

export async function signInWithOidc(
  settings: OidcSignIn,
  { device, browser }: Wishes,
  io: Io,
): Promise<ProfileSecrets> {
  const provider = await discovered(settings, io);
  const tokens = device ? await byDevice(provider, settings, io) : await byBrowser(provider, settings, browser, io);
  return secretsFrom(tokens);
}

/** New tokens for an old refresh token; `undefined` where the provider takes it no more. */
export async function refreshed(
  settings: OidcSignIn,
  refreshToken: string,
  io: Io,
): Promise<ProfileSecrets | undefined> {
  const provider = await discovered(settings, io);
  try {
    const tokens = await client.refreshTokenGrant(provider, refreshToken);
    return { refreshToken, ...secretsFrom(tokens) };
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return undefined;
    throw error;
  }
}

function secretsFrom({ id_token: idToken, refresh_token: refreshToken }: client.TokenEndpointResponse): ProfileSecrets {
  if (idToken === undefined) throw new Error('The identity provider gave no ID token: --scope must have openid in it.');
  return { idToken, ...(refreshToken !== undefined && { refreshToken }) };
}

async function discovered({ issuer, address, clientId }: OidcSignIn, io: Io): Promise<client.Configuration> {
  const server = urlOf(issuer);
  const isLocal = server.protocol === 'http:' || address !== undefined;
  const at: client.CustomFetch = (url, options) =>
    io.fetch(address ? url.replace(server.origin, address) : url, options as RequestInit);
  try {
    return await client.discovery(server, clientId, undefined, client.None(), {
      [client.customFetch]: at,
      // An identity provider on this very machine, and nobody else.
      ...(isLocal && { execute: [client.allowInsecureRequests] }),
    });
  } catch (cause) {
    const at = address === undefined ? '' : ` at ${address}`;
    const why = [cause, cause instanceof Error ? cause.cause : undefined].filter((each) => each !== undefined);
    throw new Unreachable(
      `${issuer} could not be reached as an OpenID Connect provider${at}: ${why.map(messageOf).join(': ')}.`,
      { cause },
    );
  }
}

function urlOf(issuer: string): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
  if (url && isSafe && url.username === '' && url.password === '') return url;
  throw new UsageError(`--issuer ${issuer}: an https:// address, as the tokens spell it in iss.`);
}

async function byBrowser(
  provider: client.Configuration,
  { scope, maxAgeSeconds }: OidcSignIn,
  wantsBrowser: boolean,
  io: Io,
): Promise<client.TokenEndpointResponse> {
  const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
  const redirect = await loopbackRedirect(callbackPath, state, io);
  try {
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: redirect.redirectUri,
      scope,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
      // OpenID Connect Core §11: without it offline_access counts for nothing.
      ...(scope.split(' ').includes('offline_access') && { prompt: 'consent' }),
    });
    const returned = await visit(url.href, redirect, wantsBrowser, io);
    return await client.authorizationCodeGrant(provider, returned, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
      // OpenID Connect Core §3.1.2.1: whoever is asked for it must say auth_time.
      ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
    });
  } catch (error) {
    throw told(error);
  } finally {
    await redirect.close();
  }
}

async function byDevice(
  provider: client.Configuration,
  { scope, issuer }: OidcSignIn,
  io: Io,
): Promise<client.TokenEndpointResponse> {
  if (provider.serverMetadata().device_authorization_endpoint === undefined) {
    throw new UsageError(`${issuer} has no device flow: leave --device out, and --no-browser prints the address.`);
  }
  try {
    const begun = await client.initiateDeviceAuthorization(provider, { scope });
    io.tell(`Visit on any device\n\n  ${begun.verification_uri}\n\nand enter   ${begun.user_code}\n\n`);
    return await waiting('Waiting for you', client.pollDeviceAuthorizationGrant(provider, begun), io);
  } catch (error) {
    throw told(error);
  }
}

/** In the provider's words, where it has some. */
function told(error: unknown): unknown {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) {
    return new Denied(`The identity provider said no: ${error.error_description ?? error.error}.`, { cause: error });
  }
  return error;
}
