// The suite's own OpenID Connect issuer: it signs any claims, and serves its documents on this machine.

import { createServer, type Server } from 'node:http';
import { anIssuer, type Issuer } from '../../kit/issuer.ts';
import { issuerUrl } from './target.ts';

type Claims = Readonly<Record<string, unknown>>;

export interface WebIssuer {
  readonly issuer: Issuer;
  readonly server: Server;
  /** Of alice, good for five minutes from now, unless told otherwise; `undefined` takes a member away. */
  token(claims?: Claims, header?: Claims): string;
}

export const seconds = () => Math.floor(Date.now() / 1000);

export function aWebIssuer(): WebIssuer {
  const issuer = anIssuer({ issuer: issuerUrl });
  const documents = new Map<string | undefined, unknown>([
    ['/.well-known/openid-configuration', { issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` }],
    ['/keys', { keys: [issuer.publicJwk] }],
  ]);
  const server = createServer(({ url }, response) => {
    const document = documents.get(url);
    response
      .writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? {}));
  });
  return {
    issuer,
    server,
    token: (claims, header) => issuer.token({ iat: seconds(), exp: seconds() + 300, ...claims }, header),
  };
}
