import type { Template } from '../grant/template.ts';
import type { Identity } from '../identity/identity.ts';
import { claimContext } from '../policy/context.ts';
import { Refusal } from '../refusal.ts';

/** Fills a template; `place` makes a claim's value fit where it goes. Refused: a claim with no or several values. */
export function render(
  { parts }: Template,
  identity: Identity,
  place: (value: string, claim: string) => string,
): string {
  return parts
    .map((part) => (typeof part === 'string' ? part : place(singleValue(identity, part.claim), part.claim)))
    .join('');
}

function singleValue({ attributes }: Identity, claim: string): string {
  const [value, ...more] = claimContext(attributes.texts).values(claim) ?? [];
  if (value === undefined || value === '') {
    throw new Refusal('session_unrenderable', { claim, why: 'missing or empty' });
  }
  if (more.length > 0) throw new Refusal('session_unrenderable', { claim, why: 'has several values' });
  return value;
}
