// GET /saml/metadata: what identity providers must know of us.

import { metadata } from '../lib/dialects/metadata.ts';
import type { OpenDoor } from '../lib/door.ts';
import { ourMetadata } from '../lib/sign-in/service-provider.ts';
import { addressOf, configurationWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { type Recorder, serve } from './serve.ts';

export const open: OpenDoor = (rim) => {
  const { signing, decryption, entityId } = configurationWithin(rim).serviceProvider;
  const us = {
    url: addressOf(rim),
    entityId,
    signingCertificate: signing?.certificate,
    encryptionCertificate: decryption?.certificate,
  };
  const means: Recorder = { clock: rim.clock, audit: (record) => rim.writeLine(JSON.stringify(record)) };
  return serve({ door: 'metadata', dialect: metadata, act: async () => ourMetadata(us) }, means);
};

export const handler = deployed(open);
