// What the command line asks the doors.

import { isRecord } from '../record.ts';
import { Denied, type Io } from './command.ts';
import type { KeptCredentials } from './kept-credentials.ts';

export interface AskedDaypass {
  readonly endpoint: string;
  readonly path: string;
  /** Sent as JSON by POST; without one it is a GET. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly token?: string;
}

/** Nothing came back that Daypass would say. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

const timeoutMilliseconds = 20_000;

/** Resolves to the members of the answer. Rejects with a `Denied` or an `Unreachable`. */
export async function askDaypass(
  { endpoint, path, body, token }: AskedDaypass,
  io: Io,
): Promise<Record<string, unknown>> {
  let answer: Response;
  let told: unknown;
  try {
    answer = await io.fetch(endpoint + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    told = await answer.json();
  } catch (cause) {
    throw new Unreachable(`${endpoint} did not answer as Daypass does. Is the address right?`, { cause });
  }
  const members = isRecord(told) ? told : {};
  if (answer.ok) return members;
  const { error, message, requestId } = members;
  const says = `${String(message ?? `It answered ${answer.status}.`)}${error === undefined ? '' : ` (${String(error)}${requestId === undefined ? '' : `, request ${String(requestId)}`})`}`;
  throw answer.status >= 500 || answer.status === 429 ? new Unreachable(says) : new Denied(says);
}

/** Throws an `Unreachable` for an answer without credentials. */
export function credentialsIn({ credentials, assumedRoleUser }: Record<string, unknown>): KeptCredentials {
  const [given, user] = [isRecord(credentials) ? credentials : {}, isRecord(assumedRoleUser) ? assumedRoleUser : {}];
  const text = (name: string) => {
    const value = given[name];
    if (typeof value !== 'string') throw new Unreachable(`The answer of Daypass has no ${name}.`);
    return value;
  };
  return {
    accessKeyId: text('accessKeyId'),
    secretAccessKey: text('secretAccessKey'),
    sessionToken: text('sessionToken'),
    expiration: text('expiration'),
    accountId: String(user.arn ?? '').split(':')[4] ?? '',
  };
}
