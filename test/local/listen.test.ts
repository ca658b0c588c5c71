import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { close, listen, loopbackServer } from '../../lib/local/listen.ts';
import { freePorts } from '../kit/loopback.ts';

const server = loopbackServer((_request, response) => void response.end('ok'));
let port: number;
beforeAll(async () => {
  port = await freePorts(1);
  await listen(server, port);
});
afterAll(() => close(server));

const statusFor = (host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    request({ host: '127.0.0.1', port, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

describe('a server of the local stack', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]', '127.0.0.1:8787'])('answers to %s', async (host) => {
    expect(await statusFor(host)).toBe(200);
  });

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1:80@evil.example',
    '10.0.0.1',
  ])('does not answer to %s, whose page may have bound its name to this machine', async (host) => {
    expect(await statusFor(host)).toBe(421);
  });
});
