import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { RefusalCode } from '../refusal.ts';
import type { DoorName, DoorRoute, Needs } from '../routes.ts';
import type { DoorApi } from './door-api.ts';
import type { DoorFunction } from './door-function.ts';

export interface DoorAlarmsProps {
  readonly api: DoorApi;
  readonly routes: readonly DoorRoute[];
  readonly doors: ReadonlyMap<DoorName, DoorFunction>;
  /**
   * Where alarms go.
   * @default - nowhere: they show in CloudWatch only
   */
  readonly topic?: ITopic;
}

interface Watch {
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods: number;
  /** What it means, and what to do. */
  readonly description: string;
}

interface WatchedDoor {
  readonly door: DoorName;
  readonly needs: Needs;
  readonly target: DoorFunction | undefined;
  readonly period: Duration;
}

interface RefusalToWatch {
  readonly id: string;
  readonly code: RefusalCode;
  /** Of five minutes each, in a row. */
  readonly periods: number;
  /** Which doors can come to it. */
  readonly concerns: (needs: Needs) => boolean;
  readonly description: string;
}

/** Refusals that are no caller's fault. */
const refusalsToWatch: readonly RefusalToWatch[] = [
  {
    id: 'KeysUnreachable',
    code: 'keys_unreachable',
    periods: 2,
    concerns: ({ takes }) => takes.includes('oidc'),
    description:
      'The signing keys of an identity provider cannot be fetched, so its users are refused. The audit lines say why under "cause". Check the discovery document of the issuer from outside.',
  },
  {
    id: 'CertificatesExpired',
    code: 'certificates_expired',
    periods: 1,
    concerns: ({ takes }) => takes.includes('saml'),
    description:
      'A SAML identity provider has no certificate left that is valid, or its metadata is not valid any more, so its users are refused. Fetch its metadata anew and deploy.',
  },
  {
    id: 'StoreUnavailable',
    code: 'store_unavailable',
    periods: 1,
    concerns: ({ writes, reads }) => writes.length + reads.length > 0,
    description:
      'The table of what is seen once could not be asked, so people are refused. The audit lines say why under "detail". Look for throttling and permissions of the table, and at the AWS Health Dashboard.',
  },
];

/** Alarms on what an operator can do something about. Each says what. */
export class DoorAlarms extends Construct {
  constructor(scope: Construct, id: string, { api, routes, doors, topic }: DoorAlarmsProps) {
    super(scope, id);
    const period = Duration.minutes(5);
    // A door with several routes needs the same for each.
    const proofDoors = new Map(
      routes.filter(({ needs }) => needs.takes.length > 0).map(({ door, needs }) => [door, needs]),
    );
    const watches: Watch[] = [
      {
        id: 'ServerErrors',
        metric: api.api.metricServerError({ period, statistic: Stats.SUM }),
        threshold: 5,
        periods: 1,
        description:
          'Callers get 5xx. Look for outcome "fault" in the audit lines: its stack names the place. For code "sts_unavailable" see the AWS Health Dashboard, and name more Regions under sts.fallbackRegions.',
      },
      {
        id: 'Slow',
        metric: api.api.metricLatency({ period, statistic: Stats.percentile(99) }),
        threshold: 3000,
        periods: 3,
        description:
          'One exchange in a hundred takes over 3 s. Compare the function durations with the access log; slow keys of an identity provider and slow STS show as functions that wait.',
      },
      ...[...proofDoors].flatMap(([door, needs]) => this.watchesOf({ door, needs, target: doors.get(door), period })),
    ];
    for (const watch of watches) {
      const { id: name, metric, threshold, periods, description } = watch;
      const alarm = new Alarm(this, name, {
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: description,
      });
      if (topic) alarm.addAlarmAction(new SnsAction(topic));
    }
  }

  private watchesOf({ door, needs, target, period }: WatchedDoor): Watch[] {
    if (!target) return [];
    return [
      {
        id: `Throttled-${door}`,
        metric: target.function.metricThrottles({ period }),
        threshold: 1,
        periods: 1,
        description: `Lambda turned calls of the door ${door} away. Raise the account's concurrency, or find who calls so often: sourceIp in the access log.`,
      },
      {
        id: `Broken-${door}`,
        metric: target.function.metricErrors({ period }),
        threshold: 1,
        periods: 1,
        description: `The door ${door} failed outside its own handling: it could not start, ran out of time or memory. Its log has the reason; a configuration of another version says so there.`,
      },
      ...refusalsToWatch
        .filter(({ concerns }) => concerns(needs))
        .map(({ id, code, periods, description }) => ({
          id: `${id}-${door}`,
          metric: this.counted(
            target.logGroup,
            `${id}-${door}`,
            FilterPattern.stringValue('$.code', '=', code),
            period,
          ),
          threshold: 1,
          periods,
          description,
        })),
    ];
  }

  private counted(logGroup: ILogGroup, id: string, filterPattern: IFilterPattern, period: Duration): Metric {
    const filter = new MetricFilter(this, `Filter-${id}`, {
      logGroup,
      filterPattern,
      metricNamespace: 'Daypass',
      metricName: `${this.node.addr.slice(-8)}-${id}`,
    });
    return filter.metric({ period, statistic: Stats.SUM });
  }
}
