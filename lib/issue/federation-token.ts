import { accountOf } from '../arn.ts';
import { Refusal } from '../refusal.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import type { CredentialIssuer, Issued } from './credential-issuer.ts';
import { issuedFrom, lengthAndPolicy, tagParameters } from './role-session.ts';
import type { SignRequest, StsClient } from './sts-client.ts';

/** The access key of the IAM user, which is another one after each rotation. */
export interface RotatedKey {
  /** Rejects with a `Refusal` when it cannot be read. */
  sign(): Promise<SignRequest>;
  /** The key that was given does not work any more. */
  forget(): void;
}

/** What STS says of a key that was rotated away. */
const gone = new Set(['InvalidClientTokenId', 'SignatureDoesNotMatch']);

/** An IAM user asks for a federated session: it may do what the user and the session policy both allow. */
export function federationToken(sts: StsClient, key: RotatedKey): CredentialIssuer {
  const ask = async (plan: SessionPlan): Promise<Issued> => {
    const parameters = { Name: plan.sessionName, ...tagParameters(plan), ...lengthAndPolicy(plan) };
    const issued = issuedFrom(await sts.call('GetFederationToken', parameters, await key.sign()));
    // Whoever can write the secret could lead callers into an account of his.
    if (accountOf(issued.user.arn) !== accountOf(plan.roleArn)) {
      throw new Refusal('signer_unavailable', { why: 'the key is of another account' });
    }
    return issued;
  };
  return {
    async issue(plan) {
      // STS would give a session that may do nothing.
      if (plan.policy === undefined) throw new Error('A federated session needs a session policy.');
      try {
        return await ask(plan);
      } catch (error) {
        if (!(error instanceof Refusal && gone.has(String(error.detail.stsCode)))) throw error;
        key.forget();
        return ask(plan);
      }
    },
  };
}
