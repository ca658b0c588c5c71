import { describe, expect, test } from 'vitest';
import { refreshedItem } from '../../lib/identity/saml/metadata/current-providers.ts';
import { readIdpMetadata } from '../../lib/identity/saml/metadata/idp-metadata.ts';
import type { Network } from '../../lib/network/network.ts';
import { printStates, troublesOf } from '../../lib/provider-watch/print-states.ts';
import { type ProviderState, providerStates, type WatchedProviders } from '../../lib/provider-watch/provider-state.ts';
import { Refusal } from '../../lib/refusal.ts';
import { aCertificate, someMetadata } from '../kit/idp-metadata.ts';
import { aMoment, anIssuer } from '../kit/issuer.ts';
import { type Answers, aNetwork } from '../kit/network.ts';
import { aSilentStore, aStore } from '../kit/store.ts';

const day = 86_400_000;
const inDays = (days: number) => new Date(aMoment.getTime() + days * day);
const issuer = anIssuer();
const app = { name: 'app', issuer: issuer.issuer };
const discovery = `${issuer.issuer}/.well-known/openid-configuration`;
const keysAt = `${issuer.issuer}/keys`;

const address = 'https://idp.acme.example/metadata';
const entityId = 'https://idp.acme.example/saml';
const [present, next] = await Promise.all([aCertificate({ until: inDays(20) }), aCertificate({ until: inDays(400) })]);
const documentOf = (...certificates: readonly string[]) => someMetadata({ entityId, keys: [{ certificates }] });
const fromFile = {
  name: 'corp',
  entityId,
  singleSignOnService: 'https://idp.acme.example/sso',
  certificates: [present],
};
const byAddress = { ...fromFile, refreshedFrom: address, readAt: inDays(-1).toISOString() };

const privateKey = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:daypass/key-AbCdEf';
const none: WatchedProviders = { oidc: [], saml: [], serviceProvider: {} };

const stateOfApp = async (network: Network): Promise<ProviderState> => {
  const [state] = await providerStates({ ...none, oidc: [app] }, { network, now: aMoment });
  if (!state) throw new Error('There is no state.');
  return state;
};
const stateOfCorp = async (
  provider: typeof byAddress | typeof fromFile,
  answers: Answers = {},
  store?: ReturnType<typeof aStore>,
): Promise<ProviderState> => {
  const means = { network: aNetwork(answers), now: aMoment, ...(store && { store }) };
  const [state] = await providerStates({ ...none, saml: [provider] }, means);
  if (!state) throw new Error('There is no state.');
  return state;
};

