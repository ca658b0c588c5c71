// `npm start` as a user runs it: a process of its own, on ports of its own.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { freePorts } from '../kit/loopback.ts';

const execute = promisify(execFile);

export interface Started {
  readonly gateway: string;
  readonly aws: string;
  readonly identityProvider: string;
  readonly samlIdentityProvider: string;
  /** From the command to "Daypass is ready". */
  readonly readyAfterMilliseconds: number;
  /** All it has said until now. */
  said(): string;
  /** `npm run -s token -- NAME` */
  token(...args: readonly string[]): Promise<string>;
  /** `npm run -s assertion -- NAME` */
  assertion(...args: readonly string[]): Promise<string>;
  credentials(grant: string, token: string): Promise<Response>;
  /** Ctrl-C; resolves to the exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The first of the four ports, where somebody must know it before. */
  readonly port?: number;
}

/**
 * Node hangs while it ends, about once in thousands of times (nodejs/node#54918, #64560). What should have been ready or
 * over for long is killed, and begun once more; when that hangs too, it is our fault and not Node's.
 */
const longestStartMilliseconds = 40_000;
class Hung extends Error {}

/** Rejects with all that was said when it ends before it is ready. */
export async function npmStart(options: StartOptions = {}): Promise<Started> {
  try {
    return await begin(options);
  } catch (error) {
    if (!(error instanceof Hung)) throw error;
    process.stdout.write(`npm start neither was ready nor ended: begun once more.\n${error.message}\n`);
    return begin(options);
  }
}

async function begin({ args = [], environment = {}, port: wanted }: StartOptions): Promise<Started> {
  const port = wanted ?? (await freePorts(4));
  const env = { ...process.env, DAYPASS_PORT: String(port), ...environment };
  const began = performance.now();
  const child = spawn('npm', ['start', '--', ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ready = new Promise<number>((resolve, reject) => {
    const limit = setTimeout(() => {
      signal(child, 'SIGKILL');
      reject(new Hung(said));
    }, longestStartMilliseconds);
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes('Daypass is ready')) return;
      clearTimeout(limit);
      resolve(performance.now() - began);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`npm start ended with ${code}:\n${said}`));
    });
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const address = (offset: number) => `http://127.0.0.1:${port + offset}`;
  return {
    readyAfterMilliseconds: await ready,
    gateway: address(0),
    aws: address(1),
    identityProvider: address(2),
    samlIdentityProvider: address(3),
    said: () => said,
    token: (...words) => npmRun('token', words, env),
    assertion: (...words) => npmRun('assertion', words, env),
    credentials: (grant, token) =>
      fetch(`${address(0)}/v1/credentials`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant, token }),
      }),
    stop: () => {
      // A terminal sends Ctrl-C to the whole group.
      signal(child, 'SIGINT');
      return ended;
    },
  };
}

async function npmRun(script: string, words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const run = () => execute('npm', ['run', '-s', script, '--', ...words], { env, timeout: 30_000 });
  const again = (error: { readonly killed?: boolean }) => (error.killed ? run() : Promise.reject(error));
  return (await run().catch(again)).stdout.trim();
}

/** To npm and whatever it began. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, name);
}

export interface Answered {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: string;
  };
  readonly assumedRoleUser: { readonly arn: string };
}
