// What the ecosystem already has, and nothing of ours to learn: AWS CLI, AWS SDK, an OAuth client, a profile with
// credential_process, a page in a browser. Against `npm start` with the very bundles that would be deployed.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromHttp, fromProcess, fromTokenFile } from '@aws-sdk/credential-providers';
import { build } from 'esbuild';
import * as oauth from 'openid-client';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fromDaypass } from '../../lib/client/index.ts';
import { freePorts } from '../kit/loopback.ts';
import { npmStart, type Started } from './npm-start.ts';

const execute = promisify(execFile);
const roleArn = (grant: string) => `arn:aws:iam::111122223333:role/daypass-${grant}`;
const session = 'arn:aws:sts::111122223333:assumed-role/daypass-tenant-files/alice@acme.example';

let daypass: Started;
let folder: string;
let page: { readonly port: number; readonly origin: string };
let tokenFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-clients-'));
  const port = await freePorts(1);
  page = { port, origin: `http://localhost:${port}` };
  // The example, but for the origin of the page: 5173 may be taken.
  const configuration = readFileSync('daypass.yaml', 'utf8').replace('http://localhost:5173', page.origin);
  writeFileSync(join(folder, 'daypass.yaml'), configuration);
  writeFileSync(join(folder, 'corp.metadata.xml'), readFileSync('corp.metadata.xml'));
  daypass = await npmStart({ args: ['--bundled'], environment: { DAYPASS_CONFIG: join(folder, 'daypass.yaml') } });
  tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, await daypass.token('alice'));
});
afterAll(async () => {
  await daypass.stop();
  rmSync(folder, { recursive: true });
});

/** An environment that knows nothing of the machine's own AWS configuration. */
const clean = (more: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: folder,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: daypass.aws,
  ...more,
});

