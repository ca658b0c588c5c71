import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import { FilterPattern, type ILogGroup, type JsonPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { dimensions, metricNamespace, metrics } from '../audit/metrics.ts';
import type { DoorName, DoorRoute } from '../routes.ts';
import { alarmFor, type Watch } from './alarm.ts';
import type { DoorApi } from './door-api.ts';
import type { DoorFunction } from './door-function.ts';
import { functionWatches } from './function-watches.ts';
import type { OnceTable } from './once-table.ts';
import { type RefusalsToWatch, refusalsToWatch } from './refusals-to-watch.ts';

export interface DoorAlarmsProps {
  readonly api: DoorApi;
  readonly routes: readonly DoorRoute[];
  readonly doors: ReadonlyMap<DoorName, DoorFunction>;
  /**
   * Of this Region.
   * @default - it is in another Region, and so are its alarms
   */
  readonly table?: OnceTable;
  /**
   * Where alarms go.
   * @default - nowhere: they show in CloudWatch only
   */
  readonly topic?: ITopic;
}

const period = Duration.minutes(5);

/** Alarms on what an operator can do something about. Each says what, and names its section of the runbook. */
export class DoorAlarms extends Construct {
  constructor(scope: Construct, id: string, { api, routes, doors, table, topic }: DoorAlarmsProps) {
    super(scope, id);
    const watches = [
      ...this.watchesOfApi(api),
      ...(doors.has('container-credentials') ? [slowForContainers] : []),
      ...[...doors].flatMap(([door, target]) => functionWatches(door, target, period)),
      ...(table ? watchesOfTable(table) : []),
      ...refusalsToWatch.flatMap((refusals) => this.watchOf(refusals, routes, doors)),
    ];
    for (const watch of watches) alarmFor(this, watch, topic);
  }

  private watchesOfApi({ api, accessLog }: DoorApi): Watch[] {
    return [
      {
        id: 'ServerErrors',
        metric: api.metricServerError({ period, statistic: Stats.SUM }),
        threshold: 5,
        periods: 1,
        description:
          'Callers get 5xx. Look for outcome "fault" in the audit lines: its stack names the place. For code "sts_unavailable" see the AWS Health Dashboard, and name more Regions under sts.fallbackRegions.',
        runbook: 'Callers get 5xx',
      },
      {
        id: 'Slow',
        metric: api.metricLatency({ period, statistic: Stats.percentile(99) }),
        threshold: 3000,
        periods: 3,
        description:
          'One exchange in a hundred takes over 3 s. Compare the function durations with the access log; slow keys of an identity provider and slow STS show as functions that wait.',
        runbook: 'Exchanges are slow',
      },
      {
        id: 'TurnedAway',
        // API Gateway has no metric of its own for them.
        metric: this.counted('TurnedAway', [[accessLog, FilterPattern.stringValue('$.status', '=', '429')]]),
        threshold: 10,
        periods: 1,
        description:
          'API Gateway turns callers away with 429: a route gets more than its throttle lets through. The access log says which route and whose sourceIp; operations.throttles in daypass.yaml raises it.',
        runbook: 'API Gateway turns callers away',
      },
    ];
  }

  private watchOf(
    { codes, orMember, concerns, ...watch }: RefusalsToWatch,
    routes: readonly DoorRoute[],
    doors: ReadonlyMap<DoorName, DoorFunction>,
  ): Watch[] {
    const pattern = FilterPattern.any(
      ...codes.map((code) => FilterPattern.stringValue('$.code', '=', code)),
      ...(orMember ? [FilterPattern.exists(`$.${orMember}`)] : []),
    );
    // A door with several routes needs the same for each.
    const concerned = new Set(
      routes.filter(({ needs }) => needs.takes.length > 0 && concerns(needs)).map(({ door }) => door),
    );
    const counted = [...doors].flatMap(([door, { logGroup }]) =>
      concerned.has(door) ? [[logGroup, pattern] as const] : [],
    );
    return counted.length > 0 ? [{ ...watch, metric: this.counted(watch.id, counted) }] : [];
  }

  /** Lines of several logs as one metric, which costs the same as that of one. */
  private counted(id: string, logs: readonly (readonly [log: ILogGroup, pattern: JsonPattern])[]): Metric {
    const metricName = `${this.node.addr.slice(-8)}-${id}`;
    for (const [index, [logGroup, filterPattern]] of logs.entries()) {
      new MetricFilter(this, `Filter-${id}-${index}`, { logGroup, filterPattern, metricNamespace, metricName });
    }
    return new Metric({ namespace: metricNamespace, metricName, period, statistic: Stats.SUM });
  }
}

const slowForContainers: Watch = {
  id: 'SlowForContainers',
  metric: new Metric({
    namespace: metricNamespace,
    metricName: metrics.latency,
    dimensionsMap: { [dimensions.door]: 'container-credentials' satisfies DoorName },
    statistic: Stats.percentile(99),
    period,
  }),
  threshold: 800,
  periods: 3,
  description:
    'One exchange of a container in a hundred takes over 0.8 s, and the SDKs for JavaScript give up after 1 s. Look at the durations of its function, at the keys of the issuer and at STS.',
  runbook: 'Exchanges are slow',
};

function watchesOfTable({ table }: OnceTable): Watch[] {
  const operations = [Operation.GET_ITEM, Operation.PUT_ITEM];
  return [
    {
      id: 'TableThrottled',
      metric: table.metricThrottledRequestsForOperations({ operations, period }),
      threshold: 1,
      periods: 2,
      description:
        "DynamoDB throttles the table of what is seen once, so people are refused or wait. Look at its consumed capacity, and for a maximum throughput that somebody set on the table or the account's quota.",
      runbook: 'The table cannot be asked',
    },
    {
      id: 'TableErrors',
      metric: table.metricSystemErrorsForOperations({ operations, period }),
      threshold: 3,
      periods: 1,
      description:
        'DynamoDB itself fails over the table of what is seen once, so people are refused. The AWS Health Dashboard says more; nothing is to be done but to wait.',
      runbook: 'The table cannot be asked',
    },
  ];
}
