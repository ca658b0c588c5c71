import type { SessionPlan } from '../session/plan-session.ts';
import type { CredentialIssuer } from './credential-issuer.ts';
import { issuedFrom, lengthAndPolicy } from './role-session.ts';
import type { StsClient } from './sts-client.ts';

/** The caller's own proof goes on to STS, which verifies it again. Unsigned: the broker needs no AWS permission. */
export function forward(sts: StsClient): CredentialIssuer {
  return {
    issue: async (plan) => {
      const { action, parameters } = callFor(plan);
      return issuedFrom(await sts.call(action, { ...parameters, RoleArn: plan.roleArn, ...lengthAndPolicy(plan) }));
    },
  };
}

interface StsCall {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function callFor({ evidence, sessionName, principalArn = '' }: SessionPlan): StsCall {
  switch (evidence.kind) {
    case 'oidc':
      return {
        action: 'AssumeRoleWithWebIdentity',
        parameters: { RoleSessionName: sessionName, WebIdentityToken: evidence.token },
      };
    case 'saml':
      // STS takes the session's name from the assertion.
      return {
        action: 'AssumeRoleWithSAML',
        parameters: { PrincipalArn: principalArn, SAMLAssertion: evidence.samlResponse },
      };
    case 'aws':
      // Configuration refuses such a grant.
      throw new Error('A signed request cannot be forwarded.');
  }
}
