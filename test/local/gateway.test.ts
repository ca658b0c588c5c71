import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { DoorHandler } from '../../lib/door.ts';
import { type Cors, gatewayServer } from '../../lib/local/gateway.ts';
import { routes } from '../../lib/routes.ts';
import { aMoment } from '../kit/issuer.ts';
import { type Answered, overHttp, type Sent, serving } from '../kit/loopback.ts';

const allowed = 'http://localhost:5173';
const someCors: Cors = {
  allowOrigins: [allowed, 'https://app.acme.example'],
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['authorization', 'content-type'],
  maxAge: 3600,
};

interface Asking {
  readonly cors?: Cors;
  readonly handler?: DoorHandler;
}

const ok: DoorHandler = () => Promise.resolve({ statusCode: 200, body: 'ok' });

/** The answer, and the event where the request came to a door. */
async function asked(sent: Sent, { cors, handler = ok }: Asking = {}) {
  let event: APIGatewayProxyEventV2 | undefined;
  const remembering: DoorHandler = (given, context) => {
    event = given;
    return handler(given, context);
  };
  const address = await serving(
    gatewayServer({
      routes,
      handlers: new Map(routes.map(({ door }) => [door, remembering])),
      cors,
      account: '111122223333',
      clock: () => aMoment,
    }),
  );
  const answer: Answered = await overHttp(address, sent);
  return { answer, event, host: new URL(address).host };
}

const credentials = { path: '/v1/credentials' };

describe('event', () => {
  test('has the form of payload format 2.0', async () => {
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'test', 'X-Note': 'a' };
    const { event, host } = await asked({ path: '/v1/credentials?a=1&b=%20', headers, body: '{"a":"é"}' });
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'POST /v1/credentials',
      rawPath: '/v1/credentials',
      rawQueryString: 'a=1&b=%20',
      headers: expect.objectContaining({
        host,
        'content-type': 'application/json',
        'user-agent': 'test',
        'x-note': 'a',
      }),
      queryStringParameters: { a: '1', b: ' ' },
      requestContext: expect.objectContaining({
        accountId: '111122223333',
        domainName: host,
        http: {
          method: 'POST',
          path: '/v1/credentials',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: 'POST /v1/credentials',
        stage: '$default',
        timeEpoch: aMoment.getTime(),
      }),
      body: '{"a":"é"}',
      isBase64Encoded: false,
    });
  });

  test('without a body or a query has neither', async () => {
    const { event } = await asked({ method: 'GET', path: '/v1/grants' });
    expect(event).not.toHaveProperty('body');
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
  });

  test('has its cookies apart from its headers', async () => {
    const { event } = await asked({ ...credentials, headers: { cookie: 'a=1; b=x=y;c=' } });
    expect(event?.cookies).toEqual(['a=1', 'b=x=y', 'c=']);
    expect(event?.headers).not.toHaveProperty('cookie');
  });

  test('without cookies has none', async () => {
    const { event } = await asked(credentials);
    expect(event).not.toHaveProperty('cookies');
    expect(event).not.toHaveProperty('pathParameters');
  });

  test.each([
    ['/sign-in/corp', 'corp'],
    ['/sign-in/a%20b%2Fc', 'a b/c'],
    ['/sign-in/%', '%'],
    ['/sign-in/{provider}', '{provider}'],
  ])('of %s tells what stands in the place of the provider', async (path, provider) => {
    const { event } = await asked({ method: 'GET', path });
    expect(event).toMatchObject({ routeKey: 'GET /sign-in/{provider}', rawPath: path, pathParameters: { provider } });
  });

  test('names of headers are in lower case', async () => {
    const { event } = await asked({ ...credentials, headers: { AUTHORIZATION: 'Bearer x' } });
    expect(event?.headers).toMatchObject({ authorization: 'Bearer x' });
  });

  test('several values of one query parameter are joined with commas', async () => {
    const { event } = await asked({ path: '/v1/credentials?a=1&a=2' });
    expect(event?.queryStringParameters).toEqual({ a: '1,2' });
  });

  test('tells the time in API Gateway’s format', async () => {
    const { event } = await asked(credentials);
    expect(event?.requestContext.time).toBe('01/Jun/2026:12:00:00 +0000');
  });

  test.each([
    ['application/json', '{"a":1}'],
    ['application/json; charset=utf-8', '{}'],
    ['text/plain', 'é😀'],
    ['application/x-www-form-urlencoded', 'a=1'],
  ])('a body of %s comes as text', async (type, body) => {
    const { event } = await asked({ ...credentials, headers: { 'content-type': type }, body });
    expect(event).toMatchObject({ body, isBase64Encoded: false });
  });

  test.each<[string, string, Buffer]>([
    ['of no text type', 'application/octet-stream', Buffer.from('plain')],
    ['of an image', 'image/png', Buffer.from([0x89, 0x50])],
    ['that calls itself JSON and is no UTF-8', 'application/json', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['that calls itself text and is cut within a character', 'text/plain', Buffer.from('é').subarray(0, 1)],
  ])('a body %s comes in Base64, to the byte', async (_, type, body) => {
    const { event } = await asked({ ...credentials, headers: { 'content-type': type }, body });
    expect(event).toMatchObject({ body: body.toString('base64'), isBase64Encoded: true });
  });
});

