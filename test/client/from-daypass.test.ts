import { describe, expect, test } from 'vitest';
import { DaypassRefusal, DaypassUnavailable, fromDaypass, requestCredentials } from '../../lib/client/index.ts';
import { golden } from '../dialects/kit.ts';

const endpoint = 'https://access.acme.example';
const start = Date.parse('2026-06-01T12:00:00Z');
const granted = golden('credentials-granted').body;
const throttled = [429, '{"message":"Too Many Requests"}'] as const;
const denied = [403, golden('credentials-refused').body] as const;

type Reply = readonly [status: number, body: string] | Error;

/** A broker in memory: remembers what it was asked, and answers with these in turn, the last for ever. */
function aBroker(...replies: readonly Reply[]) {
  const asked: { readonly url: string; readonly init: RequestInit; readonly body: Record<string, unknown> }[] = [];
  const send: typeof fetch = async (url, init = {}) => {
    asked.push({ url: String(url), init, body: JSON.parse(String(init.body)) });
    const reply = replies[Math.min(asked.length, replies.length) - 1] ?? new Error('nothing to say');
    await Promise.resolve();
    if (reply instanceof Error) throw reply;
    const [status, body] = reply;
    return new Response(body, { status });
  };
  return { asked, send };
}

const lasting = (seconds: number, key = 'ASIAEXAMPLE'): Reply => {
  const answer = JSON.parse(granted);
  return [
    200,
    JSON.stringify({ ...answer, expiresIn: seconds, credentials: { ...answer.credentials, accessKeyId: key } }),
  ];
};

interface Settings {
  readonly replies: readonly Reply[];
  readonly getToken?: () => string | Promise<string>;
  readonly attempts?: number;
}

function aProvider({ replies, getToken = () => 'a.b.c', attempts = 3 }: Settings) {
  const broker = aBroker(...replies);
  let now = start;
  const pauses: number[] = [];
  const provider = fromDaypass({
    endpoint,
    grant: 'files',
    getToken,
    attempts,
    fetch: broker.send,
    clock: () => now,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
      now += milliseconds;
    },
  });
  const pass = (seconds: number) => {
    now += seconds * 1000;
  };
  return { ...broker, provider, pauses, pass };
}

describe('one exchange', () => {
  test('has the names of the AWS SDK, and its types', async () => {
    const { asked, send } = aBroker([200, granted]);
    expect(await requestCredentials({ endpoint: `${endpoint}/`, grant: 'files', token: 'a.b.c', fetch: send })).toEqual(
      {
        accessKeyId: 'ASIAEXAMPLE',
        secretAccessKey: 'secret/+=example',
        sessionToken: 'IQoJb3JpZ2luX2VjExample',
        expiration: new Date('2026-06-01T13:00:00Z'),
        accountId: '111122223333',
      },
    );
    expect(asked[0]?.url).toBe(`${endpoint}/v1/credentials`);
    expect(asked[0]?.body).toEqual({ grant: 'files', token: 'a.b.c' });
    expect(asked[0]?.init).toMatchObject({ method: 'POST', credentials: 'omit', redirect: 'error' });
  });

  test('brings a SAML response, and wishes for a duration', async () => {
    const { asked, send } = aBroker([200, granted]);
    await requestCredentials({ endpoint, grant: 'files', samlResponse: 'PHNhbWw+', durationSeconds: 900, fetch: send });
    expect(asked[0]?.body).toEqual({ grant: 'files', samlResponse: 'PHNhbWw+', durationSeconds: 900 });
  });

  test('that is refused is a DaypassRefusal with its code', async () => {
    const failed = requestCredentials({ endpoint, grant: 'files', token: 'a.b.c', fetch: aBroker(denied).send });
    await expect(failed).rejects.toBeInstanceOf(DaypassRefusal);
    await expect(failed).rejects.toMatchObject({ code: 'grant_denied', status: 403, requestId: 'request-1' });
  });

  test.each<[what: string, reply: Reply, status: number | undefined]>([
    ['a broken connection', new TypeError('fetch failed'), undefined],
    ['a page of somebody else', [200, '<html>'], 200],
    ['an answer that is none', [200, '{}'], 200],
    ['null', [200, 'null'], 200],
    ['a fault', [500, '{"error":"broker_fault","message":"Daypass failed.","requestId":"r"}'], 500],
    ['a throttle', throttled, 429],
  ])('that ends in %s is a DaypassUnavailable', async (_, reply, status) => {
    const failed = requestCredentials({ endpoint, grant: 'files', token: 'a.b.c', fetch: aBroker(reply).send });
    await expect(failed).rejects.toBeInstanceOf(DaypassUnavailable);
    await expect(failed).rejects.toMatchObject({ status });
  });

  test('is given up after its time', async () => {
    const send: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const failed = requestCredentials({ endpoint, grant: 'files', token: 'a', fetch: send, timeoutMilliseconds: 10 });
    await expect(failed).rejects.toBeInstanceOf(DaypassUnavailable);
  });

  test('never tells the token in an error', async () => {
    const told = await requestCredentials({
      endpoint,
      grant: 'files',
      token: 'eyJtoken',
      fetch: aBroker(denied).send,
    }).catch((error: unknown) => `${error} ${JSON.stringify(error)}`);
    expect(told).not.toContain('eyJtoken');
  });
});