function awsVersion(): string | undefined {
  try {
    return /aws-cli\/(\S+)/.exec(execFileSync('aws', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}
const version = awsVersion();
const [major = 0, minor = 0] = (version ?? '0.0').split('.').map(Number);
const knowsEndpoints = (major === 1 && minor >= 29) || (major === 2 && minor >= 13);
if (!knowsEndpoints) {
  process.stdout.write(
    `AWS CLI ${version ?? 'none'}: AWS_ENDPOINT_URL needs 1.29 or 2.13, so its tests are skipped.\n`,
  );
}

describe.skipIf(!knowsEndpoints)('the AWS CLI', () => {
  const aws = async (words: readonly string[], environment: Record<string, string>) =>
    (await execute('aws', [...words, '--output', 'json'], { env: clean(environment) })).stdout;

  const webIdentity = (grant: string) => ({
    AWS_ENDPOINT_URL_STS: daypass.gateway,
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: roleArn(grant),
  });

  test('needs AWS_ENDPOINT_URL_STS and a web identity token file, and nothing else', async () => {
    // Both calls go to Daypass: AssumeRoleWithWebIdentity, and GetCallerIdentity with what that gave.
    expect(JSON.parse(await aws(['sts', 'get-caller-identity'], webIdentity('tenant-files')))).toMatchObject({
      Account: '111122223333',
      Arn: session,
    });
    expect(await aws(['s3', 'ls', 's3://privet/blue/'], webIdentity('tenant-files'))).toContain('plan.txt');
    await expect(aws(['s3', 'ls', 's3://privet/yellow/'], webIdentity('tenant-files'))).rejects.toThrow('AccessDenied');
  });

  test('hears AWS’s own words when it is refused', async () => {
    await expect(aws(['sts', 'get-caller-identity'], webIdentity('deploy'))).rejects.toThrow(
      'An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  });

  test('asks with its own words: assume-role-with-web-identity, narrowed', async () => {
    const words = [
      'sts',
      'assume-role-with-web-identity',
      '--role-arn',
      roleArn('tenant-files'),
      '--role-session-name',
      'me',
    ];
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] };
    const told = await aws(
      [
        ...words,
        '--web-identity-token',
        `file://${tokenFile}`,
        '--policy',
        JSON.stringify(policy),
        '--duration-seconds',
        '900',
      ],
      { AWS_ENDPOINT_URL_STS: daypass.gateway },
    );
    const { Credentials: given, AssumedRoleUser: user } = JSON.parse(told);
    expect(user.Arn).toBe(session);
    const keys = {
      AWS_ACCESS_KEY_ID: given.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: given.SecretAccessKey,
      AWS_SESSION_TOKEN: given.SessionToken,
    };
    expect(await aws(['s3', 'cp', 's3://privet/blue/plan.txt', '-'], keys)).not.toBe('');
    await expect(aws(['s3', 'ls', 's3://privet/blue/'], keys)).rejects.toThrow('AccessDenied');
  });

  test('fetches from the container endpoint, token in a file or in the environment', async () => {
    const uri = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${daypass.gateway}/v1/container/tenant-files` };
    const ways = [
      { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile },
      { AWS_CONTAINER_AUTHORIZATION_TOKEN: readFileSync(tokenFile, 'utf8') },
      { AWS_CONTAINER_AUTHORIZATION_TOKEN: `Bearer ${readFileSync(tokenFile, 'utf8')}` },
    ];
    for (const way of ways) {
      const told = await aws(['sts', 'get-caller-identity'], { ...uri, ...way });
      expect(JSON.parse(told).Arn).toBe(session);
    }
  });

  test('is told by the container endpoint when it is refused', async () => {
    const refused = aws(['sts', 'get-caller-identity'], {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${daypass.gateway}/v1/container/deploy`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    });
    await expect(refused).rejects.toThrow('grant_denied');
  });

  test('uses a profile that daypass configure wrote', async () => {
    const { environment } = await signedInCli();
    const configFile = join(folder, 'aws-config');
    writeFileSync(configFile, '[default]\nregion = eu-central-1\n');
    const both = { ...environment, AWS_CONFIG_FILE: configFile };
    await execute('node', ['bin/daypass.ts', 'configure', '--aws-profile', 'blue', '--region', 'us-east-1'], {
      env: clean(both),
    });
    expect(readFileSync(configFile, 'utf8')).toMatch(/^\[default\]\nregion = eu-central-1\n/);
    const told = await aws(['--profile', 'blue', 'sts', 'get-caller-identity'], both);
    expect(JSON.parse(told).Arn).toBe(session);
  });
});

/** A home of the command line in which alice is signed in. */
async function signedInCli(): Promise<{ readonly environment: Record<string, string> }> {
  const home = join(folder, 'home');
  const profile = {
    endpoint: daypass.gateway,
    grant: 'tenant-files',
    oidc: { issuer: 'https://login.acme.example', address: daypass.identityProvider, clientId: 'web', scope: 'openid' },
  };
  if (!existsSync(home)) execFileSync('mkdir', ['-p', home]);
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ profiles: { default: profile } }));
  const secrets = { default: JSON.stringify({ idToken: readFileSync(tokenFile, 'utf8') }) };
  writeFileSync(join(home, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  return { environment: { DAYPASS_HOME: home } };
}

describe('the AWS SDK for JavaScript', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  const s3 = (credentials: NonNullable<S3ClientConfig['credentials']>) =>
    new S3Client({ endpoint: daypass.aws, region: 'us-east-1', forcePathStyle: true, credentials });

  /** Lists with the client; then lets its clock go to two minutes before the end, and asks which key it has now. */
  async function acrossAnExpiry(client: S3Client): Promise<void> {
    const list = () => client.send(new ListObjectsV2Command({ Bucket: 'privet', Prefix: 'blue/' }));
    expect((await list()).Contents?.map(({ Key }) => Key)).toContain('blue/plan.txt');
    const first = await client.config.credentials();
    expect((await client.config.credentials()).accessKeyId).toBe(first.accessKeyId);
    vi.useFakeTimers({ toFake: ['Date'], now: Number(first.expiration) - 120_000 });
    const second = await client.config.credentials();
    vi.useRealTimers();
    expect(second.accessKeyId).not.toBe(first.accessKeyId);
    expect((await list()).Contents).toBeDefined();
  }

  test('refreshes by fromTokenFile', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', daypass.gateway);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const provider = fromTokenFile({
      webIdentityTokenFile: tokenFile,
      roleArn: roleArn('tenant-files'),
      clientConfig: { region: 'us-east-1', endpoint: daypass.gateway },
    });
    await acrossAnExpiry(s3(provider));
  });

  test('refreshes by fromHttp, within its one second', async () => {
    await acrossAnExpiry(
      s3(
        fromHttp({
          awsContainerCredentialsFullUri: `${daypass.gateway}/v1/container/tenant-files`,
          awsContainerAuthorizationTokenFile: tokenFile,
        }),
      ),
    );
  });

  test('refreshes by fromProcess, from daypass credentials', async () => {
    const { environment } = await signedInCli();
    const configFile = join(folder, 'process-config');
    const command = `env DAYPASS_HOME=${environment.DAYPASS_HOME} ${process.execPath} bin/daypass.ts credentials --format process --duration 1h`;
    writeFileSync(configFile, `[profile blue]\ncredential_process = ${command}\n`);
    await acrossAnExpiry(
      s3(fromProcess({ profile: 'blue', configFilepath: configFile, filepath: join(folder, 'none') })),
    );
  });

  test('refreshes by fromDaypass', async () => {
    await acrossAnExpiry(
      s3(fromDaypass({ endpoint: daypass.gateway, grant: 'tenant-files', getToken: () => daypass.token('alice') })),
    );
  });

  test('asks Daypass who it is', async () => {
    const credentials = fromHttp({
      awsContainerCredentialsFullUri: `${daypass.gateway}/v1/container/tenant-files`,
      awsContainerAuthorizationTokenFile: tokenFile,
    });
    const sts = new STSClient({ endpoint: daypass.gateway, region: 'us-east-1', credentials });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(session);
  });
});

