// What the refresh job fetched of an identity provider, as the doors read it: plain data in the store.

import { keyPrefixes, type Store } from '../../../store/store.ts';
import type { IdpMetadata } from './idp-metadata.ts';

/** Long enough to survive a weekend of failures, short enough that nobody is trusted for ever. */
export const trustedForSeconds = 14 * 86_400;
/** The item outlives that: what was learnt last must not give way to what was known before. */
const keptForSeconds = 400 * 86_400;
/** How long a door goes by what it has read. */
const readForSeconds = 300;

type Refreshable = Pick<IdpMetadata, 'entityId' | 'singleSignOnService' | 'certificates' | 'validUntil'>;

interface Refreshed extends Refreshable {
  /** Of another address it would be another identity provider. */
  readonly from: string;
  /** ISO 8601. */
  readonly readAt: string;
}

export function refreshedItem(provider: string, from: string, metadata: IdpMetadata, now: Date) {
  const { entityId, singleSignOnService, certificates, validUntil } = metadata;
  const readAt = now.toISOString();
  const refreshed: Refreshed = {
    from,
    readAt,
    entityId,
    singleSignOnService,
    certificates,
    ...(validUntil && { validUntil }),
  };
  return {
    key: keyPrefixes.metadata + provider,
    until: new Date(now.getTime() + keptForSeconds * 1000),
    value: JSON.stringify(refreshed),
  };
}

export interface RefreshedSource extends Refreshable {
  readonly name: string;
  readonly refreshedFrom?: string | undefined;
  /** When the deployment's own was read, where it is from an address. */
  readonly readAt?: string | undefined;
}

/**
 * The providers as they are now: those with an address by the younger of what was last fetched from there and what they
 * were deployed with, and without certificates when that is too old. The store is asked at most every five minutes, and
 * not at all where every provider is from a file.
 */
export function currentProviders<P extends RefreshedSource>(
  providers: readonly P[],
  store: Pick<Store, 'get'>,
): (now: Date) => Promise<readonly P[]> {
  let known: readonly P[] = providers;
  let readUntil = providers.some(({ refreshedFrom }) => refreshedFrom !== undefined) ? 0 : Number.POSITIVE_INFINITY;
  return async (now) => {
    if (now.getTime() >= readUntil) {
      known = await Promise.all(providers.map((provider) => refreshed(provider, store, now)));
      readUntil = now.getTime() + readForSeconds * 1000;
    }
    return known;
  };
}

async function refreshed<P extends RefreshedSource>(provider: P, store: Pick<Store, 'get'>, now: Date): Promise<P> {
  if (provider.refreshedFrom === undefined) return provider;
  const fresh = await freshOf(provider, store, now);
  const { readAt = '', ...known } = fresh ?? provider;
  const isTrusted = new Date(readAt).getTime() + trustedForSeconds * 1000 > now.getTime();
  if (!fresh) return isTrusted ? provider : { ...provider, certificates: [] };
  const { singleSignOnService, certificates, validUntil } = known;
  // An end that the fresh metadata no longer has must not linger.
  const { validUntil: _, ...rest } = provider;
  return {
    ...rest,
    singleSignOnService,
    certificates: isTrusted ? certificates : [],
    ...(validUntil !== undefined && { validUntil }),
  } as P;
}

/** `undefined` where nothing was fetched, from elsewhere, or before the deployment. */
async function freshOf(
  { name, refreshedFrom, entityId, readAt = '' }: RefreshedSource,
  store: Pick<Store, 'get'>,
  now: Date,
): Promise<Refreshed | undefined> {
  const value = await store.get(keyPrefixes.metadata + name, now);
  if (value === undefined) return undefined;
  const fresh = JSON.parse(value) as Refreshed;
  // Times in ISO 8601 compare as text.
  return fresh.from === refreshedFrom && fresh.entityId === entityId && fresh.readAt > readAt ? fresh : undefined;
}
