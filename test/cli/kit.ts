// The command line with files, time and IAM by hand.

import { readFileSync } from 'node:fs';
import { cli } from '../../lib/cli/cli.ts';
import type { LiveDoors } from '../../lib/cli/live-doors.ts';
import type { LiveIam } from '../../lib/cli/live-iam.ts';
import type { LiveProbe } from '../../lib/cli/live-probe.ts';
import type { LiveSts } from '../../lib/cli/live-sts.ts';
import type { Network } from '../../lib/network/network.ts';
import { aMoment } from '../kit/issuer.ts';
import { aNetwork } from '../kit/network.ts';
import { aMachine, type TestMachine } from './machine.ts';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Around {
  /** By path; whatever is not here is read from the disk. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly iam?: LiveIam;
  readonly sts?: LiveSts;
  readonly doors?: LiveDoors;
  /** By profile. */
  readonly probes?: Readonly<Record<string, LiveProbe>>;
  readonly machine?: TestMachine;
  readonly fetch?: typeof fetch;
  readonly documents?: Network;
  readonly now?: Date;
  /** Hears progress as it is told. */
  readonly tell?: (text: string) => unknown;
}

const noFetch: typeof fetch = () => Promise.reject(new Error('Something was fetched.'));

export async function daypass(
  args: readonly string[],
  {
    files = {},
    stdin = '',
    iam,
    sts,
    doors,
    probes = {},
    machine = aMachine(),
    fetch: send = noFetch,
    documents = aNetwork({}),
    tell,
    now = aMoment,
  }: Around = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const exit = await cli(args, {
    write: (text) => {
      out += text;
    },
    fail: (text) => {
      err += text;
    },
    readFile: (path) => files[path] ?? readFileSync(path, 'utf8'),
    readStdin: async () => stdin,
    now: () => now,
    configurationFile: 'daypass.yaml',
    iam: async () => {
      if (!iam) throw new Error('IAM was asked.');
      return iam;
    },
    probe: async (profile) => {
      const found = probes[profile];
      if (!found) throw new Error(`Nobody has the profile ${profile}.`);
      return found;
    },
    sts: async () => {
      if (!sts) throw new Error('STS was asked.');
      return sts;
    },
    doors: async () => {
      if (!doors) throw new Error('A door for operators was asked.');
      return doors;
    },
    version: '1.2.3',
    machine,
    fetch: send,
    documents: () => documents,
    isTerminal: false,
    tell: (text) => {
      err += text;
      tell?.(text);
    },
  });
  return { exit, out, err };
}
