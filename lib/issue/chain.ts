import type { CredentialIssuer } from './credential-issuer.ts';
import { issuedFrom, lengthAndPolicy, tagParameters } from './role-session.ts';
import type { SignRequest, StsClient } from './sts-client.ts';

/** The function's own role assumes the grant's, which asks for the ExternalId: AWS calls that chaining, 1h at most. */
export function chain(sts: StsClient, sign: SignRequest): CredentialIssuer {
  return {
    issue: async (plan) => {
      const { roleArn, sessionName, externalId, sourceIdentity, transitiveTags = [] } = plan;
      const parameters = {
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        ...(externalId !== undefined && { ExternalId: externalId }),
        ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
        ...tagParameters(plan),
        ...Object.fromEntries(transitiveTags.map((key, index) => [`TransitiveTagKeys.member.${index + 1}`, key])),
        ...lengthAndPolicy(plan),
      };
      return issuedFrom(await sts.call('AssumeRole', parameters, sign));
    },
  };
}
