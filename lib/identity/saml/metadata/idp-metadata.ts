// An identity provider's metadata, read when the configuration is checked and when it is fetched again; doors get
// plain data. samlify reads what the document says of itself and of its endpoints. Keys are read here: samlify takes a
// certificate that is for encryption only for one that signs, and finds none of two without a `use`.
// Source: SAML Metadata §2.3.2, §2.4.1.1, §2.4.3.

import { X509Certificate } from 'node:crypto';
import samlify from 'samlify';
import { messageOf } from '../../../message-of.ts';
import { Refusal } from '../../../refusal.ts';
import { unfitKey } from '../certificates.ts';
import { ns } from '../names.ts';
import { parseXml } from '../parse-xml.ts';
import { childrenOf, isNamed, withoutDeclaration } from '../strict-xml.ts';
import { checkWellFormed } from '../well-formed.ts';

export interface IdpMetadata {
  readonly entityId: string;
  /** Where browsers are sent, by the redirect binding. */
  readonly singleSignOnService: string;
  /** DER in base64. Every one may sign: that is how keys are changed. */
  readonly certificates: readonly string[];
  /** ISO 8601. */
  readonly validUntil?: string;
  readonly wantsSignedRequests: boolean;
}

/** IAM: the least and the most that a SAML provider's metadata may have; the most is ours. */
const shortestCharacters = 1000;
export const longestMetadataCharacters = 1_000_000;
const mostCertificates = 10;

const metadataNamespace = 'urn:oasis:names:tc:SAML:2.0:metadata';

/** AD FS has some 600 elements. samlify's own cost grows with the square of their number. */
const most = { elements: 1500, depth: 40, attributes: 40 };

/**
 * Throws a plain `Error` that says what is wrong with the document. Without a `now` its times are not judged: IAM takes
 * metadata that has ended.
 */
export function readIdpMetadata(document: string, now: Date | undefined): IdpMetadata {
  if (document.length > longestMetadataCharacters) {
    throw new Error(`has ${document.length} characters; at most ${longestMetadataCharacters} are read`);
  }
  if (document.length < shortestCharacters) {
    throw new Error(`has ${document.length} characters; IAM takes metadata of at least ${shortestCharacters}`);
  }
  if (document.startsWith('\uFEFF')) throw new Error('begins with a byte order mark, which IAM does not take');
  const xml = withoutDeclaration(withoutComments(document));
  const root = rootOf(xml);
  if (root.localName === 'EntitiesDescriptor') {
    throw new Error('describes several entities; take the EntityDescriptor of the one identity provider out of it');
  }
  const descriptor = idpDescriptor(root);
  const { entityId, singleSignOnService, wantsSignedRequests } = described(xml);
  const validUntil = validUntilOf(root, descriptor, now);
  return {
    entityId,
    singleSignOnService,
    certificates: certificatesOf(descriptor, now),
    ...(validUntil && { validUntil: validUntil.toISOString() }),
    wantsSignedRequests,
  };
}

/** People comment their metadata. Nothing is read of it, and nothing can hide in it. */
function withoutComments(document: string): string {
  const [first = '', ...rest] = document.split('<!--');
  const kept = rest.map((part) => {
    const end = part.indexOf('-->');
    if (end < 0) throw new Error('has a comment that does not end');
    return part.slice(end + 3);
  });
  return first + kept.join('');
}

function rootOf(xml: string): Element {
  try {
    checkWellFormed(xml, most);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Error(`cannot be read as XML: ${error.detail.why}`, { cause: error });
  }
  const root = parsed(xml);
  if (root.namespaceURI !== metadataNamespace) throw new Error('is not SAML 2.0 metadata');
  const all = Array.from(root.getElementsByTagName('*'));
  if (all.some(({ prefix, namespaceURI }) => prefix && typeof namespaceURI !== 'string')) {
    throw new Error('has a prefix that is not declared');
  }
  return root;
}

function parsed(xml: string): Element {
  try {
    return parseXml(xml);
  } catch (error) {
    throw new Error(`cannot be read as XML: ${messageOf(error)}`, { cause: error });
  }
}

const children = (element: Element, name: string): readonly Element[] =>
  childrenOf(element).filter((each) => isNamed(each, metadataNamespace, name));

