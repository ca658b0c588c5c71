// What the members of our own JSON have in common.

import type { PresentedProof } from '../identity/identity.ts';
import { malformed } from './json.ts';

/** A token or an assertion that the client holds, and one of them only. */
export function proofIn(body: ReadonlyMap<string, unknown>): PresentedProof {
  if (!body.has('samlResponse')) return { kind: 'oidc', token: textIn(body, 'token') };
  if (body.has('token')) throw malformed('Send "token" or "samlResponse", not both.');
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
