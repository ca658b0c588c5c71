// What the refresh job fetched of an identity provider, as the doors read it: plain data in the store.

import { keyPrefixes, type Store } from '../../store/store.ts';
import type { IdpMetadata } from './idp-metadata.ts';

/** Long enough to survive a weekend of failures, short enough that nobody is trusted for ever. */
export const refreshedForSeconds = 14 * 86_400;
/** How long a door goes by what it has read. */
const readForSeconds = 300;

type Refreshable = Pick<IdpMetadata, 'entityId' | 'singleSignOnService' | 'certificates' | 'validUntil'>;

interface Refreshed extends Refreshable {
  /** Of another address it would be another identity provider. */
  readonly from: string;
}

export function refreshedItem(provider: string, from: string, metadata: IdpMetadata, now: Date) {
  const { entityId, singleSignOnService, certificates, validUntil } = metadata;
  const refreshed: Refreshed = { from, entityId, singleSignOnService, certificates, ...(validUntil && { validUntil }) };
  return {
    key: keyPrefixes.metadata + provider,
    until: new Date(now.getTime() + refreshedForSeconds * 1000),
    value: JSON.stringify(refreshed),
  };
}

export interface RefreshedSource extends Refreshable {
  readonly name: string;
  readonly refreshedFrom?: string | undefined;
}

/**
 * The providers as they are now: those with an address by what was last fetched from there, else by what they were
 * deployed with. The store is asked at most every five minutes, and not at all where every provider is from a file.
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
  const value = await store.get(keyPrefixes.metadata + provider.name, now);
  if (value === undefined) return provider;
  const { from, ...fresh } = JSON.parse(value) as Refreshed;
  const isSame = from === provider.refreshedFrom && fresh.entityId === provider.entityId;
  // An end that the fresh metadata no longer has must not linger.
  const { validUntil: _, ...rest } = provider;
  return isSame ? ({ ...rest, ...fresh } as P) : provider;
}
