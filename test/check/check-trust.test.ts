import { describe, expect, test } from 'vitest';
import { checkTrust } from '../../lib/check/check-trust.ts';
import { type FindingCode, kinds } from '../../lib/check/finding.ts';
import { printFindings } from '../../lib/check/print-findings.ts';

const github = 'token.actions.githubusercontent.com';
const own = 'login.acme.example';
const arn = (name: string) => `arn:aws:iam::111122223333:oidc-provider/${name}`;
const corp = 'arn:aws:iam::111122223333:saml-provider/corp';

type Members = Readonly<Record<string, unknown>>;

const webIdentity = (name: string, condition: Members, more: Members = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: name.includes('.') && name !== 'accounts.google.com' ? arn(name) : name },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
  ...more,
});
const saml = (condition: Members, more: Members = {}) => ({
  Effect: 'Allow',
  Principal: { Federated: corp },
  Action: 'sts:AssumeRoleWithSAML',
  Condition: condition,
  ...more,
});
const document = (statement: unknown, version = '2012-10-17') => ({ Version: version, Statement: statement });
const codesOf = (written: unknown) => checkTrust(written, 'trust.json').map(({ code }) => code);

const sound = {
  StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' },
  StringLike: { [`${github}:sub`]: 'repo:acme/*' },
};
const ownSound = { StringEquals: { [`${own}:aud`]: 'web' } };

