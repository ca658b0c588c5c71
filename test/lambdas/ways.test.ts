// Every way of issuing, from a door over HTTP to credentials that work in the embedded account.

import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import { anIssuer, type Issuer } from '../kit/issuer.ts';
import { freePorts } from '../kit/loopback.ts';
import { aStack, doorBeside, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer: Issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const now = () => Math.floor(Date.now() / 1000);
const token = (claims: Record<string, unknown> = {}) =>
  issuer.token({ iat: now(), exp: now() + 600, sub: 'alice', tenant: 'blue', ...claims });

const permissions = [{ actions: ['s3:*'], resources: ['arn:aws:s3:::privet/${aws:PrincipalTag/tenant}/*'] }];
const session = { tags: { tenant: '{tenant}', team: { value: '{team}', drop: 1 } }, sourceIdentity: '{sub}' };
const grant = (more: object) => ({ from: 'ci', when: 'anyone', role: { permissions }, ...more });

/** Who leaves all bounds to the permissions, as is right where a role has them. */
const federatedGrant = (sub: string, tenant: string) => ({
  from: 'ci',
  way: 'federation-token',
  when: { StringEquals: { sub } },
  role: { permissions: [{ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::privet/${tenant}/*`] }] },
  session: { policy: [{ actions: ['s3:*'], resources: ['*'] }] },
});

const configurationIn = (file: object) =>
  loadConfiguration({
    ...file,
    providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } } },
    grants: {
      vouched: grant({ way: 'vouch', session: { ...session, duration: '12h' } }),
      chained: grant({ way: 'chain', session: { ...session, transitiveTags: ['tenant'] } }),
      federated: grant({
        way: 'federation-token',
        session: {
          tags: { tenant: '{tenant}' },
          duration: '36h',
          policy: [{ actions: ['s3:*'], resources: ['arn:aws:s3:::privet/{tenant}/*'] }],
        },
      }),
      payroll: federatedGrant('bob', 'yellow'),
      wide: federatedGrant('alice', 'blue'),
      here: grant({ way: 'vouch', session: { ...session, onlyFrom: ['127.0.0.0/8'] } }),
      there: grant({ way: 'vouch', session: { ...session, onlyFrom: ['203.0.113.0/24'] } }),
    },
  });

const configuration = configurationIn({});

let stack: RunningStack;
/** What the door `credentials` was opened with. */
let rimOfCredentials: Rim | undefined;
/** Of the IAM user's key. */
let secretArn: string | undefined;
let served: Awaited<ReturnType<typeof serveIssuer>>;
beforeAll(async () => {
  served = await serveIssuer(issuer);
  stack = await aStack({
    configuration,
    standIns: new Map([[issuer.issuer, served.address]]),
    rim(rim, door) {
      secretArn ??= rim.environment().federationSecret;
      if (door === 'credentials') rimOfCredentials = rim;
      return rim;
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await served?.stop();
});

/** STS, which says that whoever asks is of another account. */
const elsewhere = (sts: Rim['sts']): Rim['sts'] => ({
  async send(request) {
    const answer = await sts.send(request);
    return { ...answer, body: answer.body.replaceAll(':111122223333:federated-user', ':444455556666:federated-user') };
  },
});

interface Answered {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: string;
  };
  readonly expiresIn: number;
}

async function exchange(body: object): Promise<{ readonly status: number; readonly body: Answered }> {
  const answer = await fetch(`${stack.gateway}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Answered };
}

/** The SDK wants its expiration as a Date, and needs none here. */
const keysIn = ({ credentials: { accessKeyId, secretAccessKey, sessionToken } }: Answered) => ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
});

const callerOf = async (answered: Answered) => {
  const keys = keysIn(answered);
  const sts = new STSClient({ endpoint: stack.aws, region: 'us-east-1', credentials: keys });
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
};

const assumed = 'arn:aws:sts::111122223333:assumed-role';

describe.each([
  ['vouched', 43_200, `${assumed}/daypass-vouched/alice`],
  ['chained', 3600, `${assumed}/daypass-chained/alice`],
  ['federated', 129_600, 'arn:aws:sts::111122223333:federated-user/federated.alice'],
])('%s', (name, seconds, arn) => {
  test('gives a session for as long as the way does', async () => {
    const { status, body } = await exchange({ grant: name, token: token() });
    expect(stack.audit.findLast(({ event }) => event === 'exchange')?.detail).toBeUndefined();
    expect(status).toBe(200);
    expect(body.expiresIn).toBeGreaterThan(seconds - 5);
    expect(body.expiresIn).toBeLessThanOrEqual(seconds);
    expect(await callerOf(body)).toBe(arn);
  });

  test('reads what is of the tenant in the claim, and nothing else', async () => {
    const { body } = await exchange({ grant: name, token: token() });
    const s3 = new S3Client({
      endpoint: stack.aws,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: keysIn(body),
    });
    const read = (Key: string) => s3.send(new GetObjectCommand({ Bucket: 'privet', Key }));
    expect(await (await read('blue/plan.txt')).Body?.transformToString()).toBe('The plan of tenant blue.\n');
    await expect(read('yellow/plan.txt')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(read('welcome.txt')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('opens the console for as long', async () => {
    const answer = await fetch(`${stack.gateway}/v1/console`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant: name, token: token() }),
    });
    const { url } = (await answer.json()) as { readonly url: string };
    const page = await (await fetch(url)).text();
    expect(page).toContain(arn.slice(arn.lastIndexOf(':') + 1));
    const until = Date.parse(/<time>([^<]+)<\/time>/.exec(page)?.[1] ?? '');
    expect(Math.abs(until - Date.now() - seconds * 1000)).toBeLessThan(10_000);
  });

  test('gives one to nobody without the claim of a tag that must be there', async () => {
    const { status } = await exchange({ grant: name, token: token({ tenant: undefined }) });
    expect(status).toBe(403);
    expect(stack.audit.findLast(({ event }) => event === 'exchange')).toMatchObject({ code: 'session_unrenderable' });
  });
});

describe('what asks AWS', () => {
  test('is in the hands of the functions only, and not in an administrator’s', async () => {
    const at = { endpoint: stack.aws, region: 'us-east-1', credentials: stack.administrator };
    const asked = new SecretsManagerClient(at).send(new GetSecretValueCommand({ SecretId: secretArn }));
    await expect(asked).rejects.toThrow(/explicit deny in a resource-based policy/);
  });
});

test('a key of another account gives nobody a session there', async () => {
  const { embeddedAws } = rimOfCredentials ?? {};
  if (!embeddedAws || !rimOfCredentials) throw new Error('The door was not opened.');
  const rim = { ...rimOfCredentials, sts: elsewhere(rimOfCredentials.sts) };
  const address = await doorBeside('credentials', rim);
  const answer = await fetch(`${address}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant: 'federated', token: token() }),
  });
  expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ error: 'signer_unavailable' })]);
});

