// The embedded AWS over loopback HTTP: one endpoint for every service, told apart by what a request is signed for.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { stsProtocol } from '../../aws-query/answer.ts';
import type { Network } from '../../network/network.ts';
import { bodyOf, loopbackServer, pathAndQuery, TooLarge } from '../listen.ts';
import { meantHostHeader } from '../stand-ins.ts';
import { authorizationMessages } from './authorization-message.ts';
import { type EmbeddedDynamoDb, isForDynamoDb } from './dynamodb.ts';
import { ec2Service } from './ec2.ts';
import { type Federation, federationPath } from './federation.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { iamService } from './iam/service.ts';
import { errorAnswer } from './query-protocol.ts';
import type { Buckets } from './s3/buckets.ts';
import { s3Service } from './s3/service.ts';
import type { AwsAnswer, AwsRequest, Service } from './service.ts';
import type { Sessions } from './sessions.ts';
import { signedFor, signedRequestOf } from './signature-v4.ts';
import { stsService } from './sts/service.ts';
import { webIdentityIssuer } from './web-identity-issuer.ts';

export interface EmbeddedAws {
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  readonly buckets: Buckets;
  readonly network: Network;
  readonly clock: () => Date;
  readonly federation: Federation;
  /** `undefined` where the stack has no table. */
  readonly dynamoDb: EmbeddedDynamoDb | undefined;
  /** What else there is, by the names that requests are signed for. */
  readonly others?: ReadonlyMap<string, Service>;
  /** Regions that are off until an account switches them on, and were switched on. */
  readonly enabledRegions?: readonly string[];
}

/** STS's own limit; above it the answer is an empty 413. */
const longestBodyBytes = 10_000_000;
/** What this machine keeps of an object. */
const longestObjectBytes = 64 * 1024 * 1024;

export function awsServer(aws: EmbeddedAws): Server {
  const { iam, sessions, buckets, clock, federation, dynamoDb, network, others = new Map(), enabledRegions = [] } = aws;
  const messages = authorizationMessages();
  const issuer = webIdentityIssuer();
  const sts = stsService({ iam, sessions, network, messages, issuer, enabledRegions });
  const services = new Map<string | undefined, Service>([
    ['sts', sts],
    ['iam', iamService({ iam, sessions })],
    ['s3', s3Service({ iam, sessions, buckets })],
    ['ec2', ec2Service({ iam, sessions, messages })],
    ...(dynamoDb ? [['dynamodb', dynamoDb.service] as const] : []),
    ...others,
  ]);

  const answer = async (request: AwsRequest): Promise<AwsAnswer> => {
    if (request.path === federationPath) return federation.answer(formOf(request), request.now);
    const document = await issuer.answer(request.path);
    if (document) return document;
    // A request for DynamoDB tells so by its target, signed or not; what is signed for nobody here is STS's to refuse.
    const service = isForDynamoDb(request) ? 'dynamodb' : signedFor(request);
    const found = services.get(service);
    if (!found && service !== undefined && !formOf(request).has('Action'))
      return notHere(service, [...services.keys()]);
    return (found ?? sts)(request);
  };

  return loopbackServer((incoming, response) => {
    const cors = corsHeaders(incoming);
    if (incoming.method === 'OPTIONS') return void response.writeHead(cors ? 200 : 403, cors).end();
    const requestId = randomUUID();
    const longest = incoming.method === 'PUT' ? longestObjectBytes : longestBodyBytes;
    bodyOf(incoming, longest)
      .then((body) => answer(requestOf(incoming, { body, requestId, now: clock() })))
      .catch((error: unknown) => failed(error, requestId))
      .then((answered) => write(response, requestId, { ...answered, headers: { ...answered.headers, ...cors } }))
      .catch(() => response.destroy());
  });
}

const localOrigin = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/;

/** As STS answers pages, and S3 where a bucket's CORS configuration lets them: here pages of this machine. */
function corsHeaders({ headers }: IncomingMessage): Record<string, string> | undefined {
  const { origin = '' } = headers;
  if (!localOrigin.test(origin)) return undefined;
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, PUT, POST, DELETE, HEAD',
    'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
    'access-control-expose-headers': 'etag, x-amzn-requestid',
    'access-control-max-age': '600',
    vary: 'Origin',
  };
}

/** What is no service's own: STS stands for all of AWS. */
const failed = (error: unknown, requestId: string): AwsAnswer =>
  error instanceof TooLarge ? { status: 413, body: '' } : errorAnswer(error, requestId, stsProtocol);

/** Told in the way of most services' protocols, which are none of ours. */
const notHere = (service: string, here: readonly (string | undefined)[]): AwsAnswer => ({
  status: 404,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'UnknownServiceException' },
  body: JSON.stringify({
    __type: 'UnknownServiceException',
    message: `The embedded account has no ${service}; it has ${here.join(', ')}.`,
  }),
});

const formOf = ({ method, query, body }: AwsRequest) =>
  method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));

function requestOf(
  incoming: IncomingMessage,
  { body, ...about }: Pick<AwsRequest, 'body' | 'requestId' | 'now'>,
): AwsRequest {
  const { path, query } = pathAndQuery(incoming.url);
  const sourceIp = incoming.socket.remoteAddress ?? '127.0.0.1';
  const signed = signedRequestOf(incoming, { path, query, body });
  const meantHost = signed.headers.get(meantHostHeader);
  const headers = meantHost === undefined ? signed.headers : new Map([...signed.headers, ['host', meantHost]]);
  return { ...signed, headers, sourceIp, ...about };
}

function write(response: ServerResponse, requestId: string, { status, headers, body }: AwsAnswer): void {
  response.writeHead(status, { 'x-amzn-requestid': requestId, ...headers }).end(body);
}
