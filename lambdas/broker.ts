import { type DoorConfiguration, unpack } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { Broker } from '../lib/exchange.ts';
import { fetchSigningKeys } from '../lib/identity/oidc/discovery.ts';
import { keyCache } from '../lib/identity/oidc/key-cache.ts';
import type { OidcProvider } from '../lib/identity/oidc/oidc-provider.ts';
import { forward } from '../lib/issue/forward.ts';
import { stsClient } from '../lib/issue/sts-client.ts';
import type { Network } from '../lib/network/network.ts';

/** The broker of this configuration and rim. Throws when the environment or the configuration does not hold. */
export function brokerWithin({ environment, configuration, documents, sts, clock, writeLine }: Rim): Broker {
  const { configurationFile, accountId, partition, region } = environment();
  const { providers, grants, fallbackRegions } = unpack(configuration(configurationFile), { accountId, partition });
  const regions = [...new Set([region, ...fallbackRegions])];
  return {
    providers: { oidc: oidcProviders(providers, documents) },
    grants,
    issuer: forward(stsClient({ network: sts, regions, partition })),
    audit: (record) => writeLine(JSON.stringify(record)),
    clock,
  };
}

function oidcProviders(
  providers: DoorConfiguration['providers'],
  documents: Network,
): ReadonlyMap<string, OidcProvider> {
  return new Map(
    providers.map((each) => [each.issuer, { ...each, keys: keyCache(() => fetchSigningKeys(each.issuer, documents)) }]),
  );
}
