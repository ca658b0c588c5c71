import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Function as Target } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { canaryRoleName } from '../config/carried.ts';
import { variables } from '../environment.ts';
import { alarmFor, type Watch } from './alarm.ts';
import { DoorFunction, type FunctionSurroundings } from './door-function.ts';

export interface CanaryProps extends FunctionSurroundings {
  /** The grant that it asks for. */
  readonly grant: string;
  readonly url: string;
  readonly topic?: ITopic;
}

const period = Duration.minutes(5);

/**
 * Every five minutes one exchange that must succeed, and the same again, which must be refused. It proves itself by the name
 * of its role, and has no permission but its log.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { grant, url, topic, ...surroundings } = props;
    const { function: target } = new DoorFunction(this, 'Function', {
      door: 'canary',
      description: 'Daypass: asks for credentials as any machine does, and once more than it may.',
      ...surroundings,
      environment: { ...surroundings.environment, [variables.url]: url, [variables.canaryGrant]: grant },
      leftOut: [],
      roleName: canaryRoleName,
    });
    new Rule(this, 'Often', { schedule: Schedule.rate(period), targets: [new LambdaFunction(target)] });
    for (const watch of watches(target)) alarmFor(this, watch, topic);
  }
}

const watches = (target: Target): readonly Watch[] => [
  {
    id: 'Failed',
    metric: target.metricErrors({ period }),
    threshold: 1,
    periods: 2,
    description:
      'An exchange that must succeed did not, or one that must be refused was not, twice in a row. The log of canary says which of the two and what came.',
    runbook: 'The canary fails',
  },
  {
    id: 'Silent',
    metric: target.metricInvocations({ period }),
    threshold: 0,
    periods: 3,
    bad: 'at most',
    silenceIsBad: true,
    description:
      'The canary was not called for a quarter of an hour. Look whether its rule in EventBridge is there and enabled.',
    runbook: 'The canary fails',
  },
];