describe('routes', () => {
  test.each([
    ['GET', '/v1/credentials'],
    ['POST', '/v1/grants'],
    ['HEAD', '/health'],
    ['GET', '/health/'],
    ['GET', '/Health'],
    ['PUT', '/'],
    ['GET', '/sign-in'],
    ['GET', '/sign-in/'],
    ['GET', '/sign-in/corp/more'],
    ['GET', '/sign-in/corp/'],
    ['POST', '/sign-in/corp'],
    ['GET', '/portal/'],
    ['GET', '/saml/acs'],
    ['GET', '/v1'],
    ['OPTIONS', '/health'],
    ['GET', '//evil.test/health'],
  ])('%s %s is not found', async (method, path) => {
    const { answer, event } = await asked({ method, path });
    expect(answer.status).toBe(404);
    if (method !== 'HEAD') expect(answer.body).toBe('{"message":"Not Found"}');
    expect(answer.headers['content-type']).toBe('application/json');
    expect(event).toBeUndefined();
  });

  test.each(routes.map(({ method, path }) => [method, path]))('%s %s comes to its door', async (method, path) => {
    const { answer, event } = await asked({ method, path: path.replace('{provider}', 'corp') });
    expect(answer.status).toBe(200);
    expect(event?.routeKey).toBe(`${method} ${path}`);
  });
});

describe('answers', () => {
  test('are the door’s: status, headers, body', async () => {
    const handler: DoorHandler = async () => ({
      statusCode: 403,
      headers: { 'content-type': 'application/json', 'x-number': 7, 'x-yes': true },
      body: '{"error":"é"}',
    });
    const { answer } = await asked(credentials, { handler });
    expect(answer).toMatchObject({ status: 403, body: '{"error":"é"}' });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-number': '7', 'x-yes': 'true' });
  });

  test('each cookie of the door is a header of its own', async () => {
    const handler: DoorHandler = async () => ({ statusCode: 200, cookies: ['a=1; Secure', 'b=2'], body: '' });
    const { answer } = await asked(credentials, { handler });
    expect(answer.headers['set-cookie']).toEqual(['a=1; Secure', 'b=2']);
  });

  test('a door that breaks is an Internal Server Error, and tells nothing', async () => {
    const handler: DoorHandler = () => Promise.reject(new Error('secret'));
    const { answer } = await asked(credentials, { handler });
    expect(answer).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  });

  test('a body over 10 MiB never comes to the door', async () => {
    const { answer, event } = await asked({ ...credentials, body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(answer).toMatchObject({ status: 413, body: '{"message":"Request Entity Too Large"}' });
    expect(event).toBeUndefined();
  });

  test('a body of 10 MiB does', async () => {
    const { answer } = await asked({ ...credentials, body: Buffer.alloc(10 * 1024 * 1024) });
    expect(answer.status).toBe(200);
  });
});

describe('CORS', () => {
  const corsNames = ({ headers }: Answered) => Object.keys(headers).filter((name) => name.startsWith('access-control'));
  const preflight = (origin: string, cors?: Cors) =>
    asked(
      { method: 'OPTIONS', path: '/v1/credentials', headers: { origin, 'access-control-request-method': 'POST' } },
      { ...(cors && { cors }) },
    );

  test.each(someCors.allowOrigins)('preflight from %s is answered without the door', async (origin) => {
    const { answer, event } = await preflight(origin, someCors);
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '3600',
      vary: 'Origin',
    });
    expect(event).toBeUndefined();
  });

  test.each([
    'http://localhost:5174',
    'https://localhost:5173',
    'http://localhost:5173.evil.test',
    'null',
    'HTTP://LOCALHOST:5173',
  ])('preflight from %s is allowed nothing', async (origin) => {
    const { answer } = await preflight(origin, someCors);
    expect(answer.status).toBe(204);
    expect(corsNames(answer)).toEqual([]);
  });

  test('preflight where no CORS is declared is not found', async () => {
    const { answer } = await preflight(allowed);
    expect(answer.status).toBe(404);
    expect(corsNames(answer)).toEqual([]);
  });

  test.each<[string, Sent, DoorHandler, number]>([
    ['a success', credentials, ok, 200],
    ['what is not found', { path: '/nowhere' }, ok, 404],
    ['what breaks', credentials, () => Promise.reject(new Error('broken')), 500],
  ])('%s may be read by an allowed origin and by no other', async (_, sent, handler, status) => {
    const from = (origin: string) => asked({ ...sent, headers: { origin } }, { cors: someCors, handler });
    const { answer } = await from(allowed);
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe(allowed);
    expect(corsNames(answer)).toEqual(['access-control-allow-origin']);
    expect(corsNames((await from('https://evil.test')).answer)).toEqual([]);
  });

  test('without an origin or a declaration there are no such headers', async () => {
    expect(corsNames((await asked(credentials, { cors: someCors })).answer)).toEqual([]);
    expect(corsNames((await asked({ ...credentials, headers: { origin: allowed } })).answer)).toEqual([]);
  });
});
