// POST / and GET /: what AWS STS answers, for callers whose endpoint is here.

import type { Trail } from '../lib/audit/audit-record.ts';
import { type StsAnswered, type StsAsked, stsQuery } from '../lib/dialects/sts-query.ts';
import type { OpenDoor } from '../lib/door.ts';
import { exchange, type IssuingBroker } from '../lib/exchange.ts';
import type { IssuedSessions } from '../lib/issue/issued-sessions.ts';
import { Refusal } from '../lib/refusal.ts';
import { narrowSession } from '../lib/session/narrow-session.ts';
import { portalPath } from '../lib/sign-in/our-addresses.ts';
import { anyProofBrokerWithin } from './any-proof.ts';
import { configurationWithin } from './configuration.ts';
import { issuedWithin } from './issued.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

interface Means extends IssuingBroker {
  readonly issued: IssuedSessions;
}

/** The tools that come here ask next who they are. */
const longestKeepMilliseconds = 2000;

export const open: OpenDoor = (rim) => {
  const configuration = configurationWithin(rim);
  const issued = issuedWithin(rim, longestKeepMilliseconds);
  const broker = anyProofBrokerWithin(rim, configuration);
  const dialect = stsQuery({ portal: configuration.saml.length > 0 ? portalPath : undefined });
  const means: Means = { ...broker, narrow: narrowSession, remember: issued.keep, issued };
  return serve({ door: 'sts-query', dialect, act: answer }, means);
};

async function answer(asked: StsAsked, means: Means, trail: Trail): Promise<StsAnswered> {
  switch (asked.action) {
    case 'page':
      return asked;
    case 'GetCallerIdentity': {
      const caller = await means.issued.find(asked.shown, means.clock());
      if (!caller) throw new Refusal('credentials_unknown', { accessKeyId: asked.shown.accessKeyId });
      return { action: asked.action, caller };
    }
    default:
      return { action: asked.action, exchanged: await exchange(asked.exchange, means, trail) };
  }
}

export const handler = deployed(open);
