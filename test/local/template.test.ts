import { describe, expect, test } from 'vitest';
import { resourcesOf, type StackTemplate } from '../../lib/local/template.ts';

const issuer = { Type: 'AWS::IAM::OIDCProvider', Properties: { Url: 'https://login.acme.example/tenant' } };
const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'files', Path: '/team/' } };
const unnamed = { Type: 'AWS::IAM::Role', Properties: {} };
const corp = { Type: 'AWS::IAM::SAMLProvider', Properties: { Name: 'daypass-corp', SamlMetadataDocument: '<xml/>' } };
const table = { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: [] } };
const bucket = { Type: 'AWS::S3::Bucket' };

/** What a value becomes among these resources. */
function resolved(value: unknown): unknown {
  const stack: StackTemplate = {
    account: '111122223333',
    region: 'eu-central-1',
    template: {
      Resources: {
        Issuer: issuer,
        Role: role,
        Unnamed: unnamed,
        Bucket: bucket,
        Corp: corp,
        Table: table,
        It: { Type: 'Test', Properties: { value } },
      },
    },
  };
  return resourcesOf(stack, 'Test')[0]?.properties.value;
}

describe('intrinsic functions', () => {
  test.each<[string, unknown, unknown]>([
    ['Ref of the account', { Ref: 'AWS::AccountId' }, '111122223333'],
    ['Ref of the Region', { Ref: 'AWS::Region' }, 'eu-central-1'],
    ['Ref of the partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['Ref of the domain', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['Ref of a role', { Ref: 'Role' }, 'files'],
    ['Ref of a role without a name', { Ref: 'Unnamed' }, 'Unnamed'],
    ['Ref of a provider', { Ref: 'Issuer' }, 'arn:aws:iam::111122223333:oidc-provider/login.acme.example/tenant'],
    ['Ref of a SAML provider', { Ref: 'Corp' }, 'arn:aws:iam::111122223333:saml-provider/daypass-corp'],
    ['Ref of a table', { Ref: 'Table' }, 'Table'],
    ['Ref of another resource', { Ref: 'Bucket' }, 'Bucket'],
    ['GetAtt of a role', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111122223333:role/team/files'],
    ['GetAtt of a role without a name', { 'Fn::GetAtt': ['Unnamed', 'Arn'] }, 'arn:aws:iam::111122223333:role/Unnamed'],
    ['GetAtt with a dot', { 'Fn::GetAtt': 'Role.Arn' }, 'arn:aws:iam::111122223333:role/team/files'],
    [
      'GetAtt of a provider',
      { 'Fn::GetAtt': ['Issuer', 'Arn'] },
      'arn:aws:iam::111122223333:oidc-provider/login.acme.example/tenant',
    ],
    [
      'GetAtt of a SAML provider',
      { 'Fn::GetAtt': ['Corp', 'Arn'] },
      'arn:aws:iam::111122223333:saml-provider/daypass-corp',
    ],
    [
      'GetAtt of a table, in its Region',
      { 'Fn::GetAtt': ['Table', 'Arn'] },
      'arn:aws:dynamodb:eu-central-1:111122223333:table/Table',
    ],
    ['GetAtt of what is no ARN', { 'Fn::GetAtt': ['Table', 'StreamArn'] }, 'Table.StreamArn'],
    [
      'Sub of a SAML provider',
      { 'Fn::Sub': '${Role.Arn},${Corp}' },
      'arn:aws:iam::111122223333:role/team/files,arn:aws:iam::111122223333:saml-provider/daypass-corp',
    ],
    ['Sub of a table', { 'Fn::Sub': 'table ${Table}' }, 'table Table'],
    ['Join', { 'Fn::Join': ['-', ['a', 'b', 'c']] }, 'a-b-c'],
    ['Join of nothing', { 'Fn::Join': ['-', []] }, ''],
    [
      'Join of what is itself to be resolved',
      {
        'Fn::Join': [
          '',
          ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { 'Fn::Join': ['/', ['b', { Ref: 'Bucket' }]] }],
        ],
      },
      'arn:aws:s3:::b/Bucket',
    ],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['://', 'https://a.example'] }] }, 'a.example'],
    ['Sub of pseudo parameters', { 'Fn::Sub': '${AWS::AccountId}.${AWS::Region}' }, '111122223333.eu-central-1'],
    ['Sub of a resource', { 'Fn::Sub': 'role ${Role}' }, 'role files'],
    ['Sub of an attribute', { 'Fn::Sub': '${Role.Arn}/x' }, 'arn:aws:iam::111122223333:role/team/files/x'],
    [
      'Sub of what is to stay',
      { 'Fn::Sub': 'privet/${!aws:PrincipalTag/tenant}' },
      'privet/${aws:PrincipalTag/tenant}',
    ],
  ])('%s', (_, value, expected) => {
    expect(resolved(value)).toBe(expected);
  });

  test('are resolved wherever they stand', () => {
    expect(resolved({ list: [{ deep: [{ Ref: 'Role' }] }], text: 'as is', number: 1, none: null })).toEqual({
      list: [{ deep: ['files'] }],
      text: 'as is',
      number: 1,
      none: null,
    });
  });

  test('policy variables in plain texts stay', () => {
    expect(resolved('privet/${aws:PrincipalTag/tenant}/*')).toBe('privet/${aws:PrincipalTag/tenant}/*');
  });

  test('NoValue takes its member away', () => {
    expect(resolved({ kept: 1, gone: { Ref: 'AWS::NoValue' } })).toEqual({ kept: 1 });
  });

  test('an object with more members than one is no function', () => {
    expect(resolved({ Ref: 'Role', Other: 1 })).toEqual({ Ref: 'Role', Other: 1 });
  });

  test.each(['Fn::ImportValue', 'Fn::GetAZs', 'Fn::If', 'Fn::FindInMap'])(
    '%s, which the local stack does not know, is named',
    (name) => {
      expect(() => resolved({ [name]: 'x' })).toThrow(
        new Error(`The local stack does not know ${name}, which the template uses.`),
      );
    },
  );

  test('Sub with variables of its own is resolved, or named as unknown', () => {
    let outcome: unknown;
    try {
      outcome = resolved({ 'Fn::Sub': ['${Name}-x', { Name: { Ref: 'Role' } }] });
    } catch (error) {
      expect(String(error)).toContain('Fn::Sub');
      return;
    }
    expect(outcome).toBe('files-x');
  });
});

