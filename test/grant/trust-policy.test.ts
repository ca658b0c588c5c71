import { describe, expect, test } from 'vitest';
import { conditionKey, type FederatedOidc, type FederatedSaml, trustPolicy } from '../../lib/grant/trust-policy.ts';
import { issuerName } from '../../lib/identity/oidc/condition-keys.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { aGrant, conditions, type When } from '../kit/builders.ts';

const aProvider = (members: Partial<FederatedOidc> = {}): FederatedOidc => ({
  kind: 'oidc',
  issuer: 'https://login.acme.example',
  audiences: ['web'],
  awsClaims: [],
  ...members,
});

const principalOf = (issuer: string) => `arn:aws:iam::111122223333:oidc-provider/${issuerName(issuer)}`;

function documentOf(when: When, provider: Partial<FederatedOidc> = {}, principal?: string) {
  const whole = aProvider(provider);
  return trustPolicy(aGrant({ when }), whole, principal ?? principalOf(whole.issuer));
}

function blockOf(when: When, provider: Partial<FederatedOidc> = {}) {
  return documentOf(when, provider).Statement[0]?.Condition;
}

/** Whatever a token's azp says. */
const trueAudience = { 'ForAnyValue:StringEqualsIfExists': { 'login.acme.example:oaud': ['web'] } };

describe('a trust policy', () => {
  test('lets one provider in, for its audiences', () => {
    expect(documentOf({}, { audiences: ['web', 'mobile'] })).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/login.acme.example' },
          Action: ['sts:AssumeRoleWithWebIdentity'],
          Condition: {
            StringEquals: { 'login.acme.example:aud': ['web', 'mobile'] },
            'ForAnyValue:StringEqualsIfExists': { 'login.acme.example:oaud': ['web', 'mobile'] },
          },
        },
      ],
    });
  });

  test.each<[vendor: string, issuer: string, prefix: string]>([
    ['Okta', 'https://acme.okta.com/oauth2/default', 'acme.okta.com/oauth2/default'],
    ['Auth0, whose issuer ends in a slash', 'https://acme.eu.auth0.com/', 'acme.eu.auth0.com/'],
    [
      'Entra ID',
      'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
      'login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
    ],
    [
      'Cognito',
      'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123',
      'cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123',
    ],
    ['GitHub', 'https://token.actions.githubusercontent.com', 'token.actions.githubusercontent.com'],
    ['GitLab.com', 'https://gitlab.com', 'gitlab.com'],
  ])('of %s has keys that start with its issuer to the letter', (_, issuer, prefix) => {
    const [statement] = documentOf({ StringEquals: { sub: 'a' } }, { issuer }).Statement;
    expect(statement?.Principal).toEqual({ Federated: `arn:aws:iam::111122223333:oidc-provider/${prefix}` });
    expect(statement?.Condition).toEqual({
      StringEquals: { [`${prefix}:aud`]: ['web'], [`${prefix}:sub`]: ['a'] },
      'ForAnyValue:StringEqualsIfExists': { [`${prefix}:oaud`]: ['web'] },
    });
  });

  test('of Google names the provider that is built in', () => {
    const document = documentOf(
      { StringEquals: { email: 'alice@acme.example', hd: 'acme.example' } },
      { issuer: 'https://accounts.google.com' },
      'accounts.google.com',
    );
    expect(document.Statement[0]).toMatchObject({
      Principal: { Federated: 'accounts.google.com' },
      Condition: {
        StringEquals: { 'accounts.google.com:aud': ['web'], 'accounts.google.com:email': ['alice@acme.example'] },
      },
    });
  });

  test.each<[awsClaims: FederatedOidc['awsClaims'], actions: readonly string[]]>([
    [[], []],
    [['tags'], ['sts:TagSession']],
    [['sourceIdentity'], ['sts:SetSourceIdentity']],
    [
      ['tags', 'sourceIdentity'],
      ['sts:TagSession', 'sts:SetSourceIdentity'],
    ],
  ])('where tokens carry %j lets STS take them', (awsClaims, actions) => {
    const [statement] = documentOf({}, { awsClaims }).Statement;
    expect(statement?.Action).toEqual(['sts:AssumeRoleWithWebIdentity', ...actions]);
  });

  test('keeps operators, set prefixes and every value', () => {
    const when = {
      StringLike: { sub: ['a*', 'b?'] },
      StringNotEqualsIfExists: { email: 'x@acme.example' },
      'ForAnyValue:StringEquals': { amr: 'mfa' },
    };
    expect(blockOf(when)).toEqual({
      StringEquals: { 'login.acme.example:aud': ['web'] },
      ...trueAudience,
      StringLike: { 'login.acme.example:sub': ['a*', 'b?'] },
      StringNotEqualsIfExists: { 'login.acme.example:email': ['x@acme.example'] },
      'ForAnyValue:StringEquals': { 'login.acme.example:amr': ['mfa'] },
    });
  });

  test('cannot lose its audience to a condition', () => {
    expect(blockOf({ StringEquals: { aud: 'other', sub: 'a' } })).toEqual({
      StringEquals: { 'login.acme.example:aud': ['web'], 'login.acme.example:sub': ['a'] },
      ...trueAudience,
    });
  });

  test('has tags and source identity as AWS itself names them', () => {
    const when = { StringEquals: { 'aws:RequestTag/tenant': 't', 'sts:SourceIdentity': 'alice' } };
    expect(blockOf(when, { awsClaims: ['tags', 'sourceIdentity'] })).toEqual({
      StringEquals: {
        'login.acme.example:aud': ['web'],
        'aws:RequestTag/tenant': ['t'],
        'sts:SourceIdentity': ['alice'],
      },
      ...trueAudience,
    });
  });

  test('is one that IAM takes', () => {
    const document = documentOf({ StringLike: { sub: 'a*' }, Bool: { email: 'true' } }, { awsClaims: ['tags'] });
    expect(() => parsePolicy({ name: 'trust', kind: 'trust', document })).not.toThrow();
  });
});

