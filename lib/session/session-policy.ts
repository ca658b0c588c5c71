import { conditionDocument } from '../grant/condition-document.ts';
import type { SessionPolicyTemplate, SpecialCharacter, StatementTemplate } from '../grant/grant.ts';
import type { Template } from '../grant/template.ts';
import type { Identity } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import { render } from './claim-value.ts';

/** STS: the inline session policy has at most 2,048 characters. */
export const longestPolicyCharacters = 2048;

/** Never in a value: JSON's and templates' own signs, controls, invisible and direction marks, line separators. */
const forbidden = /["\\{}\p{C}\p{Zl}\p{Zp}]/u;

/** Written so that IAM takes them for the character itself (IAM User Guide, "Policy variables: special characters"). */
const escapes: Readonly<Record<SpecialCharacter, string>> = { '*': '${*}', '?': '${?}', $: '${$}', '/': '/', ':': ':' };
const special = /[*?$/:]/g;

/** The session policy as STS is told it: JSON text. Refused: a claim value that could become policy syntax. */
export function sessionPolicy(template: SessionPolicyTemplate, identity: Identity): string {
  const place = (value: string, claim: string) => harmless(value, claim, template.valuesMayContain);
  const text = policyText(template, (part) => render(part, identity, place));
  if (text.length > longestPolicyCharacters) throw new Refusal('session_too_large', { characters: text.length });
  return text;
}

/** The value as a policy may have it. Throws a `Refusal` for one that could be more than a value. */
export function harmless(value: string, claim: string, allowed: readonly SpecialCharacter[]): string {
  const refuse = (why: string) => new Refusal('session_unrenderable', { claim, why });
  if (forbidden.test(value)) throw refuse('has a character that no policy value may have');
  // A path segment of dots climbs out of the prefix in whatever normalises paths.
  if (value.split('/').some((segment) => segment === '.' || segment === '..')) throw refuse('has a segment of dots');
  return value.replace(special, (character) => {
    if (!allowed.includes(character as SpecialCharacter))
      throw refuse(`has "${character}", and valuesMayContain does not`);
    return escapes[character as SpecialCharacter];
  });
}

/** The document with every template filled in by `fill`; anything beyond ASCII is escaped, as STS takes Latin-1 only. */
export function policyText({ statements }: SessionPolicyTemplate, fill: (template: Template) => string): string {
  const document = {
    Version: '2012-10-17',
    Statement: statements.map((statement) => statementDocument(statement, fill)),
  };
  return inAscii(JSON.stringify(document));
}

/** Of JSON: STS takes Latin-1 only. */
export const inAscii = (json: string): string =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

function statementDocument(statement: StatementTemplate, fill: (template: Template) => string) {
  const { sid, effect, except, actions, resources, conditions } = statement;
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    [except ? 'NotAction' : 'Action']: actions,
    Resource: resources.map(fill),
    ...(conditions.length > 0 && {
      Condition: conditionDocument(conditions.map((each) => ({ ...each, values: each.values.map(fill) }))),
    }),
  };
}
