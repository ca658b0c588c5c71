// Whether a text is well-formed XML of elements, attributes, text and references, and no larger than allowed. One pass
// of linear cost, before any parser sees the text: xmldom passes over end tags that end nothing, tags that cross and
// ampersands that refer to nothing, and what is lenient to one reader means something else to the next.
// Source: XML 1.0 (Fifth Edition) §2.1, §2.2, §3.1, §4.1.

import { malformed } from './refuse.ts';

export interface Limits {
  readonly elements: number;
  readonly depth: number;
  readonly attributes: number;
}

/** Everything but the characters of XML 1.0. A lone surrogate counts as one. */
const unfit = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const space = '[\\t\\n\\r ]';
// Of the many letters that XML has for names SAML needs these.
const name = '[A-Za-z_][A-Za-z0-9_.:-]*';
const attribute = `${space}+${name}${space}*=${space}*(?:"[^"<]*"|'[^'<]*')`;
const token = new RegExp(
  `[^<]+|</(?<end>${name})${space}*>|<(?<start>${name})(?<attributes>(?:${attribute})*)${space}*(?<empty>/?)>`,
  'y',
);

/** Throws a `Refusal`. */
export function checkWellFormed(text: string, limits: Limits): void {
  if (text.includes('<!') || text.includes(']]>')) throw malformed('a DTD, comment or CDATA section');
  if (text.includes('<?')) throw malformed('a processing instruction');
  if (!/^<[A-Za-z_]/.test(text) || !text.endsWith('>')) throw malformed('not an element');
  if (unfit.test(text)) throw malformed('a character that XML does not have');
  checkReferences(text);
  checkTags(text, limits);
}

function checkTags(text: string, limits: Limits): void {
  const open: string[] = [];
  let elements = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const { start, end, attributes = '', empty } = token.exec(text)?.groups ?? {};
    if (token.lastIndex <= at) throw malformed('not well formed');
    if (end !== undefined && open.pop() !== end) throw malformed('not well formed');
    if (start === undefined) continue;
    elements += 1;
    if (elements > limits.elements) throw malformed('too many elements');
    // Each attribute has one equals sign, and so may addresses in it.
    const mostSigns = 4 * limits.attributes;
    if (attributes.split('=', mostSigns + 2).length > mostSigns + 1) throw malformed('too many attributes');
    if (empty === '') open.push(start);
    if (open.length > limits.depth) throw malformed('too deep');
  }
  if (open.length > 0) throw malformed('not well formed');
}

const reference = /&(?:lt|gt|amp|quot|apos|#(\d{1,7})|#x([\da-fA-F]{1,6}));/y;

/** To one of XML's own five, or to a character that it has. */
function checkReferences(text: string): void {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    reference.lastIndex = at;
    const [found, decimal, hexadecimal] = reference.exec(text) ?? [];
    if (found === undefined) throw malformed('a reference to nothing');
    if (decimal === undefined && hexadecimal === undefined) continue;
    const point = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
    if (point > 0x10ffff || unfit.test(String.fromCodePoint(point))) {
      throw malformed('a character that XML does not have');
    }
  }
}
