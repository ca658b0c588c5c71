// A genuine response taken apart, to be put together in other ways: as text, so that no parser rearranges anything.

import { canonical, hash, parse, uris } from '../../../kit/xml-signer.ts';

export interface Parts {
  /** The Response's start tag. */
  readonly head: string;
  readonly responseIssuer: string;
  readonly status: string;
  /** With its signature. */
  readonly assertion: string;
  readonly assertionId: string;
  readonly signature: string;
  /** Without it. */
  readonly bare: string;
}

export function partsOf(xml: string): Parts {
  const assertion = found(/<saml:Assertion[\s>].*<\/saml:Assertion>/s, xml);
  const signature = found(/<ds:Signature .*?<\/ds:Signature>/s, assertion);
  return {
    head: found(/^<samlp:Response[^>]*>/, xml),
    responseIssuer: found(/<saml:Issuer>.*?<\/saml:Issuer>/, xml),
    status: found(/<samlp:Status>.*?<\/samlp:Status>/, xml),
    assertion,
    assertionId: found(/ ID="([^"]*)"/, assertion),
    signature,
    bare: assertion.replace(signature, ''),
  };
}

function found(pattern: RegExp, text: string): string {
  const [whole, group] = pattern.exec(text) ?? [];
  if (whole === undefined) throw new Error(`nothing like ${pattern}`);
  return group ?? whole;
}

/** The same assertion, for somebody else; `null` leaves it without an ID. */
export function forged(bare: string, id: string | null): string {
  return bare
    .replace(/ ID="[^"]*"/, id === null ? '' : ` ID="${id}"`)
    .replaceAll('alice@acme.example', 'mallory@evil.example')
    .replace('role/daypass-files', 'role/daypass-admin');
}

/** The document; throws unless what was signed is still in it, as it was signed. */
export function stillSigned(xml: string, id: string): string {
  const document = parse(xml);
  const references = Array.from(document.getElementsByTagNameNS(uris.xmldsig, 'Reference'));
  const digests = references
    .filter((each) => each.getAttribute('URI') === `#${id}`)
    .map((each) => each.textContent ?? '');
  const named = Array.from(document.getElementsByTagName('*')).filter((each) => each.getAttribute('ID') === id);
  for (const element of named) {
    const signatures = Array.from(element.getElementsByTagNameNS(uris.xmldsig, 'Signature'));
    for (const own of signatures.filter(({ parentNode }) => parentNode === element)) element.removeChild(own);
  }
  if (!named.map((each) => hash(canonical(each))).some((digest) => digests.some((text) => text.includes(digest))))
    throw new Error('the genuine signature is broken');
  return xml;
}
