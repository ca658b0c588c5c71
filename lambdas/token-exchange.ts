// POST /v1/token: a subject token in, credentials out, as OAuth clients ask (RFC 8693).

import { tokenExchange } from '../lib/dialects/token-exchange.ts';
import type { OpenDoor } from '../lib/door.ts';
import { exchange } from '../lib/exchange.ts';
import { anyProofBrokerWithin } from './any-proof.ts';
import { issuedWithin } from './issued.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

const longestKeepMilliseconds = 2000;

export const open: OpenDoor = (rim) => {
  const means = { ...anyProofBrokerWithin(rim), remember: issuedWithin(rim, longestKeepMilliseconds).keep };
  return serve({ door: 'token-exchange', dialect: tokenExchange, act: exchange }, means);
};

export const handler = deployed(open);
