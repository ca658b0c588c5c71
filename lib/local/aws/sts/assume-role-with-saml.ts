import { createHash } from 'node:crypto';
import { isSourceIdentityValue, requestTagPrefix, sourceIdentityKey } from '../../../identity/aws-keys.ts';
import type { Assertion } from '../../../identity/saml/assertion.ts';
import { awsAttributePrefix, isSessionDuration, principalTags } from '../../../identity/saml/aws-attributes.ts';
import { samlConditionKeys } from '../../../identity/saml/condition-keys.ts';
import { subjectType } from '../../../identity/saml/saml-provider.ts';
import { awsContext } from '../../../policy/context.ts';
import { invalidIdentityToken, validationError } from '../aws-error.ts';
import type { SamlProvider } from '../iam/iam.ts';
import { ParameterReader } from '../parameters.ts';
import type { Action, Call } from './action.ts';
import { authorize, federatedKeys, signedTags } from './federated-trust.ts';
import { checkAssertionTimes, noSuchProvider, verifyAssertion } from './saml-assertion.ts';
import {
  checkRoleArn,
  issueRoleSession,
  type SessionParameters,
  sessionMembers,
  sessionParameters,
} from './session.ts';

/**
 * Unsigned: the assertion is the only credential. Order: parameters → provider → response and signatures → times →
 * role pair and session name → trust policy → session policy and duration.
 */
export const assumeRoleWithSaml: Action = (call) => {
  const { iam, now, sourceIp } = call;
  const request = readRequest(call);
  const provider = iam.samlProvider(request.principalArn);
  // Role and provider must be of one account.
  if (!provider || request.roleArn.split(':')[4] !== provider.account) throw noSuchProvider();
  const assertion = verifyAssertion(request.samlAssertion, provider);
  checkAssertionTimes(assertion, now);
  const attributes = readAttributes(assertion, request);

  const role = iam.role(request.roleArn);
  const facts = assertionFacts(assertion, provider);
  const { account, arn: principal } = provider;
  const context = awsContext([
    ...federatedKeys({ ...attributes, now, sourceIp, account, principal, role }),
    ...facts.keys,
  ]);
  const { awsClaims } = attributes;
  authorize(role, { action: 'sts:AssumeRoleWithSAML', provider: principal, context, awsClaims });

  const { sessionNotOnOrAfter } = assertion.authentication;
  const { sessionName, transitiveTagKeys } = attributes;
  const sourceIdentity = awsClaims.get(sourceIdentityKey);
  const { session, packedPolicySize } = issueRoleSession(call, {
    role,
    sessionName,
    parameters: request,
    carried: [assertion.subject.nameId, ...[...awsClaims].flat()],
    shortens: [
      ...(attributes.sessionDuration === undefined ? [] : [attributes.sessionDuration]),
      ...(sessionNotOnOrAfter ? [Math.floor((sessionNotOnOrAfter.getTime() - now.getTime()) / 1000)] : []),
    ],
    chained: false,
    now,
    tags: signedTags(awsClaims),
    transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    keys: [['aws:FederatedProvider', principal], ...facts.keys.filter(([key]) => lasting.includes(key))],
  });
  const { Credentials, AssumedRoleUser } = sessionMembers(session, role, sessionName);
  return {
    Credentials,
    AssumedRoleUser,
    PackedPolicySize: packedPolicySize,
    Subject: assertion.subject.nameId,
    SubjectType: facts.subjectType,
    Issuer: assertion.issuer,
    Audience: facts.audience,
    NameQualifier: facts.nameQualifier,
    SourceIdentity: sourceIdentity,
  };
};

/** What is known of the assertion in the session's later requests. */
const lasting: readonly string[] = ['saml:namequalifier', 'saml:sub', 'saml:sub_type'];

interface SamlRequest extends SessionParameters {
  readonly principalArn: string;
  readonly samlAssertion: string;
}

