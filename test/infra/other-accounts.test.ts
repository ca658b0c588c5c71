// The roles of every way in another account, as CloudFormation would read its stack.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, onTestFinished, test } from 'vitest';
import type { Configuration } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { AccountRolesStack } from '../../lib/infra/account-roles-stack.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { aPermission } from '../kit/builders.ts';
import { home, read } from './kit.ts';

const account = '444455556666';
const role = { account, permissions: [aPermission()] };
const grantsOf = (...ways: readonly string[]) =>
  Object.fromEntries(
    ways.map((way) => [`by-${way}`, { from: 'app', when: 'anyone', way, role, ...(way !== 'forward' && withTags) }]),
  );
const withTags = { session: { tags: { tenant: '{tenant}' }, sourceIdentity: '{sub}' } };
const configurationOf = (...ways: readonly string[]) =>
  loadConfiguration({
    url: 'https://access.acme.example',
    organization: 'o-a1b2c3d4e5',
    providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
    grants: { ...grantsOf(...ways), second: { from: 'app', when: 'anyone', way: 'vouch', role } },
  });
const configuration = configurationOf('forward', 'vouch', 'chain');

const env = { account, region: 'us-east-1' };
const there = (changed: { readonly configuration?: Configuration; readonly home?: string } = {}) =>
  read(Template.fromStack(new AccountRolesStack(new App(), 'There', { configuration, account, env, ...changed })), env);

const trustOf = (stack: ReturnType<typeof read>, name: string) => {
  const made = stack.resources('AWS::IAM::Role').find(({ properties }) => properties.RoleName === name);
  return (made?.properties.AssumeRolePolicyDocument as { Statement: unknown[] } | undefined)?.Statement;
};

test('our issuer has its provider there once, however many grants vouch', () => {
  const providers = there({ home: home.account }).resources('AWS::IAM::OIDCProvider');
  expect(providers.map(({ properties }) => [properties.Url, properties.ClientIdList])).toEqual([
    ['https://login.acme.example', ['web']],
    ['https://access.acme.example', ['sts.amazonaws.com']],
  ]);
});

test('a role of vouch trusts our issuer by the provider of its own account', () => {
  expect(trustOf(there({ home: home.account }), 'daypass-by-vouch')).toEqual([
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/access.acme.example` },
      Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringEquals: { 'access.acme.example:aud': ['sts.amazonaws.com'] },
        StringLike: { 'access.acme.example:sub': ['by-vouch:*'] },
      },
    },
  ]);
});

test('a role of chain trusts the doors of the account of Daypass, in its organization', () => {
  expect(trustOf(there({ home: home.account }), 'daypass-by-chain')).toEqual([
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${home.account}:root` },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringEquals: { 'sts:ExternalId': ['daypass:by-chain'], 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] },
        ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::${home.account}:role/daypass/doors/*`] },
      },
    },
  ]);
});

test('a role of chain without the account of Daypass is an error that says what to write', () => {
  expect(() => there()).toThrow(/by-chain in account 444455556666 .* env: \{ account: .* CDK_DEFAULT_ACCOUNT/);
  expect(() => daypassApp({ configuration })).toThrow('CDK_DEFAULT_ACCOUNT');
});

test('other ways need no such account', () => {
  const made = there({ configuration: configurationOf('forward', 'vouch') });
  expect(made.resources('AWS::IAM::Role')).toHaveLength(3);
});

test('the app tells the stack where Daypass is, and cdk-nag finds nothing', () => {
  const sound = process.exitCode;
  const outdir = mkdtempSync(join(tmpdir(), 'daypass-accounts-'));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const { stacks } = daypassApp({ configuration, env: home, outdir }).synth();
  const findings = process.exitCode !== sound;
  process.exitCode = sound;
  expect(findings).toBe(false);
  const found = stacks.find(({ stackName }) => stackName === `Daypass-${account}`);
  const stack = read(Template.fromJSON(found?.template as Record<string, unknown>), env);
  expect(trustOf(stack, 'daypass-by-chain')).toMatchObject([
    { Principal: { AWS: `arn:aws:iam::${home.account}:root` } },
  ]);
});
