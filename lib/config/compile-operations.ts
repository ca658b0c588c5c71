import { partitionOf } from '../aws-query/sts-endpoint.ts';
import { doorNames, type Route, routeKey, routes, routesWith } from '../routes.ts';
import type { OperationsSettings, Report } from './configuration.ts';
import type { DeclaredOperations } from './schema.ts';

export interface OperationsScene {
  readonly takesSaml: boolean;
  readonly hasUrl: boolean;
  /** The names of grants that machines of AWS accounts get. */
  readonly machineGrants: readonly string[];
}

/** What the schema lets through and is still about nothing: doors that are not deployed. */
export function compileOperations(
  { regions = [], canary, stackSets, tracing, concurrency, throttles }: DeclaredOperations,
  { takesSaml, hasUrl, machineGrants }: OperationsScene,
  report: Report,
): OperationsSettings {
  for (const [index, region] of regions.entries()) {
    if (regions.indexOf(region) < index)
      report(`operations.regions[${index}]`, `is "${region}", which is there already`);
  }
  const [home = ''] = regions;
  for (const [index, region] of regions.entries()) {
    if (partitionOf(region) === partitionOf(home)) continue;
    report(
      `operations.regions[${index}]`,
      `is "${region}", of another partition of AWS than ${home}: no account is in both`,
    );
  }
  if (regions.length > 1 && !hasUrl) {
    report(
      'operations.regions',
      'needs url at the top of the file: one address for all Regions, which is a domain of yours that leads to each of them',
    );
  }
  if (canary !== undefined && !machineGrants.includes(canary)) {
    const says =
      machineGrants.length > 0
        ? `the grants of AWS accounts are ${machineGrants.join(', ')}`
        : 'no grant is from a provider of AWS accounts, and the canary can prove itself to no other: write one';
    report('operations.canary', `is "${canary}"; ${says}`);
  }
  const there = routesWith({ saml: takesSaml, oneTime: false, vouch: true, aws: true });
  const says = 'is of a door for browsers, which is there with a SAML provider only; no provider is one';
  for (const door of Object.keys(concurrency)) {
    if (!there.some((route) => route.door === door)) report(`operations.concurrency.${door}`, says);
  }
  for (const key of Object.keys(throttles)) {
    if (!there.some((route) => routeKey(route) === key)) report(`operations.throttles.${key}`, says);
  }
  return {
    regions,
    ...(canary !== undefined && { canary }),
    stackSets,
    tracing,
    concurrency: new Map(entriesOf(doorNames, concurrency)),
    throttles: new Map(entriesOf(routes.map(routeKey), throttles)),
  };
}

/** What was declared under these names. */
const entriesOf = <const N extends string, T extends number | Route['throttle']>(
  names: readonly N[],
  declared: Readonly<Record<string, T | undefined>>,
): [N, T][] =>
  names.flatMap((name) => {
    const value = declared[name];
    return value === undefined ? [] : [[name, value] as [N, T]];
  });
