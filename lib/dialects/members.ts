// What the members of our own JSON have in common.

import type { PresentedProof } from '../identity/identity.ts';
import { malformed } from './json.ts';

const proofs = ['token', 'samlResponse', 'awsRequest'] as const;
/** Told here and described in `schemas.ts`: a door that needs the names does not carry the descriptions. */
export const credentialsMembers = ['grant', ...proofs, 'durationSeconds'] as const;

/** What the client holds, and one of them only. */
export function proofIn(body: ReadonlyMap<string, unknown>): PresentedProof {
  if (proofs.filter((name) => body.has(name)).length !== 1) throw malformed(`Send one of ${proofs.join(', ')}.`);
  if (body.has('awsRequest')) return { kind: 'aws', request: textIn(body, 'awsRequest') };
  if (!body.has('samlResponse')) return { kind: 'oidc', token: textIn(body, 'token') };
  return { kind: 'saml', samlResponse: textIn(body, 'samlResponse'), arrival: { by: 'client' } };
}

export function textIn(body: ReadonlyMap<string, unknown>, name: string): string {
  const value = body.get(name);
  if (typeof value !== 'string' || value === '') throw malformed(`"${name}" must be there and be a text.`);
  return value;
}

export function wholeSeconds(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw malformed('"durationSeconds" must be a whole number of seconds, 1 or more.');
  }
  return value as number;
}
