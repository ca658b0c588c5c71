import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { Broker, ProvingBroker } from '../lib/exchange.ts';
import { fetchSigningKeys } from '../lib/identity/oidc/discovery.ts';
import { keyCache } from '../lib/identity/oidc/key-cache.ts';
import type { OidcProvider } from '../lib/identity/oidc/oidc-provider.ts';
import type { Network } from '../lib/network/network.ts';
import { onceNowhere } from '../lib/replay/once.ts';
import { configurationWithin } from './configuration.ts';
import { recorderWithin } from './serve.ts';
import { issuerWithin } from './ways.ts';

/** For doors that give credentials, for proofs that need no store. */
export const brokerWithin = (rim: Rim, configuration = configurationWithin(rim)): Broker => ({
  ...provingBrokerWithin(rim, configuration),
  issuer: issuerWithin(rim, configuration),
});

/** For doors that give none. */
export function provingBrokerWithin(rim: Rim, configuration = configurationWithin(rim)): ProvingBroker {
  const { oidc, grants } = configuration;
  return {
    providers: { oidc: oidcProviders(oidc, rim.documents) },
    once: onceNowhere,
    grants,
    ...recorderWithin(rim),
  };
}

function oidcProviders(providers: DoorConfiguration['oidc'], documents: Network): ReadonlyMap<string, OidcProvider> {
  return new Map(
    providers.map((each) => [each.issuer, { ...each, keys: keyCache(() => fetchSigningKeys(each.issuer, documents)) }]),
  );
}
