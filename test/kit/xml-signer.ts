// A signer of XML that shares no code with the verifier: exclusive canonicalization and XML Signature, written out, and
// willing to sign what nobody should.
// Source: Exclusive XML Canonicalization 1.0 §3; XML Signature 1.1 §4, §6; RFC 9231 §2.3.

import { constants, createHash, createHmac, type KeyObject, sign } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';

const xmldsig = 'http://www.w3.org/2000/09/xmldsig#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const newer = 'http://www.w3.org/2007/05/xmldsig-more#';

export const uris = {
  xmldsig,
  enveloped: `${xmldsig}enveloped-signature`,
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  exclusiveWithComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  rsaSha1: `${xmldsig}rsa-sha1`,
  rsaSha256: `${more}rsa-sha256`,
  rsaSha384: `${more}rsa-sha384`,
  rsaSha512: `${more}rsa-sha512`,
  pssSha1: `${newer}sha1-rsa-MGF1`,
  pssSha256: `${newer}sha256-rsa-MGF1`,
  pssSha384: `${newer}sha384-rsa-MGF1`,
  pssSha512: `${newer}sha512-rsa-MGF1`,
  ecdsaSha1: `${more}ecdsa-sha1`,
  ecdsaSha256: `${more}ecdsa-sha256`,
  ecdsaSha384: `${more}ecdsa-sha384`,
  ecdsaSha512: `${more}ecdsa-sha512`,
  hmacSha1: `${xmldsig}hmac-sha1`,
  hmacSha256: `${more}hmac-sha256`,
  hmacSha512: `${more}hmac-sha512`,
  sha1: `${xmldsig}sha1`,
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: `${more}sha384`,
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
} as const;

const hashOf = (uri: string) => /sha(?:1|256|384|512)(?=$|-)/.exec(uri.slice(uri.indexOf('#')))?.[0] ?? 'sha256';

export interface SignSettings {
  readonly key: KeyObject;
  /** The secret of an HMAC. */
  readonly secret?: string | Buffer;
  /** A signature algorithm; what is none of ours is signed as RSA-SHA256. */
  readonly algorithm?: string;
  readonly digest?: string;
  readonly canonicalization?: string;
  /** Of the second transform: InclusiveNamespaces PrefixList. */
  readonly prefixes?: string;
  /** The DigestValue, where it is not that of the element. */
  readonly digestValue?: (xml: string, id: string) => string;
  readonly uri?: string;
  /** The children of Transforms. */
  readonly transforms?: string;
  /** The content of KeyInfo; none without it. */
  readonly keyInfo?: string;
  /** Changes the SignedInfo before it is signed. */
  readonly signedInfo?: (xml: string) => string;
  /** Changes the whole Signature before it is signed; its value is `valueMark` then. */
  readonly signature?: (xml: string) => string;
  /** How `ds:` is written; '' for a default namespace. */
  readonly prefix?: string;
  /** Puts the signature into the document; right after the Issuer unless told otherwise. */
  readonly place?: (xml: string, signature: string, id: string) => string;
  /** Changes the text of DigestValue and SignatureValue, as encoders break lines. */
  readonly base64?: (text: string) => string;
}

export const valueMark = '@@SignatureValue@@';

/** The document with an enveloped signature over the element with this ID. */
export function signXml(xml: string, id: string, settings: SignSettings): string {
  const { digest = uris.sha256, prefixes, prefix = 'ds', base64 = (text) => text } = settings;
  const { digestValue: digestIn = () => digestOf(xml, id, digest, prefixes) } = settings;
  const digestValue = base64(digestIn(xml, id));
  const template = signatureTemplate(id, digestValue, settings);
  const marked = (settings.place ?? afterIssuer)(xml, prefixed(template, prefix), id);
  const value = signatureValue(canonicalSignedInfo(marked, settings.canonicalization === uris.inclusive), settings);
  return marked.replace(valueMark, () => base64(value));
}

