// GET /v1/grants: a bearer token in, the grants that fit out.

import { grants } from '../lib/dialects/grants.ts';
import type { OpenDoor } from '../lib/door.ts';
import { listGrants } from '../lib/exchange.ts';
import { provingBrokerWithin } from './broker.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

export const open: OpenDoor = (rim) =>
  serve({ door: 'grants', dialect: grants, act: listGrants }, provingBrokerWithin(rim));

export const handler = deployed(open);
