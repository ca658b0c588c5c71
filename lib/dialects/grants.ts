// GET /v1/grants: what the identity behind a bearer token (RFC 6750 §2.1) may get. A signed AWS request may stand for one.

import { accountOf } from '../arn.ts';
import type { Grant } from '../grant/grant.ts';
import { awsProofPrefix } from '../identity/aws/proof-form.ts';
import type { PresentedProof } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import type { Dialect } from './dialect.ts';
import { answerJson, refuseInJson } from './json.ts';

export const grants: Dialect<{ readonly proof: PresentedProof }, readonly Grant[]> = {
  read({ headers }) {
    const [, token] = /^Bearer +([^ ]+)$/i.exec(headers.get('authorization') ?? '') ?? [];
    if (token === undefined) throw new Refusal('proof_missing');
    const isSigned = token.startsWith(awsProofPrefix);
    return { proof: isSigned ? { kind: 'aws', request: token } : { kind: 'oidc', token } };
  },

  answer(fitting) {
    const list = fitting.map(({ name, from, role, session }) => ({
      name,
      roleArn: role.arn,
      account: accountOf(role.arn),
      ...(role.accountName !== undefined && { accountName: role.accountName }),
      provider: from,
      longestDurationSeconds: Math.min(session.durationSeconds, role.maxSessionSeconds),
    }));
    return answerJson(200, { grants: list });
  },

  refuse: refuseInJson,
};
