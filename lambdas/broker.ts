import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { Broker } from '../lib/exchange.ts';
import { fetchSigningKeys } from '../lib/identity/oidc/discovery.ts';
import { keyCache } from '../lib/identity/oidc/key-cache.ts';
import type { OidcProvider } from '../lib/identity/oidc/oidc-provider.ts';
import { forward } from '../lib/issue/forward.ts';
import { stsClient } from '../lib/issue/sts-client.ts';
import type { Network } from '../lib/network/network.ts';
import { onceNowhere } from '../lib/replay/once.ts';
import { configurationWithin } from './configuration.ts';
import { recorderWithin } from './serve.ts';

/** The broker of this configuration and rim, for proofs that need no store. */
export function brokerWithin(rim: Rim, configuration = configurationWithin(rim)): Broker {
  const { environment, documents, sts } = rim;
  const { partition, region } = environment();
  const { oidc, grants, fallbackRegions } = configuration;
  const regions = [...new Set([region, ...fallbackRegions])];
  return {
    providers: { oidc: oidcProviders(oidc, documents) },
    once: onceNowhere,
    grants,
    issuer: forward(stsClient({ network: sts, regions, partition })),
    ...recorderWithin(rim),
  };
}

function oidcProviders(providers: DoorConfiguration['oidc'], documents: Network): ReadonlyMap<string, OidcProvider> {
  return new Map(
    providers.map((each) => [each.issuer, { ...each, keys: keyCache(() => fetchSigningKeys(each.issuer, documents)) }]),
  );
}
