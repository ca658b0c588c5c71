// DynamoDB on this machine, by dynalite, behind the signature and the permissions of whoever asks: a door may do with
// the table what the template lets its role do, and nothing else.

import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { AwsError, type AwsErrorForm } from '../../aws-query/aws-error.ts';
import type { Keys } from '../../policy/context.ts';
import { isRecord } from '../../record.ts';
import { close, listen, loopback } from '../listen.ts';
import { type Resource, resourcesOf, type StackTemplate } from '../template.ts';
import type { AccessScene } from './access.ts';
import type { Caller } from './caller.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { demandInJson, membersOf } from './json-protocol.ts';
import type { AwsAnswer, Service } from './service.ts';
import type { Sessions } from './sessions.ts';
import { type SignedRequest, verifySignatureV4 } from './signature-v4.ts';

export interface EmbeddedDynamoDb {
  readonly service: Service;
  stop(): Promise<void>;
}

const target = 'DynamoDB_20120810.';

export const isForDynamoDb = ({ headers }: SignedRequest) => headers.get('x-amz-target')?.startsWith(target) ?? false;

export interface DynamoDbOf {
  readonly stack: StackTemplate;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
}

/** Resolves when the tables of the stack are there. */
export async function embeddedDynamoDb({ stack, iam, sessions }: DynamoDbOf): Promise<EmbeddedDynamoDb> {
  const server = dynalite({ createTableMs: 0 });
  await listen(server, 0);
  const tables = resourcesOf(stack, 'AWS::DynamoDB::Table');
  for (const { logicalId, properties } of tables) {
    const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = properties;
    const keys = {
      AttributeDefinitions,
      KeySchema,
      ...(GlobalSecondaryIndexes !== undefined && { GlobalSecondaryIndexes }),
    };
    const table = { TableName: logicalId, ...keys, BillingMode: 'PAY_PER_REQUEST' };
    const { status, body } = await send(server, 'CreateTable', JSON.stringify(table));
    if (status !== 200) throw new Error(`The table ${logicalId} could not be made: ${body}`);
  }
  return {
    async service(request) {
      const { now, sourceIp } = request;
      const operation = request.headers.get('x-amz-target')?.slice(target.length) ?? '';
      const body = request.body.toString('utf8');
      try {
        const asked = membersOf(body);
        const { caller } = verifySignatureV4(request, { iam, sessions, service: 'dynamodb', now });
        authorize({ operation, asked, caller, stack, tables }, { iam, now, sourceIp });
      } catch (error) {
        if (error instanceof AwsError) return refused(error.form);
        throw error;
      }
      return send(server, operation, body);
    },
    stop: () => close(server),
  };
}

interface Asked {
  readonly operation: string;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  readonly stack: StackTemplate;
  readonly tables: readonly Resource[];
}

/** What an operation touches: a table or an index of one, and the partition keys of the items that it names. */
interface Touched {
  readonly resource: string;
  readonly leadingKeys: readonly string[];
}

function authorize({ operation, asked, caller, ...there }: Asked, scene: AccessScene): void {
  for (const { resource, leadingKeys } of touchedBy(operation, asked, there)) {
    const keys: Keys = leadingKeys.length === 0 ? [] : [['dynamodb:LeadingKeys', leadingKeys]];
    const access = { caller, action: `dynamodb:${operation}`, resource, keys };
    demandInJson(access, scene);
  }
}

type Members = Readonly<Record<string, unknown>>;

/** What the operation reads, and not what else stands beside it. Of a query no leading key is told, so that it has none. */
function touchedBy(operation: string, asked: Members, there: Pick<Asked, 'stack' | 'tables'>): readonly Touched[] {
  if (operation === 'BatchWriteItem') {
    const requests = Object.entries(isRecord(asked.RequestItems) ? asked.RequestItems : {});
    return requests.map(([table, list]) => touched(table, itemsWritten(list), there));
  }
  const index = operation === 'Query' && typeof asked.IndexName === 'string' ? asked.IndexName : undefined;
  return [touched(String(asked.TableName), [asked[operation === 'PutItem' ? 'Item' : 'Key']], there, index)];
}

const itemsWritten = (requests: unknown): readonly unknown[] =>
  (Array.isArray(requests) ? requests : []).flatMap((each: unknown) => {
    const { PutRequest: put, DeleteRequest: gone } = isRecord(each) ? each : {};
    return [...(isRecord(put) ? [put.Item] : []), ...(isRecord(gone) ? [gone.Key] : [])];
  });

function touched(
  table: string,
  items: readonly unknown[],
  { stack, tables }: Pick<Asked, 'stack' | 'tables'>,
  index?: string,
): Touched {
  const properties = tables.find(({ logicalId }) => logicalId === table)?.properties;
  const schema = (properties?.KeySchema ?? []) as readonly {
    readonly AttributeName: string;
    readonly KeyType: string;
  }[];
  const name = schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
  const leadingKeys = items.flatMap((item) => {
    const key = isRecord(item) ? item[name] : undefined;
    const [value] = isRecord(key) ? Object.values(key) : [];
    return value === undefined ? [] : [String(value)];
  });
  const arn = `arn:aws:dynamodb:${stack.region}:${stack.account}:table/${table}`;
  return { resource: index === undefined ? arn : `${arn}/index/${index}`, leadingKeys };
}

const jsonType = 'application/x-amz-json-1.0';

/** DynamoDB has names of its own for what is wrong with a signature. */
const ownNames = new Map([
  ['InvalidClientTokenId', 'UnrecognizedClientException'],
  ['ExpiredToken', 'ExpiredTokenException'],
  ['SignatureDoesNotMatch', 'InvalidSignatureException'],
  ['IncompleteSignature', 'IncompleteSignatureException'],
  ['MissingAuthenticationToken', 'MissingAuthenticationTokenException'],
]);

const refused = ({ code, message = '' }: AwsErrorForm): AwsAnswer => ({
  status: 400,
  headers: { 'content-type': jsonType },
  body: JSON.stringify({ __type: `com.amazon.coral.service#${ownNames.get(code) ?? code}`, Message: message }),
});

/** dynalite wants a signature to be there and verifies none: that is done by now. */
const anySignature =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local';

function send(server: Server, operation: string, body: string): Promise<AwsAnswer> {
  const { port } = server.address() as AddressInfo;
  const headers = {
    'content-type': jsonType,
    'x-amz-target': target + operation,
    'x-amz-date': '20260101T000000Z',
    authorization: anySignature,
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: loopback, port, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        // The SDK checks it where it is there.
        const checksum = response.headers['x-amz-crc32'];
        resolve({
          status: response.statusCode ?? 500,
          headers: { 'content-type': jsonType, ...(checksum && { 'x-amz-crc32': String(checksum) }) },
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
