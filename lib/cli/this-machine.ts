// The machine that the command runs on.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cliEnvironment } from '../environment.ts';
import type { LoopbackAnswer, LoopbackServer, Machine } from './machine.ts';
import { fileSecrets, keyringSecrets, secretsIn, writePrivately } from './secret-store.ts';

const loopback = '127.0.0.1';

export function thisMachine(self: string): Machine {
  const { endpoint, home = join(homedir(), '.config', 'daypass'), awsConfigFile, hasDisplay, all } = cliEnvironment();
  return {
    settingsFile: join(home, 'settings.json'),
    awsConfigFile: awsConfigFile ?? join(homedir(), '.aws', 'config'),
    endpoint,
    hasDisplay,
    environment: all,
    self,
    async secrets() {
      const file = fileSecrets(join(home, 'secrets.json'));
      const keyring = await keyringSecrets();
      return keyring ? secretsIn(keyring, file) : file;
    },
    readIfThere(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw new Error(`${path} cannot be read.`, { cause: error });
      }
    },
    writePrivately(path, text) {
      try {
        mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
        writePrivately(path, text);
      } catch (cause) {
        throw new Error(`${path} cannot be written.`, { cause });
      }
    },
    async openBrowser(url) {
      const { default: open } = await import('open');
      const child = await open(url);
      child.on('error', () => undefined);
    },
    run,
    serve,
  };
}

/** Ctrl-C goes to the whole group, so the child hears it itself: we only wait for what it makes of it. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    process.on('SIGTERM', pass);
    process.on('SIGHUP', pass);
    const settle = () => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', pass);
      process.off('SIGHUP', pass);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(new Error(error.code === 'ENOENT' ? `There is no command ${command}.` : `${command} could not be run.`));
    });
    child.on('exit', (code, signal) => {
      settle();
      // As shells tell it.
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15));
    });
  });
}

/** Answers those only who call it by a loopback address: a page whose name resolves to this machine does not. */
async function serve(answer: LoopbackAnswer): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    const { host = '', authorization } = request.headers;
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return void response.writeHead(421).end();
    const target = request.url ?? '/';
    // A target of two slashes would be a host.
    if (!/^\/(?!\/)/.test(target) || !URL.canParse(target, `http://${loopback}`))
      return void response.writeHead(400).end();
    const url = new URL(target, `http://${loopback}`);
    void answer({ method: request.method ?? '', url, authorization })
      .catch(() => ({ status: 500, type: 'text/plain', body: 'Failed.', location: undefined }))
      .then(({ status, type, body, location }) =>
        response

          .writeHead(status, {
            'content-type': type,
            'cache-control': 'no-store',
            connection: 'close',
            ...(location !== undefined && { location, 'referrer-policy': 'no-referrer' }),
          })
          .end(body),
      );
  });
  server.maxConnections = 64;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopback, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
