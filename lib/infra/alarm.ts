import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** What is watched, and what whoever is woken by it reads. */
export interface Watch {
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Of the metric's own length, in a row. */
  readonly periods: number;
  /**
   * Where it is bad to be.
   * @default - at the threshold and above
   */
  readonly bad?: keyof typeof operators;
  /** Whether it is bad, too, to hear nothing. */
  readonly silenceIsBad?: true;
  /** What it means, and what to do first. */
  readonly description: string;
  /** The section of RUNBOOK.md that says the rest. */
  readonly runbook: string;
}

const operators = {
  'at least': ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  'at most': ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
} as const;

/** The alarm of a watch, sent to the topic where there is one. */
export function alarmFor(scope: Construct, watch: Watch, topic: ITopic | undefined): Alarm {
  const { id, metric, threshold, periods, bad = 'at least', silenceIsBad, description, runbook } = watch;
  const alarm = new Alarm(scope, id, {
    metric,
    threshold,
    evaluationPeriods: periods,
    comparisonOperator: operators[bad],
    treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    alarmDescription: `${description} RUNBOOK.md: "${runbook}".`,
  });
  if (topic) alarm.addAlarmAction(new SnsAction(topic));
  return alarm;
}
