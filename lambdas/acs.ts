// POST /saml/acs: a SAML response in, a sign-in out.

import { acs } from '../lib/dialects/acs.ts';
import type { OpenDoor } from '../lib/door.ts';
import { signIn } from '../lib/exchange.ts';
import { signInsIn } from '../lib/sign-in/sign-ins.ts';
import { provingBrokerWithin } from './broker.ts';
import { configurationWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { samlPart } from './saml.ts';
import { serve } from './serve.ts';

export const open: OpenDoor = (rim) => {
  const configuration = configurationWithin(rim);
  const broker = provingBrokerWithin(rim, configuration);
  const { prove, once, store } = samlPart(rim, configuration);
  const means = { ...broker, providers: { ...broker.providers, saml: prove }, once, signIns: signInsIn(store) };
  return serve({ door: 'acs', dialect: acs, act: signIn }, means);
};

export const handler = deployed(open);
