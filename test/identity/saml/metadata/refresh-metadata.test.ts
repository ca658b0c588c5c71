import { describe, expect, test } from 'vitest';
import {
  currentProviders,
  type RefreshedSource,
  refreshedItem,
  trustedForSeconds,
} from '../../../../lib/identity/saml/metadata/current-providers.ts';
import { fetchMetadata } from '../../../../lib/identity/saml/metadata/fetch-metadata.ts';
import { longestMetadataCharacters, readIdpMetadata } from '../../../../lib/identity/saml/metadata/idp-metadata.ts';
import { type Refreshing, refreshMetadata } from '../../../../lib/identity/saml/metadata/refresh-metadata.ts';
import { type NetworkAnswer, NetworkError, type NetworkRequest } from '../../../../lib/network/network.ts';
import { Refusal } from '../../../../lib/refusal.ts';
import type { Item } from '../../../../lib/store/store.ts';
import { aCertificate, type MetadataSettings, someMetadata } from '../../../kit/idp-metadata.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { aSilentStore, aStore } from '../../../kit/store.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const url = 'https://idp.acme.example/metadata.xml';
const entityId = 'https://idp.acme.example/saml';
const [old, fresh] = await Promise.all([aCertificate(), aCertificate()]);
const documentOf = (settings: MetadataSettings = {}) =>
  someMetadata({ keys: [{ certificates: [fresh] }], ...settings });

