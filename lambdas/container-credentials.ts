// GET /v1/container/{grant}: a bearer token in, credentials out, as AWS SDKs fetch them in a container.

import { containerCredentials } from '../lib/dialects/container-credentials.ts';
import type { OpenDoor } from '../lib/door.ts';
import { exchange } from '../lib/exchange.ts';
import { brokerWithin } from './broker.ts';
import { issuedWithin } from './issued.ts';
import { onceWithin } from './once.ts';
import { revokedWithin } from './revoked.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

/** SDKs wait a second for credentials; who they are can be told another time. */
const longestKeepMilliseconds = 400;

export const open: OpenDoor = (rim) => {
  const means = {
    ...brokerWithin(rim),
    once: onceWithin(rim),
    revoked: revokedWithin(rim),
    remember: issuedWithin(rim, longestKeepMilliseconds).keep,
  };
  return serve({ door: 'container-credentials', dialect: containerCredentials, act: exchange }, means);
};

export const handler = deployed(open);
