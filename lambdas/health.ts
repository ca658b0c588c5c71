// GET /health: answers while the broker is deployed, and tells nothing else.

import type { OpenDoor } from '../lib/door.ts';
import { deployed } from './rim.ts';

export const open: OpenDoor = () => () =>
  Promise.resolve({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"status":"ok"}',
  });

export const handler = deployed(open);
