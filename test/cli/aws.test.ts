// A machine of an AWS account asks for itself: nobody has signed in anywhere.

import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveSts } from '../../lib/cli/live-sts.ts';
import { signCallerIdentity } from '../../lib/cli/sign-caller-identity.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { signingVariable } from '../../lib/environment.ts';
import { parseSignedRequest } from '../../lib/identity/aws/signed-request.ts';
import { sha256, someKeys } from '../kit/aws-proof.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { freePorts } from '../kit/loopback.ts';
import { aStack, type RunningStack } from '../kit/stack.ts';
import { daypass } from './kit.ts';
import { aMachine, type MachineSettings } from './machine.ts';

const no = () => Promise.reject(new Error('AccessDenied'));
const signing = (
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } = someKeys,
  region = 'eu-central-1',
): LiveSts => ({
  accountOf: no,
  decode: no,
  session: no,
  callerIdentityAddress: (headers, now) => signCallerIdentity(headers, { credentials, region, sha256, now }),
});

const given = {
  credentials: {
    accessKeyId: 'ASIAQ3EGAAAAEXAMPLE1',
    secretAccessKey: 'secretsecretsecret',
    sessionToken: 'IQoJtokentokentoken',
    expiration: '2026-06-01T13:00:00Z',
  },
  assumedRoleUser: { arn: 'arn:aws:sts::111122223333:assumed-role/daypass-runners/ci' },
};

/** Daypass as far as it is asked here; what it was sent. */
function aDaypass(answer: object = given) {
  const asked: { url: string; body: Record<string, string>; authorization: string | null }[] = [];
  const send: typeof fetch = async (url, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : '{}';
    const authorization = new Headers(init.headers).get('authorization');
    asked.push({ url: String(url), body: JSON.parse(body), authorization });
    return Response.json(answer);
  };
  return { asked, send };
}

const endpoint = 'https://access.acme.example';
const around = (doors: ReturnType<typeof aDaypass>, settings: MachineSettings = {}) => ({
  machine: aMachine({ endpoint, ...settings }),
  fetch: doors.send,
  sts: signing(),
});

describe('daypass credentials --aws', () => {
  test('signs a request for this Daypass, now, and prints what came of it', async () => {
    const doors = aDaypass();
    const args = ['credentials', '--aws', '--grant', 'runners', '--format', 'process'];
    const { exit, out, err } = await daypass(args, around(doors));
    expect([exit, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ Version: 1, AccessKeyId: 'ASIAQ3EGAAAAEXAMPLE1' });
    const [{ url, body } = { url: '', body: { awsRequest: '' } }] = doors.asked;
    expect([url, Object.keys(body)]).toEqual([`${endpoint}/v1/credentials`, ['grant', 'awsRequest']]);
    expect(parseSignedRequest(body.awsRequest ?? '', 'aws')).toMatchObject({
      region: 'eu-central-1',
      audience: endpoint,
      signedAt: aMoment,
      expires: new Date(aMoment.getTime() + 120_000),
    });
  });

  test('signs another request each time', async () => {
    const doors = aDaypass();
    for (let time = 0; time < 2; time++) await daypass(['credentials', '--aws', '--grant', 'runners'], around(doors));
    const [first, second] = doors.asked.map(({ body }) => parseSignedRequest(body.awsRequest ?? '', 'aws').nonce);
    expect(first).not.toBe(second);
  });

  test('may name another audience', async () => {
    const doors = aDaypass();
    await daypass(['credentials', '--aws', '--grant', 'runners', '--audience', 'urn:acme:access'], around(doors));
    expect(parseSignedRequest(doors.asked[0]?.body.awsRequest ?? '', 'aws').audience).toBe('urn:acme:access');
  });

  test.each([
    [['--aws'], 2, '--grant: which grant?'],
    [['--aws', '--token', 'a.b.c', '--grant', 'runners'], 2, 'Bring one proof: --token or --aws.'],
    [['--audience', 'x', '--grant', 'runners'], 2, '--audience goes with --aws.'],
    [['--aws', '--audience', 'a\nb', '--grant', 'runners'], 2, '--audience: 1 to 255'],
    [['--aws', '--endpoint', 'http://evil.example', '--grant', 'runners'], 2, '--endpoint'],
  ])('with %j it is misused', async (args, exit, says) => {
    const ran = await daypass(['credentials', ...args], around(aDaypass()));
    expect([ran.exit, ran.out]).toEqual([exit, '']);
    expect(ran.err).toContain(says);
  });

  test('without credentials in the AWS configuration it says so', async () => {
    const none = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    });
    const sts = { ...signing(), callerIdentityAddress: () => Promise.reject(none) };
    const { exit, err } = await daypass(['credentials', '--aws', '--grant', 'x'], { ...around(aDaypass()), sts });
    expect([exit, err]).toEqual([2, expect.stringContaining('Sign in to AWS first.')]);
  });

  test('a credential_process that would ask itself ends', async () => {
    const circle = around(aDaypass(), { environment: { [signingVariable]: '1' } });
    const { exit, err } = await daypass(['credentials', '--aws', '--grant', 'runners'], circle);
    expect([exit, err]).toEqual([2, expect.stringContaining('Set AWS_PROFILE to another.')]);
  });
});

