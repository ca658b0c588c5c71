import { describe, expect, test } from 'vitest';
import { linesIn } from '../../lib/audit/log-event.ts';
import { deliveries, subscriptionsIn } from '../../lib/local/log-subscriptions.ts';
import { aMoment } from '../kit/issuer.ts';

const aStack = (destination: unknown = { 'Fn::GetAtt': ['Recorder', 'Arn'] }) => ({
  account: '111122223333',
  region: 'us-east-1',
  template: {
    Resources: {
      Recorder: { Type: 'AWS::Lambda::Function', Properties: {} },
      Filter: {
        Type: 'AWS::Logs::SubscriptionFilter',
        Properties: {
          LogGroupName: { Ref: 'Log' },
          FilterPattern: '{ $.event = "exchange" }',
          DestinationArn: destination,
        },
      },
    },
  },
});

function delivering(listener: (event: unknown) => Promise<void>) {
  const undelivered: string[] = [];
  const logs = deliveries({
    subscriptions: subscriptionsIn(aStack()),
    listeners: new Map([['Recorder', listener]]),
    account: '111122223333',
    clock: () => aMoment,
    undelivered: (why) => void undelivered.push(why),
  });
  return { ...logs, undelivered };
}

const chosen = '{"event":"exchange"}';

describe('a line', () => {
  test('that the filter of its log group chooses is handed over as CloudWatch Logs does', async () => {
    const heard: string[] = [];
    const { line, settled, undelivered } = delivering(async (event) => void heard.push(...linesIn(event)));
    line('Log', chosen);
    line('Log', 'START');
    line('Other', chosen);
    line(undefined, chosen);
    await settled();
    expect([heard, undelivered]).toEqual([[chosen], []]);
  });

  test('is handed over three times at most, and then told of', async () => {
    let calls = 0;
    const { line, settled, undelivered } = delivering(() => Promise.reject(new Error(`no ${++calls}`)));
    line('Log', chosen);
    await settled();
    expect([calls, undelivered]).toEqual([3, ['no 3']]);
  });

  test('that was not taken does not keep the next one back', async () => {
    let calls = 0;
    const { line, settled } = delivering(() => (++calls <= 3 ? Promise.reject(new Error('no')) : Promise.resolve()));
    line('Log', chosen);
    line('Log', chosen);
    await settled();
    expect(calls).toBe(4);
  });
});

test('a filter that leads nowhere is named', () => {
  expect(() => subscriptionsIn(aStack('arn:aws:lambda:us-east-1:111122223333:function:gone'))).toThrow(
    'Filter leads to no function',
  );
});