function idpDescriptor(root: Element): Element {
  if (root.localName !== 'EntityDescriptor') throw new Error('is not the EntityDescriptor of an identity provider');
  const [descriptor, ...more] = children(root, 'IDPSSODescriptor');
  if (!descriptor) throw new Error('has no IDPSSODescriptor: it does not describe an identity provider');
  if (more.length > 0) throw new Error('has several IDPSSODescriptors');
  return descriptor;
}

type Described = Pick<IdpMetadata, 'entityId' | 'singleSignOnService' | 'wantsSignedRequests'>;

function described(xml: string): Described {
  const { entityMeta } = identityProviderOf(xml);
  const entityId: unknown = entityMeta.getEntityID();
  if (typeof entityId !== 'string' || entityId === '' || entityId.length > 1024 || entityId !== entityId.trim()) {
    throw new Error('has no entityID of 1 to 1024 characters');
  }
  const service: unknown = entityMeta.getSingleSignOnService('redirect');
  if (typeof service !== 'string') throw new Error('has no SingleSignOnService with the HTTP-Redirect binding');
  if (!isReachable(service)) {
    throw new Error(`has "${service}" as SingleSignOnService; it must be an https address (http on this machine only)`);
  }
  return { entityId, singleSignOnService: service, wantsSignedRequests: entityMeta.isWantAuthnRequestsSigned() };
}

function identityProviderOf(xml: string) {
  try {
    return samlify.IdentityProvider({ metadata: xml });
  } catch (cause) {
    throw new Error(`cannot be read as metadata of an identity provider: ${messageOf(cause)}`, { cause });
  }
}

/** Without what no address needs, and what would mean something in the template of a request. */
const plainAddress = /^https?:\/\/[^\s"'<>{}$\\^`|#]+$/;

function isReachable(url: string): boolean {
  if (!plainAddress.test(url) || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isLocal = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return protocol === 'https:' || isLocal;
}

/** The earlier of the two ends that the document may have. */
function validUntilOf(root: Element, descriptor: Element, now: Date | undefined): Date | undefined {
  const written = [root, descriptor].flatMap((element) => {
    const value = element.getAttribute('validUntil');
    return value ? [timeIn(value)] : [];
  });
  const [first] = written.sort((a, b) => a.getTime() - b.getTime());
  if (first && now && first <= now) throw new Error(`is valid until ${first.toISOString()} only; fetch it anew`);
  return first;
}

const timeForm = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** xs:dateTime with a zone. */
function timeIn(value: string): Date {
  const [, day] = timeForm.exec(value) ?? [];
  const time = new Date(value);
  const midnight = new Date(`${day}T00:00:00Z`);
  // The 31st of February would pass for the 3rd of March.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day ?? ' ');
  if (!isDay || Number.isNaN(time.getTime())) throw new Error('has a validUntil that is no time');
  return time;
}

function certificatesOf(descriptor: Element, now: Date | undefined): readonly string[] {
  const signing = children(descriptor, 'KeyDescriptor').filter(
    (each) => (each.getAttribute('use') || 'signing') === 'signing',
  );
  const written = signing
    .flatMap((each) => Array.from(each.getElementsByTagNameNS(ns.signature, 'X509Certificate')))
    .map((each) => (each.textContent ?? '').replace(/\s/g, ''));
  if (written.length === 0) throw new Error('has no certificate for signing');
  const certificates = [...new Set(written)];
  if (certificates.length > mostCertificates) {
    throw new Error(`has ${certificates.length} certificates for signing; IAM takes at most ${mostCertificates}`);
  }
  const spans = certificates.map(spanOf);
  if (now && !spans.some(({ from, until }) => from <= now && now < until)) {
    const list = spans.map(({ from, until }) => `${from.toISOString()} to ${until.toISOString()}`).join(', ');
    throw new Error(`has no certificate that is valid now, only from ${list}`);
  }
  return certificates;
}

interface Span {
  readonly from: Date;
  readonly until: Date;
}

function spanOf(base64: string): Span {
  const { publicKey, validFromDate: from, validToDate: until } = certificateIn(base64);
  const why = unfitKey(publicKey);
  if (why) throw new Error(`has a certificate with ${why}`);
  return { from, until };
}

function certificateIn(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch (cause) {
    throw new Error('has a certificate that is none', { cause });
  }
}
