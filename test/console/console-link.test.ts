import { describe, expect, test } from 'vitest';
import { type ConsoleWish, consoleLinks } from '../../lib/console/console-link.ts';
import { consoleOf } from '../../lib/console/partition.ts';
import { type Network, type NetworkAnswer, NetworkError, type NetworkRequest } from '../../lib/network/network.ts';
import { Refusal, type RefusalCode } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const secrets = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/+=&example', sessionToken: 'IQoJb3JpZ2lu+/=' };
const token = 'VQ/signin+token=&<">';

const place = consoleOf('aws');
if (!place) throw new Error('There is no console.');

interface Settings {
  readonly left?: number;
  readonly granted?: number;
  readonly destination?: string;
  readonly signInPage?: string;
}

const aWish = ({
  left = 3600,
  granted = 3600,
  signInPage = 'https://daypass.example/sign-in/corp',
  ...rest
}: Settings) =>
  ({
    issued: {
      credentials: { ...secrets, expiration: later(left) },
      user: {
        kind: 'assumed-role' as const,
        arn: 'arn:aws:sts::111122223333:assumed-role/files/alice',
        userId: 'AROA:alice',
      },
      told: new Map(),
    },
    session: {
      way: 'forward',
      evidence: { kind: 'saml', samlResponse: 'PHNhbWw+', roles: [], sessionName: 'alice' },
      roleArn: 'arn:aws:iam::111122223333:role/files',
      sessionName: 'alice',
      duration: { seconds: granted },
    },
    signInPage,
    now: aMoment,
    ...rest,
  }) satisfies ConsoleWish;

