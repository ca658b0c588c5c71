// The session that a federated call ends in: its policy, its length, its size, its keys.

import { parsePolicy } from '../../policy/parse-policy.ts';
import { PolicyError } from '../../policy/policy.ts';
import type { Role } from './account.ts';
import { packedPolicySize } from './packed-size.ts';
import { type ParameterReader, policyCharacters } from './parameters.ts';
import type { Session, Sessions } from './sessions.ts';
import { malformedPolicyDocument, packedPolicyTooLarge, validationError } from './sts-error.ts';
import type { XmlValue } from './xml.ts';

const defaultSeconds = 3600;
const shortestSeconds = 900;
const longestSeconds = 43_200;

export interface SessionParameters {
  readonly roleArn: string;
  readonly policy: string | undefined;
  readonly durationSeconds: number | undefined;
}

/** Those that every AssumeRole call has. `finish` of the reader is still to be called. */
export function sessionParameters(reader: ParameterReader): SessionParameters {
  return {
    roleArn: reader.text('RoleArn', { required: true, shortest: 20, longest: 2048 }) ?? '',
    policy: reader.text('Policy', { shortest: 1, longest: 2048, pattern: policyCharacters }),
    durationSeconds: reader.integer('DurationSeconds', { least: shortestSeconds, most: longestSeconds }),
  };
}

export function checkRoleArn(roleArn: string): void {
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(roleArn)) throw validationError(`${roleArn} is invalid`);
}

export interface FederatedSession {
  readonly role: Role;
  readonly sessionName: string;
  readonly parameters: SessionParameters;
  /** What of the proof goes into the session token. */
  readonly carried: readonly string[];
  /** Ends that the proof itself sets, in seconds from now: they only shorten. */
  readonly shortens: readonly number[];
  readonly now: Date;
}

export interface IssuedSession {
  readonly session: Session;
  readonly packedPolicySize: number;
}

/** Throws an `StsError`. */
export function issueFederated(sessions: Sessions, wanted: FederatedSession): IssuedSession {
  const { role, sessionName, parameters, carried, shortens, now } = wanted;
  const { policy, durationSeconds = defaultSeconds } = parameters;
  if (policy !== undefined) checkSessionPolicy(policy);
  if (durationSeconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const packed = packedPolicySize([policy ?? '', ...carried]);
  if (packed > 100) {
    throw packedPolicyTooLarge(`Packed policy consumes ${packed}% of allotted space, please use smaller policy.`);
  }
  const seconds = Math.min(durationSeconds, ...shortens);
  const session = sessions.issue({
    account: role.account,
    roleId: role.id,
    arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    expires: new Date(Math.floor(now.getTime() / 1000 + seconds) * 1000),
  });
  return { session, packedPolicySize: packed };
}

/** As STS writes a session into its answers. */
export const sessionMembers = ({ arn, userId, accessKeyId, secretAccessKey, sessionToken, expires }: Session) =>
  ({
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expires.toISOString().replace('.000', ''),
    },
  }) satisfies XmlValue;

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
