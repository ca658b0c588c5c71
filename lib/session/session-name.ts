import type { Template } from '../grant/template.ts';
import { fingerprint } from '../identity/fingerprint.ts';
import type { Identity } from '../identity/identity.ts';
import { render } from './claim-value.ts';

/** STS: RoleSessionName has 2 to 64 characters of `\w+=,.@-`. */
const longestNameCharacters = 64;
/** STS: the Name of GetFederationToken has half as many. */
const longestFederatedName = 32;
const shortestNameCharacters = 2;
const illegal = /[^A-Za-z0-9_+=,.@-]/gu;
const marked = /-[0-9a-f]{16}$/;

export function sessionName(template: Template, identity: Identity): string {
  const { name, values } = rendered(template, identity);
  // Of several values the name alone does not tell where one ends: x-y and z, or x and y-z.
  return values.length > 1
    ? markedName(name, JSON.stringify(values), longestNameCharacters)
    : legalSessionName(name, longestNameCharacters);
}

/**
 * `{grant}.{name}`: no role stands in the ARN of such a session, and a grant's name has no dot. Whoever is alice by another
 * grant is somebody else, in what is cut short, too.
 */
export function federatedName(grant: string, template: Template, identity: Identity): string {
  const { name, values } = rendered(template, identity);
  const whole = `${grant}.${name}`;
  return values.length > 1
    ? markedName(whole, JSON.stringify([grant, ...values]), longestFederatedName)
    : legalSessionName(whole, longestFederatedName);
}

function rendered(template: Template, identity: Identity): { readonly name: string; readonly values: string[] } {
  const values: string[] = [];
  const name = render(template, identity, (value) => {
    values.push(value);
    return value;
  });
  return { name, values };
}

/**
 * Fits a name into what STS accepts. A name that had to change ends in a fingerprint of the original, so that two
 * people never share one in CloudTrail; a name that looks as if it did gets one too, so that nobody can pick it.
 */
export function legalSessionName(name: string, longest = longestNameCharacters): string {
  const cleaned = name.replace(illegal, '-');
  const fits = cleaned.length <= longest && cleaned.length >= shortestNameCharacters;
  if (cleaned === name && fits && !marked.test(name)) return name;
  return markedName(name, name, longest);
}

function markedName(name: string, original: string, longest: number): string {
  const mark = `-${fingerprint(original)}`;
  return name.replace(illegal, '-').slice(0, longest - mark.length) + mark;
}
