import middy from '@middy/core';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { auditRecord, type Origin, type Trail } from '../lib/audit/audit-record.ts';
import { lineOf } from '../lib/audit/line.ts';
import { measured } from '../lib/audit/metrics.ts';
import type { Dialect, No } from '../lib/dialects/dialect.ts';
import type { HttpAnswer, HttpRequest } from '../lib/dialects/http.ts';
import type { DoorHandler, Rim } from '../lib/door.ts';
import type { Broker } from '../lib/exchange.ts';
import { withoutSecrets } from '../lib/printable.ts';
import { fault, Refusal, refusals } from '../lib/refusal.ts';
import type { DoorName } from '../lib/routes.ts';

export interface Serving<Asked, Answered, Means> {
  readonly door: DoorName;
  readonly dialect: Dialect<Asked, Answered>;
  readonly act: (asked: Asked, means: Means, trail: Trail) => Promise<Answered>;
}

/** What every door has: somewhere to write its lines, and the time. */
export type Recorder = Pick<Broker, 'audit' | 'clock'>;

export function recorderWithin({ clock, writeLine, metered }: Pick<Rim, 'clock' | 'writeLine' | 'metered'>): Recorder {
  let coldStarts: 0 | 1 = 1;
  return {
    clock,
    audit(record, began) {
      const now = clock();
      const latency = now.getTime() - began.getTime();
      writeLine(lineOf(metered ? { ...record, ...measured(record, { latency, coldStarts }, now) } : record));
      coldStarts = 0;
    },
  };
}

/** Event → dialect → act → dialect → result. The one place where an error becomes an answer, and where it is recorded. */
export function serve<Asked, Answered, Means extends Recorder>(
  { door, dialect, act }: Serving<Asked, Answered, Means>,
  means: Means,
): DoorHandler {
  const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const origin = originOf(event, door);
    const trail: Trail = {};
    const began = means.clock();
    const request = requestOf(event);
    try {
      const answered = await act(dialect.read(request), means, trail);
      // Where no proof was presented nothing happened that an auditor asks for.
      if (trail.asked || trail.operator) means.audit(auditRecord(origin, trail, means.clock()), began);
      return resultOf(dialect.answer(answered, means.clock(), origin.requestId));
    } catch (error) {
      means.audit(auditRecord(origin, trail, means.clock(), error ?? new Error('Nothing was thrown.')), began);
      return resultOf(dialect.refuse(noOf(error), origin.requestId, request));
    }
  };
  return middy(handler, { timeoutEarlyInMillis: 0 }).use(httpSecurityHeaders(securityHeaders)) as DoorHandler;
}

/** No answer is to be sniffed, or fetched without TLS. What speaks of pages is left out: pages say it themselves. */
const securityHeaders = {
  crossOriginResourcePolicy: { policy: 'same-origin' },
  contentSecurityPolicy: false,
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  dnsPrefetchControl: false,
  downloadOptions: false,
  originAgentCluster: false,
  permissionsPolicy: false,
  frameOptions: false,
  permittedCrossDomainPolicies: false,
  referrerPolicy: false,
  reportTo: false,
};

/** Longer ones are cut: a caller must not be able to fill the log. */
const longestUserAgent = 256;

function originOf({ requestContext, headers }: APIGatewayProxyEventV2, door: DoorName): Origin {
  return {
    door,
    requestId: requestContext.requestId,
    sourceIp: requestContext.http.sourceIp,
    userAgent: withoutSecrets(headers['user-agent'] ?? '').slice(0, longestUserAgent),
  };
}

function requestOf(event: APIGatewayProxyEventV2): HttpRequest {
  const {
    headers,
    cookies = [],
    pathParameters = {},
    rawPath,
    rawQueryString = '',
    body = '',
    isBase64Encoded,
  } = event;
  const iamCaller = iamCallerOf(event);
  const present = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  );
  return {
    headers: new Map(present),
    cookies: cookiesOf(cookies),
    pathParameters: new Map(Object.entries(pathParameters).map(([name, value]) => [name, value ?? ''])),
    path: rawPath,
    method: event.requestContext.http.method,
    query: rawQueryString,
    ...(iamCaller !== undefined && { iamCaller }),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** The types speak of open routes; with IAM the authorizer's members are there too. */
function iamCallerOf({ requestContext }: APIGatewayProxyEventV2): string | undefined {
  const { authorizer } = requestContext as { readonly authorizer?: { readonly iam?: { readonly userArn?: string } } };
  return authorizer?.iam?.userArn;
}

/**
 * By name. One that is there twice counts as absent: a neighbouring host may have planted the other. Only the space of
 * RFC 6265 §5.4 is taken away, for a name that begins with any other space has no `__Host-` to a browser.
 */
function cookiesOf(cookies: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const cookie of cookies) {
    const [, name = '', value = ''] = /^[ \t]*([^=]*?)(?:=([\s\S]*))?$/.exec(cookie) ?? [];
    if (found.has(name)) twice.add(name);
    found.set(name, value.replace(/[ \t]+$/, ''));
  }
  for (const name of twice) found.delete(name);
  return found;
}

const resultOf = ({ status, headers, cookies, body }: HttpAnswer): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  ...(cookies && { cookies: [...cookies] }),
  body,
});

function noOf(error: unknown): No {
  if (!(error instanceof Refusal)) return fault;
  const { status, error: told, says } = refusals[error.code];
  const { hint, word } = error.detail;
  return {
    status,
    error: told,
    says: typeof hint === 'string' ? `${says} ${hint}` : says,
    ...(typeof hint === 'string' && { hint }),
    ...(typeof word === 'string' && { word }),
  };
}
