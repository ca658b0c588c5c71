// Everything on one machine: the gateway with the real doors, the embedded AWS, the identity provider.

import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { OpenDoor } from '../door.ts';
import { doorEnvironment, variables } from '../environment.ts';
import { httpsNetwork } from '../network/https-network.ts';
import type { Network } from '../network/network.ts';
import type { DoorName } from '../routes.ts';
import { embeddedIam } from './aws/account.ts';
import { awsServer } from './aws/aws-server.ts';
import { sessions } from './aws/sessions.ts';
import { corsOf, deployedDoors } from './deployed-doors.ts';
import { gatewayServer } from './gateway.ts';
import { oidcIdpServer } from './idp/oidc-idp.ts';
import type { OidcIdpSettings } from './idp/provider-configuration.ts';
import { close, listen, loopback } from './listen.ts';
import { allTo, standInNetwork } from './stand-ins.ts';
import type { StackTemplate } from './template.ts';

export interface LocalStackSettings {
  /** The stack that Daypass itself is in, then those of other accounts. */
  readonly stacks: readonly [StackTemplate, ...StackTemplate[]];
  /** Where synthesis put the functions' files. */
  readonly assembly: string;
  /** A door by its name and the folder of its bundle. */
  readonly openDoor: (door: DoorName, bundle: string) => OpenDoor;
  /** The first of three in a row: gateway, AWS, identity provider. */
  readonly port: number;
  /** The configured issuer that the identity provider issues for; none leaves it out. */
  readonly identityProvider: Omit<OidcIdpSettings, 'address'> | undefined;
  /** Other configured issuers that something on this machine stands in for. */
  readonly standIns: ReadonlyMap<string, string>;
  readonly clock: () => Date;
  readonly writeLine: (line: string) => void;
}

export interface LocalStack {
  readonly gateway: string;
  readonly aws: string;
  /** `undefined` where none was wanted. */
  readonly identityProvider: string | undefined;
  stop(): Promise<void>;
}

/** Resolves when everything listens. Rejects, with nothing left running, when a port is taken. */
export async function startLocalStack(settings: LocalStackSettings): Promise<LocalStack> {
  const { stacks, port, identityProvider, clock } = settings;
  const address = (offset: number) => `http://${loopback}:${port + offset}`;
  const [gateway, aws, idp] = [address(0), address(1), address(2)];
  const standIns = new Map(settings.standIns);
  if (identityProvider) standIns.set(identityProvider.issuer, idp);
  const network = standInNetwork(standIns, httpsNetwork({ privateAddresses: 'refused' }));

  const servers = new Map<number, Server>([
    [port, gatewayOf(settings, network, aws)],
    [port + 1, awsServer({ iam: embeddedIam(stacks), sessions: sessions(clock), network, clock })],
  ]);
  if (identityProvider) servers.set(port + 2, oidcIdpServer({ ...identityProvider, address: idp }));
  const stop = async () => void (await Promise.all([...servers.values()].map(close)));
  try {
    for (const [each, server] of servers) await listen(server, each);
  } catch (error) {
    await stop();
    throw error;
  }
  return { gateway, aws, identityProvider: identityProvider && idp, stop };
}

function gatewayOf(
  { stacks, assembly, openDoor, clock, writeLine }: LocalStackSettings,
  documents: Network,
  aws: string,
): Server {
  const [home] = stacks;
  const doors = deployedDoors(home);
  const handlers = doors.map(({ route, environment, asset }) => {
    const bundle = join(assembly, asset);
    const open = openDoor(route.door, bundle);
    const handler = open({
      environment: () => doorEnvironment({ ...environment, [variables.region]: home.region }),
      configuration: (file) => readFileSync(join(bundle, file), 'utf8'),
      documents,
      sts: allTo(aws),
      clock,
      writeLine,
    });
    return [route.door, handler] as const;
  });
  return gatewayServer({
    routes: doors.map(({ route }) => route),
    handlers: new Map(handlers),
    cors: corsOf(home),
    account: home.account,
    clock,
  });
}
