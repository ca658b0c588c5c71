// npm start: the whole of Daypass on this machine. Wiring only.

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { open as acs } from '../lambdas/acs.ts';
import { open as adminAudit } from '../lambdas/admin-audit.ts';
import { open as console } from '../lambdas/console.ts';
import { open as containerCredentials } from '../lambdas/container-credentials.ts';
import { open as credentials } from '../lambdas/credentials.ts';
import { open as discovery } from '../lambdas/discovery.ts';
import { open as explain } from '../lambdas/explain.ts';
import { open as grants } from '../lambdas/grants.ts';
import { open as health } from '../lambdas/health.ts';
import { open as issuer } from '../lambdas/issuer.ts';
import { open as metadata } from '../lambdas/metadata.ts';
import { open as portal } from '../lambdas/portal.ts';
import { open as recordAudit } from '../lambdas/record-audit.ts';
import { open as revoke } from '../lambdas/revoke.ts';
import { open as rotateKey } from '../lambdas/rotate-key.ts';
import { open as signIn } from '../lambdas/sign-in.ts';
import { open as stsQuery } from '../lambdas/sts-query.ts';
import { open as tokenExchange } from '../lambdas/token-exchange.ts';
import type { OidcProviderSettings } from '../lib/config/configuration.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../lib/config/read-config-file.ts';
import type { OpenDoor, OpenListener } from '../lib/door.ts';
import { localEnvironment } from '../lib/environment.ts';
import { synthesise } from '../lib/infra/synthesise.ts';
import { announcement, parseStartArguments, startUsage } from '../lib/local/announcement.ts';
import { loopback } from '../lib/local/listen.ts';
import { readLocalKeys, withLocalKeys } from '../lib/local/local-keys.ts';
import { startLocalStack } from '../lib/local/local-stack.ts';
import { withStandIn } from '../lib/local/saml-idp/stand-in.ts';
import { parseStandIn } from '../lib/local/stand-ins.ts';
import { messageOf } from '../lib/message-of.ts';
import type { DoorName } from '../lib/routes.ts';

const sources: Record<DoorName, OpenDoor> = {
  acs,
  'admin-audit': adminAudit,
  console,
  'container-credentials': containerCredentials,
  credentials,
  discovery,
  explain,
  grants,
  health,
  issuer,
  metadata,
  portal,
  revoke,
  'sign-in': signIn,
  'sts-query': stsQuery,
  'token-exchange': tokenExchange,
};
const bundled = <Open>(bundle: string) =>
  (createRequire(import.meta.url)(join(bundle, 'index.js')) as { open: Open }).open;
const say = (line: string) => void process.stdout.write(`${line}\n`);
const clock = () => new Date();
const account = '111122223333';
/** For what goes from one account to another. */
const otherAccounts = ['444455556666'];

async function start(): Promise<void> {
  const options = parseStartArguments(process.argv.slice(2));
  if (options.help) return say(startUsage);
  const { configurationFile = defaultConfigurationFile, port } = localEnvironment();
  const read = await readConfigurationFile(configurationFile);
  const providers = [...read.providers.values()].filter((each): each is OidcProviderSettings => each.kind === 'oidc');
  const issuers = providers.map(({ issuer }) => issuer);
  const standIns = new Map(options.issuers.map((text) => parseStandIn(text, issuers)));
  const identityProvider = providers.find(({ issuer }) => !standIns.has(issuer));
  const keys = readLocalKeys(options.secrets, read);
  const withKeys = withLocalKeys(read, keys);

  const address = (offset: number) => `http://${loopback}:${port + offset}`;
  const { configuration, samlIdp } = await withStandIn({
    configuration: withKeys.configuration,
    doors: address(0),
    address: address(3),
    account,
    clock,
  });

  say(`Reading ${configurationFile} and synthesising its stacks …`);
  const { assembly, stacks } = synthesise(configuration, { account, region: 'us-east-1' });
  const remove = () => rmSync(assembly, { recursive: true, force: true });
  process.once('exit', remove);
  const stack = await startLocalStack({
    stacks,
    assembly,
    openDoor: (door, bundle) => (options.bundled ? bundled<OpenDoor>(bundle) : sources[door]),
    openListener: (bundle) => (options.bundled ? bundled<OpenListener>(bundle) : recordAudit),
    openRotation: (bundle) => (options.bundled ? bundled<OpenListener>(bundle) : rotateKey),
    port,
    identityProvider,
    ...(configuration.vouch.issuer !== undefined && { ourIssuer: configuration.vouch.issuer }),
    samlIdentityProvider: samlIdp,
    standIns,
    otherAccounts,
    enabledRegions: options.enabledRegions,
    secret: async (arn) => keys.get(arn) ?? '',
    clock,
    writeLine: say,
  });
  say(
    announcement({
      stack,
      configuration,
      provider: identityProvider?.name,
      port,
      keysLeftOut: withKeys.leftOut,
    }),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stack.stop().then(() => process.exit(0)));
  }
}

start().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
