// All of `npm start` in one process: the doors' sources, the synthesised default configuration, real HTTP.

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { open as recordAudit } from '../../lambdas/record-audit.ts';
import type { Configuration, OidcProviderSettings } from '../../lib/config/configuration.ts';
import { readConfigurationFile } from '../../lib/config/read-config-file.ts';
import type { OpenDoor } from '../../lib/door.ts';
import { type Synthesis, synthesise } from '../../lib/infra/synthesise.ts';
import { printToken } from '../../lib/local/idp/print-token.ts';
import { type LocalStack, type LocalStackSettings, startLocalStack } from '../../lib/local/local-stack.ts';
import type { SamlIdpSettings } from '../../lib/local/saml-idp/saml-idp.ts';
import { withStandIn } from '../../lib/local/saml-idp/stand-in.ts';
import type { StackTemplate } from '../../lib/local/template.ts';
import type { DoorName } from '../../lib/routes.ts';
import { freePorts, isFree } from '../kit/loopback.ts';
import { doors } from '../kit/stack.ts';

const account = '111122223333';
const ourIssuer = 'https://access.acme.example';
let configuration: Configuration;
let samlIdp: SamlIdpSettings | undefined;
let synthesis: Synthesis | undefined;

beforeAll(async () => {
  const read = await readConfigurationFile('daypass.yaml');
  configuration = { ...read, vouch: { ...read.vouch, issuer: ourIssuer } };
  // The stack is that of the file: what the doors do with SAML is not told here.
  const nowhere = { doors: 'http://127.0.0.1:1', address: 'http://127.0.0.1:1' };
  ({ samlIdp } = await withStandIn({ configuration, ...nowhere, account, clock: () => new Date() }));
  synthesis = synthesise(configuration, { account, region: 'us-east-1' });
});
afterAll(() => {
  if (synthesis) rmSync(synthesis.assembly, { recursive: true, force: true });
});

interface Started extends LocalStack {
  readonly port: number;
  readonly lines: readonly string[];
}

type Changes = Partial<Pick<LocalStackSettings, 'openDoor' | 'port' | 'identityProvider' | 'samlIdentityProvider'>> & {
  readonly edit?: (home: StackTemplate) => StackTemplate;
};

async function started({ edit = (home) => home, ...changes }: Changes = {}): Promise<Started> {
  if (!synthesis) throw new Error('Nothing is synthesised.');
  const { assembly, stacks } = synthesis;
  const [home, ...others] = stacks;
  const port = changes.port ?? (await freePorts(4));
  const lines: string[] = [];
  const stack = await startLocalStack({
    stacks: [edit(home), ...others],
    assembly,
    openDoor: (door) => doors[door],
    ourIssuer,
    openListener: () => recordAudit,
    identityProvider: [...configuration.providers.values()].find(
      (each): each is OidcProviderSettings => each.kind === 'oidc',
    ),
    samlIdentityProvider: samlIdp,
    standIns: new Map(),
    secret: (arn) => Promise.reject(new Error(`There is no secret ${arn}.`)),
    clock: () => new Date(),
    writeLine: (line) => void lines.push(line),
    ...changes,
    port,
  });
  onTestFinished(() => stack.stop());
  return { ...stack, port, lines };
}

interface Granted {
  readonly error?: string;
  readonly expiresIn?: number;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: string;
  };
  readonly assumedRoleUser?: { readonly arn: string };
}

