// A small stand-in for CloudWatch Logs: lines that a subscription filter of the template chooses go to its function.
// Source: Amazon CloudWatch Logs User Guide, "Using CloudWatch Logs subscription filters".

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { messageOf } from '../message-of.ts';
import { filterPattern } from './filter-pattern.ts';
import { type Resource, resourcesOf, type StackTemplate } from './template.ts';

/** A subscription filter of the template, followed to the function that hears it. */
export interface Subscription {
  readonly logGroup: string;
  readonly filterName: string;
  readonly chooses: (line: string) => boolean;
  readonly target: Resource;
}

/** Throws an `Error` when a filter of the template leads nowhere, or chooses by a pattern that nobody taught us. */
export function subscriptionsIn(stack: StackTemplate): readonly Subscription[] {
  const functions = resourcesOf(stack, 'AWS::Lambda::Function');
  return resourcesOf(stack, 'AWS::Logs::SubscriptionFilter').map(({ logicalId, properties }) => {
    const target = functions.find(({ arn }) => arn === properties.DestinationArn);
    if (!target) throw new Error(`The template's subscription filter ${logicalId} leads to no function.`);
    return {
      logGroup: String(properties.LogGroupName),
      filterName: logicalId,
      chooses: filterPattern(String(properties.FilterPattern)),
      target,
    };
  });
}

/** The log group that the template gives a function; `undefined` where it gives none. */
export function logGroupOf({ properties }: Resource): string | undefined {
  const { LogGroup: name } = (properties.LoggingConfig ?? {}) as { readonly LogGroup?: unknown };
  return name === undefined ? undefined : String(name);
}

export type Listener = (event: unknown) => Promise<void>;

export interface Delivering {
  readonly subscriptions: readonly Subscription[];
  /** By the logical id of the function. */
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly account: string;
  readonly clock: () => Date;
  /** Hears what a function did not take, three times over. */
  readonly undelivered: (why: string) => void;
}

export interface Deliveries {
  /** Hears each line of a log group. */
  readonly line: (logGroup: string | undefined, line: string) => void;
  /** Resolves when whatever was written before is delivered. */
  readonly settled: () => Promise<void>;
}

const attempts = 3;

/** One event after the other, each of one line: here nobody waits for a batch to fill. */
export function deliveries({ subscriptions, listeners, account, clock, undelivered }: Delivering): Deliveries {
  let last = Promise.resolve();
  return {
    line(logGroup, line) {
      for (const subscription of subscriptions) {
        const listener = listeners.get(subscription.target.logicalId);
        if (subscription.logGroup !== logGroup || !listener || !subscription.chooses(line)) continue;
        const event = eventOf(subscription, line, { account, now: clock() });
        last = last.then(() => handOver(listener, event)).catch((error: unknown) => undelivered(messageOf(error)));
      }
    },
    settled: () => last,
  };
}

async function handOver(listener: Listener, event: unknown): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listener(event);
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

function eventOf(
  { logGroup, filterName }: Subscription,
  message: string,
  { account, now }: { readonly account: string; readonly now: Date },
) {
  const batch = {
    messageType: 'DATA_MESSAGE',
    owner: account,
    logGroup,
    logStream: 'local',
    subscriptionFilters: [filterName],
    logEvents: [{ id: randomUUID(), timestamp: now.getTime(), message }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
}
