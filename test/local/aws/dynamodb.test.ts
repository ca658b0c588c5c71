// The store's real adapter against the embedded DynamoDB: what the template lets a role do, over HTTP and signed. The SDK
// signs by the clock of this machine, so that is the clock here.

import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { embeddedDynamoDb } from '../../../lib/local/aws/dynamodb.ts';
import { type Session, sessions } from '../../../lib/local/aws/sessions.ts';
import { listen, loopback } from '../../../lib/local/listen.ts';
import { Refusal } from '../../../lib/refusal.ts';
import { dynamoDbStore } from '../../../lib/store/dynamodb-store.ts';
import { anEmbeddedAws, anIam } from '../../kit/embedded-aws.ts';
import { freePorts, overHttp } from '../../kit/loopback.ts';
import { signedRequest } from '../../kit/signer.ts';
import { anAccount, roleArn } from '../../kit/sts.ts';

const tableArn = { 'Fn::GetAtt': ['Once', 'Arn'] };
const leading = (...prefixes: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}*`) },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});
const allow = (action: string, condition: object = {}, resource: unknown = tableArn) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  Condition: condition,
});

/** Roles as synthesis makes them, by name. */
const statements: Readonly<Record<string, readonly unknown[]>> = {
  acs: [allow('dynamodb:PutItem', leading('assertion#', 'request#')), allow('dynamodb:GetItem', leading('metadata#'))],
  admin: [allow('dynamodb:*', {}, '*')],
  elsewhere: [allow('dynamodb:*', {}, `arn:aws:dynamodb:us-east-1:${anAccount}:table/Other`)],
  denied: [allow('dynamodb:*', {}, '*'), { ...allow('dynamodb:PutItem', {}, '*'), Effect: 'Deny' }],
  finder: [allow('dynamodb:Query', {}, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Trail', 'Arn'] }, '/index/byDay']] })],
  batches: [allow('dynamodb:BatchWriteItem', leading('assertion#'))],
  nobody: [],
};

const role = (RoleName: string, Statement: readonly unknown[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    ...(Statement.length > 0 && {
      Policies: [{ PolicyName: 'table', PolicyDocument: { Version: '2012-10-17', Statement } }],
    }),
  },
});

const theStack = {
  account: anAccount,
  region: 'us-east-1',
  template: {
    Resources: {
      Once: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        },
      },
      Trail: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [
            { AttributeName: 'id', AttributeType: 'S' },
            { AttributeName: 'day', AttributeType: 'S' },
          ],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          GlobalSecondaryIndexes: ['byDay', 'byNight'].map((IndexName) => ({
            IndexName,
            KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          })),
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
      ...Object.fromEntries(Object.entries(statements).map(([name, list]) => [name, role(name, list)])),
    },
  },
};

const clock = () => new Date();

async function anAws() {
  const { address, iam, sessions } = await anEmbeddedAws({
    stacks: [theStack],
    clock,
    async dynamoDb(around) {
      const made = await embeddedDynamoDb({ stack: theStack, ...around });
      onTestFinished(() => made.stop());
      return made;
    },
  });
  const sessionOf = (name: string, seconds = 3600): Session => {
    const id = iam.role(roleArn(name))?.id ?? 'AROAGONE';
    return sessions.issue({
      account: anAccount,
      principal: { kind: 'role', roleId: id, sessionName: 'function' },
      expires: new Date(Date.now() + seconds * 1000),
    });
  };
  const clientOf = (session: Session) => ({ endpoint: address, credentials: async () => session });
  const storeOf = (session: Session, table = 'Once') =>
    dynamoDbStore({ table, region: 'us-east-1', client: clientOf(session) });
  return {
    address,
    sessionOf,
    storeOf,
    store: (name = 'acs') => storeOf(sessionOf(name)),
    client: (name: string) => new DynamoDBClient({ region: 'us-east-1', maxAttempts: 1, ...clientOf(sessionOf(name)) }),
  };
}

const now = new Date('2026-06-01T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

/** The refusal, as code and reason. */
async function refusalOf(promise: Promise<unknown>): Promise<readonly unknown[]> {
  try {
    return ['resolved', await promise];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [error.code, error.detail.why];
  }
}

describe('an item once', () => {
  test('the first put counts, and no later one', async () => {
    const store = (await anAws()).store();
    const item = { key: 'assertion#a', until: later(60) };
    expect(await store.putOnce(item, now)).toBe(true);
    expect(await store.putOnce(item, now)).toBe(false);
    expect(await store.putOnce({ ...item, until: later(600) }, later(59))).toBe(false);
    expect(await store.putOnce({ key: 'assertion#b', until: later(60) }, now)).toBe(true);
  });

  test('of 50 at once one counts, whichever instance asks', async () => {
    const aws = await anAws();
    const stores = [aws.store(), aws.store(), aws.store('admin')];
    for (const key of ['assertion#x', 'assertion#y', 'request#z']) {
      const asked = Array.from({ length: 50 }, (_, index) =>
        stores[index % 3]?.putOnce({ key, until: later(60) }, now),
      );
      expect((await Promise.all(asked)).filter(Boolean)).toEqual([true]);
    }
  });

  test('what one instance put the other finds', async () => {
    const aws = await anAws();
    const item = { key: 'assertion#a', until: later(60) };
    expect(await aws.store().putOnce(item, now)).toBe(true);
    expect(await aws.store().putOnce(item, now)).toBe(false);
  });

  test('one that has ended is replaced at once, though nobody deletes it', async () => {
    const aws = await anAws();
    const store = aws.store();
    const key = 'assertion#a';
    expect(await store.putOnce({ key, until: later(60) }, now)).toBe(true);
    expect(await store.putOnce({ key, until: later(120) }, later(59.999))).toBe(false);
    expect(await store.putOnce({ key, until: later(120) }, later(60))).toBe(true);
    expect(await store.putOnce({ key, until: later(180) }, later(60))).toBe(false);
    expect(await store.putOnce({ key, until: later(180) }, later(120))).toBe(true);
  });

  test('of 50 at once one replaces what has ended', async () => {
    const store = (await anAws()).store();
    const key = 'assertion#a';
    await store.putOnce({ key, until: later(1) }, now);
    const asked = Array.from({ length: 50 }, () => store.putOnce({ key, until: later(60) }, later(2)));
    expect((await Promise.all(asked)).filter(Boolean)).toEqual([true]);
  });

  test('an end within a second is rounded away from danger', async () => {
    const store = (await anAws()).store();
    const item = { key: 'assertion#a', until: later(60.2) };
    expect(await store.putOnce(item, now)).toBe(true);
    expect(await store.putOnce(item, later(60.9))).toBe(false);
    expect(await store.putOnce({ ...item, until: later(120) }, later(61))).toBe(true);
  });
});

describe('a value', () => {
  test('is there for every instance until it ends, and is replaced by the next', async () => {
    const aws = await anAws();
    const [one, two] = [aws.store('admin'), aws.store('admin')];
    await one.put({ key: 'sign-in#a', until: later(60), value: 'first' });
    expect(await two.get('sign-in#a', now)).toBe('first');
    await two.put({ key: 'sign-in#a', until: later(60), value: 'second "quoted" é😀' });
    expect(await one.get('sign-in#a', now)).toBe('second "quoted" é😀');
  });

  test('that has ended is not there, though nobody deleted it', async () => {
    const store = (await anAws()).store('admin');
    await store.put({ key: 'sign-in#a', until: later(60), value: 'x' });
    expect(await store.get('sign-in#a', later(59.999))).toBe('x');
    expect(await store.get('sign-in#a', later(60))).toBeUndefined();
    expect(await store.get('sign-in#a', later(86_400))).toBeUndefined();
  });

  test('of a key that is not there, or of an item without one, is undefined', async () => {
    const store = (await anAws()).store('admin');
    await store.put({ key: 'request#a', until: later(60) });
    expect(await store.get('request#a', now)).toBeUndefined();
    expect(await store.get('request#b', now)).toBeUndefined();
  });
});

describe('a value that others change, too', () => {
  test('is replaced by whoever knew the one before, and of many at once by one', async () => {
    const aws = await anAws();
    const store = aws.store('admin');
    const item = (value: string) => ({ key: 'revoked#list', until: later(60), value });
    expect(await store.replace(item('a'), undefined)).toBe(true);
    expect(await store.replace(item('b'), undefined)).toBe(false);
    expect(await store.replace(item('b'), 'x')).toBe(false);
    const asked = Array.from({ length: 20 }, (_, index) => aws.store('admin').replace(item(`b${index}`), 'a'));
    expect((await Promise.all(asked)).filter(Boolean)).toEqual([true]);
    expect(await store.get('revoked#list', now)).toMatch(/^b\d+$/);
  });
});

describe('who may', () => {
  const item = { key: 'assertion#a', until: later(60) };
  const accessDenied = ['store_unavailable', 'AccessDeniedException'];

  test.each(['nobody', 'elsewhere', 'denied'])('the role %s puts nothing', async (name) => {
    const aws = await anAws();
    expect(await refusalOf(aws.store(name).putOnce(item, now))).toEqual(accessDenied);
    expect(await refusalOf(aws.store(name).put(item))).toEqual(accessDenied);
    expect(await aws.store().putOnce(item, now)).toBe(true);
  });

  test.each(['sign-in#a', 'metadata#corp', 'a', '', 'ASSERTION#a', ' assertion#a', 'xassertion#a'])(
    'the key "%s" is outside what the role may put',
    async (key) => {
      expect(await refusalOf((await anAws()).store().putOnce({ ...item, key }, now))).toEqual(accessDenied);
    },
  );

  test('what may be put need not be what may be read', async () => {
    const store = (await anAws()).store();
    expect(await refusalOf(store.get('assertion#a', now))).toEqual(accessDenied);
    expect(await refusalOf(store.get('sign-in#a', now))).toEqual(accessDenied);
    expect(await store.get('metadata#corp', now)).toBeUndefined();
  });

  test('an item without a key is denied where keys are limited, and no item where they are not', async () => {
    const aws = await anAws();
    const put = new PutItemCommand({ TableName: 'Once', Item: { expires: { N: '1' } } });
    await expect(aws.client('acs').send(put)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(aws.client('admin').send(put)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('an operation that nobody allowed is denied', async () => {
    const scan = new ScanCommand({ TableName: 'Once' });
    await expect((await anAws()).client('acs').send(scan)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::${anAccount}:assumed-role/acs/function is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:${anAccount}:table/Once because no identity-based policy allows the dynamodb:Scan action`,
    });
  });

  const query = (more: object) =>
    new QueryCommand({
      TableName: 'Trail',
      KeyConditionExpression: '#day = :day',
      ExpressionAttributeNames: { '#day': 'day' },
      ExpressionAttributeValues: { ':day': { S: '2026-06-01' } },
      ...more,
    });

  test('an index is asked by whoever may ask that one', async () => {
    const aws = await anAws();
    await aws
      .client('admin')
      .send(new PutItemCommand({ TableName: 'Trail', Item: { id: { S: '1' }, day: { S: '2026-06-01' } } }));
    const finder = aws.client('finder');
    expect((await finder.send(query({ IndexName: 'byDay' }))).Count).toBe(1);
    const denied = { name: 'AccessDeniedException' };
    await expect(finder.send(query({ IndexName: 'byNight' }))).rejects.toMatchObject(denied);
    await expect(finder.send(query({}))).rejects.toMatchObject(denied);
    await expect(aws.client('acs').send(query({ IndexName: 'byDay' }))).rejects.toMatchObject(denied);
  });

  test('of a batch every item and every table must be allowed', async () => {
    const aws = await anAws();
    const put = (key: string) => ({ PutRequest: { Item: { key: { S: key }, expires: { N: '1' } } } });
    const batch = (
      requests: Record<string, { PutRequest: { Item: Record<string, { S: string } | { N: string }> } }[]>,
    ) => aws.client('batches').send(new BatchWriteItemCommand({ RequestItems: requests as never }));
    expect((await batch({ Once: [put('assertion#a'), put('assertion#b')] })).UnprocessedItems).toEqual({});
    const denied = { name: 'AccessDeniedException' };
    await expect(batch({ Once: [put('assertion#a'), put('sign-in#a')] })).rejects.toMatchObject(denied);
    await expect(batch({ Once: [put('assertion#a')], Trail: [put('assertion#a')] })).rejects.toMatchObject(denied);
  });

  test('a session of a role that is gone is nobody’s', async () => {
    const aws = await anAws();
    expect((await refusalOf(aws.storeOf(aws.sessionOf('gone')).putOnce(item, now)))[0]).toBe('store_unavailable');
  });

  test.each<[string, (session: Session) => Partial<Session>]>([
    ['another secret', () => ({ secretAccessKey: 'x'.repeat(40) })],
    ['another token', () => ({ sessionToken: 'x' })],
    ['another key', () => ({ accessKeyId: 'ASIAAAAAAAAAAAAAAAAA' })],
  ])('%s is refused, and nothing is put', async (_, bend) => {
    const aws = await anAws();
    const session = aws.sessionOf('acs');
    const [code, why] = await refusalOf(aws.storeOf({ ...session, ...bend(session) }).putOnce(item, now));
    expect(code).toBe('store_unavailable');
    expect(why).toMatch(/^(InvalidSignatureException|UnrecognizedClientException)$/);
    expect(await aws.store().putOnce(item, now)).toBe(true);
  });

  test('credentials that have ended are refused', async () => {
    const aws = await anAws();
    const ended = aws.sessionOf('acs', -1);
    // The SDK must not know, or it would ask for others.
    const { expires: _, ...keys } = ended;
    expect(await refusalOf(aws.storeOf(keys as Session).putOnce(item, now))).toEqual([
      'store_unavailable',
      'ExpiredTokenException',
    ]);
  });
});

