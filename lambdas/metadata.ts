// GET /saml/metadata: what identity providers must know of us.

import { metadata } from '../lib/dialects/metadata.ts';
import type { OpenDoor } from '../lib/door.ts';
import { ourMetadata } from '../lib/sign-in/service-provider.ts';
import { configurationWithin, ourselvesWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { recorderWithin, serve } from './serve.ts';

export const open: OpenDoor = (rim) => {
  const us = ourselvesWithin(rim, configurationWithin(rim).serviceProvider);
  return serve({ door: 'metadata', dialect: metadata, act: async () => ourMetadata(us) }, recorderWithin(rim));
};

export const handler = deployed(open);
