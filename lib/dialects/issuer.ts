// GET /.well-known/openid-configuration and /.well-known/jwks.json: Daypass as an OpenID issuer, to AWS STS.
// Source: OpenID Connect Discovery 1.0 §3 and §4; RFC 7517 §5.

import type { Dialect } from './dialect.ts';
import { answerJson, refuseInJson } from './json.ts';

export const keySetPath = '/.well-known/jwks.json';

export type IssuerDocument = 'configuration' | 'keys';

/** A public key as JWK. */
export type PublishedKey = Readonly<Record<string, unknown>>;

export type IssuerAnswered =
  | { readonly document: 'configuration'; readonly issuer: string }
  | {
      readonly document: 'keys';
      readonly keys: readonly PublishedKey[];
      /** Whether any key could not be had now. */
      readonly incomplete: boolean;
    };

export const issuer: Dialect<IssuerDocument, IssuerAnswered> = {
  read: ({ path }) => (path === keySetPath ? 'keys' : 'configuration'),
  answer: (answered) => {
    const answer = answerJson(
      200,
      answered.document === 'keys' ? { keys: answered.keys } : configuration(answered.issuer),
    );
    // A key is published a whole generation before it signs, so that an old copy of the set is good enough.
    const mayBeKept = answered.document === 'configuration' || !answered.incomplete;
    return {
      ...answer,
      headers: { ...answer.headers, 'cache-control': mayBeKept ? 'public, max-age=300' : 'no-store' },
    };
  },
  refuse: refuseInJson,
};

const configuration = (url: string) => ({
  issuer: url,
  jwks_uri: url + keySetPath,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti'],
});
