#!/usr/bin/env node
// The command line of Daypass. Wiring only.

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { cli } from '../lib/cli/cli.ts';
import { defaultConfigurationFile } from '../lib/config/read-config-file.ts';
import { configurationFile } from '../lib/environment.ts';

process.exitCode = await cli(process.argv.slice(2), {
  write: (output) => void process.stdout.write(output),
  fail: (output) => void process.stderr.write(output),
  readFile(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new Error(`${path} cannot be read.`, { cause });
    }
  },
  readStdin: () => text(process.stdin),
  now: () => new Date(),
  configurationFile: configurationFile() ?? defaultConfigurationFile,
  // The SDK costs more to load than all the rest; most questions do without it.
  iam: async () => (await import('../lib/cli/live-iam.ts')).liveIam(),
});
