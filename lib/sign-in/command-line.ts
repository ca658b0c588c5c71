// The command line that waits on the person's machine for a sign-in: the loopback redirect of native apps
// (RFC 8252 §7.3) with PKCE (RFC 7636).

import { createHash } from 'node:crypto';
import { fingerprint } from '../identity/fingerprint.ts';

export interface CommandLine {
  /** On the loopback interface. */
  readonly port: number;
  readonly challenge: string;
  readonly state: string;
}

const form = /^([1-9]\d{3,4})\.([\w-]{43})\.([\w-]{22,64})$/;

/** SHA-256 of the verifier in base64url (RFC 7636 §4.2, S256). */
export const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

/** What the address and the cookie carry. */
export const commandLineText = ({ port, challenge, state }: CommandLine) => `${port}.${challenge}.${state}`;

/** `undefined` for what is no such text. */
export function parseCommandLine(text: string | undefined): CommandLine | undefined {
  const [, port = '', challenge = '', state = ''] = form.exec(text ?? '') ?? [];
  const number = Number(port);
  return number >= 1024 && number <= 65_535 ? { port: number, challenge, state } : undefined;
}

export const originOf = ({ port }: CommandLine) => `http://127.0.0.1:${port}`;

/** Where the browser goes with the code. */
export const returnTo = (waiting: CommandLine, { code, grant }: { readonly code: string; readonly grant: string }) =>
  `${originOf(waiting)}/?${new URLSearchParams({ code, grant, state: waiting.state })}`;

/** What the person compares, page and terminal: as ABCD-1234. */
export function codeOf(waiting: CommandLine): string {
  const digits = fingerprint(commandLineText(waiting)).slice(0, 8).toUpperCase();
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}
