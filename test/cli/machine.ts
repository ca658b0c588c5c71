// A person's machine in memory; its loopback interface is the real one.

import type { Machine } from '../../lib/cli/machine.ts';
import { thisMachine } from '../../lib/cli/this-machine.ts';

export interface TestMachine extends Machine {
  readonly files: Map<string, string>;
  readonly kept: Map<string, string>;
  readonly opened: string[];
  readonly ran: { readonly command: readonly string[]; readonly environment: NodeJS.ProcessEnv }[];
}

export interface MachineSettings {
  readonly files?: Readonly<Record<string, string>>;
  readonly endpoint?: string;
  readonly hasDisplay?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** What a person does with the address that is opened or printed. */
  readonly visit?: (url: string) => void;
  /** What a command that is run does; its exit code. */
  readonly run?: (environment: NodeJS.ProcessEnv) => Promise<number>;
}

export function aMachine({
  files: given = {},
  endpoint,
  hasDisplay = true,
  environment = {},
  visit = () => undefined,
  run = async () => 0,
}: MachineSettings = {}): TestMachine {
  const files = new Map(Object.entries(given));
  const kept = new Map<string, string>();
  const opened: string[] = [];
  const ran: TestMachine['ran'] = [];
  return {
    files,
    kept,
    opened,
    ran,
    settingsFile: '/home/alice/.config/daypass/settings.json',
    awsConfigFile: '/home/alice/.aws/config',
    endpoint,
    hasDisplay,
    environment,
    self: 'daypass',
    secrets: async () => ({
      get: async (name) => kept.get(name),
      set: async (name, secret) => {
        kept.set(name, secret);
        return 'memory';
      },
      delete: async (name) => void kept.delete(name),
    }),
    readIfThere: (path) => files.get(path),
    writePrivately: (path, text) => void files.set(path, text),
    openBrowser: async (url) => {
      opened.push(url);
      visit(url);
    },
    run: async (command, args, given) => {
      ran.push({ command: [command, ...args], environment: given });
      return run(given);
    },
    serve: thisMachine('daypass').serve,
  };
}
