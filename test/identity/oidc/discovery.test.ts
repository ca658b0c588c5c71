import { describe, expect, test } from 'vitest';
import { fetchSigningKeys } from '../../../lib/identity/oidc/discovery.ts';
import { NetworkError } from '../../../lib/network/network.ts';
import { anIssuer } from '../../kit/issuer.ts';
import { aNetwork } from '../../kit/network.ts';

const { issuer, publicJwk } = anIssuer();
const keys = { keys: [publicJwk] };

describe('the discovery document', () => {
  test.each<[issuer: string, document: string]>([
    ['https://acme.example', 'https://acme.example/.well-known/openid-configuration'],
    ['https://acme.example/', 'https://acme.example/.well-known/openid-configuration'],
    ['https://acme.example/realms/one', 'https://acme.example/realms/one/.well-known/openid-configuration'],
    ['https://acme.example/realms/one/', 'https://acme.example/realms/one/.well-known/openid-configuration'],
    ['https://acme.example:8443', 'https://acme.example:8443/.well-known/openid-configuration'],
  ])('of %s is at %s', async (name, document) => {
    const network = aNetwork({
      [document]: { issuer: name, jwks_uri: 'https://keys.acme.example/' },
      'https://keys.acme.example/': keys,
    });
    expect([...(await fetchSigningKeys(name, network)).keys()]).toEqual(['key-1']);
    expect(network.requests).toEqual([document, 'https://keys.acme.example/']);
  });

  test('may name keys on another host and port', async () => {
    const network = aNetwork({
      [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: 'https://cdn.example:8443/a/keys?v=1' },
      'https://cdn.example:8443/a/keys?v=1': keys,
    });
    expect((await fetchSigningKeys(issuer, network)).size).toBe(1);
  });

  test('is read anew each time: nothing is remembered here', async () => {
    const network = aNetwork({
      [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/keys` },
      [`${issuer}/keys`]: keys,
    });
    await fetchSigningKeys(issuer, network);
    await fetchSigningKeys(issuer, network);
    expect(network.requests).toHaveLength(4);
  });
});

describe('what went wrong is told', () => {
  const failing = (discovery: unknown, keySet: unknown = keys) =>
    fetchSigningKeys(
      issuer,
      aNetwork({ [`${issuer}/.well-known/openid-configuration`]: discovery, [`${issuer}/keys`]: keySet }),
    );
  const good = { issuer, jwks_uri: `${issuer}/keys` };

  test.each<[reason: string, attempt: () => Promise<unknown>]>([
    ['login.acme.example answered 302', () => failing(() => ({ status: 302, body: '' }))],
    ['login.acme.example answered 500', () => failing(good, () => ({ status: 500, body: '' }))],
    ['the discovery document names another issuer', () => failing({ ...good, issuer: `${issuer}/` })],
    ['the discovery document has no jwks_uri', () => failing({ issuer })],
    ['the jwks_uri is not https', () => failing({ ...good, jwks_uri: 'http://login.acme.example/keys' })],
    ['the jwks_uri carries a password', () => failing({ ...good, jwks_uri: 'https://a:b@login.acme.example/keys' })],
    ['has no list of keys', () => failing(good, {})],
    ['has an object with a member twice', () => failing(good, '{"keys":[],"keys":[]}')],
  ])('%s', async (reason, attempt) => {
    await expect(attempt()).rejects.toThrow(reason);
  });

  test('a host that cannot be reached is a network error', async () => {
    await expect(fetchSigningKeys(issuer, aNetwork({}))).rejects.toBeInstanceOf(NetworkError);
  });
});
