// The README's first minutes, from the sources and from the bundles that would be deployed.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../kit/loopback.ts';
import { type Answered, npmStart, type Started } from './npm-start.ts';

describe.each([
  ['from the sources', []],
  ['from the bundles', ['--bundled']],
])('npm start, %s', (_where, args) => {
  let daypass: Started;
  beforeAll(async () => {
    daypass = await npmStart({ args });
  });
  afterAll(async () => {
    await daypass.stop();
  });

  test('is ready within 15 s, and says where and how', () => {
    expect(daypass.readyAfterMilliseconds).toBeLessThan(15_000);
    for (const address of [daypass.gateway, daypass.aws, daypass.identityProvider]) {
      expect(daypass.said()).toContain(address);
    }
    expect(daypass.said()).toContain('npm run -s token -- alice');
  });

  test('alice gets credentials for the files of her tenant', async () => {
    const answer = await daypass.credentials('tenant-files', await daypass.token('alice'));
    expect(answer.status).toBe(200);
    const { assumedRoleUser } = (await answer.json()) as Answered;
    expect(assumedRoleUser.arn).toBe('arn:aws:sts::111122223333:assumed-role/daypass-tenant-files/alice@acme.example');
  });

  test('mallory is denied, bob too, who may only read reports', async () => {
    const denied = await daypass.credentials('tenant-files', await daypass.token('mallory'));
    expect(denied.status).toBe(403);
    expect(await denied.json()).toMatchObject({ error: 'grant_denied' });
    const bob = await daypass.token('bob', 'mobile');
    expect((await daypass.credentials('tenant-files', bob)).status).toBe(403);
    expect((await daypass.credentials('reports', bob)).status).toBe(200);
  });

  test('one line of audit is written for each exchange, without the token', async () => {
    const token = await daypass.token('alice');
    await daypass.credentials('reports', token);
    const lines = daypass
      .said()
      .split('\n')
      .filter((line) => line.startsWith('{"event":"exchange"'));
    expect(lines.at(-1)).toContain('"outcome":"allowed"');
    expect(daypass.said()).not.toContain(token.split('.')[1]);
  });

  test('health answers', async () => {
    expect((await fetch(`${daypass.gateway}/health`)).status).toBe(200);
  });
});

describe('npm start', () => {
  test('runs the first grant of the README', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daypass-first-'));
    const [, snippet = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    writeFileSync(join(folder, 'first.yaml'), snippet);
    const daypass = await npmStart({ environment: { DAYPASS_CONFIG: join(folder, 'first.yaml') } });
    expect((await daypass.credentials('reports', await daypass.token('alice'))).status).toBe(200);
    expect((await daypass.credentials('reports', await daypass.token('bob'))).status).toBe(403);
    await daypass.stop();
    rmSync(folder, { recursive: true });
  });

  test('ends with everything it started at Ctrl-C', async () => {
    const daypass = await npmStart();
    await daypass.stop();
    for (const address of [daypass.gateway, daypass.aws, daypass.identityProvider]) {
      await expect(fetch(address)).rejects.toThrow();
    }
  });

  test('says which port is taken and what to do', async () => {
    const port = await freePorts(4);
    const other = createServer().listen(port + 1, '127.0.0.1');
    await expect(npmStart({ environment: { DAYPASS_PORT: String(port) } })).rejects.toThrow(
      `Port ${port + 1} is taken`,
    );
    other.close();
  });

  test('takes an issuer that listens elsewhere on this machine', async () => {
    const first = await npmStart();
    const second = await npmStart({ args: ['--issuer', `https://login.acme.example=${first.identityProvider}`] });
    const answer = await second.credentials('tenant-files', await first.token('alice'));
    expect(answer.status).toBe(200);
    await Promise.all([first.stop(), second.stop()]);
  });

  test.each([
    ['an unknown option', ['--isuer', 'x'], '--isuer'],
    [
      'a stand-in on another machine',
      ['--issuer', 'https://login.acme.example=http://10.0.0.1:80'],
      'an address on this machine',
    ],
    ['a stand-in for nobody', ['--issuer', 'https://who.example=http://127.0.0.1:9000'], 'the configured issuers are'],
  ])('explains %s', async (_what, args, says) => {
    await expect(npmStart({ args })).rejects.toThrow(says);
  });

  test('explains a configuration that is not there', async () => {
    await expect(npmStart({ environment: { DAYPASS_CONFIG: 'nowhere.yaml' } })).rejects.toThrow(
      'nowhere.yaml cannot be read',
    );
  });
});
