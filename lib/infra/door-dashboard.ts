import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { dimensions, metricNamespace, metrics, providerDimension, providerMetrics } from '../audit/metrics.ts';
import type { Configuration } from '../config/configuration.ts';
import { ownCertificates } from '../config/own-certificates.ts';
import type { DoorName } from '../routes.ts';
import type { DoorApi } from './door-api.ts';
import type { DoorFunction } from './door-function.ts';

export interface DoorDashboardProps {
  readonly api: DoorApi;
  readonly doors: ReadonlyMap<DoorName, DoorFunction>;
  readonly configuration: Pick<Configuration, 'providers' | 'serviceProvider'>;
}

const period = Duration.minutes(5);
const hour = Duration.hours(1);
const size = { width: 12, height: 6 };

/** What an operator looks at first: how many, how they end, how long it takes, what AWS and the identity providers say. */
export class DoorDashboard extends Construct {
  constructor(scope: Construct, id: string, { api, doors, configuration }: DoorDashboardProps) {
    super(scope, id);
    const providers = [...configuration.providers.values()];
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
    const ofProviders = (name: string, among: readonly { readonly name: string }[] = providers) =>
      among.map(
        ({ name: provider }) =>
          new Metric({
            namespace: metricNamespace,
            metricName: name,
            dimensionsMap: { [providerDimension]: provider },
            statistic: Stats.MINIMUM,
            period: hour,
            label: provider,
          }),
      );
    const keyChanges = ofProviders(providerMetrics.keySet).map(
      (keySet, index) =>
        new MathExpression({
          // Another number is another set of keys.
          expression: `IF(DIFF(k${index}) == 0, 0, 1)`,
          usingMetrics: { [`k${index}`]: keySet },
          label: providers[index]?.name ?? '',
          period: hour,
        }),
    );
    const withCertificates = [
      ...providers.filter(({ kind }) => kind === 'saml'),
      ...ownCertificates(configuration.serviceProvider),
    ];
    const results = new MathExpression({
      // Whatever results there are: codes come and go.
      expression: `SEARCH('{${metricNamespace},${dimensions.result}} MetricName="${metrics.exchanges}"', 'Sum', ${period.toSeconds()})`,
      usingMetrics: {},
      label: '',
      period,
    });
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ ...size, title, left });
    const ofIdentityProviders = [
      [
        graph('Identity providers that can be reached: 1', ofProviders(providerMetrics.reachable)),
        graph(
          'Days until the first certificate ends, of identity providers and our own',
          ofProviders(providerMetrics.daysLeft, withCertificates),
        ),
      ],
      [
        graph('Identity providers: keys and certificates that hold', ofProviders(providerMetrics.keys)),
        graph('Identity providers: other keys than an hour before: 1', keyChanges),
      ],
    ];
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
        ...(providers.length > 0 ? ofIdentityProviders : []),
      ],
    });
  }
}
