// What a SAML provider adds to the stack, and that without one nothing of it is there.

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Configuration } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { AccountRolesStack, otherAccounts } from '../../lib/infra/account-roles-stack.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { routesWith } from '../../lib/routes.ts';
import { aPermission } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';
import { type Deployed, deployed, home, read, rolesOf } from './kit.ts';

const routes = routesWith({ saml: true, oneTime: false, vouch: false, aws: false });

type Members = Readonly<Record<string, unknown>>;

const idp = await aSamlIdp();
const otherIdp = await aSamlIdp({ entityId: 'https://other.acme.example/saml' });
const address = 'https://idp.acme.example/metadata';
const metadata = aMetadata({ certificates: [idp.certificate] });
const documents = documentsOf({
  'corp.xml': metadata,
  [address]: metadata,
  'other.xml': aMetadata({ entityId: otherIdp.entityId, certificates: [otherIdp.certificate] }),
  'our.pem': `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----\n`,
});

const role = { permissions: [aPermission()] };
const oidc = { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } };

interface Settings {
  readonly corp?: Members;
  readonly providers?: Members;
  readonly grants?: Members;
  readonly file?: Members;
}

/** One SAML provider, `corp`, and one grant of it, `support`, unless told otherwise. */
const configurationOf = ({ corp = {}, providers = {}, grants = {}, file = {} }: Settings = {}): Configuration =>
  loadConfiguration(
    {
      providers: { corp: { saml: { metadata: 'corp.xml', ...corp } }, ...providers },
      grants: { support: { from: 'corp', when: { StringEquals: { sub: 'alice' } }, role }, ...grants },
      ...file,
    },
    { documents, now: aMoment },
  );

const url = 'https://access.acme.example';
const secretArn = (name: string) => `arn:aws:secretsmanager:eu-central-1:${home.account}:secret:${name}-AbCdEf`;
const keyPairs = {
  signing: { certificate: 'our.pem', privateKey: secretArn('signing') },
  decryption: { certificate: 'our.pem', privateKey: secretArn('decryption') },
};

/** As API Gateway gives it, in the words of the local reader. */
const gatewayAddress = (template: Template) =>
  `${Object.keys(template.findResources('AWS::ApiGatewayV2::Api'))[0]}.ApiEndpoint`;

let plain: Deployed;
let whole: Deployed;
let withoutSaml: Deployed;

beforeAll(() => {
  plain = deployed(configurationOf());
  whole = deployed(configurationOf({ corp: { metadata: address }, file: { saml: keyPairs } }));
  withoutSaml = deployed(
    loadConfiguration({ providers: { app: oidc }, grants: { files: { from: 'app', when: 'anyone', role } } }),
  );
});

