import middy from '@middy/core';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { auditRecord, type Origin, type Trail } from '../lib/audit/audit-record.ts';
import type { Dialect, No } from '../lib/dialects/dialect.ts';
import type { HttpAnswer, HttpRequest } from '../lib/dialects/http.ts';
import type { DoorHandler } from '../lib/door.ts';
import type { Broker } from '../lib/exchange.ts';
import { fault, Refusal, refusals } from '../lib/refusal.ts';
import type { DoorName } from '../lib/routes.ts';

export interface Serving<Asked, Answered> {
  readonly door: DoorName;
  readonly dialect: Dialect<Asked, Answered>;
  readonly act: (asked: Asked, broker: Broker, trail: Trail) => Promise<Answered>;
}

/** Event → dialect → act → dialect → result. The one place where an error becomes an answer, and where it is recorded. */
export function serve<Asked, Answered>({ door, dialect, act }: Serving<Asked, Answered>, broker: Broker): DoorHandler {
  const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const origin = originOf(event, door);
    const trail: Trail = {};
    try {
      const answered = await act(dialect.read(requestOf(event)), broker, trail);
      broker.audit(auditRecord(origin, trail, broker.clock()));
      return resultOf(dialect.answer(answered, broker.clock()));
    } catch (error) {
      broker.audit(auditRecord(origin, trail, broker.clock(), error ?? new Error('Nothing was thrown.')));
      return resultOf(dialect.refuse(noOf(error), origin.requestId));
    }
  };
  return middy(handler, { timeoutEarlyInMillis: 0 }).use(httpSecurityHeaders(securityHeaders)) as DoorHandler;
}

/** Answers are JSON for programs: not to be sniffed, framed or fetched without TLS. What speaks of pages is left out. */
const securityHeaders = {
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  contentSecurityPolicy: false,
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  dnsPrefetchControl: false,
  downloadOptions: false,
  originAgentCluster: false,
  permissionsPolicy: false,
  permittedCrossDomainPolicies: false,
  reportTo: false,
};

/** Longer ones are cut: a caller must not be able to fill the log. */
const longestUserAgent = 256;

function originOf({ requestContext, headers }: APIGatewayProxyEventV2, door: DoorName): Origin {
  return {
    door,
    requestId: requestContext.requestId,
    sourceIp: requestContext.http.sourceIp,
    userAgent: (headers['user-agent'] ?? '').slice(0, longestUserAgent),
  };
}

function requestOf({ headers, body = '', isBase64Encoded }: APIGatewayProxyEventV2): HttpRequest {
  const present = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), value] as const],
  );
  return { headers: new Map(present), body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

const resultOf = ({ status, headers, body }: HttpAnswer): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...headers },
  body,
});

function noOf(error: unknown): No {
  if (!(error instanceof Refusal)) return fault;
  const { status, error: word, says } = refusals[error.code];
  const { hint } = error.detail;
  return { status, error: word, says: typeof hint === 'string' ? `${says} ${hint}` : says };
}
