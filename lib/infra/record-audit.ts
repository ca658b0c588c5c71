import { Duration, Validations } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterPattern, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarmFor, type Watch } from './alarm.ts';
import type { AuditTable } from './audit-table.ts';
import { DoorFunction, type FunctionSurroundings } from './door-function.ts';

export interface RecordAuditProps extends FunctionSurroundings {
  readonly table: AuditTable;
  /** Those that record exchanges, by name. */
  readonly doors: ReadonlyMap<string, DoorFunction>;
  readonly topic?: ITopic;
}

/** Whoever sends what proves nobody, as often as he likes, is in the log and does not fill the table. */
const somebody = FilterPattern.all(
  FilterPattern.stringValue('$.event', '=', 'exchange'),
  FilterPattern.any(FilterPattern.exists('$.provider'), FilterPattern.exists('$.operator')),
);

/** From the logs of the doors into the table: the doors themselves write their log only, and cannot touch the trail. */
export class RecordAudit extends Construct {
  constructor(scope: Construct, id: string, props: RecordAuditProps) {
    super(scope, id);
    const { table, doors, topic, ...surroundings } = props;
    const { function: target } = new DoorFunction(this, 'Function', {
      door: 'record-audit',
      description: 'Daypass: records each exchange in the table in which it is found again.',
      ...surroundings,
      leftOut: [],
    });
    table.allowWriting(target);
    const queue = new Queue(this, 'Unrecorded', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'It is itself where what failed ends up.' });
    target.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }));
    target.configureAsyncInvoke({ retryAttempts: 2, onFailure: { bind: () => ({ destination: queue.queueArn }) } });
    const destination = new LambdaDestination(target);
    for (const [name, { logGroup }] of doors) {
      new SubscriptionFilter(this, `Filter-${name}`, { logGroup, destination, filterPattern: somebody });
    }
    alarmFor(this, notRecorded(queue), topic);
  }
}

const notRecorded = (queue: Queue): Watch => ({
  id: 'Failed',
  metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: Stats.MAXIMUM }),
  threshold: 1,
  periods: 1,
  description:
    'Exchanges could not be recorded in the audit table, three times over. They are in the logs of the doors, and in the queue for 14 days.',
  runbook: 'Exchanges are not recorded',
});
