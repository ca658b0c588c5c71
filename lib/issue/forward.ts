import { elementText, requiredText } from '../aws-query/sts-answer.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import { type CredentialIssuer, type Issued, type ToldMember, toldMembers } from './credential-issuer.ts';
import type { StsClient } from './sts-client.ts';

/** The caller's own proof goes on to STS, which verifies it again. Unsigned: the broker needs no AWS permission. */
export function forward(sts: StsClient): CredentialIssuer {
  return {
    issue: async (plan) => {
      const { action, parameters } = callFor(plan);
      return issuedFrom(await sts.call(action, { ...parameters, ...termsOf(plan) }));
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

const termsOf = ({ roleArn, duration, policy, policyArns = [] }: SessionPlan): Record<string, string> => ({
  RoleArn: roleArn,
  DurationSeconds: String(duration.seconds),
  ...(policy !== undefined && { Policy: policy }),
  ...Object.fromEntries(policyArns.map((arn, index) => [`PolicyArns.member.${index + 1}.arn`, arn])),
});

function issuedFrom(xml: string): Issued {
  const expiration = new Date(requiredText(xml, 'Expiration'));
  if (Number.isNaN(expiration.getTime())) throw new Error('STS answered with an Expiration that is no time');
  return {
    credentials: {
      accessKeyId: requiredText(xml, 'AccessKeyId'),
      secretAccessKey: requiredText(xml, 'SecretAccessKey'),
      sessionToken: requiredText(xml, 'SessionToken'),
      expiration,
    },
    told: toldIn(xml),
    assumedRoleUser: { arn: requiredText(xml, 'Arn'), assumedRoleId: requiredText(xml, 'AssumedRoleId') },
  };
}

function toldIn(xml: string): ReadonlyMap<ToldMember, string> {
  const told = new Map<ToldMember, string>();
  for (const name of toldMembers) {
    const text = elementText(xml, name);
    if (text !== undefined) told.set(name, text);
  }
  return told;
}
