// The command line with files, time and IAM by hand.

import { readFileSync } from 'node:fs';
import { cli } from '../../lib/cli/cli.ts';
import type { LiveIam } from '../../lib/cli/live-iam.ts';
import { aMoment } from '../kit/issuer.ts';

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
  readonly now?: Date;
}

export async function daypass(
  args: readonly string[],
  { files = {}, stdin = '', iam, now = aMoment }: Around = {},
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
  });
  return { exit, out, err };
}
