// The one form of signature that is taken: enveloped, over its own parent, by exclusive canonicalization.
// Source: SAML Core §5.4; XML Signature §4.

import { Refusal } from '../../refusal.ts';
import { type Digest, digestAlgorithms, type SignatureAlgorithm, signatureAlgorithms } from './algorithms.ts';
import { ns } from './names.ts';
import { malformed } from './refuse.ts';
import { attributeOf, childrenOf, isNamed, onlyAttributes, textOf } from './strict-xml.ts';

const enveloped = `${ns.signature}enveloped-signature`;

export interface SignatureForm extends ReferenceForm {
  /** What is signed: the element that the signature is in. */
  readonly parent: Element;
  readonly element: Element;
  readonly signedInfo: Element;
  readonly method: SignatureAlgorithm;
  readonly value: Buffer;
}

interface ReferenceForm {
  readonly digest: Digest;
  readonly digestValue: Buffer;
  /** Prefixes that are canonicalized as if they were used. */
  readonly inclusivePrefixes: readonly string[];
}

/** The signature of an element, which stands right after its Issuer. `undefined` when it has none. */
export function signatureOf(parent: Element): SignatureForm | undefined {
  const [issuer, signature] = childrenOf(parent);
  if (!isNamed(issuer, ns.assertion, 'Issuer') || !isNamed(signature, ns.signature, 'Signature')) return undefined;
  onlyAttributes(signature, ['Id']);
  const [signedInfo, value, keyInfo, ...more] = childrenOf(signature);
  if (!isNamed(signedInfo, ns.signature, 'SignedInfo') || !isNamed(value, ns.signature, 'SignatureValue')) {
    throw malformed('a Signature of another form');
  }
  // Keys come from the metadata: KeyInfo may be there, and is not read.
  if (more.length > 0 || (keyInfo && !isNamed(keyInfo, ns.signature, 'KeyInfo'))) {
    throw malformed('a Signature of another form');
  }
  const read = readSignedInfo(signedInfo, attributeOf(parent, 'ID') ?? '');
  return { parent, element: signature, signedInfo, value: base64In(value), ...read };
}

function readSignedInfo(signedInfo: Element, parentId: string): ReferenceForm & Pick<SignatureForm, 'method'> {
  const [canonicalization, method, reference, ...more] = childrenOf(signedInfo);
  if (
    !isNamed(canonicalization, ns.signature, 'CanonicalizationMethod') ||
    !isNamed(method, ns.signature, 'SignatureMethod') ||
    !isNamed(reference, ns.signature, 'Reference') ||
    more.length > 0
  ) {
    throw malformed('a SignedInfo of another form');
  }
  if (inclusivePrefixesOf(canonicalization).length > 0) throw malformed('another canonicalization');
  if (childrenOf(method).length > 0) throw algorithmNotAllowed(method);
  const algorithm = signatureAlgorithms.get(attributeOf(method, 'Algorithm') ?? '');
  if (!algorithm) throw algorithmNotAllowed(method);
  return { method: algorithm, ...readReference(reference, parentId) };
}

/** Exactly one, of the signature's own parent, by exactly these transforms. Anything else has hidden a forgery once. */
function readReference(reference: Element, parentId: string): ReferenceForm {
  onlyAttributes(reference, ['URI', 'Id']);
  if (parentId === '' || attributeOf(reference, 'URI') !== `#${parentId}`) {
    throw malformed('a Reference to something else than the parent of its Signature');
  }
  const [transforms, method, value, ...more] = childrenOf(reference);
  if (
    !isNamed(transforms, ns.signature, 'Transforms') ||
    !isNamed(method, ns.signature, 'DigestMethod') ||
    !isNamed(value, ns.signature, 'DigestValue') ||
    more.length > 0
  ) {
    throw malformed('a Reference of another form');
  }
  const [first, second, ...others] = childrenOf(transforms);
  if (!first || !second || others.length > 0) throw malformed('other transforms');
  onlyAttributes(first, ['Algorithm']);
  if (!isNamed(first, ns.signature, 'Transform') || attributeOf(first, 'Algorithm') !== enveloped) {
    throw malformed('other transforms');
  }
  if (childrenOf(first).length > 0 || !isNamed(second, ns.signature, 'Transform')) throw malformed('other transforms');
  const digest = digestAlgorithms.get(attributeOf(method, 'Algorithm') ?? '');
  if (childrenOf(method).length > 0 || !digest) throw algorithmNotAllowed(method);
  return { digest, digestValue: base64In(value), inclusivePrefixes: inclusivePrefixesOf(second) };
}

/** Okta lists the prefixes that its values use. Of the default namespace, `#default`, xml-crypto knows nothing: where it would matter the digest differs. */
const prefixes = /^[\w.#-]+( [\w.#-]+){0,15}$/;

/** Of an element that names exclusive canonicalization, and nothing else. */
function inclusivePrefixesOf(element: Element): readonly string[] {
  onlyAttributes(element, ['Algorithm']);
  if (attributeOf(element, 'Algorithm') !== ns.exclusiveC14n) throw malformed('another canonicalization');
  const [inclusive, ...more] = childrenOf(element);
  if (!inclusive) return [];
  onlyAttributes(inclusive, ['PrefixList']);
  const list = attributeOf(inclusive, 'PrefixList') ?? '';
  const isKnown = isNamed(inclusive, ns.exclusiveC14n, 'InclusiveNamespaces');
  if (more.length > 0 || !isKnown || !prefixes.test(list)) throw malformed('another canonicalization');
  return list.split(' ');
}

/** What operators meet: an identity provider that still signs with one of these. Other words do not go into a log. */
const knownAlgorithms = ['rsa-sha1', 'dsa-sha1', 'hmac-sha1', 'hmac-sha256', 'rsa-md5', 'sha1', 'md5'];

function algorithmNotAllowed(method: Element): Refusal {
  const name = attributeOf(method, 'Algorithm')?.split('#')[1] ?? '';
  return new Refusal('algorithm_not_allowed', { algorithm: knownAlgorithms.includes(name) ? name : 'another' });
}

/** Line ends, which Java stacks write as `&#13;` and newline, do not count. */
function base64In(element: Element): Buffer {
  const text = (textOf(element) ?? '').replace(/[\t\n\r ]/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (text === '' || bytes.toString('base64') !== text) throw malformed('a value that is not base64');
  return bytes;
}