describe('daypass console --aws', () => {
  const link = 'https://us-east-1.signin.aws.amazon.com/federation?Action=login&SigninToken=x';

  test('asks for a link by a signed request, of the length that is wanted', async () => {
    const doors = aDaypass({ url: link, expiresIn: 900 });
    const args = ['console', '--aws', '--grant', 'runners', '--duration', '2h', '--print'];
    expect(await daypass(args, around(doors))).toEqual({ exit: 0, out: `${link}\n`, err: '' });
    expect(doors.asked.map(({ url, body }) => [url, Object.keys(body)])).toEqual([
      [`${endpoint}/v1/console`, ['grant', 'awsRequest', 'durationSeconds']],
    ]);
    expect(doors.asked[0]?.body).toMatchObject({ grant: 'runners', durationSeconds: 7200 });
  });

  test.each([
    [['--aws'], '--grant: which grant?'],
    [['--audience', 'x'], '--audience goes with --aws.'],
    [['--aws', '--grant', 'x', '--duration', 'long'], '--duration long: as 4h'],
  ])('with %j it is misused', async (args, says) => {
    const ran = await daypass(['console', ...args], around(aDaypass()));
    expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining(says) });
  });
});

describe('daypass exec --aws', () => {
  test('asks for a session of the length that is wanted', async () => {
    const doors = aDaypass();
    await daypass(['exec', '--aws', '--grant', 'runners', '--duration', '90m', '--', 'true'], around(doors));
    expect(doors.asked[0]?.body).toMatchObject({ durationSeconds: 5400 });
  });

  test('runs a command with what was given', async () => {
    const machine = around(aDaypass());
    expect(await daypass(['exec', '--aws', '--grant', 'runners', '--', 'aws', 's3', 'ls'], machine)).toMatchObject({
      exit: 0,
    });
    expect(machine.machine.ran[0]?.environment.AWS_ACCESS_KEY_ID).toBe('ASIAQ3EGAAAAEXAMPLE1');
  });

  test('with --server signs anew whenever the work asks', async () => {
    const doors = aDaypass();
    const run = async (environment: NodeJS.ProcessEnv) => {
      const headers = { authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' };
      const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', { headers });
      return answer.ok ? 0 : 1;
    };
    const { exit } = await daypass(
      ['exec', '--aws', '--server', '--grant', 'runners', '--', 'work'],
      around(doors, { run }),
    );
    expect(exit).toBe(0);
    expect(new Set(doors.asked.map(({ body }) => body.awsRequest)).size).toBe(2);
  });

  test('takes its options with --aws only', async () => {
    const { exit, err } = await daypass(['exec', '--endpoint', endpoint, '--', 'work'], around(aDaypass()));
    expect([exit, err]).toEqual([2, expect.stringContaining('--endpoint goes with --aws.')]);
  });
});

describe('daypass grants --aws', () => {
  test('bears the request', async () => {
    const doors = aDaypass({ grants: [{ name: 'runners', roleArn: 'arn:…', longestDurationSeconds: 3600 }] });
    expect(await daypass(['grants', '--aws'], around(doors))).toMatchObject({ exit: 0, err: '' });
    expect(doors.asked[0]).toMatchObject({
      url: `${endpoint}/v1/grants`,
      authorization: expect.stringMatching(/^Bearer daypass-aws-v1\.[\w-]+$/),
    });
  });
});

describe('the list of grants', () => {
  test('names the account of each role, in words where there are some', async () => {
    const of = (name: string, account: string, more: object = {}) => {
      const roleArn = `arn:aws:iam::${account}:role/${name}`;
      return { name, roleArn, account, ...more, longestDurationSeconds: 3600 };
    };
    const doors = aDaypass({
      grants: [of('deploy', '444455556666', { accountName: 'Shop production' }), of('files', '111122223333')],
    });
    expect(
      (await daypass(['grants', '--aws'], around(doors))).out,
    ).toBe(`deploy  Shop production  arn:aws:iam::444455556666:role/deploy  1 h
files   111122223333     arn:aws:iam::111122223333:role/files   1 h
`);
  });
});

describe('at the doors', () => {
  let stack: RunningStack;
  beforeAll(async () => {
    const port = await freePorts(4);
    const providers = {
      app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
      fleet: { aws: { accounts: ['111122223333'] } },
    };
    const configuration = loadConfiguration(aConfiguration({ file: { providers } }));
    stack = await aStack({ configuration: { ...configuration, url: `http://127.0.0.1:${port}` }, port });
  });
  afterAll(() => stack.stop());

  test('a machine is known by the keys in its environment, with the AWS SDK of the command', async () => {
    const { accessKeyId, secretAccessKey } = stack.administrator;
    const env = {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'us-east-1',
      // What is signed is for the true endpoint, whatever the AWS configuration says.
      AWS_ENDPOINT_URL: stack.aws,
    };
    const ran = await new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
      const args = ['bin/daypass.ts', 'grants', '--aws', '--endpoint', stack.gateway];
      execFile(process.execPath, args, { env }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
    });
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('No grant fits you.') });
    expect(stack.audit.at(-1)).toMatchObject({
      outcome: 'allowed',
      provider: 'fleet',
      subject: expect.stringMatching(/^arn:aws:iam::111122223333:user\//),
    });
  });

  test('another key is refused in the words of Daypass', async () => {
    const machine = aMachine({ endpoint: stack.gateway });
    const { exit, err } = await daypass(['credentials', '--aws', '--grant', 'files'], {
      machine,
      fetch,
      sts: signing(someKeys, 'us-east-1'),
      now: new Date(),
    });
    expect([exit, err]).toEqual([1, expect.stringContaining('The proof could not be verified.')]);
  });
});
