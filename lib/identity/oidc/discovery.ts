import type { Network } from '../../network/network.ts';
import { parseStrictJson } from '../../strict-json.ts';
import { parseJwks, type SigningKey } from './signing-keys.ts';

const timeoutMilliseconds = 2500;
const longestAnswerBytes = 256 * 1024;

/** The keys an issuer publishes now. Rejects with a plain `Error` or a `NetworkError` when they are not as they must be. */
export async function fetchSigningKeys(issuer: string, network: Network): Promise<ReadonlyMap<string, SigningKey>> {
  return parseJwks(await fetchKeySet(issuer, network));
}

/** The text of the key set to which an issuer's discovery document points (OpenID Connect Discovery §4). */
export async function fetchKeySet(issuer: string, network: Network): Promise<string> {
  const read = async (url: string) => {
    const { status, body } = await network.send({ method: 'GET', url, timeoutMilliseconds, longestAnswerBytes });
    // A redirect is not followed: who answers for an issuer must not be able to point elsewhere.
    if (status !== 200) throw new Error(`${new URL(url).host} answered ${status}`);
    return body;
  };
  const discovery = parseStrictJson(await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
  // OpenID Connect Discovery §4.3: else a document could speak for somebody else.
  if (discovery.get('issuer') !== issuer) throw new Error('the discovery document names another issuer');
  return read(keySetUrl(discovery.get('jwks_uri')));
}

function keySetUrl(value: unknown): string {
  if (typeof value !== 'string' || !URL.canParse(value)) throw new Error('the discovery document has no jwks_uri');
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'https:') throw new Error('the jwks_uri is not https');
  if (username !== '' || password !== '') throw new Error('the jwks_uri carries a password');
  return value;
}
