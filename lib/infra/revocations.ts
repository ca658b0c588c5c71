import { Aws, Duration, Stack, Token } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as Target } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { accountOf } from '../arn.ts';
import { federationUserName } from '../config/carried.ts';
import type { Configuration, RoleSettings } from '../config/configuration.ts';
import { alarmFor, type Watch } from './alarm.ts';
import { DoorFunction, type FunctionSurroundings } from './door-function.ts';
import type { OnceTable } from './once-table.ts';
import { goes, roleArnOf } from './ways.ts';

const period = Duration.hours(1);

export interface RevocationsProps extends FunctionSurroundings {
  readonly configuration: Configuration;
  readonly table: OnceTable;
  /** Whether it sweeps here: IAM has no Regions, and one is enough. */
  readonly sweeps: boolean;
  readonly topic?: ITopic;
}

/** Every hour what is over is taken out of the roles, and what somebody else took out is put back. */
export class Revocations extends Construct {
  /** Those that can be reached: made here, or named here by their ARN. */
  private readonly roleArns: string[];
  /** What the sessions of grants without a role are of. */
  private readonly userArns: string[];

  constructor(scope: Construct, id: string, props: RevocationsProps) {
    super(scope, id);
    const { configuration, table, sweeps, topic, ...surroundings } = props;
    const { account } = Stack.of(this);
    const reachable = [...configuration.grants.values()].filter(({ role }) => isHere(role, account));
    this.roleArns = [...new Set(reachable.map(roleArnOf))];
    this.userArns = goes(configuration, 'federation-token')
      ? [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:user/${federationUserName}`]
      : [];
    if (!sweeps) return;
    const { function: target } = new DoorFunction(this, 'Function', {
      door: 'sweep-revocations',
      description: 'Daypass: forgets revocations that are over, and keeps the roles to the others.',
      ...surroundings,
      leftOut: [],
    });
    table.allow(target, ['revoked'], ['revoked']);
    this.allowRevoking(target);
    new Rule(this, 'Hourly', { schedule: Schedule.rate(period), targets: [new LambdaFunction(target)] });
    alarmFor(this, notKept(target), topic);
  }

  /** IAM tells inline policies apart by no condition: whoever may write ours may write the others. */
  allowRevoking(grantee: IGrantable): void {
    for (const [kind, resources] of [
      ['Role', this.roleArns],
      ['User', this.userArns],
    ] as const) {
      if (resources.length === 0) continue;
      const actions = ['Get', 'Put', 'Delete'].map((verb) => `iam:${verb}${kind}Policy`);
      grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources }));
    }
  }
}

/** What is in another account only its own people reach. */
function isHere(role: RoleSettings, account: string): boolean {
  if (role.kind === 'made') return role.account === undefined;
  return role.kind === 'named' && (Token.isUnresolved(account) || accountOf(role.arn) === account);
}

const notKept = (target: Target): Watch => ({
  id: 'Failed',
  metric: target.metricErrors({ period }),
  threshold: 1,
  periods: 1,
  description:
    "The revocations of a role could not be kept to: what was revoked may work, or what is over may be denied. The function's log says which role and why; daypass revoke --list says what should be denied.",
  runbook: 'Revocations are not kept to',
});
