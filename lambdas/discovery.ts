// GET /.well-known/oauth-authorization-server and GET /v1/openapi.json: what machines are told of the doors.

import { discovery } from '../lib/dialects/discovery.ts';
import type { OpenDoor } from '../lib/door.ts';
import { addressOf, configurationWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { recorderWithin, serve } from './serve.ts';

export const open: OpenDoor = (rim) => {
  const { saml, grants } = configurationWithin(rim);
  const vouch = [...grants.values()].some(({ way }) => way === 'vouch');
  const dialect = discovery({ url: addressOf(rim), saml: saml.length > 0, vouch });
  return serve({ door: 'discovery', dialect, act: async (document) => document }, recorderWithin(rim));
};

export const handler = deployed(open);
