import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Function as Target } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { metricNamespace, providerDimension, providerMetrics } from '../audit/metrics.ts';
import type { Configuration, ProviderSettings } from '../config/configuration.ts';
import { ownCertificates } from '../config/own-certificates.ts';
import { daysToAct } from '../provider-watch/days-to-act.ts';
import { alarmFor, type Watch } from './alarm.ts';
import { DoorFunction, type FunctionSurroundings } from './door-function.ts';
import { refreshedProviders } from './metadata-refresh.ts';
import type { OnceTable } from './once-table.ts';

export interface ProviderWatchProps extends FunctionSurroundings {
  readonly configuration: Configuration;
  readonly table: OnceTable;
  readonly topic?: ITopic;
}

const period = Duration.hours(1);

/** Every hour each identity provider is asked what it publishes. It may read refreshed metadata, and nothing else. */
export class ProviderWatch extends Construct {
  constructor(scope: Construct, id: string, props: ProviderWatchProps) {
    super(scope, id);
    const { configuration, table, topic, ...surroundings } = props;
    const { function: target } = new DoorFunction(this, 'Function', {
      door: 'watch-providers',
      description: 'Daypass: asks the identity providers what they publish, and when it ends.',
      ...surroundings,
      leftOut: [],
    });
    if (refreshedProviders(configuration).length > 0) table.allow(target, [], ['metadata']);
    new Rule(this, 'Hourly', { schedule: Schedule.rate(period), targets: [new LambdaFunction(target)] });
    const watches = [
      ...watchesOfItself(target),
      ...[...configuration.providers.values()].flatMap(watchesOf),
      ...ownCertificates(configuration.serviceProvider).flatMap(({ name }) => endings(name, ofOurs(name))),
    ];
    for (const watch of watches) alarmFor(this, watch, topic);
  }
}

/** Whoever watches must not fall asleep unnoticed. */
const watchesOfItself = (target: Target): Watch[] => [
  {
    id: 'WatchFails',
    metric: target.metricErrors({ period }),
    threshold: 1,
    periods: 2,
    description:
      'The function that asks the identity providers failed two hours in a row, so nobody would be told of an end. Its log says why: the table, the configuration beside it, or a provider that takes longer than the function has.',
    runbook: 'The provider watch fails',
  },
  {
    id: 'WatchSilent',
    metric: target.metricInvocations({ period }),
    threshold: 0,
    periods: 3,
    bad: 'at most',
    silenceIsBad: true,
    description:
      'The function that asks the identity providers was not called for three hours, so nobody would be told of an end. Look whether its rule in EventBridge is there and enabled.',
    runbook: 'The provider watch fails',
  },
];

const metricOf = (provider: string, metricName: string, statistic: string) =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { [providerDimension]: provider },
    statistic,
    period,
  });

function watchesOf(provider: ProviderSettings): Watch[] {
  const { name, kind } = provider;
  // AWS publishes nothing of its accounts.
  if (kind === 'aws') return [];
  const isFetched = kind === 'oidc' || (provider.kind === 'saml' && provider.refreshedFrom !== undefined);
  return [...(isFetched ? [unreachable(name)] : []), ...(kind === 'saml' ? endings(name, ofTheirs(name)) : [])];
}

const unreachable = (name: string): Watch => ({
  id: `Unreachable-${name}`,
  metric: metricOf(name, providerMetrics.reachable, Stats.MAXIMUM),
  threshold: 0,
  periods: 3,
  bad: 'at most',
  description: `The identity provider ${name} has not published for three hours what Daypass needs of it. Keys that are known serve on for an hour, SAML metadata for 14 days. The log of watch-providers says why; daypass providers asks now.`,
  runbook: 'A provider cannot be reached',
});

/** Sentences around how many days are left, and where the rest is said. */
type Ending = Readonly<Record<'what' | 'todo' | 'runbook', string>>;

const ofTheirs = (name: string): Ending => ({
  what: `A certificate or the metadata of the identity provider ${name}`,
  todo: 'Without a next one its users are refused from then on. The log of watch-providers says when; get new metadata and deploy, or see that its address has it.',
  runbook: 'A certificate is about to end',
});

const ofOurs = (name: string): Ending => ({
  what: `Our own certificate ${name}`,
  todo: 'Identity providers that look at its dates refuse us from then on. Make the next one, deploy it, and give them our metadata.',
  runbook: 'Our own certificate is about to end',
});

const endings = (name: string, { what, todo, runbook }: Ending): Watch[] =>
  (
    [
      ['EndsSoon', daysToAct.soon],
      ['EndsVerySoon', daysToAct.pressing],
    ] as const
  ).map(([id, days]) => ({
    id: `${id}-${name}`,
    metric: metricOf(name, providerMetrics.daysLeft, Stats.MINIMUM),
    threshold: days,
    periods: 1,
    bad: 'at most',
    description: `${what} ends within ${days} days. ${todo}`,
    runbook,
  }));