describe('the table', () => {
  test('is found by one key, tidies itself, is encrypted, paid by use, recoverable and never deleted', () => {
    const tables = plain.template.findResources('AWS::DynamoDB::Table');
    expect(Object.values(tables)[0]).toEqual({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('the provider', () => {
  const providersIn = ({ resources }: Deployed) =>
    resources('AWS::IAM::SAMLProvider').map(({ properties }) => properties);

  test('is made with the metadata as it was read', () => {
    expect(providersIn(plain)).toEqual([{ Name: 'daypass-corp', SamlMetadataDocument: metadata }]);
  });

  test('has the name that is given', () => {
    const named = rolesOf(configurationOf({ corp: { iamProviderName: 'Acme.IdP' } }), url);
    expect(providersIn(named)).toEqual([{ Name: 'Acme.IdP', SamlMetadataDocument: metadata }]);
    expect(trustOf(named, 'daypass-support')).toMatchObject({
      Principal: { Federated: `arn:aws:iam::${home.account}:saml-provider/Acme.IdP` },
    });
  });

  test('that exists is named and not made', () => {
    const existing = rolesOf(configurationOf({ corp: { iamProvider: 'existing', iamProviderName: 'Acme' } }), url);
    expect(providersIn(existing)).toEqual([]);
    expect(trustOf(existing, 'daypass-support')).toMatchObject({
      Principal: { Federated: `arn:aws:iam::${home.account}:saml-provider/Acme` },
    });
  });
});

function trustOf({ resources }: Deployed, roleName: string): unknown {
  const found = resources('AWS::IAM::Role').find(({ properties }) => properties.RoleName === roleName);
  if (!found) throw new Error(`There is no role ${roleName}.`);
  const { Statement: statements } = found.properties.AssumeRolePolicyDocument as { Statement: unknown[] };
  expect(statements).toHaveLength(1);
  return statements[0];
}

describe('the trust policy of a role', () => {
  test('takes assertions that are meant for our assertion consumer service', () => {
    expect(trustOf(plain, 'daypass-support')).toEqual({
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${home.account}:saml-provider/daypass-corp` },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: {
        StringEquals: { 'saml:aud': [`${gatewayAddress(plain.template)}/saml/acs`], 'saml:sub': ['alice'] },
      },
    });
  });

  test('is pinned to the address that is configured', () => {
    expect(trustOf(deployed(configurationOf({ file: { url } })), 'daypass-support')).toMatchObject({
      Condition: { StringEquals: { 'saml:aud': ['https://access.acme.example/saml/acs'] } },
    });
  });

  test('takes those for the listed recipients too, and for nobody else', () => {
    const recipients = ['https://signin.aws.amazon.com/saml', 'https://cli.acme.example/acs'];
    const made = rolesOf(configurationOf({ corp: { allowUnsolicited: 'clients', recipients } }), url);
    expect(trustOf(made, 'daypass-support')).toMatchObject({
      Condition: { StringEquals: { 'saml:aud': [`${url}/saml/acs`, ...recipients] } },
    });
  });

  test.each<[awsAttributes: readonly string[], actions: unknown]>([
    [['tags'], ['sts:AssumeRoleWithSAML', 'sts:TagSession']],
    [['sourceIdentity'], ['sts:AssumeRoleWithSAML', 'sts:SetSourceIdentity']],
    [
      ['tags', 'sourceIdentity'],
      ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
    ],
  ])('lets STS take %j', (awsAttributes, actions) => {
    expect(trustOf(rolesOf(configurationOf({ corp: { awsAttributes } }), url), 'daypass-support')).toMatchObject({
      Action: actions,
    });
  });

  test('has conditions on tags, in the words of AWS', () => {
    const when = { StringEquals: { 'aws:RequestTag/role': 'editor' } };
    const made = rolesOf(
      configurationOf({ corp: { awsAttributes: ['tags'] }, grants: { support: { from: 'corp', when, role } } }),
      url,
    );
    expect(trustOf(made, 'daypass-support')).toMatchObject({
      Condition: { StringEquals: { 'aws:RequestTag/role': ['editor'] } },
    });
  });
});

describe('the doors', () => {
  const keysIn = ({ resources }: Deployed) =>
    resources('AWS::ApiGatewayV2::Route')
      .map(({ properties }) => properties.RouteKey)
      .sort();

  test('are all there, each with its route', () => {
    expect(keysIn(plain)).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    expect(Object.keys(plain.environments).sort()).toEqual(
      [
        ...new Set(routes.map(({ door }) => door.replaceAll('-', ''))),
        'ProviderWatch',
        'RecordAudit',
        'Revocations',
      ].sort(),
    );
  });

  test('two routes of a door lead to one function', () => {
    const targets = plain
      .resources('AWS::ApiGatewayV2::Integration')
      .map(({ properties }) => String(properties.IntegrationUri));
    expect(targets).toHaveLength(routes.length);
    expect(new Set(targets).size).toBe(new Set(routes.map(({ door }) => door)).size);
  });

  test('each route has its throttle, and IAM authorises those of operators only', () => {
    const [stage] = plain.resources('AWS::ApiGatewayV2::Stage');
    const expected = routes.map(({ method, path, throttle }) => [
      `${method} ${path}`,
      { ThrottlingRateLimit: throttle.perSecond, ThrottlingBurstLimit: throttle.burst },
    ]);
    const settings = Object.entries(stage?.properties.RouteSettings as Record<string, Members>).map(
      ([key, { throttlingRateLimit, ThrottlingRateLimit, throttlingBurstLimit, ThrottlingBurstLimit }]) => [
        key,
        {
          ThrottlingRateLimit: ThrottlingRateLimit ?? throttlingRateLimit,
          ThrottlingBurstLimit: ThrottlingBurstLimit ?? throttlingBurstLimit,
        },
      ],
    );
    expect(Object.fromEntries(settings)).toEqual(Object.fromEntries(expected));
    for (const { properties } of plain.resources('AWS::ApiGatewayV2::Route')) {
      const isForOperators = String(properties.RouteKey).includes(' /v1/admin/');
      expect(properties.AuthorizationType).toBe(isForOperators ? 'AWS_IAM' : 'NONE');
    }
  });
});

describe('permissions', () => {
  const tableIn = ({ resources }: Deployed) => resources('AWS::DynamoDB::Table')[0]?.arn ?? '';
  const items =
    (action: 'GetItem' | 'PutItem', ...leadingKeys: readonly string[]) =>
    (table: string) => ({
      Effect: 'Allow',
      Action: `dynamodb:${action}`,
      Resource: table,
      Condition: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    });
  const secret = (name: string) => () => ({
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: secretArn(name),
  });
  const updatesProvider = () => ({
    Effect: 'Allow',
    Action: 'iam:UpdateSAMLProvider',
    Resource: `arn:aws:iam::${home.account}:saml-provider/daypass-corp`,
  });

  /** What records, finds and revokes has tests of its own. */
  const beside = ({
    permissions: { RecordAudit: _, adminaudit: __, revoke: ___, Revocations: ____, ...others },
  }: Deployed) => others;

  type Table = Readonly<Record<string, readonly ((table: string) => unknown)[]>>;

  /** All that any function may do beside writing its own log. */
  const onTheTable: Table = {
    console: [items('PutItem', 'assertion#*')],
    containercredentials: [items('PutItem', 'issued#*'), items('GetItem', 'revoked#*')],
    credentials: [items('PutItem', 'assertion#*')],
    discovery: [],
    stsquery: [items('PutItem', 'assertion#*', 'issued#*')],
    tokenexchange: [items('PutItem', 'assertion#*', 'issued#*')],
    explain: [],
    grants: [],
    signin: [],
    acs: [items('PutItem', 'request#*', 'assertion#*', 'sign-in#*')],
    metadata: [],
    portal: [items('PutItem', 'sign-in#*', 'code#*'), items('GetItem', 'sign-in#*', 'revoked#*')],
    health: [],
    ProviderWatch: [],
  };
  /** Who asks by their credentials who they are is told from what was issued. */
  const readsRevoked = [items('GetItem', 'revoked#*')];
  const ofIssued: Table = {
    console: readsRevoked,
    credentials: readsRevoked,
    tokenexchange: readsRevoked,
    stsquery: [items('GetItem', 'issued#*', 'revoked#*')],
  };
  const ofSecrets: Table = {
    console: [secret('decryption')],
    stsquery: [secret('decryption')],
    tokenexchange: [secret('decryption')],
    credentials: [secret('decryption')],
    signin: [secret('signing')],
    acs: [secret('decryption')],
  };
  const readsMetadata = [items('GetItem', 'metadata#*')];
  const readsBoth = [items('GetItem', 'metadata#*', 'revoked#*')];
  const ofRefresh: Table = {
    console: readsBoth,
    stsquery: [items('GetItem', 'metadata#*', 'issued#*', 'revoked#*')],
    tokenexchange: readsBoth,
    credentials: readsBoth,
    signin: readsMetadata,
    acs: readsMetadata,
    MetadataRefresh: [items('PutItem', 'metadata#*'), updatesProvider],
    ProviderWatch: readsMetadata,
  };

  const whatIs = (table: string, ...tables: readonly Table[]) => {
    const names = [...new Set(tables.flatMap((each) => Object.keys(each)))];
    return Object.fromEntries(
      names.map((name) => [name, tables.flatMap((each) => each[name] ?? []).map((make) => make(table))]),
    );
  };

  test('with a provider from a file', () => {
    expect(beside(plain)).toEqual(whatIs(tableIn(plain), onTheTable, ofIssued));
  });

  test('with a provider that is fetched again, and keys to sign and to decrypt with', () => {
    expect(beside(whole)).toEqual(whatIs(tableIn(whole), onTheTable, ofRefresh, ofSecrets));
  });

  test.each(['signing', 'decryption'] as const)('with a key for %s only', (use) => {
    const made = deployed(configurationOf({ file: { saml: { [use]: keyPairs[use] } } }));
    const only = Object.fromEntries(
      Object.entries(ofSecrets).filter(([, [make]]) => JSON.stringify(make?.('')).includes(`:${use}-`)),
    );
    expect(beside(made)).toEqual(whatIs(tableIn(made), onTheTable, ofIssued, only));
  });

  test('with a provider in IAM that is not ours, it is not updated', () => {
    const made = deployed(configurationOf({ corp: { metadata: address, iamProvider: 'existing' } }));
    expect(made.permissions.MetadataRefresh).toEqual([items('PutItem', 'metadata#*')(tableIn(made))]);
  });

  test('of two providers only that which is fetched again is updated', () => {
    const providers = { other: { saml: { metadata: 'other.xml' } } };
    const made = deployed(configurationOf({ corp: { metadata: address }, providers }));
    expect(made.permissions.MetadataRefresh).toContainEqual(updatesProvider());
  });

  test('without a SAML provider, even with keys configured: what was issued, and nothing else', () => {
    const remembering = (made: Deployed) => ({
      console: [items('GetItem', 'revoked#*')(tableIn(made))],
      containercredentials: [items('PutItem', 'issued#*')(tableIn(made)), items('GetItem', 'revoked#*')(tableIn(made))],
      credentials: [items('GetItem', 'revoked#*')(tableIn(made))],
      discovery: [],
      explain: [],
      grants: [],
      health: [],
      ProviderWatch: [],
      stsquery: [items('PutItem', 'issued#*')(tableIn(made)), items('GetItem', 'issued#*', 'revoked#*')(tableIn(made))],
      tokenexchange: [items('PutItem', 'issued#*')(tableIn(made)), items('GetItem', 'revoked#*')(tableIn(made))],
    });
    expect(beside(withoutSaml)).toEqual(remembering(withoutSaml));
    const keys = loadConfiguration(
      {
        providers: { app: oidc },
        grants: { files: { from: 'app', when: 'anyone', role } },
        saml: keyPairs,
      },
      { documents, now: aMoment },
    );
    const made = deployed(keys);
    expect(beside(made)).toEqual(remembering(made));
  });

  test('stand nowhere else: each function has one role, each role one policy', () => {
    const lambdaRoles = whole
      .resources('AWS::IAM::Role')
      .filter(({ properties }) => JSON.stringify(properties.AssumeRolePolicyDocument).includes('lambda.amazonaws.com'));
    expect(lambdaRoles).toHaveLength(Object.keys(whole.permissions).length);
    for (const { properties } of lambdaRoles) {
      expect(Object.keys(properties).sort()).toEqual(['AssumeRolePolicyDocument', 'Description', 'Path']);
    }
    const held = whole.resources('AWS::IAM::Policy').flatMap(({ properties }) => properties.Roles as string[]);
    expect([...held].sort()).toEqual(lambdaRoles.map(({ logicalId }) => logicalId).sort());
    for (const { properties } of whole.resources('AWS::IAM::Policy')) {
      expect(Object.keys(properties).sort()).toEqual(['PolicyDocument', 'PolicyName', 'Roles']);
    }
    expect(whole.types).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::IAM::SAMLProvider',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::Logs::SubscriptionFilter',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
    ]);
  });

  test('to call a function: its own route of our API, and the rules by the hour', () => {
    const callers = whole
      .resources('AWS::Lambda::Permission')
      // Of the logs, told of where they are heard.
      .filter(({ properties }) => properties.Principal !== 'logs.amazonaws.com')
      .map(({ properties: { Principal, SourceArn, Action } }) => [
        Action,
        Principal,
        String(SourceArn).replace(/^.*?(\/\*\/\*\/.*|:[A-Za-z]*Hourly[0-9A-F]{8})$/, '$1'),
      ]);
    const ofRoutes = routes.map(({ path }) => ['lambda:InvokeFunction', 'apigateway.amazonaws.com', `/*/*${path}`]);
    expect(callers).toEqual(
      expect.arrayContaining([
        ...ofRoutes,
        ['lambda:InvokeFunction', 'events.amazonaws.com', expect.stringMatching(/MetadataRefresh.*Hourly/)],
        ['lambda:InvokeFunction', 'events.amazonaws.com', expect.stringMatching(/Revocations.*Hourly/)],
      ]),
    );
    // The refresh of metadata, the watch of providers, the sweep of revocations.
    expect(callers).toHaveLength(routes.length + 3);
  });
});

describe('the environment of a function', () => {
  test('has pointers only, and the doors without need have none', () => {
    const [table, auditTable] = whole.resources('AWS::DynamoDB::Table').map(({ logicalId }) => logicalId);
    const told = { DAYPASS_CONFIG: 'daypass.json', DAYPASS_ACCOUNT_ID: home.account, DAYPASS_PARTITION: 'aws' };
    const address = { DAYPASS_URL: gatewayAddress(whole.template) };
    const ofTable = { DAYPASS_TABLE: table };
    const ofAudit = { DAYPASS_AUDIT_TABLE: auditTable };
    expect(whole.environments).toEqual({
      credentials: { ...told, ...address, ...ofTable },
      console: { ...told, ...address, ...ofTable },
      containercredentials: { ...told, ...ofTable },
      discovery: { ...told, ...address },
      stsquery: { ...told, ...address, ...ofTable },
      tokenexchange: { ...told, ...address, ...ofTable },
      explain: told,
      grants: told,
      signin: { ...told, ...address, ...ofTable },
      acs: { ...told, ...address, ...ofTable },
      metadata: { ...told, ...address },
      portal: { ...told, ...address, ...ofTable },
      MetadataRefresh: { ...told, ...ofTable },
      ProviderWatch: { ...told, ...ofTable },
      health: {},
      adminaudit: { ...told, ...ofAudit },
      revoke: { ...told, ...ofTable, ...ofAudit },
      Revocations: { ...told, ...ofTable },
      RecordAudit: { ...told, ...ofAudit, DAYPASS_AUDIT_DAYS: '365' },
    });
  });

  test('has the address that is configured', () => {
    const { environments } = deployed(configurationOf({ file: { url } }));
    for (const door of ['credentials', 'signin', 'acs', 'metadata', 'portal']) {
      expect(environments[door]?.DAYPASS_URL).toBe('https://access.acme.example');
    }
  });

  test('holds no key and no certificate', () => {
    expect(JSON.stringify(whole.environments)).not.toMatch(/PRIVATE KEY|CERTIFICATE|secretsmanager/);
  });
});

describe('metadata by its address', () => {
  test('is fetched every hour', () => {
    const functions = whole.resources('AWS::Lambda::Function');
    const refresh = functions.find(({ logicalId }) => /MetadataRefresh/.test(logicalId));
    expect(whole.resources('AWS::Events::Rule').map(({ properties }) => properties)).toContainEqual({
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Targets: [{ Arn: refresh?.arn, Id: 'Target0' }],
    });
  });

  test('that cannot be fetched raises an alarm that says what to do', () => {
    const alarms = whole
      .resources('AWS::CloudWatch::Alarm')
      .filter(({ logicalId }) => /MetadataRefresh/.test(logicalId))
      .map(({ properties }) => properties);
    expect(alarms).toEqual([
      expect.objectContaining({
        Namespace: 'AWS/Lambda',
        MetricName: 'Errors',
        Threshold: 1,
        Period: 3600,
        Statistic: 'Sum',
        TreatMissingData: 'notBreaching',
        AlarmDescription: expect.stringMatching(/^.{80,}$/),
      }),
    ]);
  });

  test('from a file needs no function, no rule and no alarm of that kind', () => {
    expect(JSON.stringify(plain.template.toJSON())).not.toMatch(/MetadataRefresh|UpdateSAMLProvider/);
  });
});

describe('the watch of the identity providers', () => {
  const alarmsOf = (made: Deployed) =>
    made
      .resources('AWS::CloudWatch::Alarm')
      .filter(({ logicalId }) => /ProviderWatch/.test(logicalId))
      .map(({ logicalId, properties: { Threshold, EvaluationPeriods, ComparisonOperator, TreatMissingData } }) => [
        logicalId.replace(/^DaypassProviderWatch([A-Za-z]+?)[0-9A-F]{8}$/, '$1'),
        Threshold,
        EvaluationPeriods,
        ComparisonOperator,
        TreatMissingData,
      ]);
  const below = 'LessThanOrEqualToThreshold';
  const ofItself = [
    ['WatchFails', 1, 2, 'GreaterThanOrEqualToThreshold', 'notBreaching'],
    ['WatchSilent', 0, 3, below, 'breaching'],
  ];
  const endsOf = (name: string) => [
    [`EndsSoon${name}`, 30, 1, below, 'notBreaching'],
    [`EndsVerySoon${name}`, 7, 1, below, 'notBreaching'],
  ];

  test('tells of ends where the metadata is a file, of silence besides where it has an address, and of our own', () => {
    expect(alarmsOf(plain)).toEqual([...ofItself, ...endsOf('corp')]);
    const ofCorp = [['Unreachablecorp', 0, 3, below, 'notBreaching'], ...endsOf('corp')];
    const ofOurs = [...endsOf('samlsigning'), ...endsOf('samldecryption')];
    expect(alarmsOf(whole)).toEqual([...ofItself, ...ofCorp, ...ofOurs]);
  });

  test('tells of silence where there are tokens', () => {
    expect(alarmsOf(withoutSaml)).toEqual([...ofItself, ['Unreachableapp', 0, 3, below, 'notBreaching']]);
  });

  test('is called every hour', () => {
    const [rule] = withoutSaml.resources('AWS::Events::Rule').filter(({ logicalId }) => /Watch/.test(logicalId));
    expect(rule?.properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
  });
});

describe('a grant that takes tokens once', () => {
  test('lets the doors that give credentials reserve them, and no others', () => {
    const made = deployed(
      loadConfiguration({
        providers: { app: oidc },
        grants: { files: { from: 'app', when: 'anyone', role, oneTime: true, acceptsDirectStsCalls: true } },
      }),
    );
    const reserving = Object.entries(made.permissions).filter(([, all]) => JSON.stringify(all).includes('token#*'));
    expect(reserving.map(([door]) => door).sort()).toEqual(
      ['console', 'containercredentials', 'credentials', 'stsquery', 'tokenexchange'].sort(),
    );
    expect(JSON.stringify(withoutSaml.permissions)).not.toContain('token#*');
  });
});

describe('without a SAML provider', () => {
  test('there is no provider, no refresh and no door of its kind', () => {
    expect(withoutSaml.types).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::OIDCProvider',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Logs::LogGroup',
      'AWS::Logs::MetricFilter',
      'AWS::Logs::SubscriptionFilter',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
    ]);
    const keys = withoutSaml.resources('AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey);
    expect([...keys].sort()).toEqual([
      'GET /',
      'GET /.well-known/oauth-authorization-server',
      'GET /health',
      'GET /v1/admin/audit',
      'GET /v1/admin/revoke',
      'GET /v1/container/{grant}',
      'GET /v1/grants',
      'GET /v1/openapi.json',
      'POST /',
      'POST /v1/admin/explain',
      'POST /v1/admin/revoke',
      'POST /v1/console',
      'POST /v1/credentials',
      'POST /v1/explain',
      'POST /v1/token',
    ]);
    expect(
      routesWith({ saml: false, oneTime: false, vouch: false, aws: false })
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    ).toEqual([...keys].sort());
    const told = ['DAYPASS_ACCOUNT_ID', 'DAYPASS_CONFIG', 'DAYPASS_PARTITION'];
    expect(Object.keys(withoutSaml.environments.credentials ?? {}).sort()).toEqual([...told, 'DAYPASS_TABLE']);
    expect(Object.keys(withoutSaml.environments.grants ?? {}).sort()).toEqual(told);
    expect(JSON.stringify(withoutSaml.template.toJSON())).not.toMatch(
      /SAMLProvider|assertion#|sign-in#|metadata#|secretsmanager/i,
    );
  });
});

describe('another account', () => {
  const account = '444455556666';
  const there = (corp: Members = {}) =>
    configurationOf({
      corp,
      providers: { app: oidc },
      grants: {
        elsewhere: {
          from: 'corp',
          when: { StringEquals: { sub: 'alice' } },
          role: { account, permissions: [aPermission()] },
        },
      },
      file: { url },
    });
  const made = (configuration: Configuration) => {
    const stack = new AccountRolesStack(new App(), 'There', {
      configuration,
      account,
      env: { account, region: 'us-east-1' },
    });
    return read(Template.fromStack(stack), { account, region: 'us-east-1' });
  };

  test('has the role, and the provider in the same account', () => {
    const configuration = there({ allowUnsolicited: 'clients', recipients: ['https://signin.aws.amazon.com/saml'] });
    expect(otherAccounts(configuration)).toEqual([account]);
    const stack = made(configuration);
    expect(stack.types).toEqual(['AWS::IAM::Role', 'AWS::IAM::SAMLProvider']);
    expect(trustOf(stack, 'daypass-elsewhere')).toEqual({
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:saml-provider/daypass-corp` },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: {
        StringEquals: {
          'saml:aud': ['https://access.acme.example/saml/acs', 'https://signin.aws.amazon.com/saml'],
          'saml:sub': ['alice'],
        },
      },
    });
    expect(stack.resources('AWS::IAM::SAMLProvider').map(({ properties }) => properties)).toEqual([
      { Name: 'daypass-corp', SamlMetadataDocument: metadata },
    ]);
  });

  test('has nothing of home, and home nothing of it', () => {
    expect(made(there()).resources('AWS::IAM::Role')).toHaveLength(1);
    const names = deployed(there())
      .resources('AWS::IAM::Role')
      .map(({ properties }) => properties.RoleName);
    expect(names).toContain('daypass-support');
    expect(names).not.toContain('daypass-elsewhere');
  });
});

describe('the AwsSolutions rules', () => {
  test.each<[what: string, configuration: () => Configuration]>([
    ['a file', () => configurationOf()],
    [
      'an address, keys and another account',
      () =>
        configurationOf({
          corp: { metadata: address, awsAttributes: ['tags', 'sourceIdentity'] },
          grants: {
            elsewhere: {
              from: 'corp',
              when: 'anyone',
              role: { account: '444455556666', permissions: [aPermission()] },
            },
          },
          file: { saml: keyPairs, url },
        }),
    ],
  ])('find nothing with metadata from %s', (_, configuration) => {
    const sound = process.exitCode;
    const app = daypassApp({ configuration: configuration(), env: home });
    try {
      expect(() => app.synth()).not.toThrow();
      expect(process.exitCode).toBe(sound);
    } finally {
      process.exitCode = sound;
    }
  });
});
