import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';

/** Loopback only: nothing of the local stack is for other machines. */
export const loopback = '127.0.0.1';

const loopbackHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Answers only those who call it by a loopback name: a page whose name resolves to this machine does not. */
export function loopbackServer(listener: RequestListener): Server {
  return createServer((request, response) => {
    if (loopbackHost.test(request.headers.host ?? '')) listener(request, response);
    else response.writeHead(421).end();
  });
}

/** Rejects with an `Error` that says what to do when the port is taken. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken. Stop what listens there, or choose other ports: DAYPASS_PORT=9000 npm start`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
    });
    server.listen(port, loopback, resolve);
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly rawQuery: string;
}

/** A request's target, cut at its first question mark; nothing in it names a host. */
export function pathAndQuery(target = '/'): Target {
  const mark = target.indexOf('?');
  const [path, rawQuery] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
  return { path, query: new URLSearchParams(rawQuery), rawQuery };
}

export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** Rejects with `TooLarge` beyond the limit, having kept no more than that. */
export async function bodyOf(request: IncomingMessage, longestBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= longestBytes) chunks.push(chunk);
  }
  if (length > longestBytes) throw new TooLarge();
  return Buffer.concat(chunks);
}