describe('a condition', () => {
  const github = 'https://token.actions.githubusercontent.com';
  const gitlab = 'https://gitlab.com';
  const own = 'https://login.acme.example';
  const keyOf = (when: When, provider: FederatedOidc) => conditions(when).map((each) => conditionKey(each, provider));

  test.each<[claim: string, issuer: string]>([
    ['sub', own],
    ['email', own],
    ['amr', own],
    ...[
      'actor',
      'actor_id',
      'enterprise_id',
      'environment',
      'job_workflow_ref',
      'ref',
      'repository',
      'repository_id',
      'repository_owner_id',
      'workflow',
    ].map((claim): [string, string] => [claim, github]),
    ['repository', `${github}/acme`],
    ['repository', 'https://token.actions.acme.ghe.com'],
    ['namespace_id', gitlab],
    ['project_id', gitlab],
    ['user_email', gitlab],
    ['ref_protected', gitlab],
  ])('on %s of %s is compiled', (claim, issuer) => {
    expect(keyOf({ StringEquals: { [claim]: 'a' } }, aProvider({ issuer }))).toEqual([
      `${issuerName(issuer)}:${claim}`,
    ]);
  });

  test.each<[claim: string, issuer: string]>([
    ['groups', own],
    ['email_verified', own],
    ['Sub', own],
    ['repository', own],
    ['constructor', own],
    ['repository_owner', github],
    ['workflow_ref', github],
    ['enterprise', github],
    ['project_path', gitlab],
    ['hd', 'https://accounts.google.com'],
    ['aws:RequestTag/tenant', own],
    ['sts:SourceIdentity', own],
    ['aws:PrincipalTag/tenant', own],
  ])('on %s of %s is left to Daypass', (claim, issuer) => {
    expect(keyOf({ StringEquals: { [claim]: 'a' } }, aProvider({ issuer }))).toEqual([undefined]);
  });

  test('with a policy variable is left to Daypass, where claims have their own names', () => {
    expect(keyOf({ StringEquals: { sub: ['a', '${email}'] } }, aProvider())).toEqual([undefined]);
  });
});

describe('for a SAML provider', () => {
  const arn = 'arn:aws:iam::111122223333:saml-provider/daypass-corp';
  const acs = 'https://access.acme.example/saml/acs';
  const aSamlProvider = (members: Partial<FederatedSaml> = {}): FederatedSaml => ({
    kind: 'saml',
    recipients: [acs],
    awsClaims: [],
    ...members,
  });
  const statementOf = (when: When, provider: Partial<FederatedSaml> = {}) =>
    trustPolicy(aGrant({ when }), aSamlProvider(provider), arn).Statement[0];

  test('a trust policy lets its assertions in, for those they may be meant for', () => {
    expect(statementOf({}, { recipients: [acs, 'https://signin.aws.amazon.com/saml'] })).toEqual({
      Effect: 'Allow',
      Principal: { Federated: arn },
      Action: ['sts:AssumeRoleWithSAML'],
      Condition: { StringEquals: { 'saml:aud': [acs, 'https://signin.aws.amazon.com/saml'] } },
    });
  });

  test('it cannot lose its audience to a condition', () => {
    const when = { StringEquals: { aud: 'other', 'saml:aud': 'other', sub: 'a' } };
    expect(statementOf(when)?.Condition).toEqual({ StringEquals: { 'saml:aud': [acs], 'saml:sub': ['a'] } });
  });

  test('it has tags and source identity as AWS itself names them, and lets STS take them', () => {
    const when = { StringEquals: { 'aws:RequestTag/tenant': 't', 'sts:SourceIdentity': 'alice' } };
    expect(statementOf(when, { awsClaims: ['tags', 'sourceIdentity'] })).toMatchObject({
      Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringEquals: { 'saml:aud': [acs], 'aws:RequestTag/tenant': ['t'], 'sts:SourceIdentity': ['alice'] },
      },
    });
  });

  test('it is one that IAM takes', () => {
    const document = trustPolicy(aGrant({ when: { StringLike: { sub: 'a*' } } }), aSamlProvider(), arn);
    expect(() => parsePolicy({ name: 'trust', kind: 'trust', document })).not.toThrow();
  });

  test.each<[attribute: string, key: string | undefined]>([
    ['sub', 'saml:sub'],
    ['sub_type', 'saml:sub_type'],
    ['urn:oid:1.3.6.1.4.1.5923.1.1.1.1', 'saml:edupersonaffiliation'],
    ['urn:oid:1.3.6.1.4.1.5923.1.1.1.11', 'saml:edupersonassurance'],
    ['urn:oid:2.5.4.3', 'saml:cn'],
    ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress', 'saml:mail'],
    ['groups', undefined],
    ['email', undefined],
    ['saml:sub', undefined],
    ['Sub', undefined],
    ['AuthnContextClassRef', undefined],
    ['constructor', undefined],
    ['aws:RequestTag/tenant', undefined],
    ['sts:SourceIdentity', undefined],
  ])('a condition on %s is told to STS as %s', (attribute, key) => {
    const [condition] = conditions({ StringEquals: { [attribute]: 'a' } });
    expect(condition && conditionKey(condition, aSamlProvider())).toBe(key);
  });
});
