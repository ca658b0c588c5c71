// One configuration in several Regions: one home, with roles, providers and the table; doors in each.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { Daypass } from '../../lib/infra/daypass.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { synthesise } from '../../lib/infra/synthesise.ts';
import { aPermission } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';
import { type Deployed, read } from './kit.ts';

const idp = await aSamlIdp();
const account = '111122223333';
const [home, other] = ['eu-central-1', 'us-east-1'];
const address = 'https://idp.acme.example/metadata';
const role = { permissions: [aPermission()] };
const secretArn = `arn:aws:secretsmanager:${home}:${account}:secret:decryption-AbCdEf`;
const configurationOf = (operations: object) =>
  loadConfiguration(
    {
      url: 'https://access.acme.example',
      operations,
      providers: {
        app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
        corp: { saml: { metadata: address } },
      },
      grants: {
        files: { from: 'app', when: 'anyone', role, oneTime: true, acceptsDirectStsCalls: true },
        second: { from: 'app', when: 'anyone', role: { ...role, account: '444455556666' } },
        third: { from: 'corp', when: 'anyone', role: { ...role, account: '777788889999' } },
      },
      saml: { decryption: { certificate: 'our.pem', privateKey: secretArn } },
    },
    {
      documents: documentsOf({
        [address]: aMetadata({ certificates: [idp.certificate] }),
        'our.pem': `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----\n`,
      }),
      now: aMoment,
    },
  );
const configuration = configurationOf({ regions: [home, other] });

