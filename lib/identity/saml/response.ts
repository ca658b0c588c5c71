// A samlp:Response: where everything is that the checks will speak of. Nothing here is proved.
// Source: SAML Core §3.2.2, §3.3.3; SAML Profiles §4.1.4.2.

import { ns } from './names.ts';
import { malformed } from './refuse.ts';
import { attributeOf, childrenOf, isNamed, onlyAttributes, textOf } from './strict-xml.ts';

/** What the wrapper says. It can only refuse: who signs in stands in the assertion. */
export interface ResponseFacts {
  readonly version: string | undefined;
  readonly destination: string | undefined;
  readonly inResponseTo: string | undefined;
  readonly issuer: string | undefined;
  readonly status: string | undefined;
}

export interface Received {
  readonly facts: ResponseFacts;
  readonly response: Element;
  /** `undefined` where the identity provider says that nobody signed in. */
  readonly assertion: Element | undefined;
  readonly isEncrypted: boolean;
}

const responseAttributes = ['ID', 'Version', 'IssueInstant', 'Destination', 'InResponseTo', 'Consent'];

/** Throws a `Refusal` unless every part is in its place and none is there twice. */
export function readResponse(root: Element): Received {
  if (!isNamed(root, ns.protocol, 'Response')) throw malformed('not a Response');
  onlyAttributes(root, responseAttributes);
  if (attributeOf(root, 'ID') === undefined) throw malformed('a Response without an ID');
  const rest = [...childrenOf(root)];
  const issuer = isNamed(rest[0], ns.assertion, 'Issuer') ? rest.shift() : undefined;
  // A signature stands after the issuer; where there is none, it is refused for want of a place.
  if (issuer && textOf(issuer) === undefined) throw malformed('an Issuer that is none');
  if (issuer && isNamed(rest[0], ns.signature, 'Signature')) rest.shift();
  const status = rest.shift();
  if (!status || !isNamed(status, ns.protocol, 'Status')) throw malformed('a Response without a Status');
  const [assertion, ...more] = rest;
  const isPlain = isNamed(assertion, ns.assertion, 'Assertion');
  const isEncrypted = isNamed(assertion, ns.assertion, 'EncryptedAssertion');
  if (more.length > 0 || (assertion && !isPlain && !isEncrypted)) throw malformed('not exactly one assertion');
  return {
    facts: {
      version: attributeOf(root, 'Version'),
      destination: attributeOf(root, 'Destination'),
      inResponseTo: attributeOf(root, 'InResponseTo'),
      issuer: issuer && textOf(issuer),
      status: statusOf(status),
    },
    response: root,
    assertion,
    isEncrypted,
  };
}

/** The code at the top; one within it only says more of a failure. */
function statusOf(status: Element): string | undefined {
  const [code, message, ...more] = childrenOf(status);
  if (!isNamed(code, ns.protocol, 'StatusCode') || more.length > 0) throw malformed('a Status that is none');
  const isMessage = isNamed(message, ns.protocol, 'StatusMessage') && textOf(message) !== undefined;
  if (message && !isMessage) throw malformed('a Status that is none');
  const nested = childrenOf(code);
  if (nested.length > 1 || nested.some((inner) => !isNamed(inner, ns.protocol, 'StatusCode'))) {
    throw malformed('a StatusCode that is none');
  }
  return attributeOf(code, 'Value');
}
