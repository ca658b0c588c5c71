import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { metrics, providerMetrics } from '../../lib/audit/metrics.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { readConfigurationFile } from '../../lib/config/read-config-file.ts';
import { variables } from '../../lib/environment.ts';
import { AccountRolesStack, otherAccounts } from '../../lib/infra/account-roles-stack.ts';
import { Daypass } from '../../lib/infra/daypass.ts';
import { daypassApp } from '../../lib/infra/daypass-app.ts';
import { DaypassStack } from '../../lib/infra/daypass-stack.ts';
import { routes } from '../../lib/routes.ts';

const configuration = await readConfigurationFile('daypass.yaml');
const doors = [...new Set(routes.map(({ door }) => door))];
/** What runs by the hour: the watch of the identity providers. */
const scheduled = 3;
let template: Template;

beforeAll(() => {
  template = Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration }));
});

const properties = (type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties as Record<string, unknown>);

describe('doors', () => {
  test('each has a function on the Node and processor of the table, and a route to it', () => {
    template.resourceCountIs('AWS::Lambda::Function', doors.length + scheduled);
    template.allResourcesProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    const keys = properties('AWS::ApiGatewayV2::Route').map(({ RouteKey }) => RouteKey);
    expect(keys.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test('all functions but the door that tells of its health are told the configuration', () => {
    const environments = properties('AWS::Lambda::Function').map(
      ({ Environment }) => (Environment as { Variables?: object } | undefined)?.Variables,
    );
    const told = environments.filter((each) => each !== undefined);
    expect(told).toHaveLength(doors.length + scheduled - 1);
    const { configuration, accountId, partition } = variables;
    for (const each of told)
      expect(Object.keys(each)).toEqual(expect.arrayContaining([configuration, accountId, partition]));
  });

  test('what a door gets is the same for all of its routes', () => {
    for (const door of doors) {
      const needs = routes.filter((route) => route.door === door).map((route) => JSON.stringify(route.needs));
      expect([door, new Set(needs).size]).toEqual([door, 1]);
    }
  });

  test('each route has the throttle of the table', () => {
    const [stage] = properties('AWS::ApiGatewayV2::Stage');
    const expected = routes.map(({ method, path, throttle }) => [
      `${method} ${path}`,
      { throttlingRateLimit: throttle.perSecond, throttlingBurstLimit: throttle.burst },
    ]);
    expect(stage?.RouteSettings).toEqual(Object.fromEntries(expected));
  });

  test('each route says in its own words why it is open', () => {
    const app = daypassApp({ configuration });
    const said = app.node
      .findAll()
      .flatMap((construct) => construct.node.metadata.filter(({ type }) => type === 'aws:cdk:acknowledged-rules'))
      .map(({ data }) => JSON.stringify(data));
    for (const { openBecause } of routes.filter((route) => 'openBecause' in route)) {
      expect(
        said.some((each) => each.includes(openBecause)),
        openBecause,
      ).toBe(true);
    }
  });

  test('a finding of the AwsSolutions rules that nobody acknowledged stops synthesis', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'daypass-nag-'));
    const app = daypassApp({ configuration, outdir });
    const stack = app.node.findChild('Daypass') as Stack;
    const sound = process.exitCode;
    new Bucket(stack, 'Open');
    const outcome = () => {
      app.synth();
      // Findings are reported by the exit code where they do not throw.
      if (process.exitCode) throw new Error('findings');
    };
    expect(outcome).toThrow();
    process.exitCode = sound;
    rmSync(outdir, { recursive: true, force: true });
  });

  test('no bundle is left behind in the temporary folder', () => {
    const left = () =>
      readdirSync(tmpdir()).filter((name) =>
        /^daypass-(acs|credentials|grants|health|metadata|portal|sign-in)-/.test(name),
      );
    const before = left();
    new DaypassStack(new App(), 'Daypass', { configuration });
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('the access log keeps nothing that a caller could hide a token in', () => {
    const [stage] = properties('AWS::ApiGatewayV2::Stage');
    const { Format } = (stage?.AccessLogSettings ?? { Format: '' }) as { Format: string };
    expect(Format).toContain('requestId');
    for (const field of ['querystring', 'header', 'body', 'path']) expect(Format.toLowerCase()).not.toContain(field);
  });

  test('logs are kept for a year and not for ever', () => {
    const groups = properties('AWS::Logs::LogGroup');
    expect(groups).toHaveLength(doors.length + scheduled + 1);
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBe(365);
  });

  test('CORS is what the configuration lists, and absent where it lists nothing', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: { AllowOrigins: ['http://localhost:5173'], AllowMethods: ['GET', 'POST'] },
    });
    const { corsOrigins: _, ...rest } = configuration;
    const without = Template.fromStack(
      new DaypassStack(new App(), 'Daypass', { configuration: { ...rest, corsOrigins: [] } }),
    );
    without.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
  });

  test('a dashboard shows the metrics that the lines carry, for each door and identity provider', () => {
    const [dashboard] = properties('AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard?.DashboardBody);
    for (const door of doors) expect(body).toContain(door);
    for (const name of Object.values({ ...metrics, ...providerMetrics })) expect(body).toContain(name);
    expect(body).toContain('{Daypass,result}');
  });

  test('every alarm says what to do', () => {
    const alarms = properties('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(5);
    for (const { AlarmDescription } of alarms) expect(String(AlarmDescription).length).toBeGreaterThan(80);
  });
});

describe('granted roles', () => {
  test('trust what the grant says, in the words of AWS', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'daypass-tenant-files',
      MaxSessionDuration: 14_400,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
            Principal: { Federated: { Ref: Match.stringLikeRegexp('Providerapp') } },
            Condition: {
              StringEquals: { 'login.acme.example:aud': ['web', 'mobile'], 'aws:RequestTag/role': ['editor'] },
            },
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'daypass-deploy',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                'token.actions.githubusercontent.com:aud': ['sts.amazonaws.com'],
                'token.actions.githubusercontent.com:repository': ['acme/shop'],
                'token.actions.githubusercontent.com:ref': ['refs/heads/main'],
              },
            },
          },
        ],
      },
    });
  });

  test('come with the providers they trust, with the audiences that are taken', () => {
    template.hasResourceProperties('AWS::IAM::OIDCProvider', {
      Url: 'https://login.acme.example',
      ClientIdList: ['web', 'mobile'],
    });
    expect(properties('AWS::IAM::OIDCProvider')).toContainEqual({
      Url: { 'Fn::GetAtt': [expect.any(String), 'ApiEndpoint'] },
      ClientIdList: ['sts.amazonaws.com'],
    });
    template.resourceCountIs('AWS::IAM::OIDCProvider', 3);
  });

  test('an existing provider is named and not made, a built-in one needs none', () => {
    const other = loadConfiguration({
      providers: {
        hub: { oidc: { vendor: 'github', audiences: ['sts.amazonaws.com'], iamProvider: 'existing' } },
        google: { oidc: { vendor: 'google', audiences: ['client-1'] } },
      },
      grants: {
        deploy: {
          from: 'hub',
          when: { StringEquals: { repository: 'acme/shop' } },
          role: { permissions: [{ actions: ['s3:GetObject'], resources: ['*'] }] },
        },
        staff: {
          from: 'google',
          when: { StringEquals: { sub: '110169484474386276334' } },
          role: { permissions: [{ actions: ['s3:GetObject'], resources: ['*'] }] },
        },
      },
    });
    const made = Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration: other }));
    made.resourceCountIs('AWS::IAM::OIDCProvider', 0);
    made.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'daypass-staff',
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Federated: 'accounts.google.com' } }] },
    });
    expect(JSON.stringify(made.toJSON())).toContain(':oidc-provider/token.actions.githubusercontent.com');
  });

  test('roles named by arn are left alone', () => {
    const named = loadConfiguration({
      providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
      grants: { old: { from: 'app', when: 'anyone', role: { arn: 'arn:aws:iam::111122223333:role/old' } } },
    });
    const made = Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration: named }));
    expect(JSON.stringify(made.findResources('AWS::IAM::Role'))).not.toContain('Federated');
  });
});