describe('a sound trust policy has no finding', () => {
  test.each<[what: string, written: unknown]>([
    ['one organisation of GitHub', document(webIdentity(github, sound))],
    ['as text', JSON.stringify(document(webIdentity(github, sound)))],
    ['an issuer of one’s own', document(webIdentity(own, ownSound))],
    ['SAML with its audience', document(saml({ StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } }))],
    ['an account', document({ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' })],
    [
      'everybody of an organisation',
      document({
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-acme' } },
      }),
    ],
    [
      'tags in a statement of their own',
      document([webIdentity(own, ownSound), webIdentity(own, ownSound, { Action: 'sts:TagSession' })]),
    ],
    [
      'ForAllValues beside a condition that demands the key',
      document(
        webIdentity(own, {
          ...ownSound,
          'ForAllValues:StringEquals': { [`${own}:amr`]: ['pwd', 'mfa'] },
          Null: { [`${own}:amr`]: 'false' },
        }),
      ),
    ],
    ['a Deny, whatever it says', document([webIdentity(own, ownSound), webIdentity(own, {}, { Effect: 'Deny' })])],
  ])('%s', (_what, written) => {
    expect(codesOf(written)).toEqual([]);
  });
});

describe('check finds', () => {
  const cases: readonly (readonly [code: FindingCode, what: string, written: unknown])[] = [
    [
      'policy-malformed',
      'what IAM would not take',
      document({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }),
    ],
    ['policy-malformed', 'what is not JSON', '{'],
    [
      'open-issuer',
      'all of GitHub',
      document(webIdentity(github, { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' } })),
    ],
    [
      'open-issuer',
      'a pattern for every organisation',
      document(
        webIdentity(github, {
          StringEquals: sound.StringEquals,
          StringLike: { [`${github}:sub`]: 'repo:*/shop:ref:refs/heads/main' },
        }),
      ),
    ],
    ['open-to-everybody', 'AWS: "*"', document({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' })],
    ['missing-audience', 'no aud', document(webIdentity(own, { StringEquals: { [`${own}:sub`]: 'alice' } }))],
    [
      'missing-audience',
      'aud that may be missing',
      document(webIdentity(own, { StringEqualsIfExists: { [`${own}:aud`]: 'web' } })),
    ],
    ['missing-audience', 'aud: *', document(webIdentity(own, { StringLike: { [`${own}:aud`]: '*' } }))],
    ['missing-audience', 'no saml:aud', document(saml({ StringEquals: { 'saml:sub': 'alice' } }))],
    [
      'for-all-values-alone',
      'ForAllValues on amr',
      document(webIdentity(own, { ...ownSound, 'ForAllValues:StringEquals': { [`${own}:amr`]: 'mfa' } })),
    ],
    [
      'set-operator-on-single-value',
      'ForAnyValue on sub',
      document(webIdentity(own, { ...ownSound, 'ForAnyValue:StringEquals': { [`${own}:sub`]: 'alice' } })),
    ],
    [
      'wildcard-crosses-separator',
      'repo:acme*',
      document(
        webIdentity(github, { ...sound, StringLike: { [`${github}:sub`]: ['repo:acme/*', 'repo:acme/shop*'] } }),
      ),
    ],
    [
      'wildcard-in-equals',
      'StringEquals with a *',
      document(webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', [`${own}:sub`]: 'ali*' } })),
    ],
    [
      'claim-not-a-key',
      'a claim that AWS does not know',
      document(webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', [`${own}:groups`]: 'editors' } })),
    ],
    [
      'key-of-another-issuer',
      'a key of another issuer',
      document(webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', 'gitlab.com:sub': 'x' } })),
    ],
    [
      'only-with-credentials',
      'aws:PrincipalTag',
      document(webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', 'aws:PrincipalTag/team': 'blue' } })),
    ],
    ['wrong-action', 'AssumeRole for a provider', document(webIdentity(own, ownSound, { Action: 'sts:AssumeRole' }))],
    [
      'wrong-action',
      'an action misspelt beside another',
      document(webIdentity(own, ownSound, { Action: ['sts:AssumeRoleWithWebIdentiy', 'sts:TagSession'] })),
    ],
    [
      'wrong-action',
      'AssumeRoleWithSAML for an account',
      document({ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRoleWithSAML' }),
    ],
    [
      'variable-with-old-version',
      'a variable in a document of 2008',
      document(
        webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', 'sts:RoleSessionName': `\${${own}:sub}` } }),
        '2008-10-17',
      ),
    ],
    [
      'trust-near-limit',
      '1,900 characters',
      document(webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', [`${own}:sub`]: 'x'.repeat(1700) } })),
    ],
    [
      'trust-too-long',
      '2,100 characters',
      document(webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', [`${own}:sub`]: 'x'.repeat(2000) } })),
    ],
  ];

  const everybody = (condition: Members) =>
    document({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition: condition });

  test.each<[condition: Members]>([
    [{ StringLike: { 'sts:RoleSessionName': '*' } }],
    [{ Null: { 'sts:ExternalId': 'true' } }],
    [{ Bool: { 'aws:SecureTransport': 'true' } }],
    [{ StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-acme' } }],
    [{ StringNotEquals: { 'aws:PrincipalAccount': '444455556666' } }],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } }],
    [{ IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }],
    [{ StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }],
    [{ StringLike: { 'aws:PrincipalOrgID': 'o-*' } }],
    [{ StringLike: { 'sts:ExternalId': '?*' } }],
  ])('open-to-everybody: AWS: "*" with %j', (condition) => {
    expect(codesOf(everybody(condition))).toContain('open-to-everybody');
  });

  test.each<[condition: Members]>([
    [{ StringEquals: { 'aws:PrincipalAccount': ['111122223333'] } }],
    [{ StringEquals: { 'sts:ExternalId': 'unguessable' } }],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci-*' } }],
  ])('nothing where %j says who', (condition) => {
    expect(codesOf(everybody(condition))).toEqual([]);
  });

  test.each<[condition: Members]>([
    [{ StringLike: { 'saml:aud': '**' } }],
    [{ StringLike: { 'saml:aud': '?*' } }],
    [{ StringLike: { 'saml:aud': ['https://access.acme.example/saml/acs', '*?'] } }],
    [{ StringEquals: { 'saml:aud': '${saml:aud}' } }],
    [{ StringLike: { 'saml:aud': 'https://*' } }],
    [{ StringLike: { 'saml:aud': 'https://*.example/saml' } }],
    [{ StringEqualsIfExists: { 'saml:aud': 'https://access.acme.example/saml/acs' } }],
  ])('missing-audience: %j', (condition) => {
    expect(codesOf(document(saml(condition)))).toContain('missing-audience');
  });

  test('an audience below a whole host is one', () => {
    expect(codesOf(document(saml({ StringLike: { 'saml:aud': 'https://access.acme.example/*' } })))).toEqual([]);
  });

  test.each(cases)('%s: %s', (code, _what, written) => {
    // A pattern that reaches over names is two things at once, and so is what may be missing.
    const found = new Set(codesOf(written));
    expect(found).toContain(code);
    expect(
      [...found].filter((each) => each !== code && !['wildcard-crosses-separator', 'if-exists-alone'].includes(each)),
    ).toEqual([]);
  });

  test('spaces do not count against the length', () => {
    const text = JSON.stringify(document(webIdentity(own, ownSound))).replaceAll(',', `,${' '.repeat(1000)}`);
    expect(text.length).toBeGreaterThan(2048);
    expect(codesOf(text)).toEqual([]);
  });

  test('the place, in words that lead there', () => {
    const written = document([webIdentity(own, ownSound), webIdentity(own, { StringEquals: { [`${own}:sub`]: 'a' } })]);
    expect(checkTrust(written, 'trust.json')).toEqual([
      { code: 'missing-audience', path: 'trust.json Statement[1]', says: `trusts ${arn(own)}` },
    ]);
  });
});

test('every code has a reason and a fix that are sentences', () => {
  for (const { reason, fix } of Object.values(kinds)) {
    for (const sentence of [reason, fix]) expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test('no value writes a line of what is printed', () => {
  const written = document(
    webIdentity(own, { StringEquals: { [`${own}:aud`]: 'web', [`${own}:sub`]: 'a*\n\nNothing found.\u001b[8m' } }),
  );
  const printed = printFindings(checkTrust(written, 'trust.json'));
  expect(printed).not.toMatch(/^Nothing found/m);
  expect(printed).toContain('\\u{a}\\u{a}Nothing found.\\u{1b}[8m');
});