test('in several Regions doors ask for the keys of the first', async () => {
  const port = await freePorts(4);
  const url = `http://127.0.0.1:${port}`;
  const regions = ['eu-central-1', 'us-east-1'];
  const regional = configurationIn({ url: 'https://access.acme.example', operations: { regions } });
  const running = await aStack({
    configuration: { ...regional, url },
    port,
    standIns: new Map([[issuer.issuer, served.address]]),
  });
  try {
    for (const name of ['vouched', 'federated']) {
      const answer = await fetch(`${url}/v1/credentials`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant: name, token: token() }),
      });
      expect([name, answer.status, running.audit.at(-1)?.detail]).toEqual([name, 200, undefined]);
    }
  } finally {
    await running.stop();
  }
});

test('a session that is bound to a network works from there only', async () => {
  const read = async (name: string) => {
    const { body } = await exchange({ grant: name, token: token() });
    const at = { endpoint: stack.aws, region: 'us-east-1', forcePathStyle: true, credentials: keysIn(body) };
    return new S3Client(at).send(new GetObjectCommand({ Bucket: 'privet', Key: 'blue/plan.txt' })).then(
      () => 'reads',
      (error: Error) => error.name,
    );
  };
  expect([await read('here'), await read('there')]).toEqual(['reads', 'AccessDenied']);
});

describe('two grants of one IAM user', () => {
  const reading = async (sub: string, grant: string) => {
    const { body } = await exchange({ grant, token: token({ sub }) });
    const at = { endpoint: stack.aws, region: 'us-east-1', forcePathStyle: true, credentials: keysIn(body) };
    const s3 = new S3Client(at);
    return (tenant: string) =>
      s3.send(new GetObjectCommand({ Bucket: 'privet', Key: `${tenant}/plan.txt` })).then(
        () => 'reads',
        (error: Error) => error.name,
      );
  };

  test('give each what its own permissions say, however wide its session policy is', async () => {
    const [alice, bob] = [await reading('alice', 'wide'), await reading('bob', 'payroll')];
    expect([await alice('blue'), await alice('yellow')]).toEqual(['reads', 'AccessDenied']);
    expect([await bob('yellow'), await bob('blue')]).toEqual(['reads', 'AccessDenied']);
    expect((await exchange({ grant: 'payroll', token: token() })).status).toBe(403);
  });

  test('are two people in the eyes of AWS, though they are called the same', async () => {
    const one = await callerOf((await exchange({ grant: 'wide', token: token() })).body);
    const other = await callerOf((await exchange({ grant: 'federated', token: token() })).body);
    expect([one, other].map((arn) => arn?.split('/')[1])).toEqual(['wide.alice', 'federated.alice']);
  });
});

describe('the key of the IAM user', () => {
  test('is rotated while exchanges go on, and none fails', async () => {
    const before = (await exchange({ grant: 'federated', token: token() })).body;
    const asked: Promise<number>[] = [];
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        asked.push(exchange({ grant: 'federated', token: token() }).then(({ status }) => status));
        await new Promise((resolve) => void setTimeout(resolve, 5));
      }
    })();
    await stack.rotate();
    await stack.rotate();
    isOver = true;
    await asking;
    const statuses = await Promise.all(asked);
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));
    // What was given before goes on.
    expect(await callerOf(before)).toContain('federated-user/federated.alice');
  });
});
