import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

describe('an issuer', () => {
  const tenant = '11111111-2222-3333-4444-555555555555';

  test.each<[issuer: string, says: string]>([
    ['http://login.acme.example', 'must be an https:// address without port, query or fragment'],
    ['login.acme.example', 'must be an https:// address'],
    ['ftp://login.acme.example', 'must be an https:// address'],
    ['https://', 'must be an https:// address'],
    ['https://login.acme.example:443', 'without port'],
    ['https://login.acme.example:8443/x', 'without port'],
    ['https://login.acme.example?tenant=1', 'query'],
    ['https://login.acme.example#a', 'fragment'],
    ['https://alice@login.acme.example', 'must be an https:// address'],
    ['https://alice:secret@login.acme.example', 'must be an https:// address'],
    [`https://login.acme.example/${'x'.repeat(255)}`, 'has 282 characters; IAM takes at most 255'],
    ['https://login.microsoftonline.com/common/v2.0', 'which no token bears'],
    ['https://login.microsoftonline.com/organizations/v2.0', 'which no token bears'],
    ['https://login.microsoftonline.com/consumers/v2.0', 'which no token bears'],
    ['https://acme.eu.auth0.com', 'tokens of Auth0 say https://acme.eu.auth0.com/ (with the slash at the end)'],
  ])('%j is refused', (issuer, says) => {
    const problems = problemsOf(aConfiguration({ oidc: { issuer } }));
    expect(problems.map(({ path }) => path)).toContain('providers.app.oidc.issuer');
    expect(problems.map((problem) => problem.says).join('\n')).toContain(says);
  });

  test.each([
    ['one slash', 'https:/login.acme.example'],
    ['no slash', 'https:login.acme.example'],
    ['backslashes', 'https:\\\\login.acme.example'],
    ['a scheme in capitals', 'HTTPS://login.acme.example'],
    ['a space before it', ' https://login.acme.example'],
    ['a space after it', 'https://login.acme.example '],
    ['a line feed after it', 'https://login.acme.example\n'],
  ])('with %s, which a URL parser forgives and no token bears, is refused', (_, issuer) => {
    expect(problemsOf(aConfiguration({ oidc: { issuer } })).map(({ path }) => path)).toEqual([
      'providers.app.oidc.issuer',
    ]);
  });

  test.each([
    'https://login.acme.example',
    'https://login.acme.example/',
    'https://login.acme.example/realms/staff',
    `https://login.microsoftonline.com/${tenant}/v2.0`,
    `https://sts.windows.net/${tenant}/`,
    'https://acme.eu.auth0.com/',
    'https://acme.auth0.com/',
    'https://acme.okta.com/oauth2/default',
    'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123',
  ])('%j is taken to the letter', (issuer) => {
    expect(loadConfiguration(aConfiguration({ oidc: { issuer } })).providers.get('app')).toMatchObject({ issuer });
  });
});

describe('a vendor', () => {
  const when = { StringEquals: { sub: '1' } };

  test.each<[vendor: string, issuer: string]>([
    ['github', 'https://token.actions.githubusercontent.com'],
    ['gitlab', 'https://gitlab.com'],
    ['google', 'https://accounts.google.com'],
    ['entraPersonal', 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0'],
  ])('%s needs no issuer', (vendor, issuer) => {
    const grant = { when: vendor === 'google' || vendor === 'entraPersonal' ? when : pinnedFor(vendor) };
    const value = aConfiguration({ oidc: { vendor, issuer: undefined }, grant });
    expect(loadConfiguration(value).providers.get('app')).toMatchObject({ issuer });
  });

  const pinnedFor = (vendor: string) => ({
    StringLike: { sub: vendor === 'github' ? 'repo:acme/*' : 'project_path:acme/*' },
  });

  test.each<[vendor: string, issuer: string | undefined, says: string]>([
    ['okta', undefined, 'is missing; for Okta write https://acme.okta.com'],
    ['auth0', undefined, 'is missing; for Auth0 write https://acme.eu.auth0.com/'],
    ['entra', undefined, 'is missing; for Microsoft Entra ID write'],
    ['cognito', undefined, 'is missing; for Amazon Cognito user pools write'],
    ['okta', 'https://login.acme.example', 'is "https://login.acme.example"; for Okta it must be'],
    ['auth0', 'https://acme.eu.auth0.com', '(with the slash at the end)'],
    ['github', 'https://github.com', 'for GitHub Actions it must be https://token.actions.githubusercontent.com'],
    ['gitlab', 'https://gitlab.acme.example', 'leave vendor out'],
    ['google', 'https://accounts.google.com/', 'it must be https://accounts.google.com'],
    ['entra', 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', 'with the tenant id'],
    ['cognito', 'https://cognito-idp.eu-central-1.amazonaws.com', 'for Amazon Cognito user pools it must be'],
  ])('%s with the issuer %j is told what to write', (vendor, issuer, says) => {
    const [first] = problemsOf(aConfiguration({ oidc: { vendor, issuer } }));
    expect(first).toEqual({ path: 'providers.app.oidc.issuer', says: expect.stringContaining(says) });
  });

  test('is not needed, but then the issuer is', () => {
    expect(problemsOf(aConfiguration({ oidc: { issuer: undefined } }))).toEqual([
      { path: 'providers.app.oidc.issuer', says: 'is missing' },
    ]);
  });
});

describe('the limits of IAM and ours', () => {
  const audiences = (count: number, length = 3) =>
    Array.from({ length: count }, (_, index) => String(index).padStart(length, 'a'));

  test.each<[key: string, value: unknown, says: string]>([
    ['audiences', audiences(101), 'are 101; IAM takes at most 100'],
    ['audiences', audiences(1, 256), 'has one of 256 characters; IAM takes at most 255'],
    ['audiences', ['${aws:userid}'], 'must not contain ${'],
    ['clockLeeway', '301s', 'is "301s"; it must be a duration of at most 300 seconds'],
    ['clockLeeway', 'a moment', 'is "a moment"'],
    ['clockLeeway', -1, 'is "-1"'],
    ['longestTokenLifetime', '8785h', 'it must be a duration of at most 31622400 seconds'],
    ['longestTokenLifetime', 'for ever', 'is "for ever"'],
  ])('%s of %j is refused', (key, value, says) => {
    expect(problemsOf(aConfiguration({ oidc: { [key]: value } }))).toEqual([
      { path: `providers.app.oidc.${key}`, says: expect.stringContaining(says) },
    ]);
  });

  test('what is just within them is taken', () => {
    const oidc = { audiences: audiences(100, 255), clockLeeway: '5m', longestTokenLifetime: '8784h' };
    expect(problemsOf(aConfiguration({ oidc }))).toEqual([]);
  });
});