describe('openid-client', () => {
  const discovered = () =>
    oauth.discovery(new URL(daypass.gateway), 'web', undefined, oauth.None(), {
      algorithm: 'oauth2',
      execute: [oauth.allowInsecureRequests],
    });
  const asking = (changed: Record<string, string> = {}) => ({
    subject_token: readFileSync(tokenFile, 'utf8'),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    audience: 'tenant-files',
    ...changed,
  });
  const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';

  test('discovers the endpoint, and exchanges a token for credentials that work', async () => {
    const answer = await oauth.genericGrantRequest(await discovered(), grantType, asking());
    expect(answer).toMatchObject({
      issued_token_type: 'urn:daypass:token-type:aws-credentials',
      token_type: 'n_a',
      expires_in: expect.any(Number),
    });
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(answer.access_token);
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    const client = new S3Client({ endpoint: daypass.aws, region: 'us-east-1', forcePathStyle: true, credentials });
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: 'privet', Key: 'blue/plan.txt' }));
    expect(await body?.transformToString()).not.toBe('');
  });

  test.each([
    [{ audience: 'deploy' }, 'invalid_target'],
    [{ subject_token: 'eyJ.none.at-all' }, 'invalid_request'],
    [{ scope: 's3' }, 'invalid_scope'],
  ])('reads the refusal of %j', async (changed, error) => {
    const refused = oauth.genericGrantRequest(await discovered(), grantType, asking(changed));
    await expect(refused).rejects.toMatchObject({ error, status: 400 });
  });
});

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
if (!browser) process.stdout.write('No Chromium on this machine: its tests are skipped.\n');

describe.skipIf(!browser)('a page in Chromium', () => {
  let server: Server;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: script(), resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'iife',
      write: false,
    });
    const [bundle] = outputFiles;
    server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(
        isScript ? bundle?.text : '<!doctype html><title>Files</title><main></main><script src="/page.js"></script>',
      );
    });
    await new Promise<void>((resolve) => server.listen(page.port, 'localhost', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** A web app: signs in with code and PKCE, asks Daypass by `fromDaypass`, and S3 with what it got. */
  const script = () => `
    import { ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
    import { fromDaypass } from './lib/client/index.ts';
    const text = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    const redirect = location.origin + '/callback';
    async function signIn() {
      const verifier = text(crypto.getRandomValues(new Uint8Array(32)));
      sessionStorage.setItem('verifier', verifier);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
      const query = { client_id: 'web', response_type: 'code', scope: 'openid', prompt: 'login', redirect_uri: redirect,
        state: text(crypto.getRandomValues(new Uint8Array(16))), code_challenge: text(digest), code_challenge_method: 'S256' };
      location.href = '${daypass.identityProvider}/auth?' + new URLSearchParams(query);
    }
    async function files() {
      const code = new URLSearchParams(location.search).get('code');
      const form = { grant_type: 'authorization_code', client_id: 'web', redirect_uri: redirect, code,
        code_verifier: sessionStorage.getItem('verifier') };
      const answer = await fetch('${daypass.identityProvider}/token', { method: 'POST', body: new URLSearchParams(form) });
      const { id_token } = await answer.json();
      const s3 = new S3Client({ endpoint: '${daypass.aws}', region: 'us-east-1', forcePathStyle: true,
        credentials: fromDaypass({ endpoint: '${daypass.gateway}', grant: 'tenant-files', getToken: () => id_token }) });
      const list = (Prefix) => s3.send(new ListObjectsV2Command({ Bucket: 'privet', Prefix }))
        .then(({ Contents = [] }) => Contents.map(({ Key }) => Key).join(), (error) => error.name);
      document.querySelector('main').textContent = 'own: ' + await list('blue/') + ' others: ' + await list('yellow/');
    }
    (location.pathname === '/callback' ? files() : signIn())
      .catch((error) => { document.querySelector('main').textContent = String(error); });`;

  const shown = async (person: string) => {
    const chrome = await chromium.launch({
      executablePath: browser ?? '',
      args: ['--no-sandbox', '--disable-background-networking'],
    });
    try {
      const tab = await chrome.newPage();
      await tab.goto(page.origin);
      await tab.locator(`button[value=${person}]`).click();
      const main = tab.locator('main:not(:empty)');
      await main.waitFor({ timeout: 30_000 });
      await expect.poll(() => main.textContent(), { timeout: 30_000 }).not.toContain('Who are you');
      return await main.textContent();
    } finally {
      await chrome.close();
    }
  };

  test('lists its own prefix and is refused another’s', async () => {
    expect(await shown('alice')).toBe('own: blue/plan.txt others: AccessDenied');
  });

  test('tells whoever is refused why, by the client’s own error', async () => {
    expect(await shown('mallory')).toBe('own: DaypassRefusal others: DaypassRefusal');
  });
});

