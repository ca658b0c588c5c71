// What must be true of an assertion whose signature is proved: one rule, one name.
// Source: SAML Profiles §4.1.4.2 and §4.1.4.3; SAML Core §2.4.1.2, §2.5.1; SAML Bindings §3.5.5.2.

import { Refusal } from '../../refusal.ts';
import type { Arrival } from '../identity.ts';
import type { Assertion } from './assertion.ts';
import { bearer, success } from './names.ts';
import { declined, invalid } from './refuse.ts';
import type { ResponseFacts } from './response.ts';

/** What the operator decided about a provider. */
export interface AssertionRules {
  /** The identity provider's entityID. */
  readonly entityId: string;
  readonly clockLeewaySeconds: number;
  /** From NotBefore, or IssueInstant, to NotOnOrAfter. */
  readonly longestAssertionLifetimeSeconds: number;
  /** Whether a response that nobody asked for is taken: everywhere, from clients that hold one, or not. */
  readonly allowUnsolicited: boolean | 'clients';
}

/** What the response has to fit. */
export interface Expected {
  readonly rules: AssertionRules;
  /** Ours, as the identity provider knows us. */
  readonly audience: string;
  /** The addresses that the response may be meant for. */
  readonly recipients: readonly string[];
  readonly request: RequestCheck;
  readonly arrivedBy: Arrival['by'];
  readonly now: Date;
}

/** What is to be thought of a request id: ours and this browser's, or not, or too old. */
export type RequestCheck = (id: string) => 'ours' | 'foreign' | 'expired';

/** AWS STS: an assertion must be redeemed within 5 minutes of issuance. */
export const longestAgeSeconds = 300;

interface Facts {
  readonly assertion: Assertion;
  readonly response: ResponseFacts;
}

type Check = (facts: Facts, expected: Expected) => Refusal | undefined;

const isOfVersion2: Check = ({ assertion, response }) =>
  assertion.version === '2.0' && response.version === '2.0' ? undefined : invalid('not of version 2.0');

/** A Response names its issuer where it is signed; a mix of two identity providers is nobody's sign-in. */
const hasOneIssuer: Check = ({ assertion, response }, { rules }) =>
  assertion.issuer === rules.entityId && (response.issuer ?? rules.entityId) === rules.entityId
    ? undefined
    : new Refusal('issuer_unknown');

const isSuccess: Check = ({ response }) => (response.status === success ? undefined : declined(response.status));

const isForUs: Check = ({ assertion: { conditions } }, { audience }) =>
  conditions.audiences.length > 0 && conditions.audiences.every((allowed) => allowed.includes(audience))
    ? undefined
    : new Refusal('audience_mismatch', { audience: conditions.audiences, expected: audience });

const isBearer: Check = ({ assertion: { subject } }) =>
  subject.confirmation.method === bearer ? undefined : invalid('not confirmed as bearer');

const isDeliveredHere: Check = ({ assertion: { subject }, response }, { recipients }) => {
  const { recipient } = subject.confirmation;
  const isOurs = recipient !== undefined && recipients.includes(recipient) && response.destination === recipient;
  return isOurs
    ? undefined
    : // The destination may be anybody's word: it is told of, not repeated.
      new Refusal('recipient_mismatch', {
        recipient,
        isDestination: response.destination === recipient,
        expected: recipients,
      });
};

const wasAskedFor: Check = ({ assertion, response }, { rules, request, arrivedBy }) => {
  const { inResponseTo } = assertion.subject.confirmation;
  if (inResponseTo !== response.inResponseTo) return invalid('Response and assertion answer different requests');
  if (inResponseTo === undefined) {
    const { allowUnsolicited: allowed } = rules;
    const isAllowed = allowed === true || (allowed === 'clients' && arrivedBy === 'client');
    return isAllowed ? undefined : new Refusal('sign_in_unsolicited');
  }
  const verdict = request(inResponseTo);
  return verdict === 'ours' ? undefined : new Refusal('sign_in_not_begun_here', { request: verdict });
};

const isWithinItsTimes: Check = ({ assertion }, { rules: { clockLeewaySeconds: leeway }, now }) => {
  const { conditions, subject, authentication } = assertion;
  const at = now.getTime();
  const passed = (until: Date | undefined) => until !== undefined && until.getTime() + leeway * 1000 <= at;
  const ahead = (from: Date | undefined) => from !== undefined && from.getTime() - leeway * 1000 > at;
  if (conditions.notOnOrAfter === undefined || subject.confirmation.notOnOrAfter === undefined) {
    return invalid('no NotOnOrAfter');
  }
  // SAML Profiles §4.1.4.2: a bearer confirmation has none.
  if (subject.confirmation.notBefore) return invalid('a bearer confirmation with NotBefore');
  const ends = [conditions.notOnOrAfter, subject.confirmation.notOnOrAfter, authentication.sessionNotOnOrAfter];
  const ended = ends.find(passed);
  if (ended) return new Refusal('assertion_expired', { ended: ended.toISOString() });
  const begins = [conditions.notBefore, assertion.issueInstant, authentication.instant].find(ahead);
  if (begins) return new Refusal('assertion_not_yet_valid', { begins: begins.toISOString() });
  const tooOld = assertion.issueInstant.getTime() + (longestAgeSeconds + leeway) * 1000 <= at;
  return tooOld ? new Refusal('assertion_expired', { why: 'issued more than 5 minutes ago' }) : undefined;
};

const isShort: Check = ({ assertion: { conditions, subject, issueInstant } }, { rules }) => {
  const longest = rules.longestAssertionLifetimeSeconds * 1000;
  const begins = (conditions.notBefore ?? issueInstant).getTime();
  const ends = [conditions.notOnOrAfter, subject.confirmation.notOnOrAfter];
  return ends.every((end) => end !== undefined && end.getTime() > begins && end.getTime() - begins <= longest)
    ? undefined
    : invalid('valid for longer than allowed, or never');
};

/** In this order. The first that fails is the reason. */
const checks: readonly Check[] = [
  isOfVersion2,
  hasOneIssuer,
  isSuccess,
  isWithinItsTimes,
  isShort,
  isForUs,
  isBearer,
  isDeliveredHere,
  wasAskedFor,
];

/** Throws a `Refusal`. */
export function checkAssertion(assertion: Assertion, response: ResponseFacts, expected: Expected): void {
  for (const check of checks) {
    const refusal = check({ assertion, response }, expected);
    if (refusal) throw refusal;
  }
}
