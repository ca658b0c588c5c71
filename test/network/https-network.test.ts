import { createServer as createHttpServer, request as httpRequest, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { exchangeOver, httpsNetwork } from '../../lib/network/https-network.ts';
import { NetworkError, type NetworkRequest } from '../../lib/network/network.ts';

const servers = new Set<Server>();
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  sockets.clear();
  servers.clear();
});

const listening = async (server: Server) => {
  servers.add(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

type Limits = Partial<Omit<NetworkRequest, 'url'>>;
const exchange = (port: number, limits: Limits = {}) => {
  const sent = { method: 'GET', timeoutMilliseconds: 2000, longestAnswerBytes: 1000, ...limits } as const;
  const url = `http://127.0.0.1:${port}/keys`;
  return exchangeOver(() => httpRequest(url, { method: sent.method, headers: sent.headers }), { ...sent, url });
};
const answered = async (listener: RequestListener, limits?: Limits) =>
  exchange(await listening(createHttpServer(listener)), limits);
/** A server that says these bytes and then keeps the line or hangs up. */
const answeredRaw = async (bytes: string, { hangsUp = true, ...limits }: Limits & { hangsUp?: boolean } = {}) => {
  const server = createTcpServer((socket) => {
    socket.once('data', () => (hangsUp ? socket.end(bytes) : socket.write(bytes)));
  });
  return exchange(await listening(server), limits);
};

describe('an answer', () => {
  test('comes with its status and its text', async () => {
    const answer = await answered((_request, response) => response.writeHead(418).end('grün 🙂'));
    expect(answer).toEqual({ status: 418, body: 'grün 🙂' });
  });

  test('may be empty', async () => {
    expect(await answered((_request, response) => response.writeHead(204).end())).toEqual({ status: 204, body: '' });
  });

  test('keeps a byte order mark, so that its reader refuses it', async () => {
    expect((await answered((_request, response) => response.end('\ufeff{}'))).body).toBe('\ufeff{}');
  });

  test('may split a character between two pieces', async () => {
    const bytes = Buffer.from('🙂');
    const { body } = await answered((_request, response) => {
      response.write(bytes.subarray(0, 2));
      setTimeout(() => response.end(bytes.subarray(2)), 20);
    });
    expect(body).toBe('🙂');
  });

  test('is given to what was sent', async () => {
    const { body } = await answered(
      (request, response) => {
        const pieces: Buffer[] = [];
        request.on('data', (piece) => pieces.push(piece));
        request.on('end', () =>
          response.end(`${request.method} ${request.headers['x-test']} ${Buffer.concat(pieces)}`),
        );
      },
      { method: 'POST', headers: { 'x-test': 'yes' }, body: 'Zoë' },
    );
    expect(body).toBe('POST yes Zoë');
  });

  test.each([301, 302, 303, 307, 308])('of %i is an answer like any other: nobody is asked next', async (status) => {
    const paths: (string | undefined)[] = [];
    const answer = await answered((request, response) => {
      paths.push(request.url);
      response.writeHead(status, { location: '/elsewhere' }).end('moved');
    });
    expect(answer).toEqual({ status, body: 'moved' });
    expect(paths).toEqual(['/keys']);
  });
});

describe('size', () => {
  test('of exactly the limit is read', async () => {
    expect((await answered((_request, response) => response.end('x'.repeat(1000)))).body).toHaveLength(1000);
  });

  test('of one byte more is refused', async () => {
    const attempt = answered((_request, response) => response.end('x'.repeat(1001)));
    await expect(attempt).rejects.toThrow(/^127\.0\.0\.1:\d+ answered more than 1000 bytes$/);
  });

  test('is counted in bytes, not in characters', async () => {
    await expect(answered((_request, response) => response.end('é'.repeat(501)))).rejects.toThrow(
      'more than 1000 bytes',
    );
  });

  test('without end is refused as soon as it is too much', async () => {
    let written = 0;
    const attempt = answered((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000))) written += 10_000;
      };
      response.on('drain', more);
      more();
    });
    await expect(attempt).rejects.toThrow('more than 1000 bytes');
    expect(written).toBeLessThan(50_000_000);
  });

  test('is what comes, not what the header promises', async () => {
    const chunks = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`;
    await expect(answeredRaw(chunks)).rejects.toThrow('more than 1000 bytes');
  });

  test('of the headers is limited too', async () => {
    await expect(answeredRaw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)).rejects.toBeInstanceOf(
      NetworkError,
    );
  });
});

describe('time', () => {
  const limits = { timeoutMilliseconds: 200 };
  const drip = (write: (piece: string) => unknown) => {
    const timer = setInterval(() => write('x'), 20);
    return () => clearInterval(timer);
  };
  const expectTimeout = async (attempt: () => Promise<unknown>) => {
    const start = performance.now();
    await expect(attempt()).rejects.toThrow(/^127\.0\.0\.1:\d+ did not answer within 200 ms$/);
    expect(performance.now() - start).toBeLessThan(5000);
  };

  test('runs out when nothing is answered', async () => {
    await expectTimeout(() => answered(() => undefined, limits));
  });

  test('runs out when the body never ends', async () => {
    await expectTimeout(() => answered((_request, response) => response.write('{'), limits));
  });

  test('runs out when the body drips, however steadily', async () => {
    await expectTimeout(() =>
      answered((_request, response) => {
        response.on(
          'close',
          drip((piece) => response.write(piece)),
        );
      }, limits),
    );
  });

  test('runs out when the headers drip', async () => {
    const server = createTcpServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      socket.on(
        'close',
        drip((piece) => socket.destroyed || socket.write(piece)),
      );
    });
    const port = await listening(server);
    await expectTimeout(() => exchange(port, limits));
  });

  test('runs out when the server says continue for ever', async () => {
    const server = createTcpServer((socket) => {
      socket.on(
        'close',
        drip(() => socket.destroyed || socket.write('HTTP/1.1 100 Continue\r\n\r\n')),
      );
    });
    const port = await listening(server);
    await expectTimeout(() => exchange(port, limits));
  });

  test('that ran out ends the connection', async () => {
    const closed = Promise.withResolvers<void>();
    const server = createTcpServer((socket) => {
      socket.resume();
      socket.on('close', () => closed.resolve());
    });
    const port = await listening(server);
    await expectTimeout(() => exchange(port, limits));
    await closed.promise;
  });
});

describe('an answer that cannot be used', () => {
  test.each<[name: string, bytes: readonly number[]]>([
    ['a lone byte', [0x7b, 0xff, 0x7d]],
    ['a broken sequence at the end', [0x7b, 0x7d, 0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
  ])('because it is not UTF-8, %s, is refused', async (_name, bytes) => {
    const attempt = answered((_request, response) => response.end(Buffer.from(bytes)));
    await expect(attempt).rejects.toThrow(/did not answer in UTF-8$/);
  });

  test.each<[name: string, bytes: string]>([
    ['in a body shorter than its length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{}'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\n{}'],
    ['before the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'],
    ['in the headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['before it began', ''],
    ['because it is not HTTP', '{"keys":[]}'],
    ['because it has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    [
      'because it has a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('broken off %s is refused', async (_name, bytes) => {
    await expect(answeredRaw(bytes)).rejects.toBeInstanceOf(NetworkError);
  });

  // Nobody listens for 'upgrade', so Node ends the connection without an answer and without an error.
  test('because it switches protocols is refused, and not waited for', async () => {
    const attempt = answeredRaw('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', {
      hangsUp: false,
      timeoutMilliseconds: 200,
    }).then(
      () => 'answered',
      (error) => (error instanceof NetworkError ? 'refused' : 'failed'),
    );
    const patience = new Promise<string>((resolve) => setTimeout(resolve, 1500, 'still waiting'));
    expect(await Promise.race([attempt, patience])).toBe('refused');
  });

  test('because nobody listens is a network error that names the host and not what was sent', async () => {
    const port = await listening(createTcpServer());
    for (const server of servers) server.close();
    const attempt = exchange(port, { method: 'POST', headers: { authorization: 'secret' }, body: 'secret' });
    const error = await attempt.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NetworkError);
    expect(String(error)).toBe(`NetworkError: 127.0.0.1:${port} could not be reached`);
  });
});

describe('the network over https', () => {
  const send = (url: string, privateAddresses: 'refused' | 'allowed' = 'refused') =>
    httpsNetwork({ privateAddresses }).send({
      method: 'GET',
      url,
      timeoutMilliseconds: 2000,
      longestAnswerBytes: 1000,
    });

  test.each(['http://login.acme.example/', 'ftp://login.acme.example/', 'file:///etc/passwd', 'data:,x'])(
    'does not send to %s',
    async (url) => {
      await expect(send(url)).rejects.toThrow('is not reached over https');
      await expect(send(url, 'allowed')).rejects.toThrow('is not reached over https');
    },
  );

  test.each([
    'https://127.0.0.1/',
    'https://127.0.0.1:8443/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a00:1]:8443/',
    'https://user@10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
  ])('does not connect to %s: it is a private address', async (url) => {
    const error = await send(url).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NetworkError);
    expect(String(error)).toContain('is a private address');
  });

  test.each(['localhost', 'localhost:8443', 'LOCALHOST'])(
    'does not connect to %s, whatever it resolves to',
    async (host) => {
      const error = await send(`https://${host}/`).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(NetworkError);
      expect(String((error as NetworkError).cause)).toContain('resolves to a private address');
    },
  );

  test('opens no connection to find out', async () => {
    let connections = 0;
    const port = await listening(createTcpServer(() => connections++));
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      await expect(send(`https://${host}:${port}/`)).rejects.toBeInstanceOf(NetworkError);
    }
    expect(connections).toBe(0);
  });

  test('does connect where private addresses are allowed, and speaks nothing but TLS', async () => {
    const heard = Promise.withResolvers<Buffer>();
    const server = createTcpServer((socket) => {
      socket.once('data', (bytes) => {
        heard.resolve(bytes);
        socket.end('HTTP/1.1 200 OK\r\n\r\n{}');
      });
    });
    const port = await listening(server);
    await expect(send(`https://localhost:${port}/`, 'allowed')).rejects.toThrow('could not be reached');
    // A TLS handshake record (RFC 8446 §5.1).
    expect((await heard.promise).at(0)).toBe(22);
  });
});
