import { accountOf } from '../../../arn.ts';
import { invalidIdentityToken } from '../../../aws-query/aws-error.ts';
import { readSamlRequest, type SamlRequest } from '../../../aws-query/federated-requests.ts';
import { federatedKeys, signedTags } from '../../../grant/trust-context.ts';
import { isSourceIdentityValue, requestTagPrefix, sourceIdentityKey } from '../../../identity/aws-keys.ts';
import type { Assertion } from '../../../identity/saml/assertion.ts';
import { awsAttributePrefix, isSessionDuration, principalTags } from '../../../identity/saml/aws-attributes.ts';
import { lastingSamlKeys, samlFacts } from '../../../identity/saml/sts-facts.ts';
import { awsContext } from '../../../policy/context.ts';
import type { Action } from './action.ts';
import { authorize } from './federated-trust.ts';
import { checkAssertionTimes, noSuchProvider, verifyAssertion } from './saml-assertion.ts';
import { issueRoleSession, sessionMembers } from './session.ts';

/**
 * Unsigned: the assertion is the only credential. Order: parameters → provider → response and signatures → times →
 * role pair and session name → trust policy → session policy and duration.
 */
export const assumeRoleWithSaml: Action = (call) => {
  const { iam, now, sourceIp } = call;
  const request = readSamlRequest(call.parameters);
  const provider = iam.samlProvider(request.principalArn);
  // Role and provider must be of one account.
  if (!provider || accountOf(request.roleArn) !== provider.account) throw noSuchProvider();
  const assertion = verifyAssertion(request.samlAssertion, provider);
  checkAssertionTimes(assertion, now);
  const attributes = readAttributes(assertion, request);

  const role = iam.role(request.roleArn);
  const facts = samlFacts(assertion, provider);
  const { account, arn: principal } = provider;
  const context = awsContext([
    ...federatedKeys({ ...attributes, now, sourceIp, account, principal, roleTags: role?.tags ?? new Map() }),
    ...facts.keys,
  ]);
  const { awsClaims } = attributes;
  authorize(role, { kind: 'saml', provider: principal, context, awsClaims });

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
    keys: [['aws:FederatedProvider', principal], ...lastingSamlKeys(facts.keys)],
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
