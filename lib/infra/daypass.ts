import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { carry } from '../config/carried.ts';
import type { Configuration, ProviderSettings } from '../config/configuration.ts';
import { variables } from '../environment.ts';
import { type DoorName, type DoorRoute, type Needs, type Route, routeKey, routesWith } from '../routes.ts';
import { AuditTable } from './audit-table.ts';
import { carriedConfigurationFile, type LeftOut } from './bundle-door.ts';
import { Canary } from './canary.ts';
import { DoorAlarms } from './door-alarms.ts';
import { DoorApi } from './door-api.ts';
import { DoorDashboard } from './door-dashboard.ts';
import { DoorFunction } from './door-function.ts';
import { GrantedRoles } from './granted-roles.ts';
import { MetadataRefresh, refreshedProviders } from './metadata-refresh.ts';
import { OnceTable } from './once-table.ts';
import { ProviderWatch } from './provider-watch.ts';
import { RecordAudit } from './record-audit.ts';
import { placeOf } from './regions.ts';
import { Revocations } from './revocations.ts';
import { goes, Ways } from './ways.ts';

export interface DaypassProps {
  /** What `readConfigurationFile` read. */
  readonly configuration: Configuration;
  /**
   * How long audit lines and access logs are kept.
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;
  /**
   * How long exchanges are found again by person, key, role and grant.
   * @default Duration.days(365)
   */
  readonly auditRetention?: Duration;
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
  /** Of who got which role when. */
  readonly auditTable: AuditTable;

  constructor(scope: Construct, id: string, props: DaypassProps) {
    super(scope, id);
    const { configuration, logRetention = RetentionDays.ONE_YEAR, alarmTopic } = props;
    const { auditRetention = Duration.days(365) } = props;
    const takesSaml = takes(configuration, 'saml');
    const oneTime = [...configuration.grants.values()].some((grant) => grant.oneTime);
    const { tracing, concurrency, throttles, canary } = configuration.operations;
    const there = { saml: takesSaml, aws: takes(configuration, 'aws'), oneTime, vouch: goes(configuration, 'vouch') };
    const routes = routesWith(there).map((route) => ({
      ...route,
      throttle: throttles.get(routeKey(route)) ?? route.throttle,
    }));

    const api = new DoorApi(this, 'Doors', { corsOrigins: configuration.corsOrigins, logRetention });
    this.apiUrl = api.url;
    this.url = configuration.url ?? api.url;
    const place = placeOf(Stack.of(this).region, configuration);
    const ours = place.isHome ? configuration : { ...configuration, grants: new Map(), providers: new Map() };
    const { issuer = this.url } = configuration.vouch;
    this.grantedRoles = new GrantedRoles(this, 'Granted', { configuration: ours, url: this.url, issuer });
    this.table = new OnceTable(this, 'Once', place.table);
    this.auditTable = new AuditTable(this, 'Audit', place.auditTable);

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
    const ofAudit = {
      [variables.auditTable]: this.auditTable.table.tableName,
      ...(tableRegion !== undefined && { [variables.tableRegion]: tableRegion }),
    };
    const files = { [carriedConfigurationFile]: carry(configuration) };
    const leftOut = leftOutOf(configuration);
    const topic = alarmTopic && { topic: alarmTopic };
    const surroundings = { environment, files, logRetention, tracing, ...topic };
    const withTable = { ...environment, ...ofTable };
    const ways = new Ways(this, 'Ways', { ...surroundings, configuration, issuer, place });
    const revocations = new Revocations(this, 'Revocations', {
      ...surroundings,
      configuration,
      table: this.table,
      environment: { ...withTable, ...ways.issuerVariable() },
      sweeps: place.isHome,
    });
    this.doors = new Map(
      [...new Set(routes.map(({ door }) => door))].map((door) => {
        const ofDoor = routes.filter((route) => route.door === door);
        const needs = needsOf(ofDoor);
        const speaksSaml = needs.takes.includes('saml') || ofDoor.some(({ needsSaml }) => needsSaml);
        // Requests are signed for us.
        const tellsAddress = speaksSaml || needs.takes.includes('aws') || needs.address;
        const made = new DoorFunction(this, `Door-${door}`, {
          door,
          description: `Daypass: ${ofDoor.map(({ method, path }) => `${method} ${path}`).join(', ')}.`,
          logRetention,
          environment: {
            ...((needs.configuration || needs.publishesKeys) && environment),
            ...(tellsAddress && { [variables.url]: this.url }),
            ...(needs.writes.length + needs.reads.length > 0 && ofTable),
            ...ways.environmentOf(needs),
            ...(needs.findsExchanges && ofAudit),
          },
          files: needs.configuration ? files : {},
          leftOut,
          tracing,
          concurrency: concurrency.get(door),
        });
        this.permit(made, needs, configuration);
        ways.permit(made, needs);
        if (needs.revokes) revocations.allowRevoking(made.function);
        return [door, made];
      }),
    );
    api.addDoors(routes, this.doors);
    new RecordAudit(this, 'RecordAudit', {
      ...surroundings,
      table: this.auditTable,
      doors: recordingDoors(routes, this.doors),
      environment: { ...environment, ...ofAudit, [variables.auditDays]: String(auditRetention.toDays()) },
    });
    if (canary !== undefined && place.isHome) {
      new Canary(this, 'Canary', { ...surroundings, grant: canary, url: this.url });
    }
    new DoorDashboard(this, 'Overview', { api, doors: this.doors, configuration: ours });
    new DoorAlarms(this, 'Alarms', {
      api,
      routes,
      doors: this.doors,
      ...(place.isHome && { table: this.table }),
      ...topic,
    });
    const scheduled = { ...surroundings, configuration, table: this.table };
    if (takesSaml && place.isHome) {
      new MetadataRefresh(this, 'MetadataRefresh', { ...scheduled, environment: withTable });
    }
    if (ours.providers.size > 0) {
      const readsTable = refreshedProviders(configuration).length > 0;
      new ProviderWatch(this, 'ProviderWatch', { ...scheduled, environment: readsTable ? withTable : environment });
    }
  }

