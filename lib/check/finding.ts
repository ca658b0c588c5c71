// What can be wrong with a configuration or a trust policy that is well formed: one table of codes.

export type Severity = 'error' | 'warning';

interface Kind {
  readonly severity: Severity;
  /** Why it matters. */
  readonly reason: string;
  readonly fix: string;
}

export const kinds = {
  configuration: {
    severity: 'error',
    reason: 'The configuration does not hold, so nothing can be deployed from it.',
    fix: 'Correct what is named.',
  },
  'policy-malformed': {
    severity: 'error',
    reason: 'IAM would not take the document.',
    fix: 'Correct what is named.',
  },
  'open-issuer': {
    severity: 'error',
    reason: 'The issuer signs for everybody who has an account there, and the role does not say for whom.',
    fix: 'Pin the claim that names your organisation with StringEquals or StringLike.',
  },
  'open-to-everybody': {
    severity: 'error',
    reason: 'Every AWS account in the world may assume the role.',
    fix: 'Name accounts, roles or users; or add a condition such as aws:PrincipalOrgID.',
  },
  'missing-audience': {
    severity: 'error',
    reason: 'Tokens and assertions that were made for another service open the role as well.',
    fix: 'Add a StringEquals condition on the audience: {issuer}:aud, or saml:aud.',
  },
  'for-all-values-alone': {
    severity: 'error',
    reason: 'ForAllValues holds when there is nothing to compare: whoever lacks the claim gets in.',
    fix: 'Write ForAnyValue, or add a Null condition that demands the key.',
  },
  'if-exists-alone': {
    severity: 'warning',
    reason: 'IfExists holds when there is nothing to compare: whoever lacks the claim gets in.',
    fix: 'Take IfExists away, or add a Null condition that demands the key.',
  },
  'holds-for-all': {
    severity: 'warning',
    reason: 'The conditions hold for whoever has the claims at all, whatever they say.',
    fix: 'Write the values that are meant, or a Null condition where any will do.',
  },
  'exclusion-alone': {
    severity: 'warning',
    reason: 'Conditions that only exclude let in everybody else, and whoever lacks the claim.',
    fix: 'Add a condition that says who is meant.',
  },
  'wildcard-crosses-separator': {
    severity: 'warning',
    reason: 'A * also matches / and :, so it reaches into names that others can choose: acme* is also acme-evil.',
    fix: 'End each name with its separator before the *, as in repo:acme/*, or write the name out.',
  },
  'wildcard-in-equals': {
    severity: 'warning',
    reason: 'StringEquals takes * and ? for the characters themselves, so the condition hardly ever holds.',
    fix: 'Write StringLike, or take the wildcard away.',
  },
  'set-operator-on-single-value': {
    severity: 'warning',
    reason: 'The key has one value; with a set operator the condition means something else when it is missing.',
    fix: 'Take ForAllValues: or ForAnyValue: away.',
  },
  'claim-not-a-key': {
    severity: 'error',
    reason: 'AWS makes no condition key of this claim: an Allow with it never applies, an exclusion excludes nobody.',
    fix: 'Use a key that AWS knows of this issuer, or let Daypass check the claim.',
  },
  'key-of-another-issuer': {
    severity: 'error',
    reason: 'The key belongs to another issuer than the statement trusts, so it is never there.',
    fix: 'Begin the key with the issuer of the provider, without https://.',
  },
  'only-with-credentials': {
    severity: 'error',
    reason: 'The key is there for callers with AWS credentials, never for a token or assertion.',
    fix: 'Use a key of the issuer, saml:…, or aws:RequestTag/….',
  },
  'wrong-action': {
    severity: 'error',
    reason: 'The action and the kind of principal do not go together, so the statement never applies.',
    fix: 'Write sts:AssumeRoleWithWebIdentity for OIDC, sts:AssumeRoleWithSAML for SAML, sts:AssumeRole for AWS.',
  },
  'variable-with-old-version': {
    severity: 'error',
    reason: 'Policy variables work in documents of Version 2012-10-17 only; here ${…} is plain text.',
    fix: 'Write "Version": "2012-10-17".',
  },
  'trust-too-long': {
    severity: 'error',
    reason: 'IAM takes 2048 characters of a trust policy, spaces not counted (4096 where the quota was raised).',
    fix: 'Split the role, shorten lists with a common beginning, or have the quota raised.',
  },
  'trust-near-limit': {
    severity: 'warning',
    reason: 'The trust policy is close to the 2048 characters that IAM takes.',
    fix: 'Split the role before the next condition does not fit.',
  },
  'trust-refuses': {
    severity: 'error',
    reason: "The role's trust policy does not let in whom the grant lets in, so STS refuses them.",
    fix: 'Give the role the trust policy that daypass check prints.',
  },
  'trust-asks-more': {
    severity: 'warning',
    reason:
      "The role's trust policy asks for what the grant does not, so STS may refuse callers whom the grant lets in.",
    fix: 'Ask for the same in the grant, or for less in the trust policy.',
  },
  'trust-not-judged': {
    severity: 'warning',
    reason: "Whether the role's trust policy lets in whom the grant lets in cannot be told from here.",
    fix: 'Write --account and --url, ask with credentials of the account of the role, or try one caller with daypass explain --live.',
  },
  'role-missing': {
    severity: 'error',
    reason: 'The account has no such role, so nobody can have it.',
    fix: 'Make the role, or correct the ARN: its path is part of it.',
  },
  'role-ends-sooner': {
    severity: 'error',
    reason: 'The role gives no sessions as long as the configuration says, so STS refuses to.',
    fix: "Raise the role's MaxSessionDuration, or write here what IAM says of it.",
  },
  'provider-missing': {
    severity: 'error',
    reason: 'The account of the role has no such IAM provider, so nobody can assume the role by it.',
    fix: 'Make the provider in that account; the URL of an issuer is compared to the letter.',
  },
  'provider-lacks-audience': {
    severity: 'error',
    reason: 'The IAM provider takes no proofs for this audience, whatever the trust policy says.',
    fix: 'Add the audience to the client IDs of the provider.',
  },
  'policy-may-not-fit': {
    severity: 'warning',
    reason: 'With claims of some length the session policy has more than the 2048 characters that STS takes.',
    fix: 'Shorten the session policy, or move what all sessions share into the role.',
  },
  'packed-near-limit': {
    severity: 'warning',
    reason: 'Policy and claims are estimated to fill most of what an STS session holds; session tags share the space.',
    fix: 'Shorten the session policy, or move what all sessions share into the role.',
  },
  'unreachable-grant': {
    severity: 'error',
    reason: 'No value of the claim satisfies all conditions on it, so nobody ever gets the grant.',
    fix: 'Correct the conditions that contradict each other.',
  },
  'canary-refused': {
    severity: 'error',
    reason: 'The canary is refused its grant, so its alarm never ends.',
    fix: 'Let the grant of operations.canary be for the role of the canary.',
  },
  'concurrency-near-limit': {
    severity: 'warning',
    reason:
      'An account has 1000 concurrent executions in a Region unless AWS raised it, and Lambda keeps 100 of them unreserved.',
    fix: 'Reserve less, or have the quota raised before you deploy.',
  },
} as const satisfies Record<string, Kind>;

export type FindingCode = keyof typeof kinds;

export interface Finding {
  readonly code: FindingCode;
  /** As `grants.deploy.when.StringLike.sub`, or the place in a policy after its name. */
  readonly path: string;
  /** What is there. */
  readonly says: string;
}

export const severityOf = ({ code }: Finding): Severity => kinds[code].severity;
