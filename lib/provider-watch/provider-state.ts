// How the identity providers are: what they publish, fetched now by the code of the doors, and when it ends. Our own
// certificates are told beside them: what identity providers hold against ends as well.

import { createHash } from 'node:crypto';
import type { ServiceProviderSettings } from '../config/configuration.ts';
import { ownCertificates } from '../config/own-certificates.ts';
import { fetchSigningKeys } from '../identity/oidc/discovery.ts';
import { currentProviders, type RefreshedSource } from '../identity/saml/metadata/current-providers.ts';
import { fetchMetadata } from '../identity/saml/metadata/fetch-metadata.ts';
import { type IdpMetadata, readIdpMetadata } from '../identity/saml/metadata/idp-metadata.ts';
import { messageOf } from '../message-of.ts';
import type { Network } from '../network/network.ts';
import { inOneLine } from '../printable.ts';
import type { Store } from '../store/store.ts';
import { type Ends, endsOf } from './ends.ts';

export interface ProviderState extends Partial<Ends> {
  readonly provider: string;
  /** `ours`: no provider, but a certificate that we show to those of SAML. */
  readonly kind: 'oidc' | 'saml' | 'ours';
  /** Where its keys are from: fetched now, not to be had now, or a file of the deployment. */
  readonly source: 'fetched' | 'unreachable' | 'file';
  /** Of `unreachable`. */
  readonly why?: string;
  /** How many may verify a signature now; `undefined` where they could not be had. */
  readonly keys?: number;
  /** A number that is another when the keys are others. */
  readonly keySet?: number;
}

export interface WatchedProviders {
  readonly oidc: readonly { readonly name: string; readonly issuer: string }[];
  readonly saml: readonly RefreshedSource[];
  readonly serviceProvider: Partial<ServiceProviderSettings>;
}

export interface WatchMeans {
  readonly network: Network;
  /** What the doors go by, where metadata is refreshed; without it the watch goes by what it fetched itself. */
  readonly store?: Pick<Store, 'get'> | undefined;
  readonly now: Date;
}

/**
 * In the order of the configuration, OpenID Connect first and our own last. Rejects when the store cannot be read, and
 * never else.
 */
export const providerStates = (
  { oidc, saml, serviceProvider }: WatchedProviders,
  means: WatchMeans,
): Promise<ProviderState[]> =>
  Promise.all([
    ...oidc.map((each) => stateOfIssuer(each, means)),
    ...saml.map((each) => stateOfIdp(each, means)),
    ...ownCertificates(serviceProvider).map((each) => stateOfOurs(each, means)),
  ]);

async function stateOfIssuer(
  { name, issuer }: WatchedProviders['oidc'][number],
  { network }: WatchMeans,
): Promise<ProviderState> {
  const state = { provider: name, kind: 'oidc' } as const;
  try {
    const keys = await fetchSigningKeys(issuer, network);
    const written = [...keys].map(
      ([id, { key }]) => `${id} ${key.export({ format: 'der', type: 'spki' }).toString('base64')}`,
    );
    return { ...state, source: 'fetched', keys: keys.size, keySet: numberOf(written) };
  } catch (error) {
    return { ...state, source: 'unreachable', why: whyOf(error) };
  }
}

async function stateOfIdp(provider: RefreshedSource, { network, store, now }: WatchMeans): Promise<ProviderState> {
  const fetched = await fetchedOf(provider, network);
  const [current = provider] = store
    ? await currentProviders([provider], store)(now)
    : [{ ...provider, ...fetched.metadata }];
  const { certificates } = current;
  return {
    provider: provider.name,
    kind: 'saml',
    source: fetched.source,
    ...('why' in fetched && { why: fetched.why }),
    ...endsOf(current, now),
    keySet: numberOf(certificates),
  };
}

const stateOfOurs = (
  { name, certificate }: ReturnType<typeof ownCertificates>[number],
  { now }: WatchMeans,
): ProviderState => ({
  provider: name,
  kind: 'ours',
  source: 'file',
  ...endsOf({ certificates: [certificate] }, now),
  keySet: numberOf([certificate]),
});

interface Fetched extends Pick<ProviderState, 'source' | 'why'> {
  readonly metadata?: Pick<IdpMetadata, 'certificates' | 'validUntil'>;
}

/** As the hourly refresh does it, but that certificates which ended are told and not refused. */
async function fetchedOf({ refreshedFrom, entityId }: RefreshedSource, network: Network): Promise<Fetched> {
  if (refreshedFrom === undefined) return { source: 'file' };
  try {
    const metadata = readIdpMetadata(await fetchMetadata(refreshedFrom, network), undefined);
    if (metadata.entityId !== entityId) throw new Error('describes another identity provider than before');
    return { source: 'fetched', metadata };
  } catch (error) {
    return { source: 'unreachable', why: whyOf(error) };
  }
}

const longestWhy = 256;

/** Somebody else wrote what was read: a line must neither grow with it nor obey it. */
function whyOf(error: unknown): string {
  const { code } = (error instanceof Error && (error.cause as { readonly code?: unknown } | undefined)) || {};
  // ECONNREFUSED is not ENOTFOUND.
  const known = typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? ` (${code})` : '';
  return (inOneLine(messageOf(error)) + known).slice(0, longestWhy);
}

const numberOf = (texts: readonly string[]) =>
  createHash('sha256')
    .update(JSON.stringify([...texts].sort()))
    .digest()
    .readUInt32BE();