describe('on the wire', () => {
  const put = (key: string) => JSON.stringify({ TableName: 'Once', Item: { key: { S: key }, expires: { N: '1' } } });
  const headers = (operation: string) => ({
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
  });
  const typeIn = (body: string) => String((JSON.parse(body) as { __type?: unknown }).__type);

  test('a request that nobody signed is refused', async () => {
    const { address } = await anAws();
    const answer = await overHttp(address, { headers: headers('PutItem'), body: put('assertion#a') });
    expect([answer.status, typeIn(answer.body)]).toEqual([400, expect.stringContaining('MissingAuthenticationToken')]);
  });

  /** Signed by hand for DynamoDB, then bent. */
  async function signed(
    operation: string,
    body: string,
    { role = 'acs', service = 'dynamodb', sent = body }: { role?: string; service?: string; sent?: string } = {},
  ) {
    const aws = await anAws();
    const settings = { body, service, at: new Date(), headers: headers(operation) };
    const request = signedRequest(aws.sessionOf(role), new URL(aws.address).host, settings);
    return overHttp(aws.address, { ...request, body: sent });
  }

  test('one that is signed for DynamoDB is answered', async () => {
    expect((await signed('PutItem', put('assertion#a'))).status).toBe(200);
  });

  test('one that is signed for STS is not', async () => {
    const answer = await signed('PutItem', put('assertion#a'), { service: 'sts' });
    expect([answer.status, typeIn(answer.body)]).toEqual([400, expect.stringContaining('InvalidSignatureException')]);
  });

  test('nor one whose body was changed', async () => {
    const answer = await signed('PutItem', put('assertion#a'), { sent: put('assertion#b') });
    expect(typeIn(answer.body)).toContain('InvalidSignatureException');
  });

  test('an item beside the key does not lend it another beginning', async () => {
    const body = JSON.stringify({
      TableName: 'Once',
      Key: { key: { S: 'sign-in#a' } },
      Item: { key: { S: 'metadata#a' } },
      ConsistentRead: true,
    });
    const answer = await signed('GetItem', body);
    expect(answer.status).toBe(400);
  });

  test.each(['', '{', '[]', 'null', '"text"'])('a body of %s is the sender’s fault', async (body) => {
    expect((await signed('PutItem', body, { role: 'admin' })).status).toBe(400);
  });
});

