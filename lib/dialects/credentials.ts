// POST /v1/credentials: our own JSON. `credentials` has the names of the AWS SDK for JavaScript, which wants its
// `expiration` as a Date.

import type { Exchanged, ExchangeRequest } from '../exchange.ts';
import type { PresentedProof } from '../identity/identity.ts';
import type { Dialect } from './dialect.ts';
import { answerJson, malformed, readJson, refuseInJson } from './json.ts';

const members = ['grant', 'token', 'samlResponse', 'durationSeconds'];

export const credentials: Dialect<ExchangeRequest, Exchanged> = {
  read(request) {
    const body = readJson(request, members);
    const durationSeconds = body.get('durationSeconds');
    return {
      grant: textIn(body, 'grant'),
      proof: proofIn(body),
      ...(durationSeconds !== undefined && { durationSeconds: wholeSeconds(durationSeconds) }),
    };
  },

  answer({ credentials, assumedRoleUser, grant, session }, now) {
    const { limitedBy } = session.duration;
    return answerJson(200, {
      credentials,
      assumedRoleUser,
      grant: grant.name,
      expiresIn: Math.floor((credentials.expiration.getTime() - now.getTime()) / 1000),
      ...(limitedBy && { durationLimitedBy: limitedBy }),
    });
  },

  refuse: refuseInJson,
};

/** A token or an assertion that the client holds, and one of them only. */
function proofIn(body: ReadonlyMap<string, unknown>): PresentedProof {
  if (!body.has('samlResponse')) return { kind: 'oidc', token: textIn(body, 'token') };
  if (body.has('token')) throw malformed('Send "token" or "samlResponse", not both.');
  return { kind: 'saml', samlResponse: textIn(body, 'samlResponse'), arrival: { by: 'client' } };
}

function textIn(body: ReadonlyMap<string, unknown>, name: string): string {
  const value = body.get(name);
  if (typeof value !== 'string' || value === '') throw malformed(`"${name}" must be there and be a text.`);
  return value;
}

function wholeSeconds(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw malformed('"durationSeconds" must be a whole number of seconds, 1 or more.');
  }
  return value as number;
}
