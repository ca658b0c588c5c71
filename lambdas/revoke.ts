// POST and GET /v1/admin/revoke: what is given no more, and denied where it was given.

import { type AskIndex, findExchanges } from '../lib/audit/audit-question.ts';
import type { Trail } from '../lib/audit/audit-record.ts';
import { dynamoDbAuditIndexes } from '../lib/audit/dynamodb-audit.ts';
import { malformed } from '../lib/dialects/json.ts';
import { revoke as dialect, type NamedTarget, type RevokeAnswered, type RevokeAsked } from '../lib/dialects/revoke.ts';
import type { OpenDoor } from '../lib/door.ts';
import { Refusal } from '../lib/refusal.ts';
import { nameOf, revocationsIn, type Target } from '../lib/revoke/revocation.ts';
import { lift, type RevokeMeans, revoke } from '../lib/revoke/revoke.ts';
import { keptSeconds } from '../lib/revoke/revoked.ts';
import { auditTableWithin } from './audit.ts';
import { configurationWithin } from './configuration.ts';
import { revokeMeansWithin } from './revoke-means.ts';
import { deployed } from './rim.ts';
import { type Recorder, recorderWithin, serve } from './serve.ts';

interface Means extends Recorder {
  readonly revoking: Omit<RevokeMeans, 'now'>;
  readonly ask: AskIndex;
  readonly providers: readonly string[];
}

export const open: OpenDoor = (rim) => {
  const configuration = configurationWithin(rim);
  const means: Means = {
    ...recorderWithin(rim),
    revoking: revokeMeansWithin(rim, configuration),
    ask: dynamoDbAuditIndexes(auditTableWithin(rim)),
    providers: [...configuration.oidc, ...configuration.saml, ...configuration.aws].map(({ name }) => name),
  };
  return serve({ door: 'revoke', dialect, act: answer }, means);
};

async function answer(asked: RevokeAsked, means: Means, trail: Trail): Promise<RevokeAnswered> {
  const { operator: arn, wants } = asked;
  const now = means.clock();
  const { store } = means.revoking;
  if (wants === 'list') {
    trail.operator = { arn, asked: 'revoke', about: { wants } };
    return { tells: 'list', revocations: await revocationsIn(store, now) };
  }
  const { target: named, reason, dryRun } = asked;
  trail.operator = {
    arn,
    asked: 'revoke',
    about: { wants, [named.kind]: named.name, reason, ...(dryRun && { dryRun }) },
    ...(named.kind === 'grant' && { grant: named.name }),
  };
  const revoking = { ...means.revoking, now, dryRun };
  const told = {
    tells: 'done' as const,
    ...(dryRun && { dryRun: true as const }),
    newExchanges: exchangesAfter(named, wants),
  };
  if (wants === 'lift') {
    const there = (await revocationsIn(store, now)).find(
      (each) => each.kind === named.kind && nameOf(each) === named.name,
    );
    if (!there) return { tells: 'done', done: 'nothing', changed: false, roles: [], newExchanges: 'as before' };
    return { ...told, done: 'lifted', ...(await lift(there, revoking)) };
  }
  const target = await targetOf(named, means, now);
  const done = await revoke({ target, by: arn, ...(reason !== undefined && { reason }) }, revoking);
  return { ...told, done: 'revoked', ...done };
}

function exchangesAfter({ kind }: NamedTarget, wants: 'revoke' | 'lift'): string {
  if (kind === 'session') return 'as before: whoever had the session may get another';
  return `${wants === 'revoke' ? 'refused' : 'allowed again'}, in ${keptSeconds} s at the latest`;
}

/** What the configuration knows of it; a mistyped name would revoke nothing and say that it had. Throws a `Refusal`. */
async function targetOf({ kind, name }: NamedTarget, means: Means, now: Date): Promise<Target> {
  const { providers, revoking, ask } = means;
  switch (kind) {
    case 'session':
      return sessionTarget(name, ask, now);
    case 'person': {
      const provider = name.slice(0, name.indexOf('/'));
      if (!providers.includes(provider)) throw malformed(`The providers are ${providers.join(', ')}.`);
      return { kind, provider, subject: name.slice(provider.length + 1) };
    }
    case 'grant': {
      const grants = revoking.roles.flatMap((role) => role.grants);
      if (!grants.includes(name)) throw malformed(`The grants are ${grants.join(', ')}.`);
      return { kind, grant: name };
    }
    case 'role': {
      const arns = revoking.roles.map(({ arn }) => arn);
      if (!arns.includes(name)) throw malformed(`The roles of the grants are ${arns.join(', ')}.`);
      return { kind, role: name };
    }
  }
}

/** As its exchange was recorded. */
async function sessionTarget(key: string, ask: AskIndex, now: Date): Promise<Target> {
  const { entries } = await findExchanges({ key, since: new Date(0), until: now, limit: 1 }, ask);
  const record = JSON.parse(entries[0]?.record ?? '{}') as Readonly<Record<string, string | undefined>>;
  const { roleArn: role, assumedRoleId: userId, time: recorded, expiration: until } = record;
  if (role === undefined || userId === undefined || recorded === undefined || until === undefined) {
    throw new Refusal('credentials_unknown', { hint: 'It takes seconds until a new session can be found.' });
  }
  if (new Date(until) <= now) throw new Refusal('credentials_unknown', { until });
  return { kind: 'session', key, role, userId, recorded, until };
}

export const handler = deployed(open);