describe('trouble', () => {
  const item = { key: 'assertion#a', until: later(60) };

  /** Each within so many milliseconds, every method. */
  async function refuseWithin(milliseconds: number, store: ReturnType<typeof dynamoDbStore>, why: unknown) {
    const asked = [store.putOnce(item, now), store.put(item), store.get(item.key, now)];
    const tooLate = new Promise<readonly unknown[]>((resolve) => {
      setTimeout(() => resolve(['no answer', milliseconds]), milliseconds).unref();
    });
    const refusals = await Promise.all(asked.map((each) => Promise.race([refusalOf(each), tooLate])));
    expect(refusals).toEqual(asked.map(() => ['store_unavailable', why]));
  }

  const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' });
  const storeAt = (endpoint: string) =>
    dynamoDbStore({ table: 'Once', region: 'us-east-1', client: { endpoint, credentials } });

  test('a table that is not there', async () => {
    const aws = await anAws();
    await refuseWithin(2000, aws.storeOf(aws.sessionOf('admin'), 'Gone'), 'ResourceNotFoundException');
  });

  test('nobody listens', async () => {
    const port = await freePorts(1);
    await refuseWithin(3000, storeAt(`http://${loopback}:${port}`), expect.any(String));
  });

  test('somebody listens and never answers', { timeout: 20_000 }, async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket));
    await listen(silent as never, 0);
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    await refuseWithin(6000, storeAt(`http://${loopback}:${port}`), expect.any(String));
  });

  test('DynamoDB that was stopped', async () => {
    const { address, iam, sessions } = await anEmbeddedAws({
      stacks: [theStack],
      clock,
      async dynamoDb(around) {
        const made = await embeddedDynamoDb({ stack: theStack, ...around });
        await made.stop();
        return made;
      },
    });
    const roleId = iam.role(roleArn('admin'))?.id ?? '';
    const session = sessions.issue({
      account: anAccount,
      principal: { kind: 'role', roleId, sessionName: 'function' },
      expires: new Date(Date.now() + 60_000),
    });
    const store = dynamoDbStore({
      table: 'Once',
      region: 'us-east-1',
      client: { endpoint: address, credentials: async () => session },
    });
    await refuseWithin(6000, store, expect.any(String));
  });

  test('every key is there still when it is asked for by the SDK itself', async () => {
    const aws = await anAws();
    await aws.store().putOnce(item, now);
    const { Item } = await aws
      .client('admin')
      .send(new GetItemCommand({ TableName: 'Once', Key: { key: { S: item.key } }, ConsistentRead: true }));
    expect(Item).toEqual({ key: { S: item.key }, expires: { N: String(later(60).getTime() / 1000) } });
  });
});

test('a stack without a table has a DynamoDB without one', async () => {
  const bare = { account: anAccount, region: 'us-east-1', template: { Resources: {} } };
  const dynamoDb = await embeddedDynamoDb({ stack: bare, iam: anIam([bare]), sessions: sessions(clock) });
  await dynamoDb.stop();
});
