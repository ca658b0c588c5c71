// The line of a provider, with the numbers that CloudWatch reads out of it.
// Source: Amazon CloudWatch User Guide, "Embedded metric format specification".

import { metricNamespace, providerDimension, providerMetrics } from '../audit/metrics.ts';
import type { ProviderState } from './provider-state.ts';

export type StateRecord = Readonly<Record<string, unknown>>;

export function stateRecord({ provider, firstEnd, ...state }: ProviderState, now: Date): StateRecord {
  return {
    event: 'provider',
    time: now.toISOString(),
    [providerDimension]: provider,
    ...state,
    ...(firstEnd && { firstEnd: firstEnd.toISOString() }),
  };
}

const units = { reachable: 'Count', keys: 'Count', keySet: 'None', daysLeft: 'Count' } as const;

/** What a line has besides. A number that is not known is not told: it would pass for one. */
export function measuredState({ source, keys, keySet, daysLeft }: ProviderState, now: Date): StateRecord {
  const known = {
    reachable: source === 'file' ? undefined : Number(source === 'fetched'),
    keys,
    keySet,
    daysLeft,
  };
  const told = (Object.keys(units) as (keyof typeof units)[]).filter((name) => known[name] !== undefined);
  return {
    ...Object.fromEntries(told.map((name) => [providerMetrics[name], known[name]])),
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [[providerDimension]],
          Metrics: told.map((name) => ({ Name: providerMetrics[name], Unit: units[name] })),
        },
      ],
    },
  };
}
