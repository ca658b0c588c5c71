import { createPublicKey, verify } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { OpenDoor } from '../../lib/door.ts';
import type { Algorithm } from '../../lib/identity/oidc/algorithms.ts';
import { loadBundle } from './load.ts';
import { peerHandler } from './peer.ts';
import { printTable } from './table.ts';
import {
  anEmptyTable,
  benchAudience,
  benchConfiguration,
  benchEnvironment,
  benchEvent,
  benchIssuer,
  benchRole,
  benchToken,
  stsAnswer,
} from './workload.ts';

const rounds = 12;
const callsPerRound = 400;

type Call = () => unknown;

/** Transport stubbed on all sides: what is measured is the handler. Interleaved, so that drift hits all alike. */
export async function benchExchange(folder: string): Promise<void> {
  const rows: string[][] = [['', 'RS256 µs', 'of limit', 'ES256 µs', 'of limit']];
  const rs = await figuresFor('RS256', folder);
  const es = await figuresFor('ES256', folder);
  for (const name of rs.keys()) {
    const cells = [rs, es].flatMap((figures) => {
      const own = figures.get(name) ?? 0;
      return [own.toFixed(1), `${(own / (figures.get(limit) ?? 1)).toFixed(2)} ×`];
    });
    rows.push([name, ...cells]);
  }
  printTable(`Exchange with the transport stubbed, CPU per call (least of ${rounds} rounds of ${callsPerRound})`, rows);
}

const limit = 'bare crypto.verify';

async function figuresFor(algorithm: Algorithm, folder: string): Promise<ReadonlyMap<string, number>> {
  const { issuer, token } = benchToken(algorithm);
  const event = benchEvent(token) as unknown as APIGatewayProxyEventV2;
  const context = {} as Context;
  let written = 0;
  const writeLine = (line: string) => {
    written += line.length;
  };

  const { open } = loadBundle(folder) as { open: OpenDoor };
  const ours = open({
    environment: benchEnvironment,
    configuration: benchConfiguration,
    documents: issuer.network(),
    sts: { send: () => Promise.resolve({ status: 200, body: stsAnswer }) },
    embeddedAws: await anEmptyTable(),
    clock: () => new Date(),
    writeLine,
  });
  const requestHandler = {
    handle: () =>
      Promise.resolve({
        response: {
          statusCode: 200,
          headers: { 'content-type': 'text/xml' },
          body: Readable.from([Buffer.from(stsAnswer)]),
        },
      }),
  };
  const peer = peerHandler({
    issuer: benchIssuer,
    audience: benchAudience,
    roleArn: benchRole,
    jwks: { keys: [issuer.publicJwk] } as unknown as Jwks,
    requestHandler: requestHandler as never,
    writeLine,
  });
  const calls = new Map<string, Call>([
    [limit, bareVerify(token, createPublicKey({ key: issuer.publicJwk, format: 'jwk' }), algorithm)],
    ['credentials door', async () => expectOk(await ours(event, context))],
    ['middy + aws-jwt-verify + client-sts', async () => expectOk(await peer(event, context))],
  ]);
  const least = new Map<string, number>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, call] of calls) {
      const micros = await cpuPerCall(call);
      // The first round warms up.
      if (round > 0) least.set(name, Math.min(least.get(name) ?? Number.POSITIVE_INFINITY, micros));
    }
  }
  if (written === 0) throw new Error('Nothing was recorded.');
  return least;
}

/** The signature alone, in the fastest form Node has: a bare key, DER for ECDSA. */
function bareVerify(token: string, key: ReturnType<typeof createPublicKey>, algorithm: Algorithm): Call {
  const end = token.lastIndexOf('.');
  const input = Buffer.from(token.slice(0, end));
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const encoded = algorithm.startsWith('ES') ? derOf(signature) : signature;
  return () => {
    if (!verify(`sha${algorithm.slice(2)}`, input, key, encoded)) throw new Error('The bench token does not verify.');
  };
}

function derOf(signature: Buffer): Buffer {
  const half = signature.length / 2;
  const integer = (bytes: Buffer) => {
    const trimmed = bytes.subarray(
      Math.max(
        0,
        bytes.findIndex((byte) => byte !== 0),
      ),
    );
    const positive = (trimmed[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed;
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, half)), integer(signature.subarray(half))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function expectOk(result: { readonly statusCode?: number | undefined; readonly body?: string | undefined }): void {
  if (result.statusCode !== 200) throw new Error(`The handler answered ${result.statusCode}: ${result.body}`);
}

async function cpuPerCall(call: Call): Promise<number> {
  const before = process.cpuUsage();
  for (let each = 0; each < callsPerRound; each++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callsPerRound;
}
