// What the ways of issuing add to the stack, resolved as CloudFormation would.

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { DaypassStack } from '../../lib/infra/daypass-stack.ts';
import { aPermission } from '../kit/builders.ts';
import { deployed, home } from './kit.ts';

type Members = Readonly<Record<string, unknown>>;

const iam = `arn:aws:iam::${home.account}`;
const configurationOf = (grant: Members, file: Members = {}) =>
  loadConfiguration({
    providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
    grants: { files: { from: 'app', when: 'anyone', role: { permissions: [aPermission()] }, ...grant } },
    ...file,
  });
const url = 'https://access.acme.example';
const issuing = ['console', 'containercredentials', 'credentials', 'stsquery', 'tokenexchange'];

/** The permissions that no door has because of the table or what it remembers. */
const besides = (permissions: readonly unknown[] = []) =>
  permissions.filter((each) => !/dynamodb:/.test(JSON.stringify(each)));

const onlyFunctions = (Action: string | readonly string[]) => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action,
  Resource: '*',
  Condition: { ArnNotLike: { 'aws:PrincipalArn': `${iam}:role/daypass/doors/*` } },
});

describe('vouch', () => {
  const made = deployed(configurationOf({ way: 'vouch', session: { tags: { tenant: '{tenant}' } } }, { url }));
  const keys = made.resources('AWS::KMS::Key');

  test('has two keys to begin with, for signing only, and three from the second generation on', () => {
    const signing = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' };
    expect(keys.map(({ properties }) => properties)).toEqual([
      expect.objectContaining(signing),
      expect.objectContaining(signing),
    ]);
    const next = deployed(configurationOf({ way: 'vouch' }, { url, vouch: { keyGeneration: 2 } }));
    const generations = next.resources('AWS::KMS::Key').map(({ logicalId }) => /Generation\d/.exec(logicalId)?.[0]);
    expect(generations.sort()).toEqual(['Generation1', 'Generation2', 'Generation3']);
    // What was published ahead is the very key that signs now.
    const ahead = keys.find(({ logicalId }) => /Generation2/.test(logicalId));
    expect(next.environments.credentials?.DAYPASS_SIGNING_KEYS).toBe(ahead?.arn);
  });

  test('lets the doors that give credentials sign with the published keys in the one way, and no others', () => {
    const sign = {
      Effect: 'Allow',
      Action: 'kms:Sign',
      // The one that signs, and the one that will: the role changes before the function does.
      Resource: keys.map(({ arn }) => arn),
      Condition: { StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256' } },
    };
    const holders = Object.entries(made.permissions).filter(([, own]) => JSON.stringify(own).includes('kms:Sign'));
    expect(holders.map(([name]) => name).sort()).toEqual(issuing);
    for (const [, own] of holders) expect(besides(own)).toEqual([sign]);
    expect(made.permissions.issuer).toEqual([
      { Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: keys.map(({ arn }) => arn) },
    ]);
  });

  test('signs for functions of Daypass only, whatever IAM allows others', () => {
    for (const { properties } of keys) {
      expect(properties.KeyPolicy).toMatchObject({ Statement: expect.arrayContaining([onlyFunctions('kms:Sign')]) });
    }
  });

  test('trusts our issuer for the audience and the grant, and lets STS take the tags', () => {
    const role = made.resources('AWS::IAM::Role').find(({ properties }) => properties.RoleName === 'daypass-files');
    expect(role?.properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `${iam}:oidc-provider/access.acme.example` },
          Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
          Condition: {
            StringEquals: { 'access.acme.example:aud': ['sts.amazonaws.com'] },
            StringLike: { 'access.acme.example:sub': ['files:*'] },
          },
        },
      ],
    });
  });

  test('makes no IAM provider of an issuer whose tokens never go to STS', () => {
    expect(made.resources('AWS::IAM::OIDCProvider').map(({ properties }) => properties.Url)).toEqual([url]);
  });

  test('writes the trust policy as text where the address is known later only, and nothing in it is a reference', () => {
    const template = Template.fromStack(
      new DaypassStack(new App(), 'Daypass', { configuration: configurationOf({ way: 'vouch' }) }),
    );
    const roles = Object.values(template.findResources('AWS::IAM::Role')) as { Properties: Record<string, unknown> }[];
    const role = roles.find(({ Properties }) => Properties.RoleName === 'daypass-files');
    if (!role) throw new Error('There is no role.');
    const { 'Fn::Sub': written } = role.Properties.AssumeRolePolicyDocument as {
      'Fn::Sub': [string, { Host?: unknown; Provider?: unknown }];
    };
    const [text, { Host, Provider }] = written;
    expect(JSON.parse(text).Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Federated: '${Provider}' },
        Action: ['sts:AssumeRoleWithWebIdentity'],
        Condition: {
          StringEquals: { '${Host}:aud': ['sts.amazonaws.com'] },
          StringLike: { '${Host}:sub': ['files:*'] },
        },
      },
    ]);
    const api = { 'Fn::GetAtt': [expect.stringMatching(/Api/), 'ApiEndpoint'] };
    expect(Host).toEqual({ 'Fn::Select': [1, { 'Fn::Split': ['://', api] }] });
    expect(Provider).toBeDefined();
  });
});

