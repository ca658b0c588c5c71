import type { Template } from '../grant/template.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { Identity } from '../identity/identity.ts';
import { render } from './claim-value.ts';

/** STS: RoleSessionName has 2 to 64 characters of `\w+=,.@-`. */
const longestNameCharacters = 64;
const shortestNameCharacters = 2;
const illegal = /[^A-Za-z0-9_+=,.@-]/gu;
const marked = /-[0-9a-f]{16}$/;

export const sessionName = (template: Template, identity: Identity) =>
  legalSessionName(render(template, identity, (value) => value));

/**
 * Fits a name into what STS accepts. A name that had to change ends in a fingerprint of the original, so that two
 * people never share one in CloudTrail; a name that looks as if it did gets one too, so that nobody can pick it.
 */
export function legalSessionName(name: string): string {
  const cleaned = name.replace(illegal, '-');
  const fits = cleaned.length <= longestNameCharacters && cleaned.length >= shortestNameCharacters;
  if (cleaned === name && fits && !marked.test(name)) return name;
  const mark = `-${fingerprint(name)}`;
  return cleaned.slice(0, longestNameCharacters - mark.length) + mark;
}
