// POST /v1/credentials: a grant's name and a token or a SAML response in, temporary credentials out.

import { credentials } from '../lib/dialects/credentials.ts';
import type { OpenDoor } from '../lib/door.ts';
import { exchange } from '../lib/exchange.ts';
import { anyProofBrokerWithin } from './any-proof.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

export const open: OpenDoor = (rim) =>
  serve({ door: 'credentials', dialect: credentials, act: exchange }, anyProofBrokerWithin(rim));

export const handler = deployed(open);
