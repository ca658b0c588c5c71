// What each way of issuing can for whom: what it can is had over HTTP and works in the embedded account, what it cannot is
// refused when the configuration is read, with the reason. The table of it is printed at the end.

import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Way } from '../../lib/grant/grant.ts';
import { problemsOf } from '../config/problems.ts';
import { anAwsProof } from '../kit/aws-proof.ts';
import { anIssuer } from '../kit/issuer.ts';
import { freePorts } from '../kit/loopback.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes } from '../kit/saml-idp.ts';
import { anAccount, aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const anotherAccount = '444455556666';
const recipient = 'https://signin.aws.amazon.com/saml';
const day = 86_400_000;
const corp = await aSamlIdp({ from: new Date(Date.now() - day), until: new Date(Date.now() + day) });
const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const sources = {
  documents: documentsOf({
    'corp.xml': aMetadata({ entityId: corp.entityId, certificates: [corp.certificate] }),
  }),
  now: new Date(),
};

type Provider = 'oidc' | 'saml' | 'aws';
type Part = keyof typeof parts;

/** Where a proof says which tenant its bearer is of. */
const tenantOf: Readonly<Record<Provider, string>> = { oidc: '{tenant}', saml: '{tenant}', aws: '{session}' };

const everything = [{ actions: ['s3:*'], resources: ['arn:aws:s3:::privet/*'] }];
const ofTheTenant = [{ actions: ['s3:*'], resources: ['arn:aws:s3:::privet/${aws:PrincipalTag/tenant}/*'] }];
const lasting = (duration: string) => () => ({ session: { duration } });

/** What a grant says besides its way and its provider. */
const parts = {
  'tags from claims': (provider: Provider) => ({
    role: { permissions: ofTheTenant },
    session: { tags: { tenant: tenantOf[provider] } },
  }),
  '1 h': lasting('1h'),
  '4 h': lasting('4h'),
  '12 h': lasting('12h'),
  '36 h': lasting('36h'),
  'console link': () => ({}),
  'another account': () => ({ role: { permissions: everything, account: anotherAccount } }),
} as const;

interface Grant {
  readonly role?: { readonly permissions: object };
  readonly session?: object;
}

/** Who federates a user must say what the session may do. */
function grantOf(way: Way, provider: Provider, part: Part): object {
  const { role = { permissions: everything }, session = {} }: Grant = parts[part](provider);
  const policy = way === 'federation-token' ? { policy: role.permissions } : {};
  return { from: provider, way, when: 'anyone', role, session: { ...session, ...policy } };
}

/** `works`: over HTTP, in the account. Else what is refused, and the reason. */
type Cell = 'works' | readonly [path: string, says: string];

const noWay: Cell = ['way', "hands on the caller's own token, and a signed request is none"];
const noTags: Cell = ['session.tags', 'with forward a session has what the identity provider signs for AWS'];
const atMost = (hours: number, why: string): Cell => ['session.duration', `at most ${hours}h, for ${why}`];
const ofARole = atMost(12, 'no role gives longer sessions');
const ofAChain = atMost(1, 'a function has the credentials of a role, and AWS gives a role that assumes another 1h');
const noAccount: Cell = ['role.account', 'federation-token is an IAM user of the account of Daypass'];

type Row = readonly [way: Way, providers: readonly Provider[], cells: Readonly<Record<Part, Cell>>];

/** Whoever adds a way or teaches one more adds it here. */
const rows: readonly Row[] = [
  [
    'forward',
    ['oidc', 'saml'],
    {
      'tags from claims': noTags,
      '1 h': 'works',
      '4 h': 'works',
      '12 h': 'works',
      '36 h': ofARole,
      'console link': 'works',
      'another account': 'works',
    },
  ],
  [
    'forward',
    ['aws'],
    {
      'tags from claims': noWay,
      '1 h': noWay,
      '4 h': noWay,
      '12 h': noWay,
      '36 h': noWay,
      'console link': noWay,
      'another account': noWay,
    },
  ],
  [
    'vouch',
    ['oidc', 'saml', 'aws'],
    {
      'tags from claims': 'works',
      '1 h': 'works',
      '4 h': 'works',
      '12 h': 'works',
      '36 h': ofARole,
      'console link': 'works',
      'another account': 'works',
    },
  ],
  [
    'chain',
    ['oidc', 'saml', 'aws'],
    {
      'tags from claims': 'works',
      '1 h': 'works',
      '4 h': ofAChain,
      '12 h': ofAChain,
      '36 h': ofAChain,
      'console link': 'works',
      'another account': 'works',
    },
  ],
  [
    'federation-token',
    ['oidc', 'saml', 'aws'],
    {
      'tags from claims': 'works',
      '1 h': 'works',
      '4 h': 'works',
      '12 h': 'works',
      '36 h': 'works',
      'console link': 'works',
      'another account': noAccount,
    },
  ],
];

interface Case {
  readonly way: Way;
  readonly provider: Provider;
  readonly part: Part;
  readonly cell: Cell;
  /** Of the grant. */
  readonly name: string;
}

const cases: readonly Case[] = rows.flatMap(([way, providers, cells]) =>
  providers.flatMap((provider) =>
    Object.entries(cells).map(([part, cell]) => ({
      way,
      provider,
      part: part as Part,
      cell,
      name: `${way}-${provider}-${part.replaceAll(' ', '-')}`,
    })),
  ),
);
const working = cases.filter(({ cell }) => cell === 'works');
const roleArn = ({ name, part }: Case) =>
  `arn:aws:iam::${part === 'another account' ? anotherAccount : anAccount}:role/daypass-${name}`;

const configurationOf = (of: readonly Case[]) => ({
  url: 'https://access.acme.example',
  providers: {
    oidc: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
    saml: { saml: { metadata: 'corp.xml', allowUnsolicited: 'clients', recipients: [recipient] } },
    aws: { aws: { accounts: [anAccount] } },
  },
  grants: Object.fromEntries(of.map(({ way, provider, part, name }) => [name, grantOf(way, provider, part)])),
});

const printed: string[][] = [['way', 'provider', ...Object.keys(parts)]];
const noted = new Map<Case, string>();
afterAll(() => {
  const wayAndProvider = ({ way, provider }: Case) => `${way} ${provider}`;
  for (const each of new Set(cases.map(wayAndProvider))) {
    const own = cases.filter((one) => wayAndProvider(one) === each);
    printed.push([...each.split(' '), ...own.map((one) => noted.get(one) ?? 'not run')]);
  }
  const widths = printed[0]?.map((_, column) => Math.max(...printed.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const lines = printed.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  process.stdout.write(`\n${lines.map((line) => line.trimEnd()).join('\n')}\n\n`);
});

const titled = (of: readonly Case[]) =>
  of.map((each) => [`${each.way}, ${each.provider}: ${each.part}`, each] as const);

describe('when the configuration is read', () => {
  test.each(titled(cases))('%s', (_, each) => {
    const { cell, name } = each;
    const problems = problemsOf(configurationOf([each]), sources);
    if (cell === 'works') return expect(problems).toEqual([]);
    const [path, says] = cell;
    expect(problems).toContainEqual({ path: `grants.${name}.${path}`, says: expect.stringContaining(says) });
    noted.set(each, `no: ${path}`);
  });
});

interface Place {
  readonly stack: RunningStack;
  /** What the console door asked of AWS's federation endpoint. */
  readonly federation: URLSearchParams[];
  /** A session of a role of the account, called by the tenant that it is for. */
  readonly machine: Keys;
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** A deployment has up to nine grants that federate a user, so each provider has one of its own for them. */
const homeOf = ({ way, provider }: Case) => (way === 'federation-token' ? `${way} ${provider}` : 'roles');
const places = new Map<string, Place>();
const placeOf = (one: Case): Place => {
  const place = places.get(homeOf(one));
  if (place === undefined) throw new Error(`Nothing runs for ${one.name}.`);
  return place;
};
let ci: Awaited<ReturnType<typeof serveIssuer>>;

beforeAll(async () => {
  ci = await serveIssuer(issuer);
  for (const home of new Set(working.map(homeOf))) {
    places.set(home, await aPlace(working.filter((one) => homeOf(one) === home)));
  }
}, 60_000);
afterAll(() => Promise.all([...[...places.values()].map(({ stack }) => stack.stop()), ci?.stop()]));

async function aPlace(of: readonly Case[]): Promise<Place> {
  const federation: URLSearchParams[] = [];
  const port = await freePorts(4);
  const stack = await aStack({
    configuration: { ...loadConfiguration(configurationOf(of), sources), url: `http://127.0.0.1:${port}` },
    port,
    standIns: new Map([[issuer.issuer, ci.address]]),
    rim: (rim) => ({
      ...rim,
      sts: {
        send(request) {
          if (request.url.endsWith('/federation')) federation.push(new URLSearchParams(request.body));
          return rim.sts.send(request);
        },
      },
    }),
  });
  return { stack, federation, machine: await aMachine(stack) };
}

const at = (stack: RunningStack) => ({ endpoint: stack.aws, region: 'us-east-1' });

async function aMachine(stack: RunningStack): Promise<Keys> {
  const credentials = stack.administrator;
  const Statement = [{ Effect: 'Allow', Principal: { AWS: anAccount }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role: role } = await new IAMClient({ ...at(stack), credentials }).send(
    new CreateRoleCommand({ RoleName: 'runner', AssumeRolePolicyDocument }),
  );
  const { Credentials: found } = await new STSClient({ ...at(stack), credentials }).send(
    new AssumeRoleCommand({ RoleArn: role?.Arn, RoleSessionName: 'blue' }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = found ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

let proofs = 0;
/** Each of them of somebody of the tenant blue, and good once where it is. */
const proofFor: Readonly<Record<Provider, (one: Case) => Promise<object>>> = {
  async oidc() {
    const now = Math.floor(Date.now() / 1000);
    return { token: issuer.token({ iat: now, exp: now + 600, tenant: 'blue' }) };
  },
  async saml(one) {
    const account = roleArn(one).split(':')[4];
    const samlResponse = corp.response({
      at: new Date(),
      audience: `${placeOf(one).stack.gateway}/saml/metadata`,
      destination: recipient,
      recipient,
      inResponseTo: null,
      attributes: {
        tenant: ['blue'],
        [`${awsAttributes}Role`]: [`${roleArn(one)},arn:aws:iam::${account}:saml-provider/daypass-saml`],
      },
    });
    return { samlResponse };
  },
  async aws(one) {
    const { stack, machine } = placeOf(one);
    const nonce = `n0nce_n0nce_n0nce_${String(proofs++).padStart(4, '0')}`;
    const about = { audience: stack.gateway, nonce, signedAt: new Date(), region: 'us-east-1' };
    return { awsRequest: await anAwsProof({ keys: machine, ...about }) };
  },
};

async function post(one: Case, path: string) {
  const { stack } = placeOf(one);
  const body = { grant: one.name, ...(await proofFor[one.provider](one)) };
  const answer = await fetch(stack.gateway + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answered = (await answer.json()) as Record<string, unknown>;
  expect([answer.status, stack.audit.at(-1)?.detail]).toEqual([200, undefined]);
  return answered;
}

const credentialsIn = ({ credentials }: Record<string, unknown>) => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials as Keys;
  return { accessKeyId, secretAccessKey, sessionToken };
};

/** With the tag its session reads what the tag says, without it everything. */
async function readsOfItsTenant({ stack }: Place, credentials: Keys, isTagged: boolean): Promise<void> {
  const s3 = new S3Client({ ...at(stack), credentials, forcePathStyle: true });
  const read = (Key: string) => s3.send(new GetObjectCommand({ Bucket: 'privet', Key }));
  expect(await (await read('blue/plan.txt')).Body?.transformToString()).toBe('The plan of tenant blue.\n');
  if (!isTagged) return;
  expect(stack.audit.at(-1)).toMatchObject({ tags: { tenant: 'blue' } });
  await expect(read('yellow/plan.txt')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(read('welcome.txt')).rejects.toMatchObject({ name: 'AccessDenied' });
}

const hour = 3600;
const secondsOf: Partial<Readonly<Record<Part, number>>> = { '4 h': 4 * hour, '12 h': 12 * hour, '36 h': 36 * hour };

/** The session of a case, as AWS names it behind the account. */
const sessionOf = ({ way, name }: Case) =>
  way === 'federation-token' ? `federated-user/${name.slice(0, 15)}` : `assumed-role/daypass-${name}/`;

describe('over HTTP', () => {
  test.each(titled(working.filter(({ part }) => part !== 'console link')))('%s', async (_, each) => {
    const { part } = each;
    const place = placeOf(each);
    const body = await post(each, '/v1/credentials');
    const seconds = secondsOf[part] ?? hour;
    expect(body.expiresIn).toBeGreaterThan(seconds - 10);
    expect(body.expiresIn).toBeLessThanOrEqual(seconds);
    const credentials = credentialsIn(body);
    const caller = await new STSClient({ ...at(place.stack), credentials }).send(new GetCallerIdentityCommand({}));
    const account = part === 'another account' ? anotherAccount : anAccount;
    expect(caller.Account).toBe(account);
    expect(caller.Arn).toMatch(new RegExp(`^arn:aws:sts::${account}:${sessionOf(each)}[\\w+=,.@-]{2,64}$`));
    if (part !== 'another account') await readsOfItsTenant(place, credentials, part === 'tags from claims');
    noted.set(each, 'works');
  });

  test.each(titled(working.filter(({ part }) => part === 'console link')))('%s', async (_, each) => {
    const { federation } = placeOf(each);
    federation.length = 0;
    const body = await post(each, '/v1/console');
    // AWS takes no duration with credentials of a role that another role assumed, nor with those of a federated user: the
    // console session ends with them.
    const [asked] = federation;
    const wanted = asked?.get('SessionDuration') ?? undefined;
    if (each.way === 'chain' || each.way === 'federation-token') expect(wanted).toBeUndefined();
    else expect(Number(wanted)).toBeGreaterThan(hour - 10);
    const page = await (await fetch(String(body.url))).text();
    expect(page).toContain(sessionOf(each));
    const until = Date.parse(/<time>([^<]+)<\/time>/.exec(page)?.[1] ?? '');
    expect(Math.abs(until - Date.now() - hour * 1000)).toBeLessThan(10_000);
    noted.set(each, 'works');
  });

  test('what Daypass gave proves nobody for the next session', async () => {
    const given = working.find(({ way, part }) => way === 'vouch' && part === '1 h');
    const other = working.find(({ way, provider, part }) => way === 'chain' && provider === 'aws' && part === '1 h');
    if (!given || !other) throw new Error('There are no such grants.');
    const { stack } = placeOf(given);
    const keys = credentialsIn(await post(given, '/v1/credentials'));
    const nonce = 'n0nce_n0nce_n0nce_again';
    const awsRequest = await anAwsProof({
      keys,
      audience: stack.gateway,
      nonce,
      signedAt: new Date(),
      region: 'us-east-1',
    });
    const answer = await fetch(`${stack.gateway}/v1/credentials`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant: other.name, awsRequest }),
    });
    expect([answer.status, stack.audit.at(-1)?.code, stack.audit.at(-1)?.detail]).toEqual([
      401,
      'claims_invalid',
      { claim: 'arn', why: expect.stringContaining('that a grant gives') },
    ]);
  });
});