function answering(answer: NetworkAnswer | Error) {
  const sent: NetworkRequest[] = [];
  return {
    sent,
    async send(request: NetworkRequest) {
      sent.push(request);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe('metadata at an address', () => {
  test('is fetched by one GET with limits', async () => {
    const network = answering({ status: 200, body: documentOf() });
    expect(await fetchMetadata(url, network)).toBe(documentOf());
    expect(network.sent).toEqual([
      { method: 'GET', url, timeoutMilliseconds: 10_000, longestAnswerBytes: longestMetadataCharacters },
    ]);
  });

  test.each([301, 302, 307, 204, 206, 304, 401, 404, 500, 503])('that answers %i is not taken', async (status) => {
    const network = answering({ status, body: documentOf() });
    await expect(fetchMetadata(url, network)).rejects.toThrow(`idp.acme.example answered ${status}`);
    expect(network.sent).toHaveLength(1);
  });

  test('that answers too much or nothing says so', async () => {
    const error = new NetworkError('idp.acme.example answered more than 1000000 bytes');
    await expect(fetchMetadata(url, answering(error))).rejects.toBe(error);
  });

  test('does not repeat a query in what it says: there may be a key in it', async () => {
    const asked = fetchMetadata(`${url}?token=secret`, answering({ status: 500, body: '' }));
    await expect(asked).rejects.not.toThrow(/secret/);
  });
});

interface Refreshed {
  readonly outcome: Refreshing;
  readonly steps: readonly string[];
  readonly items: readonly Item[];
  readonly told: readonly (readonly string[])[];
}

async function refreshed(
  answer: NetworkAnswer | Error,
  failing: { readonly iam?: unknown; readonly store?: unknown } = {},
): Promise<Refreshed> {
  const steps: string[] = [];
  const items: Item[] = [];
  const told: string[][] = [];
  const outcome = await refreshMetadata(
    { name: 'corp', entityId, refreshedFrom: url },
    {
      network: answering(answer),
      store: {
        async put(item) {
          steps.push('store');
          if ('store' in failing) throw failing.store;
          items.push(item);
        },
      },
      async tellIam(provider, document) {
        steps.push('iam');
        if ('iam' in failing) throw failing.iam;
        told.push([provider, document]);
      },
      now: aMoment,
    },
  );
  return { outcome, steps, items, told };
}

const good = { status: 200, body: documentOf() };

describe('a refresh', () => {
  test('tells IAM the document and then the doors, in this order', async () => {
    const { outcome, steps, items, told } = await refreshed(good);
    expect(outcome).toEqual({ provider: 'corp', outcome: 'refreshed', certificates: 1 });
    expect(steps).toEqual(['iam', 'store']);
    expect(told).toEqual([['corp', documentOf()]]);
    expect(items).toEqual([refreshedItem('corp', url, readIdpMetadata(documentOf(), aMoment), aMoment)]);
  });

  test('is trusted for two weeks, and kept for longer, so that nothing older takes its place', async () => {
    expect(trustedForSeconds).toBe(1_209_600);
    expect((await refreshed(good)).items[0]).toMatchObject({ key: 'metadata#corp', until: later(34_560_000) });
  });

  test('of another identity provider is refused: nobody is told', async () => {
    const { outcome, steps } = await refreshed({ status: 200, body: documentOf({ entityId: `${entityId}/` }) });
    expect(outcome).toMatchObject({ outcome: 'failed', why: expect.stringContaining('another identity provider') });
    expect(steps).toEqual([]);
  });

  test.each<[what: string, answer: NetworkAnswer | Error, why: string]>([
    ['cannot be reached', new NetworkError('idp.acme.example could not be reached'), 'could not be reached'],
    ['is redirected', { status: 302, body: '' }, 'answered 302'],
    ['fails', { status: 500, body: documentOf() }, 'answered 500'],
    ['is no metadata', { status: 200, body: `<html>${' '.repeat(1000)}</html>` }, 'not SAML 2.0 metadata'],
    ['is empty', { status: 200, body: '' }, '0 characters'],
    [
      'has no key',
      { status: 200, body: documentOf({ keys: [], inRoot: `<!--${' '.repeat(1000)}-->` }) },
      'no certificate',
    ],
    [
      'ended',
      { status: 200, body: documentOf({ rootAttributes: ' validUntil="2026-05-31T00:00:00Z"' }) },
      'valid until 2026-05-31',
    ],
    ['leads elsewhere', { status: 200, body: documentOf({ services: [] }) }, 'SingleSignOnService'],
    ['has a DTD', { status: 200, body: `<!DOCTYPE a>${documentOf()}` }, 'DTD'],
  ])('of what %s fails, and nobody is told: what was known stays known', async (_, answer, why) => {
    const { outcome, steps } = await refreshed(answer);
    expect(outcome).toEqual({ provider: 'corp', outcome: 'failed', why: expect.stringContaining(why) });
    expect(steps).toEqual([]);
  });

  test('that IAM does not take is not told to the doors: what they let through, STS must know', async () => {
    const { outcome, steps } = await refreshed(good, { iam: new Error('AccessDenied') });
    expect(outcome).toEqual({ provider: 'corp', outcome: 'failed', why: 'AccessDenied' });
    expect(steps).toEqual(['iam']);
  });

  test('that the store does not take has failed', async () => {
    const { outcome } = await refreshed(good, { store: new Refusal('store_unavailable') });
    expect(outcome).toMatchObject({ outcome: 'failed', why: 'store_unavailable' });
  });

  test.each([new TypeError('a bug'), 'a text', undefined, null])(
    'never rejects, also when %j is thrown',
    async (iam) => {
      expect((await refreshed(good, { iam })).outcome.outcome).toBe('failed');
    },
  );
});

const corp = {
  name: 'corp',
  entityId,
  singleSignOnService: 'https://idp.acme.example/old',
  certificates: [old],
  refreshedFrom: url,
  readAt: later(-3600).toISOString(),
} satisfies RefreshedSource;
const { refreshedFrom: _, readAt: __, ...fromFile } = { ...corp, name: 'file', entityId: 'https://file.example' };
const itemOf = (settings: MetadataSettings = {}, { from = url, name = 'corp' } = {}) =>
  refreshedItem(name, from, readIdpMetadata(documentOf(settings), aMoment), aMoment);

/** A store that counts how often it was asked. */
function counting(items: readonly Item[]) {
  const store = aStore(items);
  const asked: string[] = [];
  return {
    asked,
    get: (key: string, now: Date) => {
      asked.push(key);
      return store.get(key, now);
    },
  };
}

describe('the providers as they are now', () => {
  test('are those that were deployed, where nothing was refreshed', async () => {
    expect(await currentProviders([corp, fromFile], aStore())(aMoment)).toEqual([corp, fromFile]);
  });

  test('have the keys and the address that were fetched', async () => {
    const [first, second] = await currentProviders([corp, fromFile], aStore([itemOf()]))(aMoment);
    expect(first).toEqual({
      ...corp,
      singleSignOnService: 'https://idp.acme.example/sso',
      certificates: [fresh],
    });
    expect(second).toBe(fromFile);
  });

  test('lose an end that the fresh metadata does not have, and gain one that it has', async () => {
    const ending = { ...corp, validUntil: '2026-06-02T00:00:00.000Z' };
    const [lost] = await currentProviders([ending], aStore([itemOf()]))(aMoment);
    expect(lost).not.toHaveProperty('validUntil');
    const item = itemOf({ rootAttributes: ' validUntil="2027-01-01T00:00:00Z"' });
    const [gained] = await currentProviders([corp], aStore([item]))(aMoment);
    expect(gained).toHaveProperty('validUntil', '2027-01-01T00:00:00.000Z');
  });

  test('keep all else that they were deployed with', async () => {
    const whole = { ...corp, requireSignedResponse: true, recipients: ['https://a.example'] };
    expect(await currentProviders([whole], aStore([itemOf()]))(aMoment)).toMatchObject([
      { name: 'corp', requireSignedResponse: true, recipients: ['https://a.example'], refreshedFrom: url },
    ]);
  });

  test.each<[what: string, item: Item]>([
    ['from another address', itemOf({}, { from: `${url}?a` })],
    ['of another entity', itemOf({ entityId: 'https://evil.example/saml' })],
    ['of another provider', itemOf({}, { name: 'partner' })],
    ['of a name that only begins alike', itemOf({}, { name: 'corp2' })],
  ])('do not take what was fetched %s', async (_, item) => {
    expect(await currentProviders([corp], aStore([item]))(aMoment)).toEqual([corp]);
  });

  test('trust nobody by what was fetched two weeks ago, nor by what was deployed before', async () => {
    const [provider] = await currentProviders([corp], aStore([itemOf()]))(later(trustedForSeconds));
    expect(provider?.certificates).toEqual([]);
    const [deployed] = await currentProviders([corp], aStore())(later(trustedForSeconds));
    expect(deployed?.certificates).toEqual([]);
  });

  test('do not go back to what was fetched before the deployment: a withdrawn key stays withdrawn', async () => {
    const deployed = { ...corp, readAt: later(1).toISOString() };
    expect(await currentProviders([deployed], aStore([itemOf()]))(later(2))).toEqual([deployed]);
  });

  test('take no other setting from the store', async () => {
    const item = itemOf();
    const value = JSON.stringify({
      ...JSON.parse(item.value),
      name: 'evil',
      allowUnsolicited: true,
      recipients: ['x'],
    });
    const [provider] = await currentProviders([corp], aStore([{ ...item, value }]))(aMoment);
    expect(provider).toEqual({ ...corp, singleSignOnService: 'https://idp.acme.example/sso', certificates: [fresh] });
  });

  test('are asked for every five minutes, and not before', async () => {
    const store = counting([itemOf()]);
    const current = currentProviders([corp, fromFile], store);
    const first = await current(aMoment);
    expect(await current(later(299.999))).toBe(first);
    expect(store.asked).toEqual(['metadata#corp']);
    expect(await current(later(300))).not.toBe(first);
    expect(store.asked).toHaveLength(2);
  });

  test('learn of new keys after five minutes', async () => {
    const store = aStore();
    const current = currentProviders([corp], store);
    expect(await current(aMoment)).toEqual([corp]);
    await store.put(itemOf());
    expect(await current(later(10))).toEqual([corp]);
    expect((await current(later(300)))[0]?.certificates).toEqual([fresh]);
  });

  test('never ask the store where all are from files', async () => {
    const silent = aSilentStore(new Error('The store was asked.'));
    const current = currentProviders([fromFile], silent);
    for (const seconds of [0, 300, 1e9]) expect(await current(later(seconds))).toEqual([fromFile]);
    expect(await currentProviders([], silent)(aMoment)).toEqual([]);
  });

  test('are nobody when the store does not tell: an old key must not come back by silence', async () => {
    const no = new Refusal('store_unavailable');
    await expect(currentProviders([corp, fromFile], aSilentStore(no))(aMoment)).rejects.toBe(no);
  });

  test('are asked for again after the store did not tell', async () => {
    const store = aStore([itemOf()]);
    let isDown = true;
    const get = (key: string, now: Date) =>
      isDown ? Promise.reject(new Refusal('store_unavailable')) : store.get(key, now);
    const current = currentProviders([corp], { get });
    await expect(current(aMoment)).rejects.toThrow('store_unavailable');
    isDown = false;
    expect((await current(later(1)))[0]?.certificates).toEqual([fresh]);
  });
});
