// The embedded AWS endpoint over loopback HTTP: STS's Query protocol, DynamoDB, the sign-in federation.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Network } from '../../network/network.ts';
import { bodyOf, loopbackServer, pathAndQuery, TooLarge } from '../listen.ts';
import type { EmbeddedIam } from './account.ts';
import type { Action } from './actions/action.ts';
import { assumeRoleWithSaml } from './actions/assume-role-with-saml.ts';
import { assumeRoleWithWebIdentity } from './actions/assume-role-with-web-identity.ts';
import { getCallerIdentity } from './actions/get-caller-identity.ts';
import { type EmbeddedDynamoDb, isForDynamoDb } from './dynamodb.ts';
import { type Federation, federationPath } from './federation.ts';
import { parametersOf } from './parameters.ts';
import type { Sessions } from './sessions.ts';
import { type SignedRequest, verifySignatureV4 } from './signature-v4.ts';
import { invalidAction, StsError, type StsErrorForm } from './sts-error.ts';
import { element } from './xml.ts';

export interface EmbeddedAws {
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  readonly network: Network;
  readonly clock: () => Date;
  readonly federation: Federation;
  /** `undefined` where the stack has no table. */
  readonly dynamoDb: EmbeddedDynamoDb | undefined;
}

const actions = new Map<string, Action>([
  ['AssumeRoleWithSAML', assumeRoleWithSaml],
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
  ['GetCallerIdentity', getCallerIdentity],
]);

const version = '2011-06-15';
const namespace = ` xmlns="https://sts.amazonaws.com/doc/${version}/"`;
const dispatcherNamespace = ' xmlns="http://webservices.amazon.com/AWSFault/2005-15-09"';
/** STS's own limit; above it the answer is an empty 413. */
const longestBodyBytes = 10_000_000;

export function awsServer(aws: EmbeddedAws): Server {
  return loopbackServer((request, response) => {
    const requestId = randomUUID();
    answer(request, requestId, aws)
      .catch((error: unknown) => errorAnswer(error, requestId))
      .then((answered) => write(response, requestId, answered))
      .catch(() => response.destroy());
  });
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

async function answer(incoming: IncomingMessage, requestId: string, aws: EmbeddedAws): Promise<Answer> {
  const body = await bodyOf(incoming, longestBodyBytes);
  const request = signedRequestOf(incoming, body);
  const now = aws.clock();
  const { iam, sessions, network, federation, dynamoDb } = aws;
  const signedBy = (service: string) => verifySignatureV4(request, { sessions, iam, service, now });
  if (dynamoDb && isForDynamoDb(request)) return dynamoDb.answer(request, () => signedBy('dynamodb'));
  const form = incoming.method === 'GET' ? request.query : new URLSearchParams(body.toString('utf8'));
  if (request.path === federationPath) return federation.answer(form, now);
  const name = form.get('Action') ?? '';
  const wanted = form.get('Version') ?? version;
  const action = wanted === version ? actions.get(name) : undefined;
  if (!action) throw invalidAction(name, wanted);
  const result = await action({
    parameters: parametersOf(form),
    iam,
    sessions,
    network,
    now,
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
    signedBy: () => signedBy('sts'),
  });
  const members = { [`${name}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return { status: 200, body: element(`${name}Response`, members, namespace) };
}

function signedRequestOf({ method = 'GET', url = '/', rawHeaders }: IncomingMessage, body: Buffer): SignedRequest {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? (rawHeaders[at + 1] ?? '') : `${earlier},${rawHeaders[at + 1] ?? ''}`);
  }
  const { path, query } = pathAndQuery(url);
  return { method, path, query, headers, body };
}

type AnyErrorForm = Omit<StsErrorForm, 'status'> & { readonly status: number };

function errorAnswer(error: unknown, requestId: string): Answer {
  if (error instanceof TooLarge) return { status: 413, body: '' };
  const { status, code, message, fromDispatcher }: AnyErrorForm =
    error instanceof StsError
      ? error.form
      : {
          status: 500,
          code: 'InternalFailure',
          message: 'The request processing has failed because of an unknown error.',
        };
  const fault = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
  return {
    status,
    body: element(
      'ErrorResponse',
      { Error: fault, RequestId: requestId },
      fromDispatcher ? dispatcherNamespace : namespace,
    ),
  };
}

function write(response: ServerResponse, requestId: string, { status, headers, body }: Answer): void {
  const standard = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId };
  response.writeHead(status, { ...standard, ...headers }).end(body);
}
