import { describe, expect, test } from 'vitest';
import { corsOf, deployedDoors } from '../../lib/local/deployed-doors.ts';
import type { StackTemplate } from '../../lib/local/template.ts';

interface Changes {
  readonly routeKey?: string;
  readonly target?: unknown;
  readonly uri?: unknown;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly cors?: unknown;
}

/** An HTTP API whose one route leads to a function, as CDK writes it. */
const aStack = ({
  routeKey = 'POST /v1/credentials',
  target = { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
  uri = { 'Fn::GetAtt': ['Door', 'Arn'] },
  variables,
  cors,
}: Changes = {}): StackTemplate => ({
  account: '111122223333',
  region: 'us-east-1',
  template: {
    Resources: {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ...(cors !== undefined && { CorsConfiguration: cors }) } },
      Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: { RouteKey: routeKey, Target: target } },
      Integration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationUri: uri } },
      Door: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Role: { 'Fn::GetAtt': ['DoorRole', 'Arn'] },
          ...(variables && { Environment: { Variables: variables } }),
        },
        Metadata: { 'aws:asset:path': 'asset.1234' },
      },
      DoorRole: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'door' } },
    },
  },
});

describe('deployed doors', () => {
  test('a route is followed to the door, its environment and its files', () => {
    const variables = { DAYPASS_CONFIG: 'daypass.json', DAYPASS_ACCOUNT_ID: { Ref: 'AWS::AccountId' } };
    expect(deployedDoors(aStack({ variables }))).toEqual([
      {
        route: expect.objectContaining({ door: 'credentials', method: 'POST', path: '/v1/credentials' }),
        environment: { DAYPASS_CONFIG: 'daypass.json', DAYPASS_ACCOUNT_ID: '111122223333' },
        asset: 'asset.1234',
        roleArn: 'arn:aws:iam::111122223333:role/door',
      },
    ]);
  });

  test('a function without variables has an empty environment', () => {
    expect(deployedDoors(aStack())[0]?.environment).toEqual({});
  });

  test('a template without routes has no doors', () => {
    expect(deployedDoors({ account: '111122223333', region: 'us-east-1', template: {} })).toEqual([]);
  });

  test('one function may stand behind several routes', () => {
    const both = ['GET /portal', 'POST /portal'].map((routeKey) => deployedDoors(aStack({ routeKey }))[0]);
    expect(both.map((each) => each?.route.door)).toEqual(['portal', 'portal']);
  });

  test.each<[string, Changes, string]>([
    ['of a door that this version does not know', { routeKey: 'POST /v2/credentials' }, 'POST /v2/credentials'],
    ['of another method', { routeKey: 'PUT /v1/credentials' }, 'PUT /v1/credentials'],
    ['to an integration that is not there', { target: 'integrations/Gone' }, 'POST /v1/credentials'],
    ['without a target', { target: null }, 'POST /v1/credentials'],
    ['to a function that is not there', { uri: { 'Fn::GetAtt': ['Gone', 'Arn'] } }, 'POST /v1/credentials'],
  ])('a route %s is named', (_, changes, key) => {
    expect(() => deployedDoors(aStack(changes))).toThrow(new Error(`The template's route ${key} leads to no door.`));
  });
});

describe('CORS', () => {
  test('is what the API declares', () => {
    const cors = {
      AllowOrigins: ['http://localhost:5173'],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['authorization'],
      MaxAge: 3600,
    };
    expect(corsOf(aStack({ cors }))).toEqual({
      allowOrigins: ['http://localhost:5173'],
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['authorization'],
      maxAge: 3600,
    });
  });

  test('allows nothing that is not declared', () => {
    expect(corsOf(aStack({ cors: {} }))).toEqual({ allowOrigins: [], allowMethods: [], allowHeaders: [], maxAge: 0 });
    expect(corsOf(aStack())).toBeUndefined();
  });
});
