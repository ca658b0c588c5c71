// Attributes by name (SAML Core §2.7.3), as texts or as something that cannot be compared.

import { ns } from './names.ts';
import { invalid } from './refuse.ts';
import { attributeOf, childrenOf, isNamed } from './strict-xml.ts';

export interface AttributeStatement {
  /** In the order of the assertion. A map: names are the identity provider's. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** There, but with no value, a null, or a value with elements in it. */
  readonly opaque: ReadonlySet<string>;
}

const longestName = 512;

/** Throws a `Refusal` for an attribute without a name and for a name that is there twice: which one would count? */
export function readAttributes(statements: readonly Element[]): AttributeStatement {
  const texts = new Map<string, readonly string[]>();
  const opaque = new Set<string>();
  for (const attribute of statements.flatMap(childrenOf)) {
    if (!isNamed(attribute, ns.assertion, 'Attribute')) throw invalid('an attribute of another form');
    const name = attributeOf(attribute, 'Name');
    if (name === undefined || name === '' || name.length > longestName) throw invalid('an attribute without a name');
    if (texts.has(name) || opaque.has(name)) throw invalid('an attribute twice');
    const values = childrenOf(attribute).map(textOrNothing);
    if (values.length > 0 && values.every((value) => value !== undefined)) texts.set(name, values);
    else opaque.add(name);
  }
  return { texts, opaque };
}

/** The text of a value; `undefined` for a null or for elements, which no condition can judge. */
function textOrNothing(element: Element): string | undefined {
  if (!isNamed(element, ns.assertion, 'AttributeValue')) throw invalid('an attribute of another form');
  const nil = element.getAttributeNS(ns.instance, 'nil')?.trim();
  if (childrenOf(element).length > 0 || nil === 'true' || nil === '1') return undefined;
  return element.textContent ?? '';
}
