// GET /v1/grants: a bearer token or a signed AWS request in, the grants that fit out.

import { grants } from '../lib/dialects/grants.ts';
import type { OpenDoor } from '../lib/door.ts';
import { listGrants } from '../lib/exchange.ts';
import { withAwsRequests } from './aws-later.ts';
import { provingBrokerWithin } from './broker.ts';
import { configurationWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

export const open: OpenDoor = (rim) => {
  const configuration = configurationWithin(rim);
  const means = withAwsRequests(provingBrokerWithin(rim, configuration), rim, configuration);
  return serve({ door: 'grants', dialect: grants, act: listGrants }, means);
};

export const handler = deployed(open);
