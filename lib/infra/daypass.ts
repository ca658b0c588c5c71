import { Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { carry } from '../config/carried.ts';
import type { Configuration } from '../config/configuration.ts';
import { variables } from '../environment.ts';
import { type DoorName, type Needs, type Route, routeKey, routesWith } from '../routes.ts';
import { carriedConfigurationFile } from './bundle-door.ts';
import { DoorAlarms } from './door-alarms.ts';
import { DoorApi } from './door-api.ts';
import { DoorDashboard } from './door-dashboard.ts';
import { DoorFunction } from './door-function.ts';
import { GrantedRoles } from './granted-roles.ts';
import { MetadataRefresh, refreshedProviders } from './metadata-refresh.ts';
import { OnceTable } from './once-table.ts';
import { ProviderWatch } from './provider-watch.ts';
import { placeOf } from './regions.ts';

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
  /** The address that API Gateway gives them; the same, unless the configuration has a `url`. */
  readonly apiUrl: string;
  readonly doors: ReadonlyMap<DoorName, DoorFunction>;
  /** The roles of this account, made in its home Region. Those of other accounts are for an `AccountRolesStack` each. */
  readonly grantedRoles: GrantedRoles;
  /** Of what is seen once, what was issued and who signed in. */
  readonly table: OnceTable;

  constructor(scope: Construct, id: string, props: DaypassProps) {
    super(scope, id);
    const { configuration, logRetention = RetentionDays.ONE_YEAR, alarmTopic } = props;
    const takesSaml = [...configuration.providers.values()].some(({ kind }) => kind === 'saml');
    const oneTime = [...configuration.grants.values()].some((grant) => grant.oneTime);
    const { tracing, concurrency, throttles } = configuration.operations;
    const routes = routesWith({ saml: takesSaml, oneTime }).map((route) => ({
      ...route,
      throttle: throttles.get(routeKey(route)) ?? route.throttle,
    }));

    const api = new DoorApi(this, 'Doors', { corsOrigins: configuration.corsOrigins, logRetention });
    this.apiUrl = api.url;
    this.url = configuration.url ?? api.url;
    const place = placeOf(Stack.of(this).region, configuration);
    const ours = place.isHome ? configuration : { ...configuration, grants: new Map(), providers: new Map() };
    this.grantedRoles = new GrantedRoles(this, 'Granted', { configuration: ours, url: this.url });
    this.table = new OnceTable(this, 'Once', place.table);

    const environment = {
      [variables.configuration]: carriedConfigurationFile,
      [variables.accountId]: Aws.ACCOUNT_ID,
      [variables.partition]: Aws.PARTITION,
    };
    const { region: tableRegion } = place.table;
    const ofTable = {
      [variables.table]: this.table.table.tableName,
      ...(tableRegion !== undefined && { [variables.tableRegion]: tableRegion }),
    };
    const files = { [carriedConfigurationFile]: carry(configuration) };
    this.doors = new Map(
      [...new Set(routes.map(({ door }) => door))].map((door) => {
        const ofDoor = routes.filter((route) => route.door === door);
        const needs = needsOf(ofDoor);
        const speaksSaml = needs.takes.includes('saml') || ofDoor.some(({ needsSaml }) => needsSaml);
        const made = new DoorFunction(this, `Door-${door}`, {
          door,
          description: `Daypass: ${ofDoor.map(({ method, path }) => `${method} ${path}`).join(', ')}.`,
          logRetention,
          environment: {
            ...(needs.configuration && environment),
            ...((speaksSaml || needs.address) && { [variables.url]: this.url }),
            ...(needs.writes.length + needs.reads.length > 0 && ofTable),
          },
          files: needs.configuration ? files : {},
          saml: takesSaml,
          tracing,
          concurrency: concurrency.get(door),
        });
        this.permit(made, needs, configuration);
        return [door, made];
      }),
    );
    api.addDoors(routes, this.doors);
    const topic = alarmTopic && { topic: alarmTopic };
    const providers = [...ours.providers.values()];
    new DoorDashboard(this, 'Overview', { api, doors: this.doors, providers });
    new DoorAlarms(this, 'Alarms', {
      api,
      routes,
      doors: this.doors,
      ...(place.isHome && { table: this.table }),
      ...topic,
    });
    const scheduled = { configuration, table: this.table, files, logRetention, ...topic };
    const withTable = { ...environment, ...ofTable };
    if (takesSaml && place.isHome) {
      new MetadataRefresh(this, 'MetadataRefresh', { ...scheduled, environment: withTable });
    }
    if (providers.length > 0) {
      const readsTable = refreshedProviders(configuration).length > 0;
      new ProviderWatch(this, 'ProviderWatch', { ...scheduled, environment: readsTable ? withTable : environment });
    }
  }

  /** What the routes say, and nothing else. */
  private permit(door: DoorFunction, { writes, reads, secret }: Needs, configuration: Configuration): void {
    const isRefreshed = refreshedProviders(configuration).length > 0;
    // Refreshed metadata is there to be read where some provider has an address only.
    this.table.allow(door.function, writes, isRefreshed ? reads : reads.filter((kind) => kind !== 'metadata'));
    const pair = secret && configuration.serviceProvider[secret];
    if (pair) {
      door.function.addToRolePolicy(
        new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [pair.privateKey] }),
      );
    }
  }
}

/** All routes of a door lead to one function. */
function needsOf(routes: readonly Route[]): Needs {
  const [first] = routes;
  if (!first) throw new Error('A door has no route.');
  return first.needs;
}
