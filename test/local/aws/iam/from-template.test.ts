import { describe, expect, test } from 'vitest';
import { PolicyError } from '../../../../lib/policy/policy.ts';
import { accountOf } from '../../../kit/account-of.ts';
import { anIam } from '../../../kit/embedded-aws.ts';
import { anAccount, anotherAccount, aStack, providerArn, roleArn } from '../../../kit/sts.ts';

describe('roles', () => {
  test('a role is known by its ARN, with the name, the account and the tags that its template declares', () => {
    const iam = anIam([aStack({ roles: [{ maxSessionSeconds: 7200, tags: { team: 'blue' } }] })]);
    expect(iam.role(roleArn())).toMatchObject({
      arn: roleArn(),
      name: 'files',
      account: anAccount,
      maxSessionSeconds: 7200,
      tags: new Map([['team', 'blue']]),
    });
  });

  test('a role without MaxSessionDuration has an hour', () => {
    expect(anIam([aStack()]).role(roleArn())?.maxSessionSeconds).toBe(3600);
  });

  test('a path is part of the ARN and not of the name', () => {
    const iam = anIam([aStack({ roles: [{ path: '/team/blue/' }] })]);
    expect(iam.role(roleArn('team/blue/files'))?.name).toBe('files');
    expect(iam.role(roleArn())).toBeUndefined();
  });

  test('a role without a name is called by its logical id', () => {
    const template = {
      Resources: { Made: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } } },
    };
    expect(anIam([{ account: anAccount, region: 'us-east-1', template }]).role(roleArn('Made'))?.name).toBe('Made');
  });

  test('ARNs are compared to the letter', () => {
    const iam = anIam([aStack()]);
    expect(iam.role(roleArn('Files'))).toBeUndefined();
    expect(iam.role(`${roleArn()} `)).toBeUndefined();
  });

  test('a role has an id of its account, the same at every start, and is found by it', () => {
    const iam = anIam([aStack()]);
    const id = iam.role(roleArn())?.id ?? '';
    expect(id).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(accountOf(id)).toBe(anAccount);
    expect(iam.roleById(id)?.arn).toBe(roleArn());
    expect(anIam([aStack()]).role(roleArn())?.id).toBe(id);
    expect(iam.roleById('AROAUNKNOWN')).toBeUndefined();
  });

  test('roles of the same name in two accounts are two roles', () => {
    const iam = anIam([aStack(), aStack({ account: anotherAccount })]);
    const ids = [roleArn(), roleArn('files', anotherAccount)].map((arn) => iam.role(arn)?.id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.map((id = '') => accountOf(id))).toEqual([anAccount, anotherAccount]);
  });

  test.each([
    ['the bare "*" as principal', '*', /must not be "\*" in a trust policy/],
    ['any provider', { Federated: '*' }, /Federated must name providers, not "\*"/],
    ['no principal', undefined, /Principal/],
  ])('a trust policy with %s is refused, as IAM refuses it, and the role is named', (_, principal, says) => {
    const template = {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: 'files',
            AssumeRolePolicyDocument: {
              Statement: [
                { Effect: 'Allow', ...(principal !== undefined && { Principal: principal }), Action: 'sts:*' },
              ],
            },
          },
        },
      },
    };
    const start = () => anIam([{ account: anAccount, region: 'us-east-1', template }]);
    expect(start).toThrow(PolicyError);
    expect(start).toThrow(says);
  });
});

describe('providers', () => {
  test('a provider is known by its account and its URL', () => {
    const iam = anIam([aStack()]);
    expect(iam.oidcProvider(anAccount, 'https://login.acme.example')).toMatchObject({
      arn: providerArn(),
      account: anAccount,
      url: 'https://login.acme.example',
      clientIds: ['web'],
    });
  });

  test.each([
    ['another account', anotherAccount, 'https://login.acme.example'],
    ['a slash more', anAccount, 'https://login.acme.example/'],
    ['other letters', anAccount, 'https://Login.acme.example'],
    ['no scheme', anAccount, 'login.acme.example'],
    ['a longer host', anAccount, 'https://login.acme.example.evil.test'],
  ])('it is not found with %s', (_, account, url) => {
    expect(anIam([aStack()]).oidcProvider(account, url)).toBeUndefined();
  });

  test('a path of the URL is part of the ARN', () => {
    const url = 'https://login.acme.example/tenant/1';
    const iam = anIam([aStack({ providers: { [url]: [] } })]);
    expect(iam.oidcProvider(anAccount, url)?.arn).toBe(providerArn(url));
  });
});

test('a stack without roles and providers is an empty account', () => {
  const iam = anIam([{ account: anAccount, region: 'us-east-1', template: {} }]);
  expect(iam.role(roleArn())).toBeUndefined();
});
