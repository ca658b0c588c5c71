import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import { daypassApp } from './daypass-app.ts';

export interface Synthesised {
  readonly account: string;
  readonly region: string;
  readonly template: unknown;
}

export interface Synthesis {
  /** The folder with templates and the functions' files. Whoever asked for it removes it. */
  readonly assembly: string;
  /** The stack that Daypass itself is in comes first. */
  readonly stacks: readonly [Synthesised, ...Synthesised[]];
}

/** The command line sets it too: templates then say where a function's files lie. */
const withAssetPaths = { 'aws:cdk:enable-asset-metadata': true };

/** The stacks of a configuration as they would be deployed into this account. Throws when they do not hold. */
export function synthesise(
  configuration: Configuration,
  env: { readonly account: string; readonly region: string },
): Synthesis {
  const assembly = mkdtempSync(join(tmpdir(), 'daypass-cdk-'));
  // On this machine there is no AWS Organizations that would bring them to other accounts.
  const operations = { ...configuration.operations, stackSets: undefined };
  const alone = { ...configuration, operations };
  const { stacks } = daypassApp({ configuration: alone, env, outdir: assembly, context: withAssetPaths }).synth();
  const { regions } = configuration.operations;
  const homeRegion = regions[0] ?? env.region;
  // What runs in other Regions is the same once more, without roles.
  const ofHome = stacks.filter(
    ({ environment: { account, region } }) => account !== env.account || region === homeRegion,
  );
  const synthesised = ofHome.map(({ environment: { account, region }, template }) => ({
    account,
    region,
    template: template as unknown,
  }));
  const [home, ...others] = synthesised.sort(
    (a, b) => Number(b.account === env.account) - Number(a.account === env.account),
  );
  if (!home) throw new Error('The app has no stack.');
  return { assembly, stacks: [home, ...others] };
}
