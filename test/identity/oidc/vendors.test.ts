import { describe, expect, test } from 'vitest';
import { type Vendor, vendorNames, vendorOf, vendors } from '../../../lib/identity/oidc/vendors.ts';

const rows: [name: string, vendor: Vendor][] = Object.entries(vendors);

describe('an issuer is known by its form', () => {
  test.each<[issuer: string, title: string | undefined]>([
    ['https://token.actions.githubusercontent.com', 'GitHub Actions'],
    ['https://token.actions.githubusercontent.com/acme', 'GitHub Actions'],
    ['https://token.actions.acme.ghe.com', 'GitHub Actions'],
    ['https://gitlab.com', 'GitLab.com'],
    ['https://gitlab.acme.example', undefined],
    ['https://accounts.google.com', 'Google'],
    ['https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0', 'Microsoft Entra ID'],
    ['https://sts.windows.net/11111111-2222-3333-4444-555555555555/', 'Microsoft Entra ID'],
    ['https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', 'Microsoft personal accounts'],
    ['https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/', 'Microsoft personal accounts'],
    ['https://login.microsoftonline.com/common/v2.0', undefined],
    ['https://login.microsoftonline.com/organizations/v2.0', undefined],
    ['https://acme.okta.com', 'Okta'],
    ['https://acme.okta.com/oauth2/default', 'Okta'],
    ['https://acme.eu.auth0.com/', 'Auth0'],
    ['https://acme.auth0.com', undefined],
    ['https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123', 'Amazon Cognito user pools'],
    ['https://login.acme.example', undefined],
    // Look-alikes.
    ['http://gitlab.com', undefined],
    ['https://gitlab.com/', undefined],
    ['https://gitlab.com.attacker.example', undefined],
    ['https://attacker.example/https://gitlab.com', undefined],
    ['https://token.actions.githubusercontent.com.attacker.example', undefined],
    ['https://token-actions.githubusercontent.com', undefined],
    ['https://accounts.google.com@attacker.example', undefined],
    ['https://accounts.google.com\n', undefined],
    ['https://attacker.example/acme.okta.com', undefined],
    ['https://acme.okta.com.attacker.example', undefined],
    ['https://a.b.c.auth0.com/', undefined],
    ['https://cognito-idp.attacker.example/amazonaws.com/x', undefined],
  ])('%s: %s', (issuer, title) => {
    expect(vendorOf(issuer)?.title).toBe(title);
  });
});

describe.each(rows)('%s', (name, { issuer, form, tenancy }) => {
  test('is a name that a configuration may give', () => {
    expect(vendorNames).toContain(name);
  });

  test('has an issuer of its own form, and of nobody else’s', () => {
    if (issuer === undefined) return;
    expect(form.test(issuer)).toBe(true);
    expect(rows.filter(([, vendor]) => vendor.form.test(issuer)).map(([other]) => other)).toEqual([name]);
  });

  test('shows examples that pin a tenant, and no wildcard does', () => {
    for (const { pins, example } of tenancy) {
      expect(pins.test(example)).toBe(true);
      for (const open of ['', '*', '?', '**', '*/*', '?*']) expect(pins.test(open)).toBe(false);
    }
  });
});

describe('a GitHub subject pins its owner', () => {
  const pins = vendors.github.tenancy.find(({ claim }) => claim === 'sub')?.pins ?? /^$/;

  test.each([
    'repo:acme/*',
    'repo:acme/app:*',
    'repo:acme/app:ref:refs/heads/main',
    'repository_owner:acme',
    'repository_owner_id:1:*',
  ])('with %s', (pattern) => {
    expect(pins.test(pattern)).toBe(true);
  });

  test.each([
    'repo:*',
    'repo:acme*',
    'repo:acme*/app',
    'repo:acme?/app',
    'repo:acme',
    'repo:acme/',
    'repo:*/app',
    '*:acme/app',
    'x repo:acme/app',
    'repository_owner:acme*',
    'repository_owner:*',
    'repository_owner:',
  ])('and not with %s', (pattern) => {
    expect(pins.test(pattern)).toBe(false);
  });
});
