// The AWS call: a session plan in, what STS gave out.

import type { SessionPlan } from '../session/plan-session.ts';

/** Temporary credentials, named as the AWS SDK for JavaScript takes them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface Issued {
  readonly credentials: Credentials;
  /** Who the session is: `AssumedRoleUser` or `FederatedUser`, with `AssumedRoleId` or `FederatedUserId`. */
  readonly user: {
    readonly kind: 'assumed-role' | 'federated-user';
    readonly arn: string;
    readonly userId: string;
  };
  /** Keys of tags that made the session too large for STS. */
  readonly tagsLeftOut?: readonly string[];
  /** What else STS said of the session, by its own names. */
  readonly told: ReadonlyMap<ToldMember, string>;
}

/** Members of the answers of AssumeRoleWithWebIdentity and AssumeRoleWithSAML. */
export const toldMembers = [
  'SubjectFromWebIdentityToken',
  'Audience',
  'Provider',
  'PackedPolicySize',
  'SourceIdentity',
  'Subject',
  'SubjectType',
  'Issuer',
  'NameQualifier',
] as const;
export type ToldMember = (typeof toldMembers)[number];

export interface CredentialIssuer {
  /** Rejects with a `Refusal` when STS says no or cannot be reached. */
  issue(plan: SessionPlan): Promise<Issued>;
}