describe('chain', () => {
  const made = deployed(configurationOf({ way: 'chain' }, { organization: 'o-a1b2c3d4e5' }));

  test('lets the doors that give credentials assume this role, and no others', () => {
    const role = {
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: `${iam}:role/daypass-files`,
    };
    const holders = Object.entries(made.permissions).filter(([, own]) => JSON.stringify(own).includes('sts:'));
    expect(holders.map(([name]) => name).sort()).toEqual(issuing);
    for (const [, own] of holders) expect(besides(own)).toEqual([role]);
  });

  test('lets them say the source identity where a grant does', () => {
    const { permissions } = deployed(configurationOf({ way: 'chain', session: { sourceIdentity: '{sub}' } }));
    expect(besides(permissions.credentials)).toEqual([
      expect.objectContaining({ Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] }),
    ]);
  });

  test('trusts the doors of this account, with the ExternalId, from within the organisation', () => {
    const role = made.resources('AWS::IAM::Role').find(({ properties }) => properties.RoleName === 'daypass-files');
    expect(role?.properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `${iam}:root` },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: {
            StringEquals: { 'sts:ExternalId': ['daypass:files'], 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] },
            ArnLike: { 'aws:PrincipalArn': [`${iam}:role/daypass/doors/*`] },
          },
        },
      ],
    });
    const doors = made
      .resources('AWS::IAM::Role')
      .filter(({ properties }) => JSON.stringify(properties).includes('lambda.amazonaws.com'));
    expect(new Set(doors.map(({ properties }) => properties.Path))).toEqual(new Set(['/daypass/doors/']));
  });
});

describe('grants of AWS accounts only', () => {
  const providers = {
    app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
    fleet: { aws: { accounts: ['444455556666'] } },
  };
  const ways = [
    ['vouch', {}],
    ['chain', {}],
    ['federation-token', { session: { policy: [aPermission()] } }],
  ] as const;
  const fleet = Object.fromEntries(
    ways.map(([way, more]) => [
      way,
      { from: 'fleet', when: 'anyone', way, role: { permissions: [aPermission()] }, ...more },
    ]),
  );
  const grants = { ...fleet, files: { from: 'app', when: 'anyone', role: { permissions: [aPermission()] } } };
  const made = deployed(loadConfiguration({ url, providers, grants }));

  test('give nothing to the doors that take no signed requests', () => {
    const holders = Object.entries(made.permissions).filter(([name, own]) =>
      /kms:Sign|GetSecretValue|sts:AssumeRole/.test(name.includes('Rotation') ? '' : JSON.stringify(own)),
    );
    expect(holders.map(([name]) => name).sort()).toEqual(['console', 'credentials', 'tokenexchange']);
    for (const door of ['stsquery', 'containercredentials']) {
      expect(made.environments[door]).not.toHaveProperty('DAYPASS_SIGNING_KEYS');
      expect(made.environments[door]).not.toHaveProperty('DAYPASS_FEDERATION_SECRET');
    }
  });
});

describe('federation-token', () => {
  const made = deployed(configurationOf({ way: 'federation-token', session: { policy: [aPermission()] } }));

  test('makes a user with the permissions of the grant, and no role and no key', () => {
    expect(made.resources('AWS::IAM::User').map(({ properties }) => properties)).toEqual([
      { UserName: 'daypass-federation' },
    ]);
    expect(made.types).not.toContain('AWS::IAM::AccessKey');
    const actions = made
      .resources('AWS::IAM::ManagedPolicy')
      .flatMap(({ properties }) => (properties.PolicyDocument as { Statement: { Action: unknown }[] }).Statement)
      .map(({ Action }) => Action);
    expect(actions).toEqual([['sts:GetFederationToken', 'sts:TagSession'], 's3:GetObject']);
    const conditions = made
      .resources('AWS::IAM::ManagedPolicy')
      .flatMap(({ properties }) => (properties.PolicyDocument as { Statement: { Condition?: unknown }[] }).Statement)
      .map(({ Condition }) => Condition);
    // What a grant may do is for its own sessions.
    expect(conditions).toEqual([undefined, { StringEquals: { 'aws:PrincipalTag/daypass-grant': ['files'] } }]);
    const [secret] = made.resources('AWS::SecretsManager::Secret');
    expect(secret?.properties).not.toHaveProperty('SecretString');
  });

  test('keeps the key from everybody but functions of Daypass', () => {
    const [policy] = made.resources('AWS::SecretsManager::ResourcePolicy');
    expect(policy?.properties.ResourcePolicy).toMatchObject({
      Statement: [onlyFunctions(['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'])],
    });
  });

  test('lets the doors that give credentials read the key, and one function make it anew every month', () => {
    const [secret] = made.resources('AWS::SecretsManager::Secret');
    const read = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secret?.arn };
    const holders = Object.entries(made.permissions).filter(
      ([name, own]) => name !== 'WaysFederationUserRotation' && JSON.stringify(own).includes('secretsmanager:'),
    );
    // Whoever speaks STS names a role, and such sessions are of none.
    expect(holders.map(([name]) => name).sort()).toEqual(issuing.filter((name) => name !== 'stsquery'));
    for (const [, own] of holders) expect(besides(own)).toEqual([read]);
    const [schedule] = made.resources('AWS::SecretsManager::RotationSchedule');
    expect(schedule?.properties).toMatchObject({
      SecretId: secret?.arn,
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    const rotating = Object.entries(made.permissions).filter(([, own]) =>
      JSON.stringify(own).includes('iam:CreateAccessKey'),
    );
    expect(rotating.map(([, own]) => own)).toEqual([
      [
        {
          Effect: 'Allow',
          Action: ['iam:ListAccessKeys', 'iam:CreateAccessKey', 'iam:DeleteAccessKey'],
          Resource: `${iam}:user/daypass-federation`,
        },
        {
          Effect: 'Allow',
          Action: ['GetSecretValue', 'PutSecretValue', 'DescribeSecret', 'UpdateSecretVersionStage'].map(
            (name) => `secretsmanager:${name}`,
          ),
          Resource: secret?.arn,
        },
      ],
    ]);
  });
});
