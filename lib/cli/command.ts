// What a command of `daypass` is, and what it may reach.

import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { parseDuration } from '../config/duration.ts';
import { messageOf } from '../message-of.ts';
import type { Network } from '../network/network.ts';
import type { LiveDoors } from './live-doors.ts';
import type { LiveIam } from './live-iam.ts';
import type { LiveProbe } from './live-probe.ts';
import type { LiveSts } from './live-sts.ts';
import type { Machine } from './machine.ts';

export interface Io {
  readonly write: (text: string) => void;
  /** What is no answer: progress, and what to do. */
  readonly tell: (text: string) => void;
  /** Whether `tell` reaches a person's terminal. */
  readonly isTerminal: boolean;
  /** Throws an `Error` that names the file. */
  readonly readFile: (path: string) => string;
  readonly readStdin: () => Promise<string>;
  readonly now: () => Date;
  /** Where no --config says otherwise: what DAYPASS_CONFIG names, or daypass.yaml. */
  readonly configurationFile: string;
  /** Reaches the account of the AWS configuration; nothing is asked until it is used. */
  readonly iam: () => Promise<LiveIam>;
  readonly sts: () => Promise<LiveSts>;
  /** By a profile of the AWS configuration. */
  readonly probe: (profile: string) => Promise<LiveProbe>;
  readonly doors: () => Promise<LiveDoors>;
  /** The person's own machine: what is kept there, browser, child processes. */
  readonly machine: Machine;
  readonly fetch: typeof fetch;
  /** Of this package. */
  readonly version: string;
  /** Reaches what a deployed door would reach, and nothing else. */
  readonly documents: () => Network;
}

/** Where neither an option nor the configuration says otherwise. */
export const defaults = { account: '111122223333', url: 'https://daypass.example' } as const;

export const exitCodes = { yes: 0, no: 1, misuse: 2, open: 3, unavailable: 4 } as const;
/** Those above; of `exec` that of what it ran. */
export type ExitCode = number;

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** For completion. */
  readonly options: Options;
  readonly run: (args: readonly string[], io: Io) => Promise<ExitCode>;
}

/** The caller wrote something that cannot be: told with the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A no of Daypass or AWS, told in its own words. */
export class Denied extends Error {
  override readonly name = 'Denied';
}

/** Nothing came back that Daypass or AWS would say. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export type Options = NonNullable<ParseArgsConfig['options']>;

/** Throws a `UsageError` for what is not known. */
export function argumentsIn<const O extends Options>(args: readonly string[], options: O, allowPositionals = false) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Throws a `UsageError` for what is no length of time. */
export function secondsOf(duration: string): number {
  const seconds = parseDuration(duration);
  if (seconds === undefined || seconds < 1) throw new UsageError(`--duration ${duration}: as 4h, 90m or 3600.`);
  return seconds;
}

/** Throws a `UsageError` for what is no account. */
export function checkAccount(account: string | undefined): void {
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new UsageError(`--account ${account}: an AWS account ID has 12 digits.`);
  }
}

/** Throws a `UsageError` for what is no address of doors. */
export function checkAddress(url: string | undefined): void {
  if (url !== undefined && !(URL.canParse(url) && /^https?:\/\/[^/?#]+$/.test(url))) {
    throw new UsageError(`--url ${url}: the address of the doors without a path, as https://access.acme.example.`);
  }
}

/** A text itself, `@file` for what a file holds, `-` for what comes in. */
export async function textOf(argument: string, io: Io): Promise<string> {
  if (argument === '-') return (await io.readStdin()).trim();
  return argument.startsWith('@') ? io.readFile(argument.slice(1)).trim() : argument;
}

export const inJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Says what is waited for: with a spinner on a terminal, in one line elsewhere. */
export async function waiting<T>(what: string, work: Promise<T>, { tell, isTerminal }: Io): Promise<T> {
  if (!isTerminal) {
    tell(`${what} …\n`);
    return work;
  }
  let frame = 0;
  const draw = () => tell(`\r${frames[frame++ % frames.length]} ${what} …`);
  draw();
  const timer = setInterval(draw, 100);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    tell('\r\u001b[K');
  }
}
