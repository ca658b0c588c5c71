// The seam: xml-crypto's canonicalization and Node's cryptography stand behind one function, so that a faster verifier
// can replace them. Whoever calls it has checked the form, and from here on reads nothing but the bytes that it
// returns. xml-crypto's own `checkSignature` is not used: it parses the document a second time and searches it by
// XPath, which costs ten times as much and puts a second reading beside ours.
// Source: XML Signature §3.2 (core validation), §6.6.4 (enveloped signature); Exclusive XML Canonicalization 1.0.

import { createHash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { ExclusiveCanonicalization } from 'xml-crypto';
import { Refusal } from '../../refusal.ts';
import { isSignedByOneOf } from './algorithms.ts';
import type { SignatureForm } from './signature-form.ts';
import { attributeOf } from './strict-xml.ts';

/** The canonical XML that the signature is over. Throws a `Refusal` unless one of the keys made it. */
export function verifySignature(form: SignatureForm, keys: readonly KeyObject[]): string {
  // First what costs little: a stranger's signature ends here, before anything large is canonicalized.
  const signedInfo = new ExclusiveCanonicalization().process(form.signedInfo, {});
  if (!isSignedByOneOf(keys, form.method, signedInfo, form.value)) throw new Refusal('signature_invalid');

  const signed = canonicalParent(form);
  const digest = createHash(form.digest).update(signed, 'utf8').digest();
  if (digest.length !== form.digestValue.length || !timingSafeEqual(digest, form.digestValue)) {
    throw new Refusal('signature_invalid');
  }
  return signed;
}

/** The element that the signature is in, without the signature. */
function canonicalParent({ parent, element, inclusivePrefixes }: SignatureForm): string {
  const place = Array.from(parent.childNodes).indexOf(element);
  const bare = parent.cloneNode(true) as Element;
  const signature = bare.childNodes[place];
  if (signature) bare.removeChild(signature);
  const ancestorNamespaces = inclusivePrefixes.flatMap((prefix) => namespaceInScope(parent, prefix));
  return new ExclusiveCanonicalization().process(bare, {
    inclusiveNamespacesPrefixList: [...inclusivePrefixes],
    ancestorNamespaces,
  });
}

/** What a prefix stands for where the element is: the nearest declaration. */
function namespaceInScope(element: Element, prefix: string) {
  for (let at: Node | null = element; at?.nodeType === 1; at = at.parentNode) {
    const namespaceURI = attributeOf(at as Element, `xmlns:${prefix}`);
    if (namespaceURI !== undefined) return [{ prefix, namespaceURI }];
  }
  return [];
}
