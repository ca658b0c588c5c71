// POST /v1/credentials: a grant's name and a token or a SAML response in, temporary credentials out.

import { credentials } from '../lib/dialects/credentials.ts';
import type { OpenDoor, Rim } from '../lib/door.ts';
import { type Broker, exchange } from '../lib/exchange.ts';
import { brokerWithin } from './broker.ts';
import { configurationWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import type { SamlPart } from './saml.ts';
import { serve } from './serve.ts';

export const open: OpenDoor = (rim) => serve({ door: 'credentials', dialect: credentials, act: exchange }, within(rim));

function within(rim: Rim): Broker {
  const configuration = configurationWithin(rim);
  const broker = brokerWithin(rim, configuration);
  if (configuration.saml.length === 0) return broker;
  let loading: Promise<SamlPart> | undefined;
  // XML and DynamoDB cost more to load than all the rest, and most callers bring a token.
  const part = () => {
    loading ??= import('#saml').then(({ samlPart }) => samlPart(rim, configuration));
    return loading;
  };
  return {
    ...broker,
    providers: { ...broker.providers, saml: async (proof, now) => (await part()).prove(proof, now) },
    once: async (reservations, now) => (reservations.length > 0 ? (await part()).once(reservations, now) : undefined),
  };
}

export const handler = deployed(open);
