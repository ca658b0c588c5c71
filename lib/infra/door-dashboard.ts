import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { dimensions, metricNamespace, metrics } from '../audit/metrics.ts';
import type { DoorName } from '../routes.ts';
import type { DoorApi } from './door-api.ts';
import type { DoorFunction } from './door-function.ts';

export interface DoorDashboardProps {
  readonly api: DoorApi;
  readonly doors: ReadonlyMap<DoorName, DoorFunction>;
}

const period = Duration.minutes(5);
const size = { width: 12, height: 6 };

/** What an operator looks at first: how many, how they end, how long it takes, what Lambda and API Gateway say. */
export class DoorDashboard extends Construct {
  constructor(scope: Construct, id: string, { api, doors }: DoorDashboardProps) {
    super(scope, id);
    const ofDoors = (name: string, statistic: string) =>
      [...doors.keys()].map(
        (door) =>
          new Metric({
            namespace: metricNamespace,
            metricName: name,
            dimensionsMap: { [dimensions.door]: door },
            statistic,
            period,
            label: door,
          }),
      );
    const ofFunctions = (make: (door: DoorFunction) => Metric) =>
      [...doors].map(([name, door]) => make(door).with({ label: name }));
    const results = new MathExpression({
      // Whatever results there are: codes come and go.
      expression: `SEARCH('{${metricNamespace},${dimensions.result}} MetricName="${metrics.exchanges}"', 'Sum', ${period.toSeconds()})`,
      usingMetrics: {},
      label: '',
      period,
    });
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ ...size, title, left });
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          graph('Exchanges by door', ofDoors(metrics.exchanges, Stats.SUM)),
          graph('Exchanges by result: allowed, fault, or the code of a refusal', [results]),
        ],
        [
          graph('Latency of exchanges, p99, ms', ofDoors(metrics.latency, Stats.percentile(99))),
          graph('Cold starts', ofDoors(metrics.coldStarts, Stats.SUM)),
        ],
        [
          graph(
            'Functions: errors',
            ofFunctions((door) => door.function.metricErrors({ period })),
          ),
          graph(
            'Functions: throttles',
            ofFunctions((door) => door.function.metricThrottles({ period })),
          ),
        ],
        [
          graph('API: requests, 4xx, 5xx', [
            api.api.metricCount({ period, statistic: Stats.SUM }),
            api.api.metricClientError({ period, statistic: Stats.SUM }),
            api.api.metricServerError({ period, statistic: Stats.SUM }),
          ]),
          graph('API: latency, p50 and p99, ms', [
            api.api.metricLatency({ period, statistic: Stats.percentile(50) }),
            api.api.metricLatency({ period, statistic: Stats.percentile(99) }),
          ]),
        ],
      ],
    });
  }
}