describe('resources', () => {
  const stack = (template: unknown): StackTemplate => ({ account: '111122223333', region: 'us-east-1', template });

  test('are found by type, with logical id, ARN, properties and metadata', () => {
    const template = {
      Resources: { A: { Type: 'T', Properties: { x: { Ref: 'B' } }, Metadata: { m: 1 } }, B: { Type: 'U' } },
    };
    const arn = (logicalId: string) => `arn:aws:local:us-east-1:111122223333:${logicalId}`;
    expect(resourcesOf(stack(template), 'T')).toEqual([
      { logicalId: 'A', arn: arn('A'), properties: { x: 'B' }, metadata: { m: 1 } },
    ]);
    expect(resourcesOf(stack(template), 'U')).toEqual([
      { logicalId: 'B', arn: arn('B'), properties: {}, metadata: {} },
    ]);
    expect(resourcesOf(stack(template), 'V')).toEqual([]);
  });

  test('a SAML provider and a table have the ARNs that policies name', () => {
    const template = { Resources: { Corp: corp, Table: table } };
    expect(resourcesOf(stack(template), 'AWS::IAM::SAMLProvider')[0]?.arn).toBe(
      'arn:aws:iam::111122223333:saml-provider/daypass-corp',
    );
    expect(resourcesOf(stack(template), 'AWS::DynamoDB::Table')[0]?.arn).toBe(
      'arn:aws:dynamodb:us-east-1:111122223333:table/Table',
    );
  });

  test('a template without resources has none', () => {
    expect(resourcesOf(stack({}), 'T')).toEqual([]);
  });

  test('a function in another type of resource is no obstacle', () => {
    const template = { Resources: { A: { Type: 'T' }, B: { Type: 'U', Properties: { x: { 'Fn::GetAZs': [] } } } } };
    expect(resourcesOf(stack(template), 'T')).toHaveLength(1);
  });
});
