// GET /.well-known/oauth-authorization-server (RFC 8414) and GET /v1/openapi.json: what machines are told of the doors.

import type { Dialect } from './dialect.ts';
import { answerJson, refuseInJson } from './json.ts';
import { type Described, openApi } from './openapi.ts';
import { tokenExchangeGrant } from './token-exchange.ts';

export const openApiPath = '/v1/openapi.json';

type Document = 'authorization server' | 'openapi';

export function discovery(described: Described): Dialect<Document, Document> {
  const { url } = described;
  const documents: Readonly<Record<Document, unknown>> = {
    'authorization server': {
      issuer: url,
      token_endpoint: `${url}/v1/token`,
      response_types_supported: [],
      grant_types_supported: [tokenExchangeGrant],
      // The subject token is all there is to authenticate.
      token_endpoint_auth_methods_supported: ['none'],
      service_documentation: url + openApiPath,
    },
    openapi: openApi(described),
  };
  return {
    read: ({ path }) => (path === openApiPath ? 'openapi' : 'authorization server'),
    answer: (document) => {
      const answer = answerJson(200, documents[document]);
      return { ...answer, headers: { ...answer.headers, 'cache-control': 'public, max-age=300' } };
    },
    refuse: refuseInJson,
  };
}
