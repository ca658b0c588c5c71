import type { Rim } from '../lib/door.ts';
import type { IssuingBroker } from '../lib/exchange.ts';
import { keyPrefixes } from '../lib/store/store.ts';
import { brokerWithin } from './broker.ts';
import { configurationWithin } from './configuration.ts';
import { onceWithin } from './once.ts';
import { revokedWithin } from './revoked.ts';
import type { SamlPart } from './saml.ts';

/** A broker for tokens and SAML responses. XML and DynamoDB cost more to load than all the rest, so they wait. */
export function anyProofBrokerWithin(rim: Rim, configuration = configurationWithin(rim)): IssuingBroker {
  const broker = { ...brokerWithin(rim, configuration), once: onceWithin(rim), revoked: revokedWithin(rim) };
  if (configuration.saml.length === 0) return broker;
  let loading: Promise<SamlPart> | undefined;
  const part = () => {
    loading ??= import('#saml').then(({ samlPart }) => samlPart(rim, configuration));
    return loading;
  };
  return {
    ...broker,
    providers: { ...broker.providers, saml: async (proof, now) => (await part()).prove(proof, now) },
    // What reads assertions has the table at hand already.
    once: async (reservations, now) =>
      reservations.some(({ key }) => !key.startsWith(keyPrefixes.token))
        ? (await part()).once(reservations, now)
        : broker.once(reservations, now),
  };
}
