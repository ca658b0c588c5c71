// A SAML assertion as STS validates it, which is not how our own door does: STS takes any audience and any recipient,
// never looks at NotBefore, takes the same assertion twice. The local stack must do as AWS does, so that what passes
// here passes there; only the trust policy stands between. Structure and signatures are held to our own, stricter, form.

import { randomUUID } from 'node:crypto';
import { type AwsError, expiredTokenException, invalidIdentityToken } from '../../../aws-query/aws-error.ts';
import type { Assertion } from '../../../identity/saml/assertion.ts';
import { openResponse, type Verified, verifyResponse } from '../../../identity/saml/verify-response.ts';
import { Refusal } from '../../../refusal.ts';
import type { SamlProvider } from '../iam/iam.ts';

/** AWS's own words for what another service of theirs told STS. */
const fromDiscovery = (message: string, code: string) =>
  invalidIdentityToken(
    `${message} (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`,
  );

const invalidResponse = (message: string) => fromDiscovery(message, 'AuthSamlInvalidSamlResponseException');
const notAResponse = () => invalidResponse('Invalid base64 SAMLResponse');
export const noSuchProvider = () =>
  fromDiscovery("Specified provider doesn't exist", 'AuthSamlManifestNotFoundException');

/** What refuses, by the code of our own verifier. What is not here is a response that STS cannot read. */
function stsErrorFor({ code }: Refusal): AwsError {
  switch (code) {
    case 'signature_missing':
      return invalidResponse('Response (with optional signature) must contain an assertion with a mandatory signature');
    case 'signature_invalid':
    case 'algorithm_not_allowed':
      return invalidIdentityToken('Response signature invalid');
    default:
      return notAResponse();
  }
}

/** Throws an `AwsError`. The provider's certificates may have expired: STS takes them. */
export function verifyAssertion(samlAssertion: string, provider: SamlProvider): Assertion {
  const { issuer, assertion } = verified(samlAssertion, provider);
  if (issuer !== provider.entityId || assertion.issuer !== provider.entityId) {
    throw invalidResponse('Issuer not present in specified provider');
  }
  const { recipient, notOnOrAfter } = assertion.subject.confirmation;
  if (recipient === undefined || notOnOrAfter === undefined || assertion.subject.format === undefined) {
    throw notAResponse();
  }
  return assertion;
}

function verified(samlAssertion: string, provider: SamlProvider): Verified & { readonly issuer: string } {
  try {
    // No decryption key: a provider that the stacks make has none, so AWS could not read it either.
    const opened = openResponse(samlAssertion, undefined);
    return { issuer: opened.issuer, ...verifyResponse(opened, provider.keys, { requireSignedResponse: false }) };
  } catch (error) {
    throw error instanceof Refusal ? stsErrorFor(error) : error;
  }
}

const redeemWithinSeconds = 300;

/** Throws an `AwsError` when the assertion has ended. From when on it is valid STS does not ask. */
export function checkAssertionTimes({ conditions, subject, authentication, issueInstant }: Assertion, now: Date): void {
  const ends = [conditions.notOnOrAfter, subject.confirmation.notOnOrAfter, authentication.sessionNotOnOrAfter];
  if (ends.some((end) => end !== undefined && end <= now)) throw expiredTokenException('Response has expired');
  // From which instant AWS counts is not recorded; IssueInstant is what its documentation suggests.
  if (issueInstant.getTime() + redeemWithinSeconds * 1000 < now.getTime()) {
    throw expiredTokenException('Token must be redeemed within 5 minutes of issuance');
  }
}
