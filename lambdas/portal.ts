// GET and POST /portal: what whoever signed in may get, and getting it.

import type { Trail } from '../lib/audit/audit-record.ts';
import { consoleOf } from '../lib/console/partition.ts';
import { type PortalAnswered, type PortalAsked, portal } from '../lib/dialects/portal.ts';
import type { OpenDoor } from '../lib/door.ts';
import { type ConsoleBroker, exchange, giveCode, list, openConsole, type SignInBroker } from '../lib/exchange.ts';
import { onceIn } from '../lib/replay/once.ts';
import { revokedIn } from '../lib/revoke/revoked.ts';
import { signInsIn } from '../lib/sign-in/sign-ins.ts';
import { brokerWithin } from './broker.ts';
import { addressOf, configurationWithin } from './configuration.ts';
import { consoleWithin } from './console-within.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';
import { storeWithin } from './store.ts';

export const open: OpenDoor = (rim) => {
  const configuration = configurationWithin(rim);
  const broker = brokerWithin(rim, configuration);
  const url = addressOf(rim);
  const store = storeWithin(rim);
  const signIns = signInsIn(store);
  const means = {
    ...broker,
    providers: { ...broker.providers, signIns: signIns.prove, codes: signIns.proveCode },
    once: onceIn(store),
    revoked: revokedIn(store),
    signIns,
    console: consoleWithin(rim),
    url,
  };
  const dialect = portal({
    url,
    providers: configuration.saml.map(({ name }) => name),
    hasConsole: consoleOf(rim.environment().partition) !== undefined,
    signInStandIn: rim.embeddedAws?.endpoint,
  });
  return serve({ door: 'portal', dialect, act: answer }, means);
};

async function answer(asked: PortalAsked, broker: ConsoleBroker & SignInBroker, trail: Trail): Promise<PortalAnswered> {
  switch (asked.wants) {
    case 'page': {
      const { proof, waiting } = asked;
      const told = waiting && { waiting };
      if (!proof) return { shows: 'sign-in', ...told };
      return { shows: 'grants', ...(await list({ proof }, broker, trail)), ...told };
    }
    case 'credentials':
      return { shows: 'credentials', exchanged: await exchange(asked, broker, trail) };
    case 'console':
      return { shows: 'console', link: await openConsole(asked, broker, trail) };
    case 'code': {
      const { proof, grant, waiting } = asked;
      const { handle } = await giveCode({ proof, grant, challenge: waiting.challenge }, broker, trail);
      return { shows: 'code', code: handle, grant, waiting };
    }
    case 'redemption':
      return { shows: 'redeemed', exchanged: await exchange(asked, broker, trail) };
    case 'sign-out':
      return { shows: 'nothing' };
  }
}

export const handler = deployed(open);