/** What the door says to somebody of the cast who asks for a grant. */
async function asking({ gateway, port }: Started, person: string, grant: string) {
  const token = await printToken([person], port);
  const answer = await fetch(`${gateway}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant, token }),
  });
  return { status: answer.status, body: (await answer.json()) as Granted, token };
}

describe('the default configuration', () => {
  test('alice gets the files of her tenant, and AWS knows her session', async () => {
    const stack = await started();
    const { status, body } = await asking(stack, 'alice', 'tenant-files');
    const arn = `arn:aws:sts::${account}:assumed-role/daypass-tenant-files/alice@acme.example`;
    expect(status).toBe(200);
    expect(body.assumedRoleUser?.arn).toBe(arn);
    expect(body.expiresIn).toBeGreaterThan(14_390);
    const { credentials: keys } = body;
    if (!keys) throw new Error('There are no credentials.');
    const signing = { ...keys, expiration: new Date(keys.expiration) };
    const sts = new STSClient({ endpoint: stack.aws, region: 'us-east-1', credentials: signing, maxAttempts: 1 });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: account, Arn: arn });
  });

  test.each([
    ['mallory', 'tenant-files', 403, 'grant_denied'],
    ['mallory', 'reports', 403, 'grant_denied'],
    ['bob', 'tenant-files', 403, 'grant_denied'],
    ['bob', 'reports', 200, undefined],
    ['alice', 'deploy', 403, 'grant_denied'],
    ['alice', 'no-such-grant', 403, 'grant_denied'],
  ])('%s asks for %s: %i %s', async (person, grant, status, error) => {
    const answer = await asking(await started(), person, grant);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  test('the grants that fit are listed', async () => {
    const { gateway, port } = await started();
    const answer = await fetch(`${gateway}/v1/grants`, {
      headers: { authorization: `Bearer ${await printToken(['bob'], port)}` },
    });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toContain('"reports"');
    expect(text).not.toContain('tenant-files');
  });

  test('it is healthy, and pages of the configured origin may ask', async () => {
    const { gateway } = await started();
    expect((await fetch(`${gateway}/health`)).status).toBe(200);
    const preflight = await fetch(`${gateway}/v1/credentials`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  });

  test('the bundles that would be deployed open the same doors', async () => {
    const load = createRequire(import.meta.url);
    const openDoor = (_: DoorName, bundle: string) => (load(join(bundle, 'index.js')) as { open: OpenDoor }).open;
    const stack = await started({ openDoor });
    expect((await asking(stack, 'alice', 'tenant-files')).status).toBe(200);
    expect((await asking(stack, 'mallory', 'tenant-files')).body.error).toBe('grant_denied');
  });

  test('the audit lines tell who got what, and no proof or secret', async () => {
    const stack = await started();
    const [alice, mallory] = [
      await asking(stack, 'alice', 'tenant-files'),
      await asking(stack, 'mallory', 'tenant-files'),
    ];
    const records = stack.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(records).toMatchObject([
      { outcome: 'allowed', subject: 'alice', accessKeyId: alice.body.credentials?.accessKeyId },
      { outcome: 'refused', subject: 'mallory', code: 'grant_denied' },
    ]);
    const written = stack.lines.join('\n');
    const { secretAccessKey = '', sessionToken = '' } = alice.body.credentials ?? {};
    const signatures = [alice.token, mallory.token].flatMap((token) => [token, token.split('.')[2] ?? '']);
    for (const secret of [secretAccessKey, sessionToken, ...signatures]) {
      expect(secret).not.toBe('');
      expect(written).not.toContain(secret);
    }
  });
});

describe('a trust policy edited so that it no longer fits', () => {
  interface Trust {
    readonly Action: readonly string[];
    readonly Principal: unknown;
    readonly Condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }

  /** The stack with the one statement of the role's trust policy changed. */
  const trusting = (change: (statement: Trust) => unknown) => (home: StackTemplate) => {
    const template = structuredClone(home.template) as {
      Resources: Record<
        string,
        { Properties: { RoleName?: string; AssumeRolePolicyDocument: { Statement: unknown[] } } }
      >;
    };
    const role = Object.values(template.Resources).find(
      ({ Properties }) => Properties?.RoleName === 'daypass-tenant-files',
    );
    if (!role) throw new Error('The template has no such role.');
    const { AssumeRolePolicyDocument: document } = role.Properties;
    document.Statement = document.Statement.map((statement) => change(statement as Trust));
    return { ...home, template };
  };

  const conditioned = (key: string, value: string) => (statement: Trust) => ({
    ...statement,
    Condition: { StringEquals: { ...statement.Condition.StringEquals, [key]: value } },
  });

  test.each<[string, (statement: Trust) => unknown]>([
    ['another role tag', conditioned('aws:RequestTag/role', 'owner')],
    ['another audience', conditioned('login.acme.example:aud', 'mobile')],
    ['another subject', conditioned('login.acme.example:sub', 'bob')],
    ['no sts:TagSession', (statement) => ({ ...statement, Action: ['sts:AssumeRoleWithWebIdentity'] })],
    ['another principal', (statement) => ({ ...statement, Principal: { AWS: '*' } })],
    ['a Deny', (statement) => ({ ...statement, Effect: 'Deny' })],
  ])('makes the embedded STS refuse although the broker’s grant allows: %s', async (_, change) => {
    const stack = await started({ edit: trusting(change) });
    const { status, body } = await asking(stack, 'alice', 'tenant-files');
    expect([status, body.error]).toEqual([403, 'sts_denied']);
    expect(body.credentials).toBeUndefined();
    expect(JSON.parse(stack.lines[0] ?? '')).toMatchObject({
      outcome: 'refused',
      code: 'sts_denied',
      subject: 'alice',
    });
  });

  test('and one edited so that it still fits does not', async () => {
    const stack = await started({ edit: trusting(conditioned('login.acme.example:sub', 'alice')) });
    expect((await asking(stack, 'alice', 'tenant-files')).status).toBe(200);
  });
});

describe('ports', () => {
  test('are four in a row, on loopback', async () => {
    const { port, gateway, aws, identityProvider, samlIdentityProvider } = await started();
    const addresses = [0, 1, 2, 3].map((offset) => `http://127.0.0.1:${port + offset}`);
    expect([gateway, aws, identityProvider, samlIdentityProvider]).toEqual(addresses);
    for (const address of addresses) expect((await fetch(address)).status).toBeLessThan(500);
  });

  test.each([0, 1, 2, 3])('if number %i is taken it says so, and nothing is left listening', async (offset) => {
    const port = await freePorts(4);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port + offset, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    await expect(started({ port })).rejects.toThrow(
      new Error(
        `Port ${port + offset} is taken. Stop what listens there, or choose other ports: DAYPASS_PORT=9000 npm start`,
      ),
    );
    for (const each of [0, 1, 2, 3].filter((candidate) => candidate !== offset)) {
      expect(await isFree(port + each)).toBe(true);
    }
  });

  test('are free again after stop, even with a connection open, and stopping twice does no harm', async () => {
    const stack = await started();
    await fetch(`${stack.gateway}/health`);
    await stack.stop();
    await stack.stop();
    for (const offset of [0, 1, 2, 3]) expect(await isFree(stack.port + offset)).toBe(true);
  });

  test('without an identity provider of ours the third stays free', async () => {
    const { identityProvider, port } = await started({ identityProvider: undefined });
    expect(identityProvider).toBeUndefined();
    expect(await isFree(port + 2)).toBe(true);
  });

  test('without a SAML identity provider the fourth stays free', async () => {
    const { samlIdentityProvider, port } = await started({ samlIdentityProvider: undefined });
    expect(samlIdentityProvider).toBeUndefined();
    expect(await isFree(port + 3)).toBe(true);
  });
});
