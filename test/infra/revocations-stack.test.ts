// Who may deny what to whom: the door for operators and the hourly sweep, the granted roles of this account, nobody else.

import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aPermission } from '../kit/builders.ts';
import { deployed, home } from './kit.ts';

const role = { permissions: [aPermission()] };
const named = `arn:aws:iam::${home.account}:role/old`;
const configuration = loadConfiguration({
  providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
  grants: {
    files: { from: 'app', when: 'anyone', role },
    old: { from: 'app', when: 'anyone', role: { arn: named } },
    older: { from: 'app', when: 'anyone', role: { arn: named } },
    there: { from: 'app', when: 'anyone', role: { account: '444455556666', ...role } },
  },
});
const made = deployed(configuration);

describe('permissions', () => {
  const onRoles = {
    Effect: 'Allow',
    Action: ['iam:GetRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
    Resource: [`arn:aws:iam::${home.account}:role/daypass-files`, named],
  };
  const [table] = made.resources('AWS::DynamoDB::Table');
  const items = (action: string) => ({
    Effect: 'Allow',
    Action: `dynamodb:${action}`,
    Resource: table?.arn,
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['revoked#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });

  test('on roles are for the door and the sweep, on the roles that grants give here', () => {
    expect(made.permissions.Revocations).toEqual([items('PutItem'), items('GetItem'), onRoles]);
    expect(made.permissions.revoke).toEqual(expect.arrayContaining([items('PutItem'), items('GetItem'), onRoles]));
    expect(made.permissions.revoke).toHaveLength(4);
    const others = Object.entries(made.permissions).filter(([name]) => !['revoke', 'Revocations'].includes(name));
    expect(JSON.stringify(others)).not.toContain('iam:');
    expect(
      JSON.stringify(others.flatMap(([, all]) => all).filter((each) => JSON.stringify(each).includes('PutItem'))),
    ).not.toContain('revoked#');
  });

  test('on the IAM user are there where a grant federates, for the same two', () => {
    const way = 'federation-token';
    const long = { from: 'app', when: 'anyone', way, role, session: { policy: role.permissions } };
    const { permissions } = deployed(
      loadConfiguration({
        providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } } },
        grants: { long },
      }),
    );
    const onUser = {
      Effect: 'Allow',
      Action: ['iam:GetUserPolicy', 'iam:PutUserPolicy', 'iam:DeleteUserPolicy'],
      Resource: `arn:aws:iam::${home.account}:user/daypass-federation`,
    };
    const holders = Object.entries(permissions).filter(([, all]) => JSON.stringify(all).includes('UserPolicy'));
    expect(holders.map(([name]) => name).sort()).toEqual(['Revocations', 'revoke']);
    for (const [, all] of holders) expect(all).toContainEqual(onUser);
  });

  test('to know what is revoked are for whoever issues', () => {
    const reading = Object.entries(made.permissions).filter(([, all]) => JSON.stringify(all).includes('revoked#*'));
    expect(reading.map(([name]) => name).sort()).toEqual(
      ['Revocations', 'console', 'containercredentials', 'credentials', 'revoke', 'stsquery', 'tokenexchange'].sort(),
    );
  });
});

describe('the sweep', () => {
  test('runs every hour, and tells when it fails', () => {
    const sweep = made
      .resources('AWS::Lambda::Function')
      .find(({ logicalId }) => logicalId.startsWith('DaypassRevocations'));
    expect(made.resources('AWS::Events::Rule').map(({ properties }) => properties)).toContainEqual({
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
      Targets: [{ Arn: sweep?.arn, Id: 'Target0' }],
    });
    const alarms = made
      .resources('AWS::CloudWatch::Alarm')
      .filter(({ logicalId }) => logicalId.startsWith('DaypassRevocations'));
    expect(alarms.map(({ properties }) => properties.AlarmDescription)).toEqual([
      expect.stringContaining('daypass revoke --list'),
    ]);
  });
});
