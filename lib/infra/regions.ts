import { Stack, Token } from 'aws-cdk-lib';
import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/configuration.ts';

/** By which the other Regions find what is in the first. */
const names = { table: 'daypass-once', auditTable: 'daypass-audit' };

export interface TablePlace {
  /**
   * By which other Regions find it.
   * @default - CloudFormation names it
   */
  readonly name?: string;
  /**
   * Where it is, when it is in another Region; then nothing is made here.
   * @default - here
   */
  readonly region?: string;
}

/** A table that another Region's stack makes. */
export function tableIn(scope: Construct, region: string, name = ''): ITable {
  const arn = Stack.of(scope).formatArn({ service: 'dynamodb', region, resource: 'table', resourceName: name });
  return Table.fromTableArn(scope, 'Table', arn);
}

/** What a Region is to a deployment. */
export interface Place {
  /** Whether roles, providers, the table and what runs by the hour are here. IAM has no Regions, and once is once everywhere. */
  readonly isHome: boolean;
  readonly table: TablePlace;
  readonly auditTable: TablePlace;
  /** The first Region, where there are several: keys and secrets are there, found by their names. */
  readonly sharedFrom?: string;
}

/** Throws an `Error` when the stack is nowhere that the configuration names. */
export function placeOf(region: string, { operations: { regions } }: Configuration): Place {
  const [home] = regions;
  const alone: Place = { isHome: true, table: {}, auditTable: {} };
  if (home === undefined) return alone;
  if (Token.isUnresolved(region)) {
    throw new Error(`operations.regions is ${regions.join(', ')}: give the stack its Region, as env: { region }.`);
  }
  if (!regions.includes(region)) {
    throw new Error(`The stack goes to ${region}, and operations.regions is ${regions.join(', ')}.`);
  }
  if (regions.length === 1) return alone;
  const isHome = region === home;
  const where = isHome ? {} : { region: home };
  return {
    isHome,
    table: { name: names.table, ...where },
    auditTable: { name: names.auditTable, ...where },
    sharedFrom: home,
  };
}
