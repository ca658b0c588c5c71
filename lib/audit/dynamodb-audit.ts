// The trail in a DynamoDB table: single puts that change nothing that is there, and queries of its indexes.

import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { Refusal } from '../refusal.ts';
import { type AuditEntry, auditAttributes, auditIndexes, type IndexedBy } from './audit-entry.ts';
import { type AskIndex, dayMilliseconds, type Filter, type IndexQuestion } from './audit-question.ts';
import type { AuditWriting } from './record-exchanges.ts';

export interface DynamoDbAuditSettings {
  readonly table: string;
  readonly region: string;
  /** Where and as whom, when that is not what the SDK finds out by itself. */
  readonly client?: Pick<DynamoDBClientConfig, 'endpoint' | 'credentials'>;
}

const clientOf = ({ region, client = {} }: DynamoDbAuditSettings) =>
  new DynamoDBClient({
    region,
    ...client,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
  });

const text = (value: string): AttributeValue => ({ S: value });
const { id: idName, time: timeName, expires: expiresName, day: dayName, ...named } = auditAttributes;

/** BatchWriteItem would take fewer calls, and a permission that also deletes. */
export function dynamoDbAuditWriting(settings: DynamoDbAuditSettings & { readonly keptDays: number }): AuditWriting {
  const { table, keptDays } = settings;
  const dynamoDb = clientOf(settings);
  return {
    async add(entry) {
      const { id, time, ...more } = entry;
      const expires = Math.ceil((Date.parse(time) + keptDays * dayMilliseconds) / 1000);
      const item = {
        [idName]: text(id),
        [timeName]: text(time),
        [dayName]: text(time.slice(0, 10)),
        [expiresName]: { N: String(expires) },
        ...Object.fromEntries(
          Object.entries(more).map(([name, value]) => [named[name as keyof typeof named], text(value)]),
        ),
      };
      try {
        await dynamoDb.send(
          new PutItemCommand({
            TableName: table,
            Item: item,
            // A line may be delivered twice, and none may rewrite what stands there.
            ConditionExpression: 'attribute_not_exists(#id)',
            ExpressionAttributeNames: { '#id': idName },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

/** The attribute whose value an index has together. */
const partitionOf = (by: IndexedBy): string => auditAttributes[by];

export function dynamoDbAuditIndexes(settings: DynamoDbAuditSettings): AskIndex {
  const dynamoDb = clientOf(settings);
  return async (asked) => {
    const { by, value, limit, after, only } = asked;
    const query = new QueryCommand({
      TableName: settings.table,
      IndexName: auditIndexes[by],
      ScanIndexForward: false,
      // DynamoDB counts before it filters.
      ...(Object.keys(only).length === 0 && { Limit: limit }),
      ...conditionsOf(asked),
      ...(after?.id !== undefined && {
        ExclusiveStartKey: { [partitionOf(by)]: text(value), [timeName]: text(after.time), [idName]: text(after.id) },
      }),
    });
    const { Items: items = [], LastEvaluatedKey: last } = await dynamoDb.send(query).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.name : 'unknown';
      throw new Refusal('audit_unavailable', { why }, { cause });
    });
    const next = { time: last?.[timeName]?.S ?? '', id: last?.[idName]?.S ?? '' };
    return { entries: items.map(entryIn), ...(last && { next }) };
  };
}

/** Names that DynamoDB keeps for itself are written with a # before them, and so are all. */
function conditionsOf({ by, value, since, until, only }: IndexQuestion) {
  const others = Object.entries(only) as [Filter, string][];
  return {
    KeyConditionExpression: '#by = :by AND #time BETWEEN :since AND :until',
    ...(others.length > 0 && { FilterExpression: others.map(([name]) => `#${name} = :${name}`).join(' AND ') }),
    ExpressionAttributeNames: {
      '#by': partitionOf(by),
      '#time': timeName,
      ...Object.fromEntries(others.map(([name]) => [`#${name}`, auditAttributes[name]])),
    },
    ExpressionAttributeValues: {
      ':by': text(value),
      ':since': text(since),
      ':until': text(until),
      ...Object.fromEntries(others.map(([name, wanted]) => [`:${name}`, text(wanted)])),
    },
  };
}

function entryIn(item: Readonly<Record<string, AttributeValue>>): AuditEntry {
  const found = Object.entries(auditAttributes).flatMap(([name, attribute]) => {
    const value = item[attribute]?.S;
    return value === undefined || name === 'day' ? [] : [[name, value]];
  });
  return Object.fromEntries(found) as AuditEntry;
}