describe('an OpenID Connect issuer', () => {
  test('that answers tells how many keys it has', async () => {
    expect(await stateOfApp(issuer.network())).toEqual({
      provider: 'app',
      kind: 'oidc',
      source: 'fetched',
      keys: 1,
      keySet: expect.any(Number),
    });
  });

  test('has another number for other keys, and the same for the same in another order', async () => {
    const [one, two] = [issuer.publicJwk, { ...anIssuer().publicJwk, kid: 'key-2' }];
    const numberOf = async (...keys: readonly unknown[]) =>
      (await stateOfApp(issuer.network({ keys: { keys } }))).keySet;
    expect(await numberOf(one, two)).toBe(await numberOf(two, one));
    expect(await numberOf(one)).not.toBe(await numberOf(one, two));
    // The same name for another key.
    expect(await numberOf(one)).not.toBe(await numberOf({ ...two, kid: 'key-1' }));
  });

  test.each<[what: string, answers: Answers, why: string]>([
    ['cannot be reached', {}, 'login.acme.example could not be reached'],
    ['fails', { [discovery]: () => ({ status: 500, body: '' }) }, 'login.acme.example answered 500'],
    ['sends elsewhere', { [discovery]: () => ({ status: 302, body: '' }) }, 'login.acme.example answered 302'],
    [
      'speaks for another',
      { [discovery]: { issuer: 'https://evil.example', jwks_uri: keysAt } },
      'names another issuer',
    ],
    ['answers a page', { [discovery]: '<html>' }, 'is not JSON'],
    ['has keys nowhere', { [discovery]: { issuer: issuer.issuer } }, 'has no jwks_uri'],
    [
      'has a list without end',
      {
        [discovery]: { issuer: issuer.issuer, jwks_uri: keysAt },
        [keysAt]: { keys: Array.from({ length: 201 }, () => issuer.publicJwk) },
      },
      'more than 200 keys',
    ],
  ])('that %s is unreachable, and why is told', async (_, answers, why) => {
    const state = await stateOfApp(aNetwork(answers));
    expect(state).toMatchObject({ source: 'unreachable', why: expect.stringContaining(why) });
    expect(state).not.toHaveProperty('keys');
  });

  test('is asked within the limits of the doors', async () => {
    const limits: unknown[] = [];
    await stateOfApp({
      send({ timeoutMilliseconds, longestAnswerBytes, url }) {
        limits.push([timeoutMilliseconds, longestAnswerBytes]);
        return issuer.network().send({ method: 'GET', url, timeoutMilliseconds, longestAnswerBytes });
      },
    });
    expect(limits).toEqual([
      [2500, 262_144],
      [2500, 262_144],
    ]);
  });

  test('cannot write a line of its own, nor a long one', async () => {
    const { why = '' } = await stateOfApp({
      send: () => Promise.reject(new Error(`\u001b[31m\n\u202e${'x'.repeat(10_000)}`)),
    });
    expect(why).toMatch(/^\\u\{1b\}\[31m\\u\{a\}\\u\{202e\}x+$/);
    expect(why.length).toBe(256);
  });

  test('that publishes no key that can be used is in trouble', async () => {
    const state = await stateOfApp(issuer.network({ keys: { keys: [] } }));
    expect(troublesOf(state)).toEqual(['has no key or certificate that may verify anything now']);
  });
});

describe('a SAML provider', () => {
  test('from a file is not asked, and its end is told', async () => {
    expect(await stateOfCorp(fromFile)).toMatchObject({ source: 'file', keys: 1, daysLeft: 20, firstEnd: inDays(20) });
  });

  test('with an address is fetched', async () => {
    const state = await stateOfCorp(byAddress, { [address]: documentOf(next) });
    expect(state).toMatchObject({ source: 'fetched', keys: 1, daysLeft: 400 });
  });

  test('goes by what the doors go by, where there is a store', async () => {
    const item = refreshedItem('corp', address, readIdpMetadata(documentOf(present, next), aMoment), aMoment);
    const state = await stateOfCorp(byAddress, { [address]: documentOf(next) }, aStore([item]));
    expect(state).toMatchObject({ source: 'fetched', keys: 2, daysLeft: 20 });
  });

  test('that was fetched too long ago has no key that doors would take', async () => {
    const stale = { ...byAddress, readAt: inDays(-15).toISOString() };
    const state = await stateOfCorp(stale, {}, aStore());
    expect(state).toMatchObject({ source: 'unreachable', keys: 0, daysLeft: 0 });
  });

  test.each<[what: string, answers: Answers, why: string]>([
    ['cannot be reached', {}, 'could not be reached'],
    [
      'has become another',
      { [address]: documentOf(next).replaceAll(entityId, 'https://evil.example') },
      'another identity',
    ],
    ['answers a bomb', { [address]: `<!DOCTYPE a [<!ENTITY b "c">]>${documentOf(next)}` }, 'cannot be read as XML'],
    ['answers too much', { [address]: `<a>${'x'.repeat(1_000_001)}</a>` }, 'at most 1000000'],
  ])('whose address %s serves on with what was known', async (_, answers, why) => {
    const state = await stateOfCorp(byAddress, answers);
    expect(state).toMatchObject({ source: 'unreachable', why: expect.stringContaining(why), keys: 1, daysLeft: 20 });
  });

  test('of a table that cannot be read is not made up', async () => {
    const store = aSilentStore(new Refusal('store_unavailable'));
    const asked = providerStates({ ...none, saml: [byAddress] }, { network: aNetwork({}), store, now: aMoment });
    await expect(asked).rejects.toThrow('store_unavailable');
  });
});

describe('a certificate of our own', () => {
  const statesOf = (now: Date) =>
    providerStates(
      { ...none, serviceProvider: { decryption: { certificate: present, privateKey } } },
      { network: aNetwork({}), now },
    );

  test('is told with its end, and nobody is asked for it', async () => {
    expect(await statesOf(aMoment)).toEqual([
      {
        provider: 'saml.decryption',
        kind: 'ours',
        source: 'file',
        keys: 1,
        keySet: expect.any(Number),
        firstEnd: inDays(20),
        daysLeft: 20,
      },
    ]);
  });

  test('that has ended since the deployment is in trouble', async () => {
    const [state] = await statesOf(inDays(21));
    expect(state).toMatchObject({ keys: 0, daysLeft: 0 });
    expect(state && troublesOf(state)).toEqual([
      'does not hold now: identity providers that look at its dates refuse us',
    ]);
  });
});

describe('for a terminal', () => {
  test('there is a line for each, and what is wrong', async () => {
    const states = await providerStates(
      {
        oidc: [app, { name: 'gone', issuer: 'https://gone.acme.example' }],
        saml: [fromFile],
        serviceProvider: {
          signing: { certificate: next, privateKey },
          decryption: { certificate: present, privateKey },
        },
      },
      { network: issuer.network(), now: aMoment },
    );
    expect(printStates(states)).toBe(`app              oidc  fetched      1 key
gone             oidc  unreachable
  cannot be reached: gone.acme.example could not be reached
corp             saml  file         1 certificate  first end 2026-06-21
  ends on 2026-06-21, in 20 days, unless new metadata comes before
saml.signing     ours  file         1 certificate  first end 2027-07-06
saml.decryption  ours  file         1 certificate  first end 2026-06-21
  ends on 2026-06-21, in 20 days, unless the next one is deployed and identity providers have our metadata before
`);
  });
});
