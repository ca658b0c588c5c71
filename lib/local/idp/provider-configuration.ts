import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Configuration } from 'oidc-provider';
import type { AwsClaim } from '../../identity/aws-keys.ts';
import { sourceIdentityClaim, tagsClaim } from '../../identity/oidc/aws-claims.ts';
import { MemoryAdapter } from './memory-adapter.ts';
import { devicePages, welcomePage } from './pages.ts';
import { type Person, people } from './people.ts';

export interface OidcIdpSettings {
  readonly issuer: string;
  /** Each is a public client. */
  readonly audiences: readonly string[];
  /** The AWS claims that its tokens carry; the cast has them all. */
  readonly awsClaims: readonly AwsClaim[];
  /** `http://127.0.0.1:{port}` */
  readonly address: string;
}

/** Where clients are sent back to; a native client's loopback port may be any (RFC 8252 §7.3). */
export const callbackPath = '/callback';

/** What an issuer does not sign, its tokens do not say: STS would refuse roles that do not expect it. */
function claimsOf(person: Person, awsClaims: readonly AwsClaim[]): Readonly<Record<string, unknown>> {
  const left: Record<AwsClaim, string> = { tags: tagsClaim, sourceIdentity: sourceIdentityClaim };
  const unsigned = Object.entries(left).filter(([name]) => !(awsClaims as readonly string[]).includes(name));
  return Object.fromEntries(
    Object.entries(person.claims).filter(([name]) => !unsigned.some(([, claim]) => claim === name)),
  );
}

/** How oidc-provider is set up: public clients, PKCE, everything a person's claims say in the ID token. */
export function providerConfiguration({ audiences, address, awsClaims }: OidcIdpSettings): Configuration {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' };
  const claimNames = [...new Set(people.flatMap(({ claims }) => Object.keys(claims)))];
  return {
    adapter: MemoryAdapter,
    clients: audiences.map((audience) => ({
      client_id: audience,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [`http://127.0.0.1${callbackPath}`, `http://localhost${callbackPath}`],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    })),
    jwks: { keys: [key] },
    scopes: ['openid', 'offline_access'],
    // Whoever asks for offline_access gets it: nobody here has to agree to anything.
    issueRefreshToken: async (_context, _client, { scopes }) => scopes.has('offline_access'),
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    claims: { openid: ['sub', ...claimNames] },
    // Claims belong into the ID token: there is nobody to ask userinfo.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true, ...devicePages } },
    interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
    ttl: {
      IdToken: 3600,
      AccessToken: 3600,
      DeviceCode: 600,
      RefreshToken: 86_400,
      AuthorizationCode: 60,
      Grant: 3600,
      Interaction: 600,
      Session: 3600,
    },
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
      grant.addOIDCScope('openid offline_access');
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
