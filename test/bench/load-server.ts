// One handler behind the local gateway, in a process of its own, so that its processor time is its alone.

import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { DoorHandler, OpenDoor } from '../../lib/door.ts';
import { gatewayServer } from '../../lib/local/gateway.ts';
import { allTo } from '../../lib/local/stand-ins.ts';
import { routes } from '../../lib/routes.ts';
import { peerHandler } from './peer.ts';
import {
  anEmptyTable,
  benchAudience,
  benchConfiguration,
  benchEnvironment,
  benchIssuer,
  benchRole,
} from './workload.ts';

/** What the parent says first. */
export interface Begin {
  readonly who: 'ours' | 'peer';
  readonly folder: string;
  readonly sts: string;
  readonly publicJwk: Record<string, unknown>;
}

let written = 0;
const writeLine = (line: string) => {
  written += line.length;
};

async function handlerOf({ who, folder, sts, publicJwk }: Begin): Promise<DoorHandler> {
  const jwks = { keys: [publicJwk] };
  if (who === 'peer') {
    const settings = { issuer: benchIssuer, audience: benchAudience, roleArn: benchRole, endpoint: sts, writeLine };
    return peerHandler({ ...settings, jwks: jwks as unknown as Jwks }) as unknown as DoorHandler;
  }
  const { open } = createRequire(import.meta.url)(join(folder, 'index.js')) as { open: OpenDoor };
  const documents = new Map<string, unknown>([
    [`${benchIssuer}/.well-known/openid-configuration`, { issuer: benchIssuer, jwks_uri: `${benchIssuer}/keys` }],
    [`${benchIssuer}/keys`, jwks],
  ]);
  return open({
    environment: benchEnvironment,
    configuration: benchConfiguration,
    documents: { send: async ({ url }) => ({ status: 200, body: JSON.stringify(documents.get(url)) }) },
    sts: allTo(sts),
    embeddedAws: await anEmptyTable(),
    clock: () => new Date(),
    writeLine,
  });
}

process.once('message', (begin: Begin) => void serve(begin));

async function serve(begin: Begin): Promise<void> {
  const server = gatewayServer({
    routes,
    handlers: new Map([['credentials', await handlerOf(begin)]]),
    cors: undefined,
    account: '111122223333',
    clock: () => new Date(),
  });
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system, written });
  });
}
process.once('disconnect', () => process.exit());
