// npm start: the whole of Daypass on this machine. Wiring only.

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { open as credentials } from '../lambdas/credentials.ts';
import { open as grants } from '../lambdas/grants.ts';
import { open as health } from '../lambdas/health.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../lib/config/read-config-file.ts';
import type { OpenDoor } from '../lib/door.ts';
import { localEnvironment } from '../lib/environment.ts';
import { synthesise } from '../lib/infra/synthesise.ts';
import { announcement, parseStartArguments, startUsage } from '../lib/local/announcement.ts';
import { startLocalStack } from '../lib/local/local-stack.ts';
import { parseStandIn } from '../lib/local/stand-ins.ts';
import { messageOf } from '../lib/message-of.ts';
import type { DoorName } from '../lib/routes.ts';

const sources: Record<DoorName, OpenDoor> = { credentials, grants, health };
const bundled = (bundle: string) =>
  (createRequire(import.meta.url)(join(bundle, 'index.js')) as { open: OpenDoor }).open;
const say = (line: string) => void process.stdout.write(`${line}\n`);

async function start(): Promise<void> {
  const options = parseStartArguments(process.argv.slice(2));
  if (options.help) return say(startUsage);
  const { configurationFile = defaultConfigurationFile, port } = localEnvironment();
  const configuration = readConfigurationFile(configurationFile);
  const providers = [...configuration.providers.values()];
  const standIns = new Map(
    options.issuers.map((text) =>
      parseStandIn(
        text,
        providers.map(({ issuer }) => issuer),
      ),
    ),
  );

  const identityProvider = providers.find(({ issuer }) => !standIns.has(issuer));

  say(`Reading ${configurationFile} and synthesising its stacks …`);
  const { assembly, stacks } = synthesise(configuration, { account: '111122223333', region: 'us-east-1' });
  const remove = () => rmSync(assembly, { recursive: true, force: true });
  process.once('exit', remove);
  const stack = await startLocalStack({
    stacks,
    assembly,
    openDoor: (door, bundle) => (options.bundled ? bundled(bundle) : sources[door]),
    port,
    identityProvider,
    standIns,
    clock: () => new Date(),
    writeLine: say,
  });
  say(announcement({ stack, configuration, provider: identityProvider?.name, port }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.stop().then(() => process.exit(0)));
  }
}

start().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
