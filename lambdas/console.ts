// POST /v1/console: a proof in, a link into the AWS console out.

import type { Trail } from '../lib/audit/audit-record.ts';
import { type ConsoleAnswered, type ConsoleAsked, consoleLink } from '../lib/dialects/console.ts';
import type { OpenDoor } from '../lib/door.ts';
import { type ConsoleBroker, openConsole } from '../lib/exchange.ts';
import { anyProofBrokerWithin } from './any-proof.ts';
import { addressOf } from './configuration.ts';
import { consoleWithin } from './console-within.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

export const open: OpenDoor = (rim) => {
  const means = { ...anyProofBrokerWithin(rim), console: consoleWithin(rim), url: addressOf(rim) };
  return serve({ door: 'console', dialect: consoleLink, act: answer }, means);
};

async function answer({ by, ...asked }: ConsoleAsked, means: ConsoleBroker, trail: Trail): Promise<ConsoleAnswered> {
  return { to: by, link: await openConsole(asked, means, trail) };
}

export const handler = deployed(open);
