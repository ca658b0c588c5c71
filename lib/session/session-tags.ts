// What a session carries of its caller. A tag decides what its holder may do, so a value is never changed to fit.

import type { Grant, SessionTerms, SpecialCharacter, TagTemplate, Way } from '../grant/grant.ts';
import { isTagValue } from '../identity/aws-keys.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { Identity } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import { render } from './claim-value.ts';
import { harmless } from './session-policy.ts';

export interface SessionTag {
  readonly key: string;
  readonly value: string;
  /** The order in which tags may be left out, lowest first. */
  readonly drop?: number;
}

/** With which sessions say whose they are where AWS keeps nothing of a proof. Nobody else may set it. */
export const personTag = 'daypass-person';
/** With which sessions of the one IAM user say by which grant they are, so that each has the permissions of its own. */
export const grantTag = 'daypass-grant';

/** The tags that are ours: a token and an assertion leave their subject in the session by themselves. */
export const ownTags: Readonly<Record<Way, readonly string[]>> = {
  forward: [],
  vouch: [],
  chain: [personTag],
  'federation-token': [personTag, grantTag],
};

export function marks({ way, name }: Pick<Grant, 'way' | 'name'>, identity: Identity): readonly SessionTag[] {
  const values = new Map([
    [personTag, personMark(identity.provider, identity.subject)],
    [grantTag, name],
  ]);
  return ownTags[way].map((key) => ({ key, value: values.get(key) ?? '' }));
}

/** Of any length and letters, as a tag must be. */
export const personMark = (provider: string, subject: string) => fingerprint(`${provider}/${subject}`);

/** Throws a `Refusal` for a tag that the session must have and that has no value that STS would take. */
export function sessionTags(
  { tags = [], valuesMayContain = [] }: SessionTerms,
  identity: Identity,
): readonly SessionTag[] {
  return tags.flatMap((template) => {
    try {
      return [tagFrom(template, identity, valuesMayContain)];
    } catch (error) {
      if (error instanceof Refusal && template.drop !== undefined) return [];
      throw error;
    }
  });
}

function tagFrom(
  { key, value: template, drop }: TagTemplate,
  identity: Identity,
  allowed: readonly SpecialCharacter[],
) {
  // Where a role's permissions name a tag, a slash in it would reach into another's prefix.
  const value = render(template, identity, (each, claim) => {
    harmless(each, claim, allowed);
    return each;
  });
  if (!isTagValue(value))
    throw new Refusal('session_unrenderable', { tag: key, why: 'is no value that a tag may have' });
  return { key, value, ...(drop !== undefined && { drop }) };
}