function signatureTemplate(id: string, digestValue: string, settings: SignSettings): string {
  const {
    algorithm = uris.rsaSha256,
    digest = uris.sha256,
    canonicalization = uris.exclusive,
    prefixes,
    uri = `#${id}`,
    transforms = exactTransforms(prefixes),
    keyInfo,
    signedInfo = (text) => text,
    signature = (text) => text,
  } = settings;
  const info = signedInfo(
    `<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${canonicalization}"/>` +
      `<ds:SignatureMethod Algorithm="${algorithm}"/><ds:Reference URI="${uri}">` +
      `<ds:Transforms>${transforms}</ds:Transforms><ds:DigestMethod Algorithm="${digest}"/>` +
      `<ds:DigestValue>${digestValue}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
  );
  const about = keyInfo === undefined ? '' : `<ds:KeyInfo>${keyInfo}</ds:KeyInfo>`;
  return signature(
    `<ds:Signature xmlns:ds="${xmldsig}">${info}<ds:SignatureValue>${valueMark}</ds:SignatureValue>${about}</ds:Signature>`,
  );
}

export const exactTransforms = (prefixes?: string) => {
  const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${uris.exclusive}" PrefixList="${prefixes}"/>`;
  return (
    `<ds:Transform Algorithm="${uris.enveloped}"/>` +
    `<ds:Transform Algorithm="${uris.exclusive}">${prefixes === undefined ? '' : inclusive}</ds:Transform>`
  );
};

function prefixed(xml: string, prefix: string): string {
  if (prefix === 'ds') return xml;
  const colon = prefix === '' ? '' : `${prefix}:`;
  return xml
    .replaceAll(/(<\/?)ds:/g, `$1${colon}`)
    .replaceAll('xmlns:ds=', prefix === '' ? 'xmlns=' : `xmlns:${prefix}=`);
}

/** After the end of the first Issuer that follows the ID. */
export function afterIssuer(xml: string, signature: string, id: string): string {
  const from = xml.indexOf(`ID="${id}"`);
  const end = /<\/(?:[\w-]+:)?Issuer\s*>/.exec(xml.slice(from));
  if (from < 0 || !end) throw new Error(`nothing to sign under the ID ${id}`);
  const at = from + end.index + end[0].length;
  return xml.slice(0, at) + signature + xml.slice(at);
}

export function digestOf(xml: string, id: string, digest: string = uris.sha256, prefixes?: string): string {
  return hash(canonical(elementWithId(xml, id), prefixes), digest);
}

export const hash = (text: string, digest: string = uris.sha256) =>
  createHash(hashOf(digest)).update(text, 'utf8').digest('base64');

function signatureValue(material: string, { key, secret, algorithm = uris.rsaSha256 }: SignSettings): string {
  const digest = hashOf(algorithm);
  const data = Buffer.from(material, 'utf8');
  if (algorithm.includes('hmac'))
    return createHmac(digest, secret ?? '')
      .update(data)
      .digest('base64');
  if (key.asymmetricKeyType === 'ec') return sign(digest, data, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return sign(digest, data, { key, ...(algorithm.includes('MGF1') ? pss : {}) }).toString('base64');
}

function canonicalSignedInfo(marked: string, inclusively: boolean): string {
  const document = parse(marked);
  const values = Array.from(document.getElementsByTagNameNS(xmldsig, 'SignatureValue'));
  const value = values.find(({ textContent }) => textContent === valueMark);
  const info = Array.from(value?.parentNode?.childNodes ?? []).find(
    (node) => (node as Element).localName === 'SignedInfo',
  );
  if (!info) throw new Error('no SignedInfo to sign');
  return canonical(info as Element, inclusively ? everyPrefix : '');
}

/** The first element in the document with this ID. */
export function elementWithId(xml: string, id: string): Element {
  const all = Array.from(parse(xml).getElementsByTagName('*'));
  const found = all.find((element) => element.getAttribute('ID') === id);
  if (!found) throw new Error(`no element with the ID ${id}`);
  return found;
}

export function parse(xml: string): Document {
  const errorHandler = (level: string, message: string) => {
    if (level !== 'warning') throw new Error(message);
  };
  return new DOMParser({ errorHandler, locator: {} }).parseFromString(xml, 'text/xml');
}

type Scope = ReadonlyMap<string, string>;

/** As PrefixList: then it is the same as inclusive canonicalization. */
export const everyPrefix = '*';

/** Exclusive XML Canonicalization without comments. */
export function canonical(apex: Element, prefixes = ''): string {
  if (prefixes === everyPrefix) return written(apex, scopeOf(apex.parentNode), new Map([['', '']]), everyPrefix);
  const inclusive = prefixes
    .split(' ')
    .filter(Boolean)
    .map((prefix) => (prefix === '#default' ? '' : prefix));
  return written(apex, scopeOf(apex.parentNode), new Map([['', '']]), inclusive);
}

function scopeOf(node: Node | null): Scope {
  return node?.nodeType === 1 ? withDeclarations(scopeOf(node.parentNode), node as Element) : new Map([['', '']]);
}

const isDeclaration = ({ name }: Attr) => name === 'xmlns' || name.startsWith('xmlns:');

const withDeclarations = (scope: Scope, element: Element): Scope =>
  new Map([
    ...scope,
    ...Array.from(element.attributes)
      .filter(isDeclaration)
      .map(({ name, value }) => [name.slice(6), value] as const),
  ]);

function written(
  element: Element,
  outer: Scope,
  rendered: Scope,
  inclusive: readonly string[] | typeof everyPrefix,
): string {
  const scope = withDeclarations(outer, element);
  const attributes = Array.from(element.attributes).filter((attribute) => !isDeclaration(attribute));
  const used = [element, ...attributes.filter(({ prefix }) => prefix)].map(({ prefix }) => prefix ?? '');
  const kept = inclusive === everyPrefix ? [...scope.keys()] : inclusive.filter((prefix) => scope.has(prefix));
  const wanted = [...new Set([...used, ...kept])].filter((each) => each !== 'xml');
  const fresh = wanted.filter((prefix) => scope.get(prefix) !== rendered.get(prefix)).sort();
  const spaces = fresh.map((prefix) => ` xmlns${prefix && ':'}${prefix}="${inAttribute(scope.get(prefix) ?? '')}"`);
  const inOrder = attributes.toSorted((one, other) => compare(keyOf(one, scope), keyOf(other, scope)));
  const others = inOrder.map(({ name, value }) => ` ${name}="${inAttribute(value)}"`);
  const inner = new Map([...rendered, ...fresh.map((prefix) => [prefix, scope.get(prefix) ?? ''] as const)]);
  const content = Array.from(element.childNodes).map((node) => {
    if (node.nodeType === 1) return written(node as Element, scope, inner, inclusive);
    return node.nodeType === 3 || node.nodeType === 4 ? inText(node.nodeValue ?? '') : '';
  });
  return `<${element.tagName}${spaces.join('')}${others.join('')}>${content.join('')}</${element.tagName}>`;
}

const keyOf = ({ prefix, localName }: Attr, scope: Scope) => `${prefix ? scope.get(prefix) : ''}\u0000${localName}`;
const compare = (one: string, other: string) => (one < other ? -1 : Number(one > other));

const inText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;');

const inAttribute = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\t', '&#x9;')
    .replaceAll('\n', '&#xA;')
    .replaceAll('\r', '&#xD;');
