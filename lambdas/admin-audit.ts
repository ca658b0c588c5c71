// GET /v1/admin/audit: who got which role when, to operators.

import { type AskIndex, type AuditPage, findExchanges } from '../lib/audit/audit-question.ts';
import type { Trail } from '../lib/audit/audit-record.ts';
import { dynamoDbAuditIndexes } from '../lib/audit/dynamodb-audit.ts';
import { type AuditAsked, audit } from '../lib/dialects/audit.ts';
import type { OpenDoor } from '../lib/door.ts';
import { auditTableWithin } from './audit.ts';
import { deployed } from './rim.ts';
import { type Recorder, recorderWithin, serve } from './serve.ts';

interface Means extends Recorder {
  readonly ask: AskIndex;
}

export const open: OpenDoor = (rim) => {
  const means: Means = { ...recorderWithin(rim), ask: dynamoDbAuditIndexes(auditTableWithin(rim)) };
  return serve({ door: 'admin-audit', dialect: audit(rim.clock), act: answer }, means);
};

/** Whoever looks into the trail stands in it. */
function answer({ operator, question, about }: AuditAsked, { ask }: Means, trail: Trail): Promise<AuditPage> {
  trail.operator = { arn: operator, asked: 'audit', about };
  return findExchanges(question, ask);
}

export const handler = deployed(open);
