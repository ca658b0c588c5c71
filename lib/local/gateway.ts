// A small stand-in for API Gateway's HTTP APIs: routes, CORS, the event of payload format 2.0.
// Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { DoorHandler } from '../door.ts';
import type { Route } from '../routes.ts';
import { type SignedRequest, signedRequestOf } from './aws/signature-v4.ts';
import { bodyOf, loopbackServer, pathAndQuery, TooLarge } from './listen.ts';

/** As the template declares it. */
export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly maxAge: number;
}

export interface Gateway {
  readonly routes: readonly GatewayRoute[];
  readonly handlers: ReadonlyMap<string, DoorHandler>;
  readonly cors: Cors | undefined;
  readonly account: string;
  readonly clock: () => Date;
  /** Who signed a request for a route that IAM authorises; `undefined` for whoever may not. */
  readonly authorize?: (request: SignedRequest, route: Route) => IamCaller | undefined;
}

/** As the template declares it. */
export interface GatewayRoute extends Route {
  readonly authorizedByIam?: boolean;
}

/** What API Gateway tells a function of whom IAM authorised. */
export interface IamCaller {
  readonly accountId: string;
  readonly userArn: string;
  readonly userId: string;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
}

export const localApiId = 'local';

/** API Gateway's own limit of a request. */
const longestBodyBytes = 10 * 1024 * 1024;

export function gatewayServer(gateway: Gateway): Server {
  return loopbackServer((request, response) => {
    answer(request, gateway)
      .catch((error: unknown) =>
        plain(
          error instanceof TooLarge ? 413 : 500,
          error instanceof TooLarge ? 'Request Entity Too Large' : 'Internal Server Error',
        ),
      )
      .then((result) => write(response, result, corsHeaders(request, gateway.cors)))
      .catch(() => response.destroy());
  });
}

const plain = (status: number, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

async function answer(request: IncomingMessage, gateway: Gateway): Promise<Answer> {
  const { routes, handlers, account, cors, clock, authorize } = gateway;
  const body = await bodyOf(request, longestBodyBytes);
  const { path, query, rawQuery } = pathAndQuery(request.url);
  if (request.method === 'OPTIONS' && cors) return { status: 204, headers: {}, body: '' };
  const [route, pathParameters] = routeFor(routes, request.method, path) ?? [];
  const handler = route && handlers.get(route.door);
  if (!handler || !pathParameters) return plain(404, 'Not Found');
  const iamCaller = route.authorizedByIam
    ? authorize?.(signedRequestOf(request, { path, query, body }), route)
    : undefined;
  if (route.authorizedByIam && !iamCaller) return plain(403, 'Forbidden');
  const event = eventOf({
    request,
    path,
    pathParameters,
    query,
    rawQuery,
    body,
    route,
    account,
    now: clock(),
    iamCaller,
  });
  const {
    statusCode = 200,
    headers = {},
    cookies = [],
    body: text = '',
  } = await handler(event, { awsRequestId: randomUUID() } as Context);
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return { status: statusCode, headers: Object.fromEntries(texts), cookies, body: text };
}

type PathParameters = Readonly<Record<string, string>>;

/** A path of several places, one of which may be any: `/sign-in/{provider}`. */
function routeFor(
  routes: readonly GatewayRoute[],
  method: string | undefined,
  path: string,
): readonly [GatewayRoute, PathParameters] | undefined {
  for (const route of routes) {
    const parameters = route.method === method ? matchPath(route.path, path) : undefined;
    if (parameters) return [route, parameters];
  }
  return undefined;
}

function matchPath(template: string, path: string): PathParameters | undefined {
  const wanted = template.split('/');
  const places = path.split('/');
  if (wanted.length !== places.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const place = places[index] ?? '';
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name === undefined && part !== place) return undefined;
    if (name === undefined) continue;
    if (place === '') return undefined;
    parameters[name] = decodedPlace(place);
  }
  return parameters;
}

function decodedPlace(place: string): string {
  try {
    return decodeURIComponent(place);
  } catch {
    return place;
  }
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly pathParameters: PathParameters;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
  readonly body: Buffer;
  readonly route: Route;
  readonly account: string;
  readonly now: Date;
  readonly iamCaller: IamCaller | undefined;
}

const textual = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded))/i;

function eventOf({
  request,
  path,
  pathParameters,
  query,
  rawQuery,
  body,
  route,
  account,
  now,
  iamCaller,
}: Arrived): APIGatewayProxyEventV2 {
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined || name === 'cookie' ? [] : [[name, String(value)]],
    ),
  );
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.replace(/^[ \t]+/, ''));
  const isText = textual.test(headers['content-type'] ?? '') && body.equals(Buffer.from(body.toString('utf8')));
  return {
    version: '2.0',
    routeKey: `${route.method} ${route.path}`,
    rawPath: path,
    rawQueryString: rawQuery,
    headers,
    // API Gateway takes them out of the headers.
    ...(cookies[0] !== '' && { cookies }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters: { ...pathParameters } }),
    ...(query.size > 0 && { queryStringParameters: joined(query) }),
    requestContext: {
      accountId: account,
      apiId: localApiId,
      ...(iamCaller && { authorizer: { iam: iamCaller } }),
      domainName: request.headers.host ?? 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: route.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: `${route.method} ${route.path}`,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Values of one name are joined with commas. */
const joined = (query: URLSearchParams) =>
  Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));

/** As in `01/Jun/2026:12:00:00 +0000`. */
function logTime(now: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(now.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/** API Gateway answers preflight itself, and adds its headers to every answer to an allowed origin. */
function corsHeaders(request: IncomingMessage, cors: Cors | undefined): Record<string, string> {
  const { origin } = request.headers;
  if (!cors || origin === undefined || !cors.allowOrigins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    vary: 'Origin',
    ...(request.method === 'OPTIONS' && {
      'access-control-allow-methods': cors.allowMethods.join(','),
      'access-control-allow-headers': cors.allowHeaders.join(','),
      'access-control-max-age': String(cors.maxAge),
    }),
  };
}

function write(
  response: ServerResponse,
  { status, headers, cookies = [], body }: Answer,
  extra: Record<string, string>,
): void {
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
  response.writeHead(status, { ...headers, ...extra }).end(body);
}
