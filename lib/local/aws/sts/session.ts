// The session that a call ends in: its policies, its length, its size, its keys.

import { accountOf } from '../../../arn.ts';
import { malformedPolicyDocument, packedPolicyTooLarge, validationError } from '../../../aws-query/aws-error.ts';
import {
  longestPolicies,
  type PolicyParameters,
  type SessionParameters,
} from '../../../aws-query/federated-requests.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import type { XmlValue } from '../../../aws-query/xml.ts';
import { parsePolicy } from '../../../policy/parse-policy.ts';
import { type Policy, PolicyError } from '../../../policy/policy.ts';
import { packedPolicySize } from '../../../session/packed-size.ts';
import { namesOf } from '../caller.ts';
import { isRootTask } from '../iam/aws-managed-policies.ts';
import type { EmbeddedIam, Role } from '../iam/iam.ts';
import type { Session, SessionFacts, SessionPolicies, Sessions } from '../sessions.ts';

const defaultSeconds = 3600;
/** What the caller wants the session narrowed to; `undefined` when nothing is said. Throws an `AwsError`. */
export function sessionPolicies(
  { policy, policyArns }: PolicyParameters,
  account: string,
  iam: EmbeddedIam,
): SessionPolicies | undefined {
  if (policy === undefined && policyArns.length === 0) return undefined;
  // Whether the ARNs count is not recorded; that they do is the stricter reading.
  const characters = [policy ?? '', ...policyArns].reduce((sum, text) => sum + text.length, 0);
  if (characters > longestPolicies) {
    throw packedPolicyTooLarge(`The session policies have ${characters} characters; ${longestPolicies} are allowed.`);
  }
  for (const arn of policyArns) {
    const owner = accountOf(arn);
    // AWS's own sentence for this is not recorded.
    if ((owner !== account && owner !== 'aws') || !iam.policy(arn) || isRootTask(arn))
      throw validationError(`PolicyArn ${arn} is invalid`);
  }
  return { inline: policy === undefined ? undefined : inlinePolicy(policy), managed: policyArns };
}

function inlinePolicy(document: string): Policy {
  try {
    return parsePolicy({ name: 'session policy', kind: 'identity', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw malformedPolicyDocument(
      `Syntax errors in policy. ${error.problems.map(({ path, says }) => `${path}: ${says}`).join('; ')}`,
    );
  }
}

export interface RoleSession extends Partial<Omit<SessionFacts, 'policies' | 'chained'>> {
  readonly role: Role;
  readonly sessionName: string;
  readonly parameters: SessionParameters;
  /** What of the proof goes into the session token. */
  readonly carried: readonly string[];
  /** Ends that the proof itself sets, in seconds from now: they only shorten. */
  readonly shortens: readonly number[];
  /** Whether a role's session asks for another's. */
  readonly chained: boolean;
  readonly now: Date;
}

export interface IssuedSession {
  readonly session: Session;
  readonly packedPolicySize: number;
}

/** Throws an `AwsError`. */
export function issueRoleSession(
  { sessions, iam }: { readonly sessions: Sessions; readonly iam: EmbeddedIam },
  { role, sessionName, parameters, carried, shortens, chained, now, ...facts }: RoleSession,
): IssuedSession {
  const { durationSeconds = defaultSeconds } = parameters;
  const policies = sessionPolicies(parameters, role.account, iam);
  if (durationSeconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  if (chained && durationSeconds > defaultSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  const packed = checkedSize(parameters, carried);
  const seconds = Math.min(durationSeconds, ...shortens);
  const session = sessions.issue({
    account: role.account,
    principal: { kind: 'role', roleId: role.id, sessionName },
    expires: wholeSeconds(now, seconds),
    chained,
    ...(policies && { policies }),
    ...facts,
  });
  return { session, packedPolicySize: packed };
}

/** In percent. Throws an `AwsError` beyond what a session can hold. */
export function checkedSize({ policy, policyArns }: PolicyParameters, carried: readonly string[]): number {
  const packed = packedPolicySize([policy ?? '', ...policyArns, ...carried]);
  if (packed > 100) {
    throw packedPolicyTooLarge(
      policy === undefined && policyArns.length === 0
        ? `Packed size of session tags consumes ${packed}% of allotted space.`
        : `Packed policy consumes ${packed}% of allotted space, please use smaller policy.`,
    );
  }
  return packed;
}

export const wholeSeconds = (now: Date, seconds: number) => new Date(Math.floor(now.getTime() / 1000 + seconds) * 1000);

export const credentialMembers = ({ accessKeyId, secretAccessKey, sessionToken, expires }: Session) =>
  ({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: timestamp(expires),
  }) satisfies XmlValue;

/** As STS writes a role's session into its answers. */
export function sessionMembers(session: Session, role: Role, sessionName: string) {
  const { arn, userId } = namesOf(role, sessionName);
  return {
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    Credentials: credentialMembers(session),
  } satisfies XmlValue;
}