describe('other accounts', () => {
  const spread = loadConfiguration({
    providers: {
      app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
      ci: { oidc: { vendor: 'github', audiences: ['sts.amazonaws.com'] } },
    },
    grants: {
      here: { from: 'app', when: 'anyone', role: { permissions: [{ actions: ['s3:GetObject'], resources: ['*'] }] } },
      there: {
        from: 'app',
        when: 'anyone',
        role: { account: '444455556666', permissions: [{ actions: ['s3:GetObject'], resources: ['*'] }] },
      },
    },
  });

  test('have a stack of their own with their roles and the providers those trust', () => {
    expect(otherAccounts(spread)).toEqual(['444455556666']);
    const env = { account: '444455556666', region: 'us-east-1' };
    const made = Template.fromStack(
      new AccountRolesStack(new App(), 'There', { configuration: spread, account: '444455556666', env }),
    );
    made.resourceCountIs('AWS::IAM::Role', 1);
    made.hasResourceProperties('AWS::IAM::Role', { RoleName: 'daypass-there' });
    made.resourceCountIs('AWS::IAM::OIDCProvider', 1);
    made.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('let in the doors of the account that Daypass is in, where their grants chain', () => {
    const configuration = loadConfiguration({
      url: 'https://access.acme.example',
      providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
      grants: {
        there: {
          from: 'app',
          way: 'chain',
          when: 'anyone',
          role: { account: '444455556666', permissions: [{ actions: ['s3:GetObject'], resources: ['*'] }] },
        },
      },
    });
    const app = daypassApp({ configuration, env: { account: '111122223333', region: 'us-east-1' } });
    const made = Template.fromStack(app.node.findChild('Daypass-444455556666') as AccountRolesStack);
    const [role] = Object.values(made.findResources('AWS::IAM::Role'));
    const trust = JSON.stringify(role?.Properties.AssumeRolePolicyDocument);
    expect(trust).toContain(':iam::111122223333:root');
    expect(trust).toContain(':iam::111122223333:role/daypass/doors/*');
    expect(trust).not.toMatch(/444455556666|AWS::AccountId/);
    expect(() => daypassApp({ configuration })).toThrow(
      'The roles of there in account 444455556666 trust the account that Daypass is deployed in, which is not known here',
    );
  });

  test('leave nothing of theirs in the home stack', () => {
    const home = Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration: spread }));
    expect(JSON.stringify(home.findResources('AWS::IAM::Role'))).not.toContain('daypass-there');
  });
});

test('a role of another account that is the home account is refused', () => {
  const same = loadConfiguration({
    providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
    grants: {
      a: {
        from: 'app',
        when: 'anyone',
        role: { account: '111122223333', permissions: [{ actions: ['s3:GetObject'], resources: ['*'] }] },
      },
    },
  });
  const app = () => daypassApp({ configuration: same, env: { account: '111122223333', region: 'us-east-1' } });
  expect(app).toThrow('leave account out');
});

test('the construct takes its place in a stack of somebody else', () => {
  const stack = new Stack(new App(), 'Theirs');
  const daypass = new Daypass(stack, 'Broker', { configuration });
  expect(daypass.grantedRoles.roles.get('tenant-files')?.roleArn).toBeDefined();
  Template.fromStack(stack).resourceCountIs('AWS::ApiGatewayV2::Api', 1);
});
