import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration.ts';
import { DoorFunction } from './door-function.ts';
import type { GrantedRoles } from './granted-roles.ts';
import type { OnceTable } from './once-table.ts';

export interface RevocationsProps {
  readonly configuration: Configuration;
  readonly grantedRoles: GrantedRoles;
  readonly table: OnceTable;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  readonly topic?: ITopic;
}

/** Every day what is over is taken out of the roles, and what somebody else took out is put back. */
export class Revocations extends Construct {
  /** Those that can be reached: made here, or named here by their ARN. */
  private readonly roleArns: string[];

  constructor(scope: Construct, id: string, props: RevocationsProps) {
    super(scope, id);
    const { configuration, grantedRoles, table, environment, files, logRetention, topic } = props;
    const { account } = Stack.of(this);
    const named = [...configuration.grants.values()].flatMap(({ role }) => (role.kind === 'named' ? [role.arn] : []));
    const here = named.filter((arn) => Token.isUnresolved(account) || arn.split(':')[4] === account);
    this.roleArns = [...[...grantedRoles.roles.values()].map(({ roleArn }) => roleArn), ...new Set(here)];
    const { function: target } = new DoorFunction(this, 'Function', {
      door: 'sweep-revocations',
      description: 'Daypass: forgets revocations that are over, and keeps the roles to the others.',
      environment,
      files,
      logRetention,
      saml: false,
    });
    table.allow(target, ['revoked'], ['revoked']);
    this.allowRevoking(target);
    new Rule(this, 'Daily', { schedule: Schedule.rate(Duration.days(1)), targets: [new LambdaFunction(target)] });
    const alarm = new Alarm(this, 'Failed', {
      metric: target.metricErrors({ period: Duration.days(1) }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        "The revocations of a role could not be kept to: what was revoked may work, or what is over may be denied. The function's log says which role and why; daypass revoke --list says what should be denied.",
    });
    if (topic) alarm.addAlarmAction(new SnsAction(topic));
  }

  /** IAM tells inline policies of a role apart by no condition: whoever may write ours may write the others. */
  allowRevoking(grantee: IGrantable): void {
    if (this.roleArns.length === 0) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:GetRolePolicy', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
        resources: this.roleArns,
      }),
    );
  }
}
