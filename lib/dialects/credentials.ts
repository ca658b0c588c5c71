// POST /v1/credentials: our own JSON. `credentials` has the names of the AWS SDK for JavaScript, which wants its
// `expiration` as a Date.

import type { Exchanged, ExchangeRequest } from '../exchange.ts';
import type { Issued } from '../issue/credential-issuer.ts';
import type { Dialect } from './dialect.ts';
import { answerJson, readJson, refuseInJson } from './json.ts';
import { credentialsMembers, proofIn, textIn, wholeSeconds } from './members.ts';

export const credentials: Dialect<ExchangeRequest, Exchanged> = {
  read(request) {
    const body = readJson(request, credentialsMembers);
    const durationSeconds = body.get('durationSeconds');
    return {
      grant: textIn(body, 'grant'),
      proof: proofIn(body),
      ...(durationSeconds !== undefined && { durationSeconds: wholeSeconds(durationSeconds) }),
    };
  },

  answer({ credentials, user, grant, session }, now) {
    const { limitedBy } = session.duration;
    return answerJson(200, {
      credentials,
      ...userMember(user),
      grant: grant.name,
      expiresIn: Math.floor((credentials.expiration.getTime() - now.getTime()) / 1000),
      ...(limitedBy && { durationLimitedBy: limitedBy }),
    });
  },

  refuse: refuseInJson,
};

/** By STS's own names. */
const userMember = ({ kind, arn, userId }: Issued['user']) =>
  kind === 'assumed-role'
    ? { assumedRoleUser: { arn, assumedRoleId: userId } }
    : { federatedUser: { arn, federatedUserId: userId } };
