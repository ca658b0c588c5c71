// The table of exchanges: who writes it, who reads it, what happens to what cannot be written.

import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { Daypass } from '../../lib/infra/daypass.ts';
import { filterPattern } from '../../lib/local/filter-pattern.ts';
import { aConfiguration } from '../kit/builders.ts';
import { deployed } from './kit.ts';

const configuration = loadConfiguration(aConfiguration());
const made = deployed(configuration);
const nameOf = (arn: string) => arn.split('/').at(-1);
const [, audit] = made.resources('AWS::DynamoDB::Table');
const functionOf = (name: string) =>
  made.resources('AWS::Lambda::Function').find(({ logicalId }) => logicalId.startsWith(`Daypass${name}`));

describe('the table', () => {
  test('is found by id, encrypted, recoverable, tidied by age and never deleted', () => {
    expect(audit?.properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'time', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
    const [, table] = Object.values(made.template.findResources('AWS::DynamoDB::Table'));
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('has an index for each thing that exchanges are found by, with the time for its order', () => {
    const indexes = audit?.properties.GlobalSecondaryIndexes as readonly Record<string, unknown>[];
    const of = (name: string, attribute: string) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: attribute, KeyType: 'HASH' },
        { AttributeName: 'time', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    });
    expect(indexes).toEqual([
      of('byKey', 'accessKey'),
      of('byPerson', 'person'),
      of('byRole', 'role'),
      of('byGrant', 'grant'),
      of('byDay', 'day'),
    ]);
  });
});

describe('permissions', () => {
  test('the recorder puts items, and what fails into its queue; it reads and deletes nothing', () => {
    const [queue] = made.resources('AWS::SQS::Queue');
    expect(made.permissions.RecordAudit).toEqual([
      { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: audit?.arn },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue?.arn },
    ]);
  });

  test('the doors for operators ask the indexes; that which shows them does nothing else', () => {
    const indexes = ['byKey', 'byPerson', 'byRole', 'byGrant', 'byDay'].map((name) => `${audit?.arn}/index/${name}`);
    expect(made.permissions.adminaudit).toEqual([{ Effect: 'Allow', Action: 'dynamodb:Query', Resource: indexes }]);
    expect(made.permissions.revoke).toContainEqual({ Effect: 'Allow', Action: 'dynamodb:Query', Resource: indexes });
  });

  test('nobody else touches it', () => {
    const others = Object.entries(made.permissions).filter(
      ([name]) => !['RecordAudit', 'adminaudit', 'revoke'].includes(name),
    );
    expect(JSON.stringify(others)).not.toContain(nameOf(audit?.arn ?? ''));
  });
});

describe('the recorder', () => {
  const filters = made.resources('AWS::Logs::SubscriptionFilter').map(({ properties }) => properties);
  const recorder = functionOf('RecordAudit');

  test('hears the doors that take proofs and those for operators, and not itself', () => {
    const heard = filters.map(({ LogGroupName }) => /^DaypassDoor(\w+?)Log/.exec(String(LogGroupName))?.[1]);
    expect(heard.sort()).toEqual(
      [
        'adminaudit',
        'revoke',
        'console',
        'containercredentials',
        'credentials',
        'explain',
        'grants',
        'stsquery',
        'tokenexchange',
      ].sort(),
    );
    for (const { DestinationArn } of filters) expect(DestinationArn).toBe(recorder?.arn);
  });

  test('may be called by those logs only', () => {
    const callers = made
      .resources('AWS::Lambda::Permission')
      .map(({ properties }) => properties)
      .filter(({ FunctionName }) => FunctionName === recorder?.arn);
    const logs = new Map(made.resources('AWS::Logs::LogGroup').map(({ arn, logicalId }) => [arn, logicalId]));
    expect(callers.map(({ Principal, SourceArn }) => [Principal, logs.get(String(SourceArn))]).sort()).toEqual(
      filters.map(({ LogGroupName }) => ['logs.amazonaws.com', LogGroupName]).sort(),
    );
  });

  test.each([
    [{ event: 'exchange', provider: 'app' }, true],
    [{ event: 'exchange', operator: 'arn:aws:iam::111122223333:user/a' }, true],
    [{ event: 'exchange', code: 'signature_invalid' }, false],
    [{ event: 'metadata', provider: 'corp' }, false],
  ])('is handed %j: %s', (line, isHanded) => {
    for (const { FilterPattern } of filters) {
      expect(filterPattern(String(FilterPattern))(JSON.stringify(line))).toBe(isHanded);
    }
  });

  test('is handed what it did not take again, and then it is kept and told of', () => {
    const [queue] = made.resources('AWS::SQS::Queue');
    expect(made.resources('AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties)).toEqual([
      expect.objectContaining({
        MaximumRetryAttempts: 2,
        DestinationConfig: { OnFailure: { Destination: queue?.arn } },
      }),
    ]);
    expect(queue?.properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    const alarms = made
      .resources('AWS::CloudWatch::Alarm')
      .filter(({ logicalId }) => logicalId.startsWith('DaypassRecordAudit'));
    expect(alarms.map(({ properties }) => properties)).toEqual([
      expect.objectContaining({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Threshold: 1,
        AlarmDescription: expect.stringMatching(/RUNBOOK.md/),
      }),
    ]);
  });

  test('keeps exchanges for as long as the stack says', () => {
    const stack = new Stack(new App(), 'Theirs');
    new Daypass(stack, 'Broker', { configuration, auditRetention: Duration.days(90) });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { DAYPASS_AUDIT_DAYS: '90' } },
    });
  });
});
