import type { Duration } from 'aws-cdk-lib';
import type { Watch } from './alarm.ts';
import type { DoorFunction } from './door-function.ts';

/** What Lambda itself tells of a door. */
export function functionWatches(door: string, { function: target }: DoorFunction, period: Duration): Watch[] {
  return [
    {
      id: `Throttled-${door}`,
      metric: target.metricThrottles({ period }),
      threshold: 1,
      periods: 1,
      description: `Lambda turned calls of the door ${door} away. Raise the account's concurrency, or find who calls so often: sourceIp in the access log.`,
      runbook: 'Lambda turns calls away',
    },
    {
      id: `Broken-${door}`,
      metric: target.metricErrors({ period }),
      threshold: 1,
      periods: 1,
      description: `The door ${door} failed outside its own handling: it could not start, ran out of time or memory. Its log has the reason; a configuration of another version says so there.`,
      runbook: 'A function fails',
    },
  ];
}
