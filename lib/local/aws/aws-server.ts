// The embedded AWS endpoint: STS's Query protocol over loopback HTTP.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Network } from '../../network/network.ts';
import { bodyOf, loopbackServer, pathAndQuery, TooLarge } from '../listen.ts';
import type { EmbeddedIam } from './account.ts';
import type { Action } from './actions/action.ts';
import { assumeRoleWithWebIdentity } from './actions/assume-role-with-web-identity.ts';
import { getCallerIdentity } from './actions/get-caller-identity.ts';
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
}

const actions = new Map<string, Action>([
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
      .then(({ status, xml }) => write(response, requestId, status, xml))
      .catch(() => response.destroy());
  });
}

interface XmlAnswer {
  readonly status: number;
  readonly xml: string;
}

async function answer(incoming: IncomingMessage, requestId: string, aws: EmbeddedAws): Promise<XmlAnswer> {
  const body = await bodyOf(incoming, longestBodyBytes);
  const request = signedRequestOf(incoming, body);
  const form = incoming.method === 'GET' ? request.query : new URLSearchParams(body.toString('utf8'));
  const name = form.get('Action') ?? '';
  const wanted = form.get('Version') ?? version;
  const action = wanted === version ? actions.get(name) : undefined;
  if (!action) throw invalidAction(name, wanted);
  const now = aws.clock();
  const { iam, sessions, network } = aws;
  const result = await action({
    parameters: parametersOf(form),
    iam,
    sessions,
    network,
    now,
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
    signedBy: () => verifySignatureV4(request, { sessions, iam, service: 'sts', now }),
  });
  const members = { [`${name}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return { status: 200, xml: element(`${name}Response`, members, namespace) };
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

function errorAnswer(error: unknown, requestId: string): XmlAnswer {
  if (error instanceof TooLarge) return { status: 413, xml: '' };
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
    xml: element(
      'ErrorResponse',
      { Error: fault, RequestId: requestId },
      fromDispatcher ? dispatcherNamespace : namespace,
    ),
  };
}

function write(response: ServerResponse, requestId: string, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }).end(xml);
}
