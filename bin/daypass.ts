#!/usr/bin/env node
// The command line of Daypass. Wiring only.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { cli } from '../lib/cli/cli.ts';
import { thisMachine } from '../lib/cli/this-machine.ts';
import { defaultConfigurationFile } from '../lib/config/read-config-file.ts';
import { configurationFile } from '../lib/environment.ts';
import { httpsNetwork } from '../lib/network/https-network.ts';

/** Of the package, above this file in a checkout and in an installation. */
function versionOf(): string {
  const places = ['../package.json', '../../package.json'].map((place) => new URL(place, import.meta.url));
  const found = places.find((place) => existsSync(place));
  return found ? (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version : 'unknown';
}

/** What works from anywhere, whatever PATH is. */
const self = `"${process.execPath}" "${realpathSync(process.argv[1] ?? '')}"`;

process.exitCode = await cli(process.argv.slice(2), {
  write: (output) => void process.stdout.write(output),
  tell: (output) => void process.stderr.write(output),
  isTerminal: process.stderr.isTTY === true,
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
  probe: async (profile) => (await import('../lib/cli/live-probe.ts')).liveProbe(profile),
  doors: async () => (await import('../lib/cli/live-doors.ts')).liveDoors(),
  sts: async () => (await import('../lib/cli/live-sts.ts')).liveSts(),
  version: versionOf(),
  machine: thisMachine(self),
  fetch,
  documents: () => httpsNetwork({ privateAddresses: 'refused' }),
});
