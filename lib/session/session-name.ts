import type { Template } from '../grant/template.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { Identity } from '../identity/identity.ts';
import { render } from './claim-value.ts';

/** STS: RoleSessionName has 2 to 64 characters of `\w+=,.@-`. */
const longestNameCharacters = 64;
const shortestNameCharacters = 2;
const illegal = /[^A-Za-z0-9_+=,.@-]/gu;
const marked = /-[0-9a-f]{16}$/;

export function sessionName(template: Template, identity: Identity): string {
  const values: string[] = [];
  const name = render(template, identity, (value) => {
    values.push(value);
    return value;
  });
  // Of several values the name alone does not tell where one ends: x-y and z, or x and y-z.
  return values.length > 1 ? markedName(name, JSON.stringify(values)) : legalSessionName(name);
}

/**
 * Fits a name into what STS accepts. A name that had to change ends in a fingerprint of the original, so that two
 * people never share one in CloudTrail; a name that looks as if it did gets one too, so that nobody can pick it.
 */
export function legalSessionName(name: string): string {
  const cleaned = name.replace(illegal, '-');
  const fits = cleaned.length <= longestNameCharacters && cleaned.length >= shortestNameCharacters;
  if (cleaned === name && fits && !marked.test(name)) return name;
  return markedName(name, name);
}

function markedName(name: string, original: string): string {
  const mark = `-${fingerprint(original)}`;
  return name.replace(illegal, '-').slice(0, longestNameCharacters - mark.length) + mark;
}
