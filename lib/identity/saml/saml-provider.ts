// A SAML identity provider: whose responses are taken, and the checks in their order.

import { createHash, type KeyObject } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import { keyPrefixes } from '../../store/store.ts';
import type { AwsClaim } from '../aws-keys.ts';
import type { Attributes, Identity, Reservation, SamlProof } from '../identity.ts';
import type { Assertion } from './assertion.ts';
import { type AssertionRules, checkAssertion, longestAgeSeconds } from './assertion-checks.ts';
import { readAwsAttributes } from './aws-attributes.ts';
import { keysAt, type PinnedCertificate } from './certificates.ts';
import { inOneLine } from './decode-response.ts';
import { subjectType } from './names.ts';
import { requestCheck, requestEnds } from './request-id.ts';
import { type OpenedResponse, openResponse, verifyResponse } from './verify-response.ts';

export interface SamlProvider extends AssertionRules {
  readonly name: string;
  readonly certificates: readonly PinnedCertificate[];
  /** When its metadata is to be trusted no more. */
  readonly validUntil: Date | undefined;
  /** The assertion must be signed, always; whether the Response around it must be too. */
  readonly requireSignedResponse: boolean;
  /** Addresses besides ours that responses may be meant for, where a client brings them. */
  readonly recipients: readonly string[];
  readonly awsClaims: readonly AwsClaim[];
}

/** By entityID, exactly as the assertion must spell it. */
export type SamlProviders = ReadonlyMap<string, SamlProvider>;

/** What responses are for: us. */
export interface ServiceProvider {
  readonly entityId: string;
  readonly assertionConsumerService: string;
  /** Opens encrypted assertions; without it they are refused. */
  readonly decryptionKey?: KeyObject;
}

/** Form → signatures → what the signed bytes say. Throws a `Refusal`. */
export function proveSamlResponse(
  proof: SamlProof,
  providers: SamlProviders,
  us: ServiceProvider,
  now: Date,
): Identity {
  const opened = openResponse(proof.samlResponse, us.decryptionKey);
  const provider = providers.get(opened.issuer);
  if (!provider) throw new Refusal('issuer_unknown');
  try {
    return proveBy(provider, { opened, proof, us, now });
  } catch (error) {
    // An operator must know whose set-up it is.
    const { name } = provider;
    throw error instanceof Refusal ? new Refusal(error.code, { provider: name, ...error.detail }) : error;
  }
}

interface ToProve {
  readonly opened: OpenedResponse;
  readonly proof: SamlProof;
  readonly us: ServiceProvider;
  readonly now: Date;
}

function proveBy(provider: SamlProvider, { opened, proof, us, now }: ToProve): Identity {
  const { arrival, samlResponse } = proof;
  const keys = provider.validUntil && provider.validUntil <= now ? [] : keysAt(provider.certificates, now);
  if (keys.length === 0) throw new Refusal('certificates_expired');
  const { assertion, response } = verifyResponse(opened, keys, provider);

  const recipients = arrival.by === 'browser' ? [us.assertionConsumerService] : provider.recipients;
  const browserSecret = arrival.by === 'browser' ? arrival.secret : undefined;
  const request = requestCheck({ provider: provider.name, browserSecret, now });
  const audience = us.entityId;
  const expected = { rules: provider, audience, recipients, request, arrivedBy: arrival.by, now };
  checkAssertion(assertion, response, expected);

  const aws = readAwsAttributes(assertion.attributes);
  return {
    provider: provider.name,
    issuer: provider.entityId,
    subject: assertion.subject.nameId,
    attributes: attributesOf(assertion, aws.keys),
    unannounced: aws.signed.filter((claim) => !provider.awsClaims.includes(claim)),
    provenUntil: provenUntil(assertion),
    ...sessionLimits(assertion, aws.sessionSeconds),
    authenticatedAt: assertion.authentication.instant,
    evidence: { kind: 'saml', samlResponse: inOneLine(samlResponse), roles: aws.roles, sessionName: aws.sessionName },
    once: reservations(assertion, provider),
  };
}

/** The names under which grants know what is not an attribute. */
const nameIdNames = { subject: 'sub', format: 'sub_type', context: 'AuthnContextClassRef' };

/** What grants are told of an assertion. */
export interface Told extends Pick<Assertion, 'attributes'> {
  readonly subject: Pick<Assertion['subject'], 'nameId' | 'format'>;
  readonly authentication: Pick<Assertion['authentication'], 'contextClass'>;
}

/** As texts for conditions and templates; what the identity provider calls `sub` itself does not pass for the NameID. */
export function attributesOf(
  { subject, attributes, authentication }: Told,
  awsKeys: ReadonlyMap<string, string>,
): Attributes {
  const texts = new Map([...attributes.texts].filter(([name]) => !isTaken(name)));
  const opaque = new Set([...attributes.opaque].filter((name) => !isTaken(name)));
  texts.set(nameIdNames.subject, [subject.nameId]);
  texts.set(nameIdNames.format, [subjectType(subject.format)]);
  if (authentication.contextClass !== undefined) texts.set(nameIdNames.context, [authentication.contextClass]);
  for (const [key, value] of awsKeys) texts.set(key.toLowerCase(), [value]);
  return { texts, opaque, hidden: [] };
}

const isTaken = (name: string) => Object.values(nameIdNames).includes(name) || /^(aws|sts|saml):/i.test(name);

/** STS sees to them where the assertion goes on; where it does not, we do. */
function sessionLimits(
  { authentication: { sessionNotOnOrAfter } }: Assertion,
  sessionSeconds: number | undefined,
): Pick<Identity, 'sessionUntil' | 'sessionSeconds'> {
  return {
    ...(sessionNotOnOrAfter && { sessionUntil: sessionNotOnOrAfter }),
    ...(sessionSeconds !== undefined && { sessionSeconds }),
  };
}

function provenUntil({ issueInstant, conditions, subject, authentication }: Assertion): Date {
  const ends = [
    new Date(issueInstant.getTime() + longestAgeSeconds * 1000),
    conditions.notOnOrAfter,
    subject.confirmation.notOnOrAfter,
    authentication.sessionNotOnOrAfter,
  ];
  return new Date(Math.min(...ends.map((end) => end?.getTime() ?? Number.POSITIVE_INFINITY)));
}

/** Until the very last moment at which any clock would still take it. */
function reservations(assertion: Assertion, { entityId, clockLeewaySeconds }: SamlProvider): readonly Reservation[] {
  const { inResponseTo } = assertion.subject.confirmation;
  const later = (date: Date) => new Date(date.getTime() + 2 * clockLeewaySeconds * 1000);
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const last = new Date(assertion.issueInstant.getTime() + longestAgeSeconds * 1000);
  return [
    ...(inResponseTo === undefined
      ? []
      : [{ key: keyPrefixes.request + digest(inResponseTo), until: later(requestEnds(inResponseTo)) }]),
    { key: keyPrefixes.assertion + digest(JSON.stringify([entityId, assertion.id])), until: later(last) },
  ];
}
