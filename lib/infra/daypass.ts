import { Aws } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { carry } from '../config/carried.ts';
import type { Configuration } from '../config/configuration.ts';
import { variables } from '../environment.ts';
import { type DoorName, routes } from '../routes.ts';
import { carriedConfigurationFile } from './bundle-door.ts';
import { DoorAlarms } from './door-alarms.ts';
import { DoorApi } from './door-api.ts';
import { DoorFunction } from './door-function.ts';
import { GrantedRoles } from './granted-roles.ts';

export interface DaypassProps {
  /** What `readConfigurationFile` read. */
  readonly configuration: Configuration;
  /**
   * How long audit lines and access logs are kept.
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;
  /**
   * Where alarms go.
   * @default - nowhere: they show in CloudWatch only
   */
  readonly alarmTopic?: ITopic;
}

/** The whole broker: doors, roles, alarms. For use in a stack of yours or in `DaypassStack`. */
export class Daypass extends Construct {
  /** The address of the doors. */
  readonly url: string;
  readonly doors: ReadonlyMap<DoorName, DoorFunction>;
  /** The roles of this account. Those of other accounts are for an `AccountRolesStack` each. */
  readonly grantedRoles: GrantedRoles;

  constructor(scope: Construct, id: string, props: DaypassProps) {
    super(scope, id);
    const { configuration, logRetention = RetentionDays.ONE_YEAR, alarmTopic } = props;
    this.grantedRoles = new GrantedRoles(this, 'Granted', { configuration });

    const environment = {
      [variables.configuration]: carriedConfigurationFile,
      [variables.accountId]: Aws.ACCOUNT_ID,
      [variables.partition]: Aws.PARTITION,
    };
    const files = { [carriedConfigurationFile]: carry(configuration) };
    this.doors = new Map(
      routes.map((route) => [
        route.door,
        new DoorFunction(this, `Door-${route.door}`, {
          route,
          logRetention,
          environment: route.takesProofs ? environment : {},
          files: route.takesProofs ? files : {},
        }),
      ]),
    );
    const api = new DoorApi(this, 'Doors', { doors: this.doors, corsOrigins: configuration.corsOrigins, logRetention });
    this.url = api.url;
    new DoorAlarms(this, 'Alarms', { api, doors: this.doors, ...(alarmTopic && { topic: alarmTopic }) });
  }
}
