import type { SessionPlan } from '../session/plan-session.ts';
import type { CredentialIssuer } from './credential-issuer.ts';
import { issuedFrom, lengthAndPolicy } from './role-session.ts';
import type { StsClient } from './sts-client.ts';
import { signingInput, type Vouching, vouchedClaims } from './vouched-token.ts';

/** A key that never leaves where it is. */
export interface TokenSigner {
  /** As the key set names it. */
  readonly keyId: string;
  /** RS256 (RFC 7518 §3.3) over the text. Rejects with a `Refusal` when the key cannot be reached. */
  sign(text: string): Promise<Buffer>;
}

export interface VouchSettings {
  readonly sts: StsClient;
  readonly signer: TokenSigner;
  readonly issuer: string;
  readonly clock: () => Date;
  readonly newId: () => string;
}

/** Daypass itself is the identity provider. Only a session that was planned is ever signed for. */
export function vouch({ sts, signer, issuer, clock, newId }: VouchSettings): CredentialIssuer {
  const tokenFor = async (plan: SessionPlan) => {
    const vouching: Vouching = { issuer, now: clock(), id: newId() };
    const input = signingInput(vouchedClaims(plan, vouching), signer.keyId);
    return `${input}.${(await signer.sign(input)).toString('base64url')}`;
  };
  return {
    issue: async (plan) =>
      issuedFrom(
        await sts.call('AssumeRoleWithWebIdentity', {
          RoleArn: plan.roleArn,
          RoleSessionName: plan.sessionName,
          WebIdentityToken: await tokenFor(plan),
          ...lengthAndPolicy(plan),
        }),
      ),
  };
}
