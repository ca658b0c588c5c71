// The roles of other accounts as AWS Organizations would bring them there.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { AccountStackSets } from '../../lib/infra/account-stack-sets.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { synthesise } from '../../lib/infra/synthesise.ts';
import { aPermission } from '../kit/builders.ts';
import { home, read } from './kit.ts';

const [first, second] = ['444455556666', '777788889999'];
const unit = 'ou-a1b2-c3d4e5f6';
const configurationOf = (stackSets: object | undefined, permissions: readonly object[] = [aPermission()]) => {
  const grant = (way: string, account: string) => ({
    from: 'app',
    when: 'anyone',
    way,
    role: { account, permissions },
  });
  return loadConfiguration({
    url: 'https://access.acme.example',
    ...(stackSets && { operations: { stackSets } }),
    providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
    grants: {
      forwarded: grant('forward', first),
      vouched: grant('vouch', first),
      chained: grant('chain', second),
    },
  });
};
const configuration = configurationOf({ organizationalUnits: [unit] });

const setsOf = (...[changed = configuration, account = home.account]: [typeof configuration?, string?]) => {
  const stack = new Stack(new App(), 'Home', { env: home });
  new AccountStackSets(stack, 'Accounts', { configuration: changed, ...(account !== '' && { home: account }) });
  return read(Template.fromStack(stack))
    .resources('AWS::CloudFormation::StackSet')
    .map(({ properties }) => properties);
};

test('each other account has a set of its own, with that account and no other', () => {
  const [one, two, ...others] = setsOf();
  const { TemplateBody: _, ...rest } = one ?? {};
  expect(rest).toEqual({
    StackSetName: `Daypass-${first}`,
    Description: `Daypass: the roles it gives in account ${first}.`,
    PermissionModel: 'SERVICE_MANAGED',
    CallAs: 'DELEGATED_ADMIN',
    AutoDeployment: { Enabled: false },
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    StackInstancesGroup: [
      {
        Regions: [home.region],
        DeploymentTargets: { OrganizationalUnitIds: [unit], AccountFilterType: 'INTERSECTION', Accounts: [first] },
      },
    ],
  });
  expect([two?.StackSetName, others]).toEqual([`Daypass-${second}`, []]);
});

test('its template is whole without assets and bootstrapping: roles and the providers that they trust', () => {
  const [one, two] = setsOf().map(({ TemplateBody: body }) => JSON.parse(String(body)) as Record<string, unknown>);
  expect([one, two].map((template) => Object.keys(template ?? {}))).toEqual([
    ['Description', 'Resources', 'Outputs'],
    ['Description', 'Resources', 'Outputs'],
  ]);
  const there = read(Template.fromJSON(one ?? {}), { account: first, region: home.region });
  expect(there.types).toEqual(['AWS::IAM::OIDCProvider', 'AWS::IAM::Role']);
  expect(there.resources('AWS::IAM::Role').map(({ properties }) => properties.RoleName)).toEqual([
    'daypass-forwarded',
    'daypass-vouched',
  ]);
  expect(JSON.stringify(two)).toContain(`::${home.account}:root`);
});

test('the management account says that it is', () => {
  const [set] = setsOf(configurationOf({ organizationalUnits: [unit], fromManagementAccount: true }));
  expect(set?.CallAs).toBe('SELF');
});

test('there is none unless it is configured', () => {
  const stack = new Stack(new App(), 'Home', { env: home });
  expect(new AccountStackSets(stack, 'Accounts', { configuration: configurationOf(undefined) }).node.children).toEqual(
    [],
  );
});

test('a grant that chains needs the account of Daypass', () => {
  expect(() => setsOf(configuration, '')).toThrow('CDK_DEFAULT_ACCOUNT');
});

test('a template that is too long is an error, with the way out', () => {
  const resources = Array.from({ length: 1000 }, (_, index) => `arn:aws:s3:::privet-${index}/a-folder`);
  const long = configurationOf({ organizationalUnits: [unit] }, [aPermission({ resources })]);
  expect(() => setsOf(long)).toThrow(/a StackSet takes 51200\. Leave out operations\.stackSets/);
});

test('the home stack has them instead of stacks of their own, and cdk-nag finds nothing', () => {
  const sound = process.exitCode;
  const outdir = mkdtempSync(join(tmpdir(), 'daypass-sets-'));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const { stacks } = daypassApp({ configuration, env: home, outdir }).synth();
  const findings = process.exitCode !== sound;
  process.exitCode = sound;
  expect(findings).toBe(false);
  expect(stacks.map(({ stackName }) => stackName)).toEqual(['Daypass']);
  Template.fromJSON(stacks[0]?.template as Record<string, unknown>).resourceCountIs('AWS::CloudFormation::StackSet', 2);
});

test('on this machine each account has its stack all the same', () => {
  const { assembly, stacks } = synthesise(configuration, home);
  onTestFinished(() => rmSync(assembly, { recursive: true, force: true }));
  expect(stacks.map(({ account }) => account)).toEqual([home.account, first, second]);
});
