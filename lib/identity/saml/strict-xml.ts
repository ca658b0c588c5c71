// XML as far as SAML needs it, and no further. A document that is anything more is refused before it is parsed, while
// it is parsed, or on one walk over the tree. What is left has elements, attributes and text, and means one thing.

import { ns } from './names.ts';
import { parseXml } from './parse-xml.ts';
import { malformed } from './refuse.ts';
import { checkWellFormed } from './well-formed.ts';

const most = { elements: 2000, depth: 24, attributes: 24 };

const declaration = /^<\?xml version="1\.0"(?: encoding="utf-8")?(?: standalone="(?:yes|no)")? ?\?>/i;

/** The document without what may stand before and after its root: a plain XML declaration, space. */
export function withoutDeclaration(text: string): string {
  const bare = text.replace(declaration, '').replace(/^[\t\n\r ]+/, '');
  const end = bare.lastIndexOf('>') + 1;
  // Anything else after the root stays, and is refused.
  return /^[\t\n\r ]*$/.test(bare.slice(end)) ? bare.slice(0, end) : bare;
}

/**
 * The root element. Throws a `Refusal` for DTDs, processing instructions, comments, CDATA, undeclared prefixes,
 * relative namespaces, IDs that are not unique, mixed content, and for what is too large, deep or wide.
 */
export function parseStrictXml(text: string): Element {
  checkWellFormed(text, most);
  const root = parsed(text);
  walk(root);
  return root;
}

function parsed(text: string): Element {
  try {
    return parseXml(text);
  } catch {
    throw malformed('not well formed');
  }
}

/** Names that have no place in what signs somebody in, and have hidden forged assertions elsewhere. */
const banned = new Set(['Extensions', 'StatusDetail', 'Advice', 'Object', 'Manifest']);
const identifier = /^[A-Za-z_][\w.-]{0,255}$/;

interface Walked {
  elements: number;
  readonly ids: Set<string>;
}

function walk(root: Element): void {
  const walked: Walked = { elements: 0, ids: new Set() };
  const waiting: [element: Element, depth: number][] = [[root, 1]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [element, depth] = next;
    walked.elements += 1;
    if (walked.elements > most.elements) throw malformed('too many elements');
    if (depth > most.depth) throw malformed('too deep');
    checkElement(element, walked);
    for (const child of childrenOf(element)) waiting.push([child, depth + 1]);
  }
}

function checkElement(element: Element, { ids }: Walked): void {
  // xmldom finds prefixes that nobody declared on the prototype of its own map: no text, no namespace.
  if (!isName(element.namespaceURI)) throw malformed('an element of no namespace');
  if (banned.has(element.localName)) throw malformed('an element that has no place here');
  const { attributes } = element;
  if (attributes.length > most.attributes) throw malformed('too many attributes');
  const names = new Set<string>();
  for (const attribute of Array.from(attributes)) {
    const expanded = `{${attribute.namespaceURI ?? ''}}${attribute.localName}`;
    if (names.has(expanded)) throw malformed('an attribute twice');
    names.add(expanded);
    checkAttribute(element, attribute);
    if (/^id$/i.test(attribute.localName) && attribute.namespaceURI !== ns.namespaces) {
      if (ids.has(attribute.value)) throw malformed('an ID twice');
      ids.add(attribute.value);
    }
  }
  const nodes = Array.from(element.childNodes);
  if (nodes.some(({ nodeType }) => nodeType !== 1 && nodeType !== 3)) throw malformed('neither element nor text');
  const mixed = nodes.some(({ nodeType, nodeValue }) => nodeType === 3 && /[^\t\n\r ]/.test(nodeValue ?? ''));
  if (mixed && nodes.some(({ nodeType }) => nodeType === 1)) throw malformed('text between elements');
}

const isName = (namespace: unknown) => typeof namespace === 'string' && namespace !== '';

function checkAttribute(element: Element, { name, namespaceURI, localName, prefix, value }: Attr): void {
  if (namespaceURI === ns.namespaces) {
    // A relative one makes some canonicalizers give up and digest nothing.
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s"'<>&]+$/.test(value)) throw malformed('a namespace that is not absolute');
    // XML Names §3: nobody may declare these.
    const isReserved = prefix === 'xmlns' && ['xml', 'xmlns'].includes(localName);
    if (isReserved || value === ns.xml || value === ns.namespaces) throw malformed('a namespace that is reserved');
    return;
  }
  if (prefix && !isName(namespaceURI)) throw malformed('a prefix that is not declared');
  // xml-crypto takes it for a declaration, and leaves it out of what was signed.
  if (name.startsWith('xmlns')) throw malformed('an attribute that passes for a namespace');
  if (namespaceURI === ns.xml && localName !== 'lang') throw malformed('an attribute of xml:');
  if (!/^id$/i.test(localName)) return;
  // What a signature refers to is found by ID: there must be one kind of it only.
  const spelt = element.namespaceURI === ns.signature || element.namespaceURI === ns.encryption ? 'Id' : 'ID';
  if (prefix || localName !== spelt || !identifier.test(value)) throw malformed('an ID that is none');
}

/** The child elements. */
export const childrenOf = (element: Element): readonly Element[] =>
  Array.from(element.childNodes).filter((node): node is Element => node.nodeType === 1);

export const isNamed = (element: Element | undefined, namespace: string, name: string): element is Element =>
  element?.namespaceURI === namespace && element.localName === name;

/** Text of an element that has nothing else; `undefined` when it has. */
export function textOf(element: Element): string | undefined {
  return childrenOf(element).length === 0 ? (element.textContent ?? '') : undefined;
}

/** The attribute, `undefined` when it is not there. */
export const attributeOf = (element: Element, name: string): string | undefined =>
  element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;

/** Refuses attributes besides these. Namespace declarations are not counted. */
export function onlyAttributes(element: Element, allowed: readonly string[]): void {
  for (const { name, namespaceURI } of Array.from(element.attributes)) {
    if (namespaceURI !== ns.namespaces && !allowed.includes(name)) throw malformed('an unknown attribute');
  }
}
