// The whole local stack of a configuration, for tests that speak HTTP to the doors.

import { rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { open as acs } from '../../lambdas/acs.ts';
import { open as adminAudit } from '../../lambdas/admin-audit.ts';
import { open as console } from '../../lambdas/console.ts';
import { open as containerCredentials } from '../../lambdas/container-credentials.ts';
import { open as credentials } from '../../lambdas/credentials.ts';
import { open as discovery } from '../../lambdas/discovery.ts';
import { open as explain } from '../../lambdas/explain.ts';
import { open as grants } from '../../lambdas/grants.ts';
import { open as health } from '../../lambdas/health.ts';
import { open as issuer } from '../../lambdas/issuer.ts';
import { open as metadata } from '../../lambdas/metadata.ts';
import { open as portal } from '../../lambdas/portal.ts';
import { open as recordAudit } from '../../lambdas/record-audit.ts';
import { open as revoke } from '../../lambdas/revoke.ts';
import { open as rotateKey } from '../../lambdas/rotate-key.ts';
import { open as signIn } from '../../lambdas/sign-in.ts';
import { open as stsQuery } from '../../lambdas/sts-query.ts';
import { open as tokenExchange } from '../../lambdas/token-exchange.ts';
import type { Configuration, OidcProviderSettings } from '../../lib/config/configuration.ts';
import type { OpenDoor } from '../../lib/door.ts';
import { type Synthesis, synthesise } from '../../lib/infra/synthesise.ts';
import { gatewayServer } from '../../lib/local/gateway.ts';
import { close, listen } from '../../lib/local/listen.ts';
import { type LocalStack, startLocalStack } from '../../lib/local/local-stack.ts';
import type { SamlIdpSettings } from '../../lib/local/saml-idp/saml-idp.ts';
import { type DoorName, routes } from '../../lib/routes.ts';
import type { Issuer } from './issuer.ts';
import { freePorts, serving } from './loopback.ts';

/** Every door from its source. */
export const doors: Record<DoorName, OpenDoor> = {
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

export const anAccount = '111122223333';

export interface StackSettings {
  readonly configuration: Configuration;
  readonly clock?: () => Date;
  /** Issuers that answer on this machine. */
  readonly standIns?: ReadonlyMap<string, string>;
  /** The first of four; by default any that are free. */
  readonly port?: number;
  readonly samlIdentityProvider?: SamlIdpSettings;
  /** The private key under an ARN, as PEM. */
  readonly secret?: (arn: string) => Promise<string>;
  /** Changes the synthesised templates before they are loaded. */
  readonly edit?: (synthesis: Synthesis) => Synthesis;
  /** Puts something around what a door is opened with. */
  readonly rim?: (rim: Parameters<OpenDoor>[0], door: DoorName) => Parameters<OpenDoor>[0];
}

export interface RunningStack extends LocalStack {
  readonly audit: readonly Record<string, unknown>[];
  /** The same as they were written. */
  readonly lines: readonly string[];
}

export async function aStack({
  configuration,
  clock = () => new Date(),
  standIns = new Map(),
  port: wanted,
  samlIdentityProvider,
  secret = (arn) => Promise.reject(new Error(`There is no secret ${arn}.`)),
  edit = (same) => same,
  rim = (same) => same,
}: StackSettings): Promise<RunningStack> {
  const { issuer: ourIssuer = 'https://access.acme.example' } = configuration.vouch;
  const here = { ...configuration, vouch: { ...configuration.vouch, issuer: ourIssuer } };
  const { assembly, stacks } = edit(synthesise(here, { account: anAccount, region: 'us-east-1' }));
  const audit: Record<string, unknown>[] = [];
  const lines: string[] = [];
  const port = wanted ?? (await freePorts(4));
  const provider = [...configuration.providers.values()].find(
    (each): each is OidcProviderSettings => each.kind === 'oidc' && !standIns.has(each.issuer),
  );
  const stack = await startLocalStack({
    stacks,
    assembly,
    openDoor: (door) => (given) => doors[door](rim(given, door)),
    openListener: () => recordAudit,
    openRotation: () => rotateKey,
    port,
    identityProvider: provider,
    ourIssuer,
    samlIdentityProvider,
    standIns,
    secret,
    clock,
    writeLine(line) {
      lines.push(line);
      audit.push(JSON.parse(line));
    },
  });
  return {
    ...stack,
    audit,
    lines,
    async stop() {
      await stack.stop();
      rmSync(assembly, { recursive: true, force: true });
    },
  };
}

/** A door beside those of the stack until the test ends, with what stands around it. Resolves to its address. */
export const doorBeside = (name: DoorName, rim: Parameters<OpenDoor>[0]): Promise<string> =>
  serving(
    gatewayServer({
      routes,
      handlers: new Map([[name, doors[name](rim)]]),
      cors: undefined,
      account: anAccount,
      clock: rim.clock,
    }),
  );

/** An issuer of the kit on this machine: its address, and how to end it. */
export async function serveIssuer(
  issuer: Issuer,
): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  const network = issuer.network();
  const server = createHttpServer((request, response) => {
    const asked = {
      method: 'GET',
      url: `${issuer.issuer}${request.url ?? '/'}`,
      timeoutMilliseconds: 1000,
      longestAnswerBytes: 100_000,
    } as const;
    network.send(asked).then(
      ({ status, body }) => response.writeHead(status).end(body),
      () => response.writeHead(404).end(),
    );
  });
  const port = await freePorts(1);
  await listen(server, port);
  return { address: `http://127.0.0.1:${port}`, stop: () => close(server) };
}
