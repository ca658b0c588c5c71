import type { Rim } from '../lib/door.ts';
import type { IssuingBroker } from '../lib/exchange.ts';
import { keyPrefixes } from '../lib/store/store.ts';
import { withAwsRequests } from './aws-later.ts';
import { brokerWithin } from './broker.ts';
import { configurationWithin } from './configuration.ts';
import { later } from './later.ts';
import { revokedWithin } from './revoked.ts';

/** A broker for every proof that a client holds. XML and DynamoDB cost more to load than all the rest, so they wait. */
export function anyProofBrokerWithin(rim: Rim, configuration = configurationWithin(rim)): IssuingBroker {
  const issuing = { ...brokerWithin(rim, configuration), revoked: revokedWithin(rim) };
  const broker = withAwsRequests(issuing, rim, configuration);
  if (configuration.saml.length === 0) return broker;
  const part = later(() => import('#saml').then(({ samlPart }) => samlPart(rim, configuration)));
  return {
    ...broker,
    providers: { ...broker.providers, saml: async (proof, now) => (await part()).prove(proof, now) },
    // What reads assertions has the table at hand already.
    once: async (reservations, now) =>
      reservations.some(({ key }) => key.startsWith(keyPrefixes.assertion))
        ? (await part()).once(reservations, now)
        : broker.once(reservations, now),
  };
}
