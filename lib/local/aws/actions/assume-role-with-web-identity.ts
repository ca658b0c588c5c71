import { readAwsClaims, sourceIdentityKey } from '../../../identity/oidc/aws-claims.ts';
import { vendorOf } from '../../../identity/oidc/vendors.ts';
import { parsePolicy } from '../../../policy/parse-policy.ts';
import { PolicyError } from '../../../policy/policy.ts';
import { packedPolicySize } from '../packed-size.ts';
import { nameCharacters, ParameterReader, policyCharacters } from '../parameters.ts';
import {
  accessDenied,
  internalFailure,
  invalidIdentityToken,
  malformedPolicyDocument,
  packedPolicyTooLarge,
  validationError,
} from '../sts-error.ts';
import { audienceOf, type Claims, checkTimes, readClaims, verifyTokenSignature } from '../web-identity-token.ts';
import { authorize, type TrustedProvider, trustContext } from '../web-identity-trust.ts';
import type { Action, Call } from './action.ts';

/**
 * Unsigned: the token is the only credential. Order: parameters → token form → provider → signature → times →
 * audience → AWS claims → trust policy → session policy → duration. Where AWS checks the duration relative to the
 * trust policy is not recorded; here a stranger learns nothing about a role he may not assume.
 */
export const assumeRoleWithWebIdentity: Action = async (call) => {
  const { iam, sessions, now, sourceIp } = call;
  const request = readRequest(call);
  const account = request.roleArn.split(':')[4] ?? '';
  const { claims, awsClaims, audience, provider, authorizedByIdp } = await proveToken(call, request, account);

  const role = iam.role(request.roleArn);
  const { sessionName } = request;
  const context = trustContext({
    now,
    sourceIp,
    claims,
    awsClaims,
    audience,
    provider,
    sessionName,
    authorizedByIdp,
    role,
  });
  authorize(role, provider.principal, context, awsClaims);

  if (request.policy !== undefined) checkSessionPolicy(request.policy);
  const durationSeconds = request.durationSeconds ?? defaultSeconds;
  if (durationSeconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const subject = String(claims.get('sub'));
  const packed = packedPolicySize([request.policy ?? '', subject, ...[...awsClaims].flat()]);
  if (packed > 100) {
    throw packedPolicyTooLarge(`Packed policy consumes ${packed}% of allotted space, please use smaller policy.`);
  }

  const session = sessions.issue({
    account,
    roleId: role.id,
    arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${request.sessionName}`,
    userId: `${role.id}:${request.sessionName}`,
    expires: new Date(Math.floor(now.getTime() / 1000 + durationSeconds) * 1000),
  });
  return {
    SubjectFromWebIdentityToken: subject,
    Audience: audience,
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expires.toISOString().replace('.000', ''),
    },
    Provider: provider.principal,
    PackedPolicySize: packed,
    SourceIdentity: awsClaims.get(sourceIdentityKey),
  };
};

const defaultSeconds = 3600;
const shortestSeconds = 900;
const longestSeconds = 43_200;

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

interface WebIdentityRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: string;
  readonly policy: string | undefined;
  readonly durationSeconds: number | undefined;
}

function readRequest({ parameters }: Call): WebIdentityRequest {
  const reader = new ParameterReader(parameters);
  const roleArn = reader.text('RoleArn', { required: true, shortest: 20, longest: 2048 }) ?? '';
  const sessionName =
    reader.text('RoleSessionName', { required: true, shortest: 2, longest: 64, pattern: nameCharacters }) ?? '';
  const token = reader.text('WebIdentityToken', { required: true, shortest: 4, longest: 20_000 }) ?? '';
  const providerId = reader.text('ProviderId', { shortest: 4, longest: 2048 });
  const policy = reader.text('Policy', { shortest: 1, longest: 2048, pattern: policyCharacters });
  const durationSeconds = reader.integer('DurationSeconds', { least: shortestSeconds, most: longestSeconds });
  reader.finish();
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(roleArn)) throw validationError(`${roleArn} is invalid`);
  if (providerId === 'www.amazon.com') throw invalidIdentityToken('Provided Token is not a Login With Amazon token');
  if (providerId !== undefined) {
    throw accessDenied(
      'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens',
    );
  }
  return { roleArn, sessionName, token, policy, durationSeconds };
}

function providerFor({ iam }: Call, account: string, issuer: string): TrustedProvider {
  const builtIn = vendorOf(issuer)?.builtIn;
  if (builtIn) return { principal: builtIn, clientIds: undefined, account };
  const provider = iam.oidcProvider(account, issuer);
  if (!provider) throw invalidIdentityToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  return { principal: provider.arn, clientIds: provider.clientIds, account };
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

function checkSessionPolicy(document: string): void {
  try {
    parsePolicy({ name: 'session policy', kind: 'identity', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw malformedPolicyDocument(
      `Syntax errors in policy. ${error.problems.map(({ path, says }) => `${path}: ${says}`).join('; ')}`,
    );
  }
}
