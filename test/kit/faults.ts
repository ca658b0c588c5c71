// What can go wrong around a door, one thing at a time: each fault is a change of the rim that the door is opened with.

import { createServer, request as httpRequest, type Server } from 'node:http';
import type { Rim } from '../../lib/door.ts';
import { type Network, NetworkError, type NetworkRequest } from '../../lib/network/network.ts';

/** What stands around one door while something is wrong. */
export interface Around {
  readonly rim: Rim;
  /** The embedded AWS. */
  readonly aws: string;
  /** Lets time pass for the door without waiting for it. */
  readonly pass: (milliseconds: number) => void;
  /** Ends what listens when the case is over. */
  readonly serving: (server: Server) => Promise<string>;
}

export type Fault = (around: Around) => Promise<Partial<Rim>> | Partial<Rim>;

export const nothingWrong: Fault = () => ({});

type Answering = (request: NetworkRequest, around: Around, count: number) => ReturnType<Network['send']>;

/** STS by what it does with each request, counted from 1. */
export const sts =
  (answer: Answering): Fault =>
  (around) => {
    let count = 0;
    return { sts: { send: (request) => answer(request, around, ++count) } };
  };

export const issuers =
  (answer: Answering): Fault =>
  (around) => {
    let count = 0;
    return { documents: { send: (request) => answer(request, around, ++count) } };
  };

export const asAlways: Record<'sts' | 'documents', Answering> = {
  sts: (request, { rim }) => rim.sts.send(request),
  documents: (request, { rim }) => rim.documents.send(request),
};

const hostOf = ({ url }: NetworkRequest) => new URL(url).host;

/** As the network tells it when nothing comes within the time of the request, which passes at once. */
export const hangs: Answering = async (request, { pass }) => {
  pass(request.timeoutMilliseconds);
  throw new NetworkError(`${hostOf(request)} did not answer within ${request.timeoutMilliseconds} ms`);
};
export const isUnreachable: Answering = async (request) => {
  throw new NetworkError(`${hostOf(request)} could not be reached`);
};
export const answersTooMuch: Answering = async (request) => {
  throw new NetworkError(`${hostOf(request)} answered more than ${request.longestAnswerBytes} bytes`);
};
export const answers =
  (status: number, body: string): Answering =>
  async () => ({ status, body });
export const stsSays = (status: number, code: string) =>
  answers(status, `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`);
/** STS did it, and nobody heard. */
export const losesItsAnswer: Answering = async (request, around) => {
  await around.rim.sts.send(request);
  return isUnreachable(request, around, 1);
};

export const first =
  (many: number, bad: Answering, then: Answering): Answering =>
  (request, around, count) =>
    (count <= many ? bad : then)(request, around, count);

/** Requests to hosts with this in their name. */
export const at =
  (name: string, bad: Answering, then: Answering): Answering =>
  (request, around, count) =>
    (hostOf(request).includes(name) ? bad : then)(request, around, count);

type ServiceFault = 'down' | 'throttled' | 'failing' | 'slow' | 'losing its first answer';
const dynamoError = (type: string) =>
  JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' });

/** Between the door and one service of the embedded AWS, by how its targets begin. */
const service =
  (target: string) =>
  (what: ServiceFault): Fault =>
  async ({ rim, aws, serving }) => {
    if (!rim.embeddedAws) throw new Error('The door has no AWS.');
    let count = 0;
    const proxy = createServer((incoming, outgoing) => {
      const asked = String(incoming.headers['x-amz-target']);
      const isMeant = asked.startsWith(target);
      // What is read may be asked again; what is written tells whether it was there.
      if (asked.endsWith('.PutItem')) count += 1;
      if (isMeant && what === 'down') return void incoming.socket.destroy();
      if (isMeant && (what === 'throttled' || what === 'failing')) {
        const [status, type] = what === 'throttled' ? [400, 'ThrottlingException'] : [500, 'InternalServerError'];
        return void outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(dynamoError(type));
      }
      const { method = 'POST', headers, url = '/' } = incoming;
      const isLost = what === 'losing its first answer' && count === 1 && asked.endsWith('.PutItem');
      const sent = httpRequest(aws + url, { method, headers }, (answer) => {
        if (isLost) {
          answer.resume();
          return void answer.on('end', () => incoming.socket.destroy());
        }
        const tell = () => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        };
        if (isMeant && what === 'slow') setTimeout(tell, longerThanAnyRequest);
        else tell();
      });
      incoming.pipe(sent);
    });
    return { embeddedAws: { ...rim.embeddedAws, endpoint: await serving(proxy) } };
  };

export const table = service('DynamoDB_');
export const kms = service('TrentService');
export const secretsManager = service('secretsmanager');

const longerThanAnyRequest = 3000;

export const secret =
  (give: () => Promise<string>): Fault =>
  () => ({ secret: give });

/** The door's own clock, off by so much. */
export const clock =
  (offBySeconds: number): Fault =>
  ({ rim }) => ({ clock: () => new Date(rim.clock().getTime() + offBySeconds * 1000) });
