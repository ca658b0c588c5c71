import { accountOf } from '../../../arn.ts';
import { internalFailure, invalidIdentityToken } from '../../../aws-query/aws-error.ts';
import { readWebIdentityRequest, type WebIdentityRequest } from '../../../aws-query/federated-requests.ts';
import { federatedKeys, signedTags } from '../../../grant/trust-context.ts';
import { sourceIdentityKey } from '../../../identity/aws-keys.ts';
import { readAwsClaims } from '../../../identity/oidc/aws-claims.ts';
import { lastingKeys, transitiveTagKeys, webIdentityKeys } from '../../../identity/oidc/condition-keys.ts';
import { vendorOf } from '../../../identity/oidc/vendors.ts';
import { awsContext } from '../../../policy/context.ts';
import type { Action, Call } from './action.ts';
import { authorize } from './federated-trust.ts';
import { issueRoleSession, sessionMembers } from './session.ts';
import { audienceOf, type Claims, checkTimes, readClaims, verifyTokenSignature } from './web-identity-token.ts';

/**
 * Unsigned: the token is the only credential. Order: parameters → token form → provider → signature → times →
 * audience → AWS claims → trust policy → session policy → duration. Where AWS checks the duration relative to the
 * trust policy is not recorded; here a stranger learns nothing about a role he may not assume.
 */
export const assumeRoleWithWebIdentity: Action = async (call) => {
  const { iam, now, sourceIp } = call;
  const request = readWebIdentityRequest(call.parameters);
  const account = accountOf(request.roleArn);
  const proved = await proveToken(call, request, account);
  const { claims, awsClaims, audience, provider } = proved;
  const { principal } = provider;

  const role = iam.role(request.roleArn);
  const { sessionName } = request;
  const transitive = transitiveTagKeys(claims);
  const roleTags = role?.tags ?? new Map();
  const facts = { now, sourceIp, account, principal, sessionName, awsClaims, transitiveTagKeys: transitive, roleTags };
  const context = awsContext([
    ...federatedKeys(facts),
    ...webIdentityKeys(claims, audience),
    ['sts:RoleAuthorizedByIdp', String(proved.authorizedByIdp)],
  ]);
  authorize(role, { kind: 'oidc', provider: principal, context, awsClaims });

  const subject = String(claims.get('sub'));
  const sourceIdentity = awsClaims.get(sourceIdentityKey);
  const { session, packedPolicySize } = issueRoleSession(call, {
    role,
    sessionName,
    parameters: request,
    carried: [subject, ...[...awsClaims].flat()],
    shortens: [],
    chained: false,
    now,
    tags: signedTags(awsClaims),
    transitiveTagKeys: transitive,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    keys: [['aws:FederatedProvider', principal], ...lastingKeys(claims, audience)],
  });
  return {
    SubjectFromWebIdentityToken: subject,
    Audience: audience,
    ...sessionMembers(session, role, sessionName),
    Provider: principal,
    PackedPolicySize: packedPolicySize,
    SourceIdentity: sourceIdentity,
  };
};

interface TrustedProvider {
  /** As trust policies name it, and as the answer says it. */
  readonly principal: string;
  /** `undefined` for a provider that IAM has built in: only the trust policy can pin its audience. */
  readonly clientIds: readonly string[] | undefined;
}

interface ProvedToken {
  readonly claims: Claims;
  /** As condition keys. */
  readonly awsClaims: ReadonlyMap<string, string>;
  readonly audience: string;
  readonly provider: TrustedProvider;
  /** Whether the token itself names the role. */
  readonly authorizedByIdp: boolean;
}

/** What STS asks of a token before it asks the role. */
async function proveToken(call: Call, { token, roleArn }: WebIdentityRequest, account: string): Promise<ProvedToken> {
  const claims = readClaims(token);
  const issuer = String(claims.get('iss'));
  const provider = providerFor(call, account, issuer);
  await verifyTokenSignature(token, issuer, call.network);
  checkTimes(claims, call.now);
  const audience = audienceOf(claims);
  if (provider.clientIds && !provider.clientIds.includes(audience)) {
    throw invalidIdentityToken(
      'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
    );
  }
  const authorizedByIdp = checkRolePinning(claims, roleArn);
  if (claims.get('sub') === null) throw internalFailure('Unknown error validating third-party token');
  const { keys, malformed } = readAwsClaims(claims);
  if (malformed.includes('sourceIdentity')) {
    throw invalidIdentityToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"');
  }
  if (malformed.includes('tags')) {
    throw invalidIdentityToken('principal_tags passed in claim is not in correct format.');
  }
  return { claims, awsClaims: keys, audience, provider, authorizedByIdp };
}

function providerFor({ iam }: Call, account: string, issuer: string): TrustedProvider {
  const builtIn = vendorOf(issuer)?.builtIn;
  if (builtIn) return { principal: builtIn, clientIds: undefined };
  const provider = iam.oidcProvider(account, issuer);
  if (!provider) throw invalidIdentityToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  return { principal: provider.arn, clientIds: provider.clientIds };
}

const rolesClaim = 'https://aws.amazon.com/roles';

/** A token may name the only roles it is for; then the role must be one of them. Returns whether it did. */
function checkRolePinning(claims: Claims, roleArn: string): boolean {
  const pinned = claims.get(rolesClaim);
  if (pinned === undefined || pinned === null) return false;
  const listed = typeof pinned === 'string' ? pinned.split(';') : Array.isArray(pinned) ? pinned : [];
  if (listed.some((each) => typeof each === 'string' && each.trim() === roleArn)) return true;
  // AWS's own sentence for this is not recorded.
  throw invalidIdentityToken('The requested role is not authorized by the identity provider.');
}
