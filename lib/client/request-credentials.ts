import { DaypassRefusal, DaypassUnavailable } from './errors.ts';

/** As the AWS SDK for JavaScript takes them. */
export interface DaypassCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  readonly accountId: string;
}

export interface RequestOptions {
  /** The address of the doors, as `https://access.acme.example`. */
  readonly endpoint: string;
  readonly grant: string;
  /** An OIDC ID token; or else a `samlResponse`. */
  readonly token?: string;
  /** In base64. */
  readonly samlResponse?: string;
  /** Shortened where the grant allows less. */
  readonly durationSeconds?: number;
  /** @default 10000 */
  readonly timeoutMilliseconds?: number;
  /** @default the global one */
  readonly fetch?: typeof fetch;
}

interface Answer {
  readonly credentials: {
    readonly [name in 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'expiration']: string;
  };
  readonly assumedRoleUser?: { readonly arn: string };
  /** Of a grant that gives federation tokens. */
  readonly federatedUser?: { readonly arn: string };
  readonly expiresIn: number;
}

export interface Requested {
  readonly credentials: DaypassCredentials;
  /** Seconds from now, whatever the clock here says. */
  readonly expiresIn: number;
}

/** One exchange. Rejects with a `DaypassRefusal` or a `DaypassUnavailable`. */
export const requestCredentials = async (options: RequestOptions): Promise<DaypassCredentials> =>
  (await request(options)).credentials;

export async function request(options: RequestOptions): Promise<Requested> {
  const { endpoint, grant, token, samlResponse, durationSeconds, fetch: send = fetch } = options;
  const body = JSON.stringify({ grant, token, samlResponse, durationSeconds });
  const { credentials, assumedRoleUser, federatedUser, expiresIn } = await within(
    options.timeoutMilliseconds ?? 10_000,
    (signal) => post(send, `${endpoint.replace(/\/+$/, '')}/v1/credentials`, body, signal),
  );
  return {
    credentials: {
      ...credentials,
      expiration: new Date(credentials.expiration),
      accountId: (assumedRoleUser ?? federatedUser)?.arn.split(':')[4] ?? '',
    },
    expiresIn,
  };
}

/** React Native has no AbortSignal.timeout. */
async function within<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function post(send: typeof fetch, url: string, body: string, signal: AbortSignal): Promise<Answer> {
  let status: number | undefined;
  let told: unknown;
  try {
    const headers = { 'content-type': 'application/json' };
    // No cookies, and nobody may send a token on to another address.
    const response = await send(url, { method: 'POST', headers, body, signal, credentials: 'omit', redirect: 'error' });
    status = response.status;
    told = await response.json();
  } catch (cause) {
    const why = status === undefined ? 'could not be reached' : `answered ${status} without JSON`;
    throw new DaypassUnavailable({ message: `Daypass ${why}.`, ...(status !== undefined && { status }), cause });
  }
  if (status === 200 && isAnswer(told)) return told;
  throw refused(status, told);
}

const isAnswer = (told: unknown): told is Answer =>
  typeof told === 'object' &&
  told !== null &&
  'credentials' in told &&
  ('assumedRoleUser' in told || 'federatedUser' in told);

function refused(status: number, told: unknown): Error {
  const { error, message, requestId } = (told ?? {}) as { readonly [name: string]: string | undefined };
  const said = { status, requestId, message: message ?? `Daypass answered ${status}.` };
  // 429 and its like are API Gateway's, which has a message and no error.
  return status < 500 && error !== undefined
    ? new DaypassRefusal({ ...said, code: error })
    : new DaypassUnavailable(said);
}