function readRequest({ parameters }: Call): SamlRequest {
  const reader = new ParameterReader(parameters);
  const session = sessionParameters(reader);
  const principalArn = reader.text('PrincipalArn', { required: true, shortest: 20, longest: 2048 }) ?? '';
  const samlAssertion = reader.text('SAMLAssertion', { required: true, shortest: 4, longest: 100_000 }) ?? '';
  reader.finish();
  checkRoleArn(session.roleArn);
  if (!/^arn:[\w-]+:iam::\d{12}:saml-provider\/./.test(principalArn)) {
    throw validationError(`${principalArn} is invalid`);
  }
  return { ...session, principalArn, samlAssertion };
}

interface SignedForAws {
  readonly sessionName: string;
  readonly sessionDuration: number | undefined;
  /** As condition keys. */
  readonly awsClaims: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: readonly string[];
}

const name = '[a-zA-Z_0-9+=,.@-]{2,64}';

/** What the identity provider signed for AWS. Throws an `AwsError`. */
function readAttributes({ attributes: { texts } }: Assertion, { roleArn, principalArn }: SamlRequest): SignedForAws {
  const values = (attribute: string) => texts.get(awsAttributePrefix + attribute) ?? [];
  const pairs = values('Role').map((pair) => pair.split(',').map((arn) => arn.trim()));
  // In either order.
  if (!pairs.some((pair) => pair.length === 2 && pair.includes(roleArn) && pair.includes(principalArn))) {
    throw invalidIdentityToken("SAML Assertion doesn't contain the requested Role and Metadata in the attributes");
  }
  const [sessionName] = values('RoleSessionName');
  if (sessionName === undefined) throw invalidIdentityToken('RoleSessionName is required in AuthnResponse');
  if (!new RegExp(`^${name}$`).test(sessionName)) {
    throw invalidIdentityToken(`RoleSessionName in AuthnResponse must match ${name}`);
  }
  const [sourceIdentity] = values('SourceIdentity');
  if (sourceIdentity !== undefined && !isSourceIdentityValue(sourceIdentity)) {
    throw invalidIdentityToken(`Source Identity must match ${name} and not begin with "aws:"`);
  }
  const [duration] = values('SessionDuration');
  // AWS's own sentence for this is not recorded.
  if (duration !== undefined && !isSessionDuration(duration)) {
    throw invalidIdentityToken('SessionDuration in AuthnResponse must be between 900 and 43200');
  }
  const tags = principalTags(texts);
  // AWS's own sentence for this is not recorded.
  if (!tags) throw invalidIdentityToken('PrincipalTag attributes passed in assertion are not in correct format.');
  const awsClaims = new Map([...tags].map(([key, value]) => [requestTagPrefix + key, value]));
  if (sourceIdentity !== undefined) awsClaims.set(sourceIdentityKey, sourceIdentity);
  return {
    sessionName,
    sessionDuration: duration === undefined ? undefined : Number(duration),
    awsClaims,
    transitiveTagKeys: values('TransitiveTagKeys'),
  };
}

/** What STS says of an assertion: in its answer and to the trust policy. */
function assertionFacts({ issuer, subject, attributes: { texts } }: Assertion, provider: SamlProvider) {
  const { account, name: providerName } = provider;
  const audience = subject.confirmation.recipient ?? '';
  const type = subjectType(subject.format);
  const nameQualifier = createHash('sha1').update(`${issuer}${account}/${providerName}`).digest('base64');
  const keys: (readonly [key: string, value: string | readonly string[]])[] = [
    ['saml:aud', audience],
    ['saml:iss', issuer],
    ['saml:doc', `${account}/${providerName}`],
    ['saml:sub', subject.nameId],
    ['saml:sub_type', type],
    ['saml:namequalifier', nameQualifier],
  ];
  const known = new Set(keys.map(([key]) => key));
  for (const [attribute, key] of samlConditionKeys) {
    const values = texts.get(attribute);
    // What stands in the subject no attribute can say.
    if (values && !known.has(key)) keys.push([key, values]);
  }
  return { audience, subjectType: type, nameQualifier, keys };
}
