// GET /v1/container/{grant}: the contract of ECS's credentials endpoint, which every AWS SDK reads and refreshes by
// itself (AWS SDKs and Tools Reference, "Container credential provider"). The authorization token is the proof.

import { accountOf } from '../arn.ts';
import { timestamp } from '../aws-query/timestamp.ts';
import type { Exchanged, ExchangeRequest } from '../exchange.ts';
import { Refusal } from '../refusal.ts';
import type { Dialect } from './dialect.ts';
import { answerJson, malformed } from './json.ts';

export const containerCredentials: Dialect<ExchangeRequest, Exchanged> = {
  read({ headers, pathParameters, query }) {
    // Nothing is taken from it, and a token that somebody put there must not become a habit.
    if (query !== '') throw malformed('There is nothing to be asked in the query.');
    // SDKs send AWS_CONTAINER_AUTHORIZATION_TOKEN as it stands: bare, or with the scheme before it.
    const [, token] = /^(?:Bearer +)?(?!Bearer$)([^\s,]+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    if (token === undefined) throw new Refusal('proof_missing');
    return { proof: { kind: 'oidc', token }, grant: pathParameters.get('grant') ?? '' };
  },

  answer({ credentials, grant }) {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
    return answerJson(200, {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: timestamp(expiration),
      RoleArn: grant.role.arn,
      AccountId: accountOf(grant.role.arn),
    });
  },

  /** JavaScript reads `Code` and `Message`, Go `code` and `message`; Python shows the body. */
  refuse: ({ status, error, says }, requestId) =>
    answerJson(status, { Code: error, Message: says, code: error, message: says, requestId }),
};