function federation(
  answer: NetworkAnswer | Error = { status: 200, body: JSON.stringify({ SigninToken: token }) },
): Network & { readonly sent: NetworkRequest[] } {
  const sent: NetworkRequest[] = [];
  return {
    sent,
    async send(request) {
      sent.push(request);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

const linkOn = (network: Network, settings: Settings = {}) =>
  consoleLinks({ network, place, federationOrigin: `https://${place.signInHost}` }).link(aWish(settings));

async function refusalOn(network: Network, settings: Settings = {}): Promise<Refusal> {
  const error = await linkOn(network, settings).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error('It was not refused.');
}

describe('a token for the sign-in', () => {
  test('is asked for by one POST, with the keys in the body', async () => {
    const network = federation();
    await linkOn(network);
    expect(network.sent).toStrictEqual([
      {
        method: 'POST',
        url: 'https://signin.aws.amazon.com/federation',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: expect.any(String),
        timeoutMilliseconds: 3000,
        longestAnswerBytes: 65_536,
      },
    ]);
    const { sessionToken, accessKeyId: sessionId, secretAccessKey: sessionKey } = secrets;
    const form = new URLSearchParams(network.sent[0]?.body);
    expect([...form.keys()]).toEqual(['Action', 'Session', 'SessionDuration']);
    expect(form.get('Action')).toBe('getSigninToken');
    expect(JSON.parse(form.get('Session') ?? '')).toStrictEqual({ sessionId, sessionKey, sessionToken });
  });

  test('is asked for in no address, and the link has no key in it', async () => {
    const network = federation();
    const addresses = [await linkOn(network), ...network.sent.map(({ url }) => url)];
    for (const address of addresses) {
      for (const secret of Object.values(secrets)) {
        expect(address).not.toContain(secret);
        expect(address).not.toContain(encodeURIComponent(secret));
      }
    }
  });
});

describe('the link', () => {
  const parametersOf = async (settings: Settings = {}) => {
    const link = new URL(await linkOn(federation(), settings));
    return { address: link.origin + link.pathname, query: Object.fromEntries(link.searchParams) };
  };

  test('leads to the home page of the console unless told otherwise', async () => {
    expect(await parametersOf()).toEqual({
      address: 'https://signin.aws.amazon.com/federation',
      query: {
        Action: 'login',
        Issuer: 'https://daypass.example/sign-in/corp',
        Destination: 'https://console.aws.amazon.com/',
        SigninToken: token,
      },
    });
  });

  test('leads to a page of the console, query and fragment and all', async () => {
    const destination = 'https://eu-central-1.console.aws.amazon.com/s3/buckets/a?region=eu-central-1&b=c#/d?e=f';
    expect((await parametersOf({ destination })).query).toMatchObject({ Destination: destination });
  });

  test('leads nowhere else, and then nobody is given the keys', async () => {
    const network = federation();
    const refusal = await refusalOn(network, { destination: 'https://console.aws.amazon.com.evil.example/' });
    expect([refusal.code, refusal.detail, network.sent]).toEqual(['destination_not_allowed', {}, []]);
  });

  test.each([
    'https://console.aws.amazon.com/a b',
    'https://console.aws.amazon.com/ü',
    'https://console.aws.amazon.com/a\\b',
    'https://console.aws.amazon.com\\@evil.example/',
    'https:\\\\console.aws.amazon.com\\',
    'https:console.aws.amazon.com',
    'https:///console.aws.amazon.com/',
    ' https://console.aws.amazon.com/',
    'https://console.aws\n.amazon.com/',
    'https://console。aws。amazon。com/',
    'https://cons%6Fle.aws.amazon.com/',
    'HTTPS://CONSOLE.AWS.AMAZON.COM/s3',
    'https://console.aws.amazon.com:443/s3',
  ])('hands %j on as it was understood, so that AWS understands the same', async (destination) => {
    expect((await parametersOf({ destination })).query.Destination).toBe(new URL(destination).href);
  });

  test('goes through what stands in for the sign-in', async () => {
    const network = federation();
    const { link } = consoleLinks({ network, place, federationOrigin: 'http://127.0.0.1:8788' });
    expect(await link(aWish({}))).toMatch(/^http:\/\/127\.0\.0\.1:8788\/federation\?Action=login&/);
    expect(network.sent[0]?.url).toBe('http://127.0.0.1:8788/federation');
  });
});

describe('the length of the console session', () => {
  test.each<[left: number, granted: number, sent: string | null]>([
    [3600, 3600, '3600'],
    [3600, 1800, '1800'],
    [1800, 3600, '1800'],
    [43_200, 43_200, '43200'],
    [86_400, 86_400, '43200'],
    [86_400, 43_201, '43200'],
    [900, 3600, '900'],
    [900.999, 3600, '900'],
    [899.999, 3600, null],
    [899, 3600, null],
    [1, 3600, null],
    [0, 3600, null],
    [-5, 3600, null],
    [3600, 899, null],
  ])('of credentials for %d s of %d granted is told as %s', async (left, granted, expected) => {
    const network = federation();
    await linkOn(network, { left, granted });
    expect(new URLSearchParams(network.sent[0]?.body).get('SessionDuration')).toBe(expected);
  });
});

describe('a no', () => {
  test.each<[what: string, answer: NetworkAnswer | Error, code: RefusalCode]>([
    ['400', { status: 400, body: '<html>Bad Request</html>' }, 'console_refused'],
    ['403', { status: 403, body: '' }, 'console_refused'],
    ['a redirect', { status: 302, body: '' }, 'console_refused'],
    ['another success', { status: 204, body: '' }, 'console_refused'],
    ['500', { status: 500, body: '' }, 'console_unavailable'],
    ['503', { status: 503, body: JSON.stringify({ SigninToken: token }) }, 'console_unavailable'],
    ['unreachable', new NetworkError('signin.aws.amazon.com could not be reached'), 'console_unavailable'],
    ['nothing', { status: 200, body: '' }, 'console_refused'],
    ['a page', { status: 200, body: '<html></html>' }, 'console_refused'],
    ['null', { status: 200, body: 'null' }, 'console_refused'],
    ['a text', { status: 200, body: '"token"' }, 'console_refused'],
    ['a list', { status: 200, body: '[]' }, 'console_refused'],
    ['another member', { status: 200, body: '{"signinToken":"a"}' }, 'console_refused'],
    ['an empty token', { status: 200, body: '{"SigninToken":""}' }, 'console_refused'],
    ['a number for a token', { status: 200, body: '{"SigninToken":1}' }, 'console_refused'],
    ['a list for a token', { status: 200, body: '{"SigninToken":["a"]}' }, 'console_refused'],
    ['a token that is inherited', { status: 200, body: '{"__proto__":{"SigninToken":"a"}}' }, 'console_refused'],
    ['half an answer', { status: 200, body: '{"SigninToken":"a' }, 'console_refused'],
  ])('that is %s is told for what it is, and is not asked again', async (_, answer, code) => {
    const network = federation(answer);
    expect((await refusalOn(network)).code).toBe(code);
    expect(network.sent).toHaveLength(1);
  });

  test.each<[what: string, answer: NetworkAnswer | Error]>([
    ['repeats the keys', { status: 400, body: `Session ${JSON.stringify(secrets)} is not valid` }],
    ['repeats the keys and fails', { status: 500, body: JSON.stringify(secrets) }],
    ['repeats the keys as a token', { status: 200, body: JSON.stringify({ SigninToken: [secrets] }) }],
    ['cannot be reached', new NetworkError('signin.aws.amazon.com did not answer within 3000 ms')],
  ])('of somebody who %s has no key in its detail', async (_, answer) => {
    const { detail, message, cause } = await refusalOn(federation(answer));
    const told = JSON.stringify([detail, message, String(cause)]);
    for (const secret of Object.values(secrets)) expect(told).not.toContain(secret);
  });

  test('that is a fault of ours is no refusal', async () => {
    const bug = new TypeError('undefined is not a function');
    await expect(linkOn(federation(bug))).rejects.toBe(bug);
  });
});
