// The token with which Daypass vouches for a caller to AWS STS: nobody else takes it, and it is good for one role.
// Source: IAM User Guide, "Pass session tags using AssumeRoleWithWebIdentity"; AWS STS API Reference.

import { vouchedAudience } from '../grant/trust-policy.ts';
import type { SessionPlan } from '../session/plan-session.ts';

const lifetimeSeconds = 120;

export interface Vouching {
  /** `https://…`, as the IAM OIDC provider has it. */
  readonly issuer: string;
  readonly now: Date;
  /** Of the token, never used before. */
  readonly id: string;
}

type Claims = Readonly<Record<string, unknown>>;

const ofAws = (name: string) => `https://aws.amazon.com/${name}`;

/** Throws a plain `Error` for a session of another way. */
export function vouchedClaims(plan: SessionPlan, { issuer, now, id }: Vouching): Claims {
  const { vouchedSubject, roleArn, tags = [], transitiveTags = [], sourceIdentity } = plan;
  if (vouchedSubject === undefined) throw new Error('This session was not planned to be vouched for.');
  const issuedAt = Math.floor(now.getTime() / 1000);
  return {
    iss: issuer,
    sub: vouchedSubject,
    aud: vouchedAudience,
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    jti: id,
    // STS refuses it for any other role, whatever that role's trust policy says.
    [ofAws('roles')]: [roleArn],
    ...(tags.length > 0 && {
      [ofAws('tags')]: {
        principal_tags: Object.fromEntries(tags.map(({ key, value }) => [key, [value]])),
        ...(transitiveTags.length > 0 && { transitive_tag_keys: transitiveTags }),
      },
    }),
    ...(sourceIdentity !== undefined && { [ofAws('source_identity')]: sourceIdentity }),
  };
}

/** What is signed of a token in JWS compact form (RFC 7515 §5.1). */
export function signingInput(claims: Claims, keyId: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${part(claims)}`;
}
