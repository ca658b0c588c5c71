// Servers and requests on this machine: what a test opens is closed when the test ends.

import { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { close, listen, loopback } from '../../lib/local/listen.ts';

/** Listens on any free port until the test ends, and resolves to the address. */
export async function serving(server: Server): Promise<string> {
  await listen(server, 0);
  onTestFinished(() => close(server));
  return `http://${loopback}:${(server.address() as AddressInfo).port}`;
}

export interface Sent {
  readonly method?: string;
  /** With its query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection of its own, to the letter: nothing is added but the host and the length. */
export function overHttp(
  address: string,
  { method = 'POST', path = '/', headers = {}, body = '' }: Sent = {},
): Promise<Answered> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = { ...headers, ...(body.length > 0 && { 'content-length': String(Buffer.byteLength(body)) }) };
    const request = httpRequest({ hostname, port, method, path, headers: sent, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Whether nothing listens on the port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, loopback, () => probe.close(() => resolve(true)));
  });
}

/** The first of so many free ports in a row, away from where demonstrations run. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`There are no ${count} free ports in a row.`);
}
