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
import { type DoorName, routes } from '../routes.ts';
import type { DoorApi } from './door-api.ts';
import type { DoorFunction } from './door-function.ts';

export interface DoorAlarmsProps {
  readonly api: DoorApi;
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

/** Alarms on what an operator can do something about. Each says what. */
export class DoorAlarms extends Construct {
  constructor(scope: Construct, id: string, { api, doors, topic }: DoorAlarmsProps) {
    super(scope, id);
    const period = Duration.minutes(5);
    const proofDoors = routes.filter(({ takesProofs }) => takesProofs);
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
      ...proofDoors.flatMap(({ door }) => this.watchesOf(door, doors.get(door), period)),
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

  private watchesOf(door: DoorName, target: DoorFunction | undefined, period: Duration): Watch[] {
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
      {
        id: `KeysUnreachable-${door}`,
        metric: this.counted(
          target.logGroup,
          `KeysUnreachable-${door}`,
          FilterPattern.stringValue('$.code', '=', 'keys_unreachable'),
          period,
        ),
        threshold: 1,
        periods: 2,
        description: `The signing keys of an identity provider cannot be fetched, so its users are refused. The audit lines say why under "cause". Check the discovery document of the issuer from outside.`,
      },
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
