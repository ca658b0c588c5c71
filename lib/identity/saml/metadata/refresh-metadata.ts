// Metadata by its address, fetched again: new keys of an identity provider are known before it signs with them.

import { messageOf } from '../../../message-of.ts';
import type { Network } from '../../../network/network.ts';
import type { Store } from '../../../store/store.ts';
import { refreshedItem } from './current-providers.ts';
import { fetchMetadata } from './fetch-metadata.ts';
import { readIdpMetadata } from './idp-metadata.ts';

export interface Refreshable {
  readonly name: string;
  readonly entityId: string;
  readonly refreshedFrom: string;
}

export interface RefreshMeans {
  readonly network: Network;
  readonly store: Pick<Store, 'put'>;
  /** Tells IAM, which verifies assertions too. */
  readonly tellIam: (provider: string, document: string) => Promise<void>;
  readonly now: Date;
}

export type Refreshing =
  | { readonly provider: string; readonly outcome: 'refreshed'; readonly certificates: number }
  | { readonly provider: string; readonly outcome: 'failed'; readonly why: string };

/** Never rejects: what was known before stays known, and the outcome says what went wrong. */
export async function refreshMetadata(
  { name, entityId, refreshedFrom }: Refreshable,
  { network, store, tellIam, now }: RefreshMeans,
): Promise<Refreshing> {
  try {
    const document = await fetchMetadata(refreshedFrom, network);
    const metadata = readIdpMetadata(document, now);
    if (metadata.entityId !== entityId) throw new Error('describes another identity provider than before');
    // IAM first: what we let through, STS must know, too.
    await tellIam(name, document);
    await store.put(refreshedItem(name, refreshedFrom, metadata, now));
    return { provider: name, outcome: 'refreshed', certificates: metadata.certificates.length };
  } catch (error) {
    return { provider: name, outcome: 'failed', why: messageOf(error) };
  }
}