describe('a provider', () => {
  test('asks once, and gives what it holds until five minutes before the end', async () => {
    const { provider, asked, pass } = aProvider({ replies: [lasting(3600, 'ASIAFIRST'), lasting(3600, 'ASIASECOND')] });
    const keys = [(await provider()).accessKeyId];
    pass(3299);
    keys.push((await provider()).accessKeyId);
    pass(2);
    keys.push((await provider()).accessKeyId);
    expect(keys).toEqual(['ASIAFIRST', 'ASIAFIRST', 'ASIASECOND']);
    expect(asked).toHaveLength(2);
  });

  test('asks for a new token each time', async () => {
    let count = 0;
    const { provider, asked, pass } = aProvider({
      replies: [lasting(900)],
      getToken: async () => `token-${++count}`,
    });
    await provider();
    pass(700);
    await provider();
    expect(asked.map(({ body }) => body.token)).toEqual(['token-1', 'token-2']);
  });

  test('has one flight for all who ask at once', async () => {
    const { provider, asked } = aProvider({ replies: [lasting(3600)] });
    const all = await Promise.all(Array.from({ length: 50 }, () => provider()));
    expect(new Set(all).size).toBe(1);
    expect(asked).toHaveLength(1);
  });

  test('uses a short session for half of its life', async () => {
    const { provider, asked, pass } = aProvider({ replies: [lasting(400)] });
    await provider();
    pass(150);
    await provider();
    expect(asked).toHaveLength(1);
  });

  test('tells the end by the clock here, however wrong that is', async () => {
    const { provider } = aProvider({ replies: [lasting(3600)] });
    expect((await provider()).expiration).toEqual(new Date(start + 3_600_000));
  });

  test('is refreshed when it is told to be', async () => {
    const { provider, asked } = aProvider({ replies: [lasting(3600)] });
    await provider();
    await provider({ forceRefresh: true });
    expect(asked).toHaveLength(2);
  });

  test('tries again, later each time, when Daypass cannot be reached', async () => {
    const { provider, asked, pauses } = aProvider({ replies: [new Error('down'), throttled, lasting(3600)] });
    expect((await provider()).accessKeyId).toBe('ASIAEXAMPLE');
    expect(asked).toHaveLength(3);
    const [first = 0, second = 0] = pauses;
    expect(first).toBeGreaterThanOrEqual(200);
    expect(second).toBeGreaterThanOrEqual(400);
  });

  test('does not try again when it is refused', async () => {
    const { provider, asked } = aProvider({ replies: [denied, lasting(3600)] });
    await expect(provider()).rejects.toMatchObject({ code: 'grant_denied' });
    expect(asked).toHaveLength(1);
    // Another sign-in may help at once.
    expect((await provider()).accessKeyId).toBe('ASIAEXAMPLE');
  });

  test('leaves Daypass alone for a while after it gave up', async () => {
    const { provider, asked, pass } = aProvider({ replies: [new Error('down')] });
    await expect(provider()).rejects.toBeInstanceOf(DaypassUnavailable);
    await expect(provider()).rejects.toBeInstanceOf(DaypassUnavailable);
    expect(asked).toHaveLength(3);
    pass(60);
    await expect(provider()).rejects.toBeInstanceOf(DaypassUnavailable);
    expect(asked).toHaveLength(6);
  });

  test('gives what it holds while Daypass is away, until that ends', async () => {
    const { provider, asked, pass } = aProvider({ replies: [lasting(3600), new Error('down')] });
    await provider();
    pass(3400);
    expect((await provider()).accessKeyId).toBe('ASIAEXAMPLE');
    expect(asked).toHaveLength(4);
    pass(300);
    await expect(provider()).rejects.toBeInstanceOf(DaypassUnavailable);
  });

  test('tells what getToken threw', async () => {
    const { provider, asked } = aProvider({
      replies: [lasting(3600)],
      getToken: () => Promise.reject(new Error('signed out')),
    });
    await expect(provider()).rejects.toThrow('signed out');
    expect(asked).toHaveLength(0);
  });
});