const outdir = mkdtempSync(join(tmpdir(), 'daypass-regions-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));
const sound = process.exitCode;
// Whatever Region the credentials of whoever deploys are of.
const { stacks } = daypassApp({ configuration, env: { account, region: 'ap-southeast-2' }, outdir }).synth();
const findings = process.exitCode !== sound;
process.exitCode = sound;

function stackOf(name: string): Deployed & { readonly place: string } {
  const found = stacks.find(({ stackName }) => stackName === name);
  if (!found) throw new Error(`There is no stack ${name}.`);
  const { account, region } = found.environment;
  const template = Template.fromJSON(found.template as Record<string, unknown>);
  return { ...read(template, { account, region }), place: `${account} ${region}` };
}
const [atHome, elsewhere] = [stackOf('Daypass'), stackOf(`Daypass-${other}`)];

describe('three accounts and two Regions', () => {
  test('are four stacks, each in its place, and the AwsSolutions rules find nothing', () => {
    expect(stacks.map(({ stackName, environment }) => [stackName, environment.account, environment.region])).toEqual([
      ['Daypass', account, home],
      ['Daypass-444455556666', '444455556666', home],
      ['Daypass-777788889999', '777788889999', home],
      [`Daypass-${other}`, account, other],
    ]);
    expect(findings).toBe(false);
  });

  test.each([
    ['vouch', {}],
    ['chain', {}],
    ['federation-token', { session: { policy: [aPermission()] } }],
  ])('are without findings where a grant goes by %s', (way, more) => {
    const each = loadConfiguration({
      url: 'https://access.acme.example',
      operations: { regions: [home, other] },
      providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
      grants: { files: { from: 'app', when: 'anyone', way, role, ...more } },
    });
    try {
      daypassApp({ configuration: each, env: { account, region: home } }).synth();
      expect(process.exitCode).toBe(sound);
    } finally {
      process.exitCode = sound;
    }
  });

  test('have the same doors and routes in each Region', () => {
    const routes = ({ resources }: Deployed) =>
      resources('AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
    expect(routes(elsewhere)).toEqual(routes(atHome));
  });

  test('have roles, providers, the table and what runs by the hour at home only: IAM has no Regions', () => {
    const only = atHome.types.filter((type) => !elsewhere.types.includes(type));
    expect(only).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::OIDCProvider',
      'AWS::IAM::SAMLProvider',
    ]);
    const trusted = ({ resources }: Deployed) =>
      resources('AWS::IAM::Role').filter(({ properties }) => properties.RoleName !== undefined);
    expect(trusted(atHome)).toHaveLength(1);
    expect(trusted(elsewhere)).toEqual([]);
  });

  test('name nothing alike but the table, whose name the others must know', () => {
    const names = atHome.resources('AWS::DynamoDB::Table').map(({ properties }) => properties.TableName);
    expect(names).toEqual(['daypass-once', 'daypass-audit']);
    expect(atHome.environments.credentials?.DAYPASS_TABLE_REGION).toBeUndefined();
    expect(elsewhere.environments.credentials).toMatchObject({
      DAYPASS_TABLE: 'daypass-once',
      DAYPASS_TABLE_REGION: home,
      DAYPASS_URL: 'https://access.acme.example',
    });
  });
});

describe('the permissions of a function in another Region', () => {
  const comparable = ({ permissions, resources }: Deployed) => {
    const named = resources('AWS::DynamoDB::Table').reduce(
      (text, { arn, properties }) =>
        text.replaceAll(arn, `arn:aws:dynamodb:${home}:${account}:table/${properties.TableName}`),
      JSON.stringify(permissions),
    );
    // A queue for what failed is in each Region.
    return JSON.parse(named.replaceAll(/arn:aws:local:[a-z0-9-]+:/g, 'arn:aws:local:here:')) as Record<string, unknown>;
  };

  test('are those of the same function at home, on the tables there', () => {
    const { MetadataRefresh: _, ProviderWatch: __, Revocations: ___, ...ofDoors } = comparable(atHome);
    expect(comparable(elsewhere)).toEqual(ofDoors);
    const tables = JSON.stringify(elsewhere.permissions).match(/arn:aws:dynamodb:[^"/]+\/[^"/]+/g);
    expect([...new Set(tables)].sort()).toEqual(
      ['audit', 'once'].map((name) => `arn:aws:dynamodb:${home}:${account}:table/daypass-${name}`),
    );
  });

  test('reach no other account, no IAM and no table of their own', () => {
    const text = JSON.stringify(elsewhere.permissions);
    expect(text).not.toMatch(/sts:|"\*"/);
    // But for who revokes, wherever he asks: IAM has no Regions.
    expect(
      Object.keys(elsewhere.permissions).filter((name) => /iam:/.test(JSON.stringify(elsewhere.permissions[name]))),
    ).toEqual(['revoke']);
    expect(text).not.toMatch(new RegExp(`arn:aws:dynamodb:${other}`));
    expect(text).toContain(secretArn);
  });
});

describe('a stack', () => {
  const inStack = (region: string | undefined, operations: object) => () =>
    new Daypass(new Stack(new App(), 'Theirs', region === undefined ? {} : { env: { account, region } }), 'Daypass', {
      configuration: configurationOf(operations),
    });

  test('without a Region cannot tell whether it is the home', () => {
    expect(inStack(undefined, { regions: [home, other] })).toThrow('give the stack its Region');
  });

  test('in a Region that nobody named is refused', () => {
    expect(inStack('us-west-2', { regions: [home, other] })).toThrow(
      'The stack goes to us-west-2, and operations.regions is eu-central-1, us-east-1.',
    );
  });

  test('of a single Region is what it was', () => {
    const made = inStack(home, { regions: [home] })();
    expect(made.table.table.tableName).not.toBe('daypass-once');
  });
});

describe('the local stack', () => {
  test('is the home, and the accounts', () => {
    const { assembly, stacks: local } = synthesise(configuration, { account, region: 'us-west-2' });
    expect(local.map(({ account, region }) => `${account} ${region}`)).toEqual([
      `${account} ${home}`,
      `444455556666 ${home}`,
      `777788889999 ${home}`,
    ]);
    rmSync(assembly, { recursive: true, force: true });
  });
});
