import { Token } from 'aws-cdk-lib';
import type { Configuration } from '../config/configuration.ts';

/** By which the other Regions find the table of the first. */
const tableName = 'daypass-once';

/** What a Region is to a deployment. */
export interface Place {
  /** Whether roles, providers, the table and what runs by the hour are here. IAM has no Regions, and once is once everywhere. */
  readonly isHome: boolean;
  readonly table: { readonly name?: string; readonly region?: string };
}

/** Throws an `Error` when the stack is nowhere that the configuration names. */
export function placeOf(region: string, { operations: { regions } }: Configuration): Place {
  const [home] = regions;
  if (home === undefined) return { isHome: true, table: {} };
  if (Token.isUnresolved(region)) {
    throw new Error(`operations.regions is ${regions.join(', ')}: give the stack its Region, as env: { region }.`);
  }
  if (!regions.includes(region)) {
    throw new Error(`The stack goes to ${region}, and operations.regions is ${regions.join(', ')}.`);
  }
  if (regions.length === 1) return { isHome: true, table: {} };
  return region === home
    ? { isHome: true, table: { name: tableName } }
    : { isHome: false, table: { name: tableName, region: home } };
}
