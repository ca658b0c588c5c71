import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { Way } from '../lib/grant/grant.ts';
import type { CredentialIssuer } from '../lib/issue/credential-issuer.ts';
import { forward } from '../lib/issue/forward.ts';
import { stsClient } from '../lib/issue/sts-client.ts';
import { later } from './later.ts';

/** Every way of asking STS. What signs is loaded when a grant needs it: most never do. */
export function issuerWithin(rim: Rim, { fallbackRegions }: DoorConfiguration): CredentialIssuer {
  const { partition, region } = rim.environment();
  const sts = stsClient({ network: rim.sts, regions: [...new Set([region, ...fallbackRegions])], partition });
  const forwarding = forward(sts);
  const ways: Readonly<Record<Way, () => Promise<CredentialIssuer>>> = {
    forward: async () => forwarding,
    vouch: later(() => import('#vouch').then(({ vouchWithin }) => vouchWithin(rim, sts))),
    chain: later(() => import('#chain').then(({ chainWithin }) => chainWithin(rim, sts))),
    'federation-token': later(() => import('#federation').then(({ federationWithin }) => federationWithin(rim, sts))),
  };
  return { issue: async (plan) => (await ways[plan.way]()).issue(plan) };
}
