// The doors as an OpenAPI 3.1 document, made of the route table and the schemas.

import { type DoorRoute, type routes, routesWith } from '../routes.ts';
import * as schemas from './schemas.ts';

type SchemaName = keyof typeof schemas;
type Content = Readonly<Record<string, unknown>>;

interface Spoken {
  readonly asks?: { readonly mediaType: string; readonly schema: SchemaName };
  readonly answers: { readonly status: number; readonly mediaType?: string; readonly schema?: SchemaName };
  readonly refuses: { readonly mediaType: string; readonly schema?: SchemaName };
  /** How a proof comes along outside the body. */
  readonly security?: 'bearer' | 'containerToken' | 'sigv4';
  readonly parameters?: Readonly<Record<string, string>>;
  /** The parameters of the query, none of which must be there. */
  readonly query?: Readonly<Record<string, unknown>>;
}

type RouteKey = (typeof routes)[number] extends infer R
  ? R extends { readonly method: infer M extends string; readonly path: infer P extends string }
    ? `${M} ${P}`
    : never
  : never;

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const xml = 'text/xml';
const html = 'text/html';
const ofOurs = { mediaType: json, schema: 'errorAnswer' } as const;
const page: Spoken = { answers: { status: 200, mediaType: html }, refuses: { mediaType: html } };
const sentOn: Spoken = { answers: { status: 303 }, refuses: { mediaType: html } };
const inJson = (asks: SchemaName, answers: SchemaName): Spoken => ({
  asks: { mediaType: json, schema: asks },
  answers: { status: 200, mediaType: json, schema: answers },
  refuses: ofOurs,
});

/** Closed: a route that is not here does not compile. */
const spoken: Readonly<Record<RouteKey, Spoken>> = {
  'POST /v1/credentials': inJson('credentialsRequest', 'credentialsAnswer'),
  'POST /': {
    asks: { mediaType: form, schema: 'stsRequest' },
    answers: { status: 200, mediaType: xml },
    refuses: { mediaType: xml },
  },
  'GET /': { answers: { status: 200, mediaType: xml }, refuses: { mediaType: xml } },
  'GET /v1/container/{grant}': {
    answers: { status: 200, mediaType: json, schema: 'containerAnswer' },
    refuses: { mediaType: json, schema: 'containerError' },
    security: 'containerToken',
    parameters: { grant: 'The name of a grant.' },
  },
  'POST /v1/token': {
    asks: { mediaType: form, schema: 'tokenRequest' },
    answers: { status: 200, mediaType: json, schema: 'tokenAnswer' },
    refuses: { mediaType: json, schema: 'tokenError' },
  },
  'POST /v1/console': inJson('consoleRequest', 'consoleAnswer'),
  'GET /v1/grants': {
    answers: { status: 200, mediaType: json, schema: 'grantsAnswer' },
    refuses: ofOurs,
    security: 'bearer',
  },
  'POST /v1/explain': inJson('explainRequest', 'explainAnswer'),
  'POST /v1/admin/explain': { ...inJson('adminExplainRequest', 'adminExplainAnswer'), security: 'sigv4' },
  'GET /v1/admin/audit': {
    answers: { status: 200, mediaType: json, schema: 'auditAnswer' },
    refuses: ofOurs,
    security: 'sigv4',
    query: schemas.auditParameters.properties,
  },
  'POST /v1/admin/revoke': { ...inJson('revokeRequest', 'revokeAnswer'), security: 'sigv4' },
  'GET /v1/admin/revoke': {
    answers: { status: 200, mediaType: json, schema: 'revocationsAnswer' },
    refuses: ofOurs,
    security: 'sigv4',
  },
  'GET /sign-in/{provider}': { ...sentOn, parameters: { provider: 'The name of a SAML provider.' } },
  'POST /saml/acs': sentOn,
  'GET /saml/metadata': {
    answers: { status: 200, mediaType: 'application/samlmetadata+xml' },
    refuses: { mediaType: html },
  },
  'POST /v1/sign-in': inJson('signInRequest', 'credentialsAnswer'),
  'GET /portal': page,
  'POST /portal': page,
  'GET /.well-known/oauth-authorization-server': {
    answers: { status: 200, mediaType: json, schema: 'authorizationServer' },
    refuses: ofOurs,
  },
  'GET /v1/openapi.json': { answers: { status: 200, mediaType: json }, refuses: ofOurs },
  'GET /.well-known/openid-configuration': {
    answers: { status: 200, mediaType: json, schema: 'openidConfiguration' },
    refuses: ofOurs,
  },
  'GET /.well-known/jwks.json': {
    answers: { status: 200, mediaType: json, schema: 'keySet' },
    refuses: ofOurs,
  },
  'GET /health': { answers: { status: 200, mediaType: json }, refuses: ofOurs },
};

export interface Described {
  /** Our own address, without a path. */
  readonly url: string;
  /** Whether a SAML provider is configured. */
  readonly saml: boolean;
  /** Whether some grant vouches. */
  readonly vouch: boolean;
}

export function openApi({ url, saml, vouch }: Described) {
  const paths: Record<string, Record<string, Content>> = {};
  for (const route of routesWith({ saml, vouch, oneTime: false, aws: false })) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Daypass', version: '1', description: 'A sign-in in, temporary AWS credentials out.' },
    servers: [{ url }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An OIDC ID token, or a signed AWS request.' },
        containerToken: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'An OIDC ID token, bare or after Bearer.',
        },
        sigv4: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4, for execute-api.',
        },
      },
    },
  };
}

function operation({ door, method, path, answers: summary }: DoorRoute): Content {
  const { asks, answers, refuses, security, parameters = {}, query = {} } = spoken[`${method} ${path}` as RouteKey];
  const inPath = Object.entries(parameters).map(([name, description]) => ({
    name,
    in: 'path',
    required: true,
    description,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
  }));
  return {
    operationId: [door, method.toLowerCase(), ...path.split(/\W+/)].filter(Boolean).join('-'),
    summary,
    security: security ? [{ [security]: [] }] : [],
    ...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
    ...(asks && { requestBody: { required: true, content: contentOf(asks) } }),
    responses: {
      [answers.status]: { description: summary, ...(answers.mediaType && { content: contentOf(answers) }) },
      default: { description: 'Refused, or failed.', content: contentOf(refuses) },
    },
  };
}

const contentOf = ({ mediaType = json, schema }: { readonly mediaType?: string; readonly schema?: SchemaName }) => ({
  [mediaType]: schema ? { schema: { $ref: `#/components/schemas/${schema}` } } : {},
});
