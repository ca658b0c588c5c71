// Numbers of each exchange, in the very line that records it: CloudWatch reads them out of the log.
// Source: Amazon CloudWatch User Guide, "Embedded metric format specification".

import type { AuditRecord } from './audit-record.ts';

export const metricNamespace = 'Daypass';
/** Names of metrics. */
export const metrics = { exchanges: 'Exchanges', latency: 'Latency', coldStarts: 'ColdStarts' } as const;
/** Names of the metrics of an identity provider, which the hourly watch tells. `keySet` is another number for other keys. */
export const providerMetrics = {
  reachable: 'ProviderReachable',
  keys: 'ProviderKeys',
  keySet: 'ProviderKeySet',
  daysLeft: 'ProviderDaysLeft',
} as const;
/** Names of dimensions, members of the line. `result` is `allowed`, `fault` or the code of a refusal. */
export const dimensions = { door: 'door', result: 'result' } as const;
/** The dimension of what the watch tells. */
export const providerDimension = 'provider';

export interface Measured {
  /** Milliseconds. */
  readonly latency: number;
  /** 1 where it was the first that this function's process served, otherwise 0. */
  readonly coldStarts: 0 | 1;
}

/** What a line has besides the record. Dimensions are doors and our own codes: nothing that a caller chose. */
export function measured(record: AuditRecord, { latency, coldStarts }: Measured, now: Date): AuditRecord {
  return {
    [dimensions.result]: record.outcome === 'refused' ? record.code : record.outcome,
    [metrics.exchanges]: 1,
    [metrics.latency]: latency,
    [metrics.coldStarts]: coldStarts,
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [[dimensions.door]],
          Metrics: [
            { Name: metrics.exchanges, Unit: 'Count' },
            { Name: metrics.latency, Unit: 'Milliseconds' },
            { Name: metrics.coldStarts, Unit: 'Count' },
          ],
        },
        {
          Namespace: metricNamespace,
          Dimensions: [[dimensions.result]],
          Metrics: [{ Name: metrics.exchanges, Unit: 'Count' }],
        },
      ],
    },
  };
}
