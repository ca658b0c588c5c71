// Two people with the AWS CLI; what one of them has is revoked by an operator with daypass, and the other goes on.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npmStart, type Started } from './npm-start.ts';

const execute = promisify(execFile);

function hasCli(): boolean {
  try {
    execFileSync('aws', ['--version']);
    return true;
  } catch {
    process.stdout.write('No AWS CLI on the PATH: what is revoked is not tried with it.\n');
    return false;
  }
}

type Exported = Readonly<Record<string, string>>;

describe.skipIf(!hasCli())('revoked', () => {
  let daypass: Started;
  let administrator: Exported;
  beforeAll(async () => {
    daypass = await npmStart();
    const [, key = '', secret = ''] = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(daypass.said()) ?? [];
    administrator = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
  });
  afterAll(() => daypass.stop());

  const folder = mkdtempSync(join(tmpdir(), 'daypass-revoke-'));
  const config = join(folder, 'config');
  afterAll(() => rmSync(folder, { recursive: true }));

  const environment = (who: Exported) => ({
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: config,
    AWS_ENDPOINT_URL: daypass.aws,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    ...who,
  });

  async function signedIn(person: string, grant: string): Promise<Exported> {
    const answer = await daypass.credentials(grant, await daypass.token(person));
    const { credentials } = (await answer.json()) as { readonly credentials: Record<string, string> };
    return {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey ?? '',
      AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
    };
  }

  /** What the CLI prints, or why not. */
  const aws = (who: Exported, ...args: readonly string[]) =>
    execute('aws', [...args], { env: environment(who) }).then(
      ({ stdout }) => stdout,
      ({ stderr }: { stderr: string }) => stderr,
    );

  const operate = async (...args: readonly string[]) => {
    const command = ['bin/daypass.ts', ...args, '--endpoint', daypass.gateway];
    return (await execute(process.execPath, command, { env: environment(administrator) })).stdout;
  };

  test('a session works, is revoked, and is denied; another person’s goes on, and lifted it works again', async () => {
    const alice = await signedIn('alice', 'tenant-files');
    const bob = await signedIn('bob', 'reports');
    const files = () => aws(alice, 's3', 'ls', 's3://privet/blue/');
    const reports = () =>
      aws(bob, 's3api', 'get-object', '--bucket', 'privet', '--key', 'reports/yellow/2026.txt', '/dev/null');
    const before = await reports();
    expect(before).toContain('ContentLength');
    expect(await files()).toContain('plan.txt');

    expect(await operate('audit', '--key', alice.AWS_ACCESS_KEY_ID ?? '')).toContain('app/alice');
    expect(await operate('revoke', '--session', alice.AWS_ACCESS_KEY_ID ?? '', '--reason', 'lost')).toContain(
      'Revoked.',
    );
    expect(await files()).toContain('explicit deny');
    expect(await reports()).toBe(before);
    expect(await aws(alice, 'sts', 'get-caller-identity')).toContain('alice@acme.example');

    expect(await operate('revoke', '--list')).toContain('lost');
    await operate('revoke', '--session', alice.AWS_ACCESS_KEY_ID ?? '', '--lift');
    expect(await files()).toContain('plan.txt');
  });

  test('a person gets nothing from Daypass, and nothing that works from STS', async () => {
    const bob = await signedIn('bob', 'reports');
    const lines = Object.entries(bob).map(([name, value]) => `${name.toLowerCase()} = ${value}\n`);
    writeFileSync(config, `[profile bob]\n${lines.join('')}`);
    const probed = await operate('revoke', '--person', 'app/bob', '--probe', 'bob');
    expect(probed).toMatch(/Probed: IAM denied the session of the profile bob after [\d.]+ s/);
    expect(await aws(bob, 's3', 'ls', 's3://privet/reports/')).toContain('explicit deny');
    await new Promise((resolve) => setTimeout(resolve, 5100));
    expect((await daypass.credentials('reports', await daypass.token('bob'))).status).toBe(403);
  });
});
