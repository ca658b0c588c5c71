import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Begin } from './load-server.ts';
import { printTable } from './table.ts';
import { benchToken, stsAnswer } from './workload.ts';

const connections = 64;
const seconds = 20;
const warmSeconds = 3;

/** 64 connections over loopback, each door in a process of its own, STS a third: a token each time, credentials back. */
export async function benchLoadedDoors(folder: string): Promise<void> {
  const sts = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end(stsAnswer));
  });
  sts.listen(0, '127.0.0.1');
  await once(sts, 'listening');
  const address = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  const { issuer, token } = benchToken('RS256');
  const begin = { folder, sts: address, publicJwk: issuer.publicJwk as Record<string, unknown> };
  const rows: string[][] = [['', 'requests', 'a second', 'a second per core', 'p50 ms', 'p99 ms', 'errors']];
  try {
    for (const who of ['ours', 'peer'] as const) rows.push(await loaded({ ...begin, who }, token));
  } finally {
    sts.close();
    sts.closeAllConnections();
  }
  printTable(`Load: ${connections} connections for ${seconds} s over loopback, RS256, STS beside it`, rows);
  if (rows.slice(1).some((row) => row.at(-1) !== '0')) throw new Error('There were errors under load.');
}

const names = { ours: 'credentials door', peer: 'middy + aws-jwt-verify + client-sts' };

async function loaded(begin: Begin, token: string): Promise<string[]> {
  const child = fork(fileURLToPath(new URL('./load-server.ts', import.meta.url)));
  try {
    const { port } = (await answerOf(child, begin)) as { port: number };
    const shoot = (duration: number) =>
      autocannon({
        url: `http://127.0.0.1:${port}/v1/credentials`,
        connections,
        duration,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant: 'deploy', token }),
      });
    await shoot(warmSeconds);
    const before = (await answerOf(child, {})) as { cpuMicros: number };
    const { requests, latency, errors, timeouts, non2xx } = await shoot(seconds);
    const after = (await answerOf(child, {})) as { cpuMicros: number; written: number };
    if (after.written === 0) throw new Error('Nothing was recorded.');
    const perCore = requests.total / ((after.cpuMicros - before.cpuMicros) / 1_000_000);
    return [
      names[begin.who],
      requests.total.toLocaleString('en'),
      Math.round(requests.total / seconds).toLocaleString('en'),
      Math.round(perCore).toLocaleString('en'),
      String(latency.p50),
      String(latency.p99),
      String(errors + timeouts + non2xx),
    ];
  } finally {
    child.disconnect();
  }
}

async function answerOf(child: ChildProcess, message: object): Promise<unknown> {
  child.send(message);
  const [answer] = await once(child, 'message');
  return answer;
}
