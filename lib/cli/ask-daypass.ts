// What the command line asks the doors.

import { isRecord } from '../record.ts';
import { awsFailure } from './aws-failure.ts';
import { Denied, type Io, Unreachable, UsageError } from './command.ts';
import type { KeptCredentials } from './kept-credentials.ts';
import type { ToSign } from './live-doors.ts';

export interface AskedDaypass {
  readonly endpoint: string;
  readonly path: string;
  /** Sent as JSON by POST; without one it is a GET. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  /** With the credentials of the AWS configuration, for the doors of operators. */
  readonly signed?: true;
}

const timeoutMilliseconds = 20_000;

/** Resolves to the members of the answer. Rejects with a `Denied` or an `Unreachable`. */
export async function askDaypass(
  { endpoint, path, body: members, token, signed }: AskedDaypass,
  io: Io,
): Promise<Record<string, unknown>> {
  const url = endpoint + path;
  const method = members ? 'POST' : 'GET';
  const body = members && JSON.stringify(members);
  const plain: Record<string, string> = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const headers = signed ? await signature({ method, url, headers: plain, body }, io) : plain;
  let answer: Response | undefined;
  let told: unknown;
  try {
    answer = await io.fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    told = await answer.json();
  } catch (cause) {
    const what = answer ? 'did not answer as Daypass does. Is the address right?' : 'could not be reached.';
    throw new Unreachable(`${endpoint} ${what}`, { cause });
  }
  const found = isRecord(told) ? told : {};
  if (answer.ok) return found;
  const { error, message, requestId } = found;
  // API Gateway's own word; Daypass was not asked.
  if (signed && answer.status === 403 && error === undefined) {
    throw new Denied(
      `API Gateway says ${String(message)}: the AWS credentials may not execute-api:Invoke ${method} ${path.split('?')[0]}.`,
    );
  }
  const says = `${String(message ?? `It answered ${answer.status}.`)}${error === undefined ? '' : ` (${String(error)}${requestId === undefined ? '' : `, request ${String(requestId)}`})`}`;
  // An operator's question that could not be put is no no.
  if (signed && answer.status === 400) throw new UsageError(says);
  throw answer.status >= 500 || answer.status === 429 ? new Unreachable(says) : new Denied(says);
}

async function signature(request: ToSign, io: Io): Promise<Record<string, string>> {
  try {
    return { ...(await (await io.doors()).sign(request)) };
  } catch (error) {
    throw awsFailure(error, 'The question could not be signed');
  }
}

/** Throws an `Unreachable` for an answer without credentials. */
export function credentialsIn(answer: Record<string, unknown>): KeptCredentials {
  const { credentials, assumedRoleUser, federatedUser = assumedRoleUser } = answer;
  const [given, user] = [isRecord(credentials) ? credentials : {}, isRecord(federatedUser) ? federatedUser : {}];
  // They go on into shells and files, where anything else would be more than a value.
  const text = (name: string, form: RegExp) => {
    const value = given[name];
    if (typeof value !== 'string' || !form.test(value)) {
      throw new Unreachable(`The answer of Daypass has no ${name} in the form of AWS. Is the address right?`);
    }
    return value;
  };
  const [account = ''] = /(?<=^arn:[\w-]+:sts::)\d{12}(?=:)/.exec(String(user.arn ?? '')) ?? [];
  return {
    accessKeyId: text('accessKeyId', /^[A-Z0-9]{16,128}$/),
    secretAccessKey: text('secretAccessKey', /^[\w+/=]{16,128}$/),
    sessionToken: text('sessionToken', /^[\w+/=-]{16,16384}$/),
    expiration: text('expiration', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/),
    accountId: account,
  };
}