describe('a cold start', () => {
  test('of the container door ends in credentials within the one second that the JS SDK waits', async () => {
    const program = join(folder, 'cold.cjs');
    writeFileSync(program, coldProgram);
    const bundle = await containerBundle();
    const args = [program, daypass.aws, daypass.identityProvider, tokenFile, bundle];
    const [, key, secret] = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(daypass.said()) ?? [];
    const env = { ...process.env, KEY: key, SECRET: secret };
    const began = performance.now();
    const { stdout } = await execute(process.execPath, args, { env });
    const spent = performance.now() - began;
    rmSync(bundle, { recursive: true });
    expect(JSON.parse(stdout)).toMatchObject({ statusCode: 200 });
    process.stdout.write(`Container door, new process to credentials: ${spent.toFixed(0)} ms\n`);
    expect(spent).toBeLessThan(1000);
  });

  async function containerBundle(): Promise<string> {
    const { bundleDoor } = await import('../../lib/infra/bundle-door.ts');
    const { carry } = await import('../../lib/config/carried.ts');
    const { readConfigurationFile } = await import('../../lib/config/read-config-file.ts');
    return bundleDoor('container-credentials', { 'daypass.json': carry(await readConfigurationFile('daypass.yaml')) });
  }

  /** As Lambda would: a new process, the bundle, one event. AWS and the issuer answer over loopback. */
  const coldProgram = `
    const { readFileSync } = require('node:fs'); const { join } = require('node:path'); const { request } = require('node:http');
    const [, , aws, idp, tokenFile, folder] = process.argv;
    const to = (base) => ({ send: ({ method, url, headers, body = '' }) => new Promise((resolve, reject) => {
      const { pathname, search } = new URL(url);
      const sent = request(base + pathname + search, { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (answer) => {
        let text = ''; answer.on('data', (chunk) => { text += chunk; }); answer.on('end', () => resolve({ status: answer.statusCode, body: text.replaceAll(idp, 'https://login.acme.example') }));
      }); sent.on('error', reject); sent.end(body); }) });
    const { open } = require(join(folder, 'index.js'));
    const door = open({
      environment: () => ({ configurationFile: 'daypass.json', accountId: '111122223333', partition: 'aws', region: 'us-east-1', url: undefined, table: 'DaypassOnceTable688288DD' }),
      configuration: (file) => readFileSync(join(folder, file), 'utf8'),
      documents: to(idp), sts: to(aws), clock: () => new Date(), writeLine: () => undefined,
      embeddedAws: { endpoint: aws, credentials: async () => ({ accessKeyId: process.env.KEY, secretAccessKey: process.env.SECRET, expiration: new Date(Date.now() + 1e6) }) },
    });
    door({ headers: { authorization: readFileSync(tokenFile, 'utf8') }, rawPath: '/v1/container/tenant-files', pathParameters: { grant: 'tenant-files' },
      requestContext: { requestId: 'r', http: { method: 'GET', sourceIp: '127.0.0.1' } } }, {})
      .then(({ statusCode }) => process.stdout.write(JSON.stringify({ statusCode })));`;
});
