// From base64 to what was signed. What a response says is read twice: once to find its signatures, and once more, from
// the bytes that they are over. Only the second reading counts.

import type { KeyObject } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import { type Assertion, readAssertion } from './assertion.ts';
import { decodeResponse } from './decode-response.ts';
import { decryptAssertion } from './decrypt-assertion.ts';
import { ns, success } from './names.ts';
import { declined, malformed } from './refuse.ts';
import { type Received, type ResponseFacts, readResponse } from './response.ts';
import { signatureOf } from './signature-form.ts';
import { childrenOf, isNamed, parseStrictXml, textOf } from './strict-xml.ts';
import { verifySignature } from './verify-signature.ts';

/** A response in its parts; nothing is proved. */
export interface OpenedResponse {
  /** Who is said to have signed: it chooses the keys, and the signed bytes must say it again. */
  readonly issuer: string;
  readonly received: Received;
  /** Decrypted where it was encrypted. */
  readonly assertion: Element;
}

/** Throws a `Refusal` unless it is one response with one assertion, each part in its place. */
export function openResponse(samlResponse: string, decryptionKey: KeyObject | undefined): OpenedResponse {
  const received = readResponse(parseStrictXml(decodeResponse(samlResponse)));
  const assertion = plainAssertion(received, decryptionKey);
  const [issuer] = childrenOf(assertion);
  const name = isNamed(issuer, ns.assertion, 'Issuer') ? textOf(issuer) : undefined;
  if (name === undefined) throw malformed('an assertion without an Issuer');
  return { issuer: name, received, assertion };
}

function plainAssertion({ assertion, facts, isEncrypted }: Received, key: KeyObject | undefined): Element {
  if (!assertion) {
    // Nobody signed in, so there is nothing to forge; whoever hears it learns what he sent.
    throw facts.status === success ? malformed('no assertion') : declined(facts.status);
  }
  if (!isEncrypted) return assertion;
  const opened = decryptAssertion(assertion, key);
  try {
    const element = parseStrictXml(opened);
    if (isNamed(element, ns.assertion, 'Assertion')) return element;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  throw new Refusal('assertion_not_decrypted');
}

export interface Verified {
  readonly assertion: Assertion;
  readonly response: ResponseFacts;
}

/** Every signature that is there must hold, and the assertion's must be there. Throws a `Refusal`. */
export function verifyResponse(
  { received: { response, facts, isEncrypted }, assertion }: OpenedResponse,
  keys: readonly KeyObject[],
  { requireSignedResponse }: { readonly requireSignedResponse: boolean },
): Verified {
  const ofAssertion = signatureOf(assertion);
  const ofResponse = signatureOf(response);
  if (!ofAssertion) throw new Refusal('signature_missing', { of: 'Assertion' });
  if (!ofResponse && requireSignedResponse) throw new Refusal('signature_missing', { of: 'Response' });
  checkNothingHides(response, assertion, { signatures: (ofResponse ? 1 : 0) + (isEncrypted ? 0 : 1) });
  const signedAssertion = readAssertion(parseStrictXml(verifySignature(ofAssertion, keys)));
  if (!ofResponse) return { assertion: signedAssertion, response: facts };
  const signedResponse = readResponse(parseStrictXml(verifySignature(ofResponse, keys)));
  return { assertion: signedAssertion, response: signedResponse.facts };
}

/**
 * A second assertion or signature anywhere, be it in what nobody reads: whoever gets this response from us, as AWS STS
 * does, may look in other places.
 */
function checkNothingHides(
  response: Element,
  assertion: Element,
  { signatures }: { readonly signatures: number },
): void {
  const count = (element: Element, name: string) => element.getElementsByTagNameNS('*', name).length;
  const isAlone =
    count(response, 'Signature') === signatures &&
    count(assertion, 'Signature') === 1 &&
    count(response, 'Assertion') + count(response, 'EncryptedAssertion') === 1 &&
    count(assertion, 'Assertion') + count(assertion, 'EncryptedAssertion') === 0;
  if (!isAlone) throw malformed('an assertion or signature elsewhere');
}