  /** What the routes say, and nothing else. */
  private permit(
    door: DoorFunction,
    { writes, reads, secret, findsExchanges }: Needs,
    configuration: Configuration,
  ): void {
    const isRefreshed = refreshedProviders(configuration).length > 0;
    // Refreshed metadata is there to be read where some provider has an address only.
    this.table.allow(door.function, writes, isRefreshed ? reads : reads.filter((kind) => kind !== 'metadata'));
    if (findsExchanges) this.auditTable.allowFinding(door.function);
    const pair = secret && configuration.serviceProvider[secret];
    if (pair) {
      door.function.addToRolePolicy(
        new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [pair.privateKey] }),
      );
    }
  }
}

/** Whether some provider is of this kind. */
const takes = ({ providers }: Configuration, wanted: ProviderSettings['kind']) =>
  [...providers.values()].some(({ kind }) => kind === wanted);

/** Code for what no provider and no grant asks for. */
function leftOutOf(configuration: Configuration): readonly LeftOut[] {
  return [
    ...(takes(configuration, 'saml') ? [] : (['saml'] as const)),
    ...(goes(configuration, 'vouch') ? [] : (['vouch'] as const)),
    ...(goes(configuration, 'chain') ? [] : (['chain'] as const)),
    ...(goes(configuration, 'federation-token') ? [] : (['federation'] as const)),
  ];
}

/** All routes of a door lead to one function. */
function needsOf(routes: readonly Route[]): Needs {
  const [first] = routes;
  if (!first) throw new Error('A door has no route.');
  return first.needs;
}

/** Of the doors those that take proofs, and those for operators. */
function recordingDoors(
  routes: readonly DoorRoute[],
  doors: ReadonlyMap<DoorName, DoorFunction>,
): ReadonlyMap<DoorName, DoorFunction> {
  const recording = routes.filter(({ needs, openBecause }) => needs.takes.length > 0 || openBecause === undefined);
  const names = recording.map(({ door }) => door);
  return new Map([...doors].filter(([name]) => names.includes(name)));
}
