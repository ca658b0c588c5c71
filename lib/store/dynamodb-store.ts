// The store in a DynamoDB table: single conditional writes and consistent reads. Time to live only tidies up: DynamoDB
// may take days over it, so whether an item has ended is always part of the question.

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { Refusal } from '../refusal.ts';
import { type Item, type Store, tableAttributes } from './store.ts';

const { key: keyName, expires: expiresName, value: valueName } = tableAttributes;
const names = { '#key': keyName, '#expires': expiresName };

export interface DynamoDbStoreSettings {
  readonly table: string;
  readonly region: string;
  /** Where and as whom, when that is not what the SDK finds out by itself. */
  readonly client?: Pick<DynamoDBClientConfig, 'endpoint' | 'credentials'>;
}

/** Methods reject with a `Refusal` when the table cannot be reached or says no. */
export function dynamoDbStore({ table, region, client = {} }: DynamoDbStoreSettings): Store {
  const dynamoDb = new DynamoDBClient({
    region,
    ...client,
    // A put whose answer was lost finds itself on the second attempt, and the sign-in is refused: better than twice.
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  /** Resolves to `false` where the condition does not hold. */
  const putWhere = async (
    item: Item,
    condition: Pick<
      PutItemCommandInput,
      'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
    >,
  ): Promise<boolean> => {
    try {
      await dynamoDb.send(new PutItemCommand({ TableName: table, Item: written(item), ...condition }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw unavailable(error);
    }
  };
  return {
    putOnce: (item, now) =>
      putWhere(item, {
        ConditionExpression: 'attribute_not_exists(#key) OR #expires <= :now',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':now': { N: seconds(now, Math.floor) } },
      }),
    async put(item) {
      await dynamoDb.send(new PutItemCommand({ TableName: table, Item: written(item) })).catch((error: unknown) => {
        throw unavailable(error);
      });
    },
    replace: (item, before) =>
      putWhere(item, {
        ...(before === undefined
          ? { ConditionExpression: 'attribute_not_exists(#value)' }
          : { ConditionExpression: '#value = :before', ExpressionAttributeValues: { ':before': { S: before } } }),
        ExpressionAttributeNames: { '#value': valueName },
      }),
    async get(key, now) {
      const wanted = { TableName: table, Key: { [keyName]: { S: key } }, ConsistentRead: true };
      const { Item: found } = await dynamoDb.send(new GetItemCommand(wanted)).catch((error: unknown) => {
        throw unavailable(error);
      });
      return Number(found?.[expiresName]?.N ?? 0) > now.getTime() / 1000 ? found?.[valueName]?.S : undefined;
    },
  };
}

const written = ({ key, until, value }: Item) => ({
  [keyName]: { S: key },
  [expiresName]: { N: seconds(until, Math.ceil) },
  ...(value !== undefined && { [valueName]: { S: value } }),
});

const seconds = (date: Date, round: (value: number) => number) => String(round(date.getTime() / 1000));

/** The error's name tells what is wrong; its message may tell what was asked. */
const unavailable = (cause: unknown) =>
  new Refusal('store_unavailable', { why: cause instanceof Error ? cause.name : 'unknown' }, { cause });
