// `npm run synth` as a platform engineer runs it, and the published package in somebody else's app.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routes } from '../../lib/routes.ts';

const execute = promisify(execFile);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-synth-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;
}

const templateIn = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Template;

describe('npm run synth', () => {
  test('is clean, and the trust policies carry the conditions of the grants', async () => {
    const out = join(folder, 'cdk.out');
    const { stdout, stderr } = await execute('npm', ['run', '-s', 'synth', '--', '--output', out]);
    expect(stdout + stderr).not.toMatch(/error|warning/i);
    const roles = Object.values(templateIn(join(out, 'Daypass.template.json')).Resources).filter(
      ({ Type }) => Type === 'AWS::IAM::Role',
    );
    const deploy = roles.find(({ Properties }) => Properties.RoleName === 'daypass-deploy');
    expect(JSON.stringify(deploy?.Properties.AssumeRolePolicyDocument)).toContain(
      '"token.actions.githubusercontent.com:repository":["acme/shop"]',
    );
  });

  test('is clean for three accounts and two Regions and every way, too', async () => {
    const file = join(folder, 'regions.yaml');
    const out = join(folder, 'regions.out');
    writeFileSync(
      file,
      `url: https://access.acme.example
operations: { regions: [eu-central-1, us-east-1], tracing: true, concurrency: { credentials: 50 } }
providers:
  app: { oidc: { issuer: "https://login.acme.example", audiences: [web] } }
  fleet: { aws: { accounts: ["444455556666"] } }
grants:
  vouched: { from: fleet, way: vouch, when: anyone, role: { permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] }] } }
  chained: { from: fleet, way: chain, when: anyone, role: { permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] }] } }
  long: { from: fleet, way: federation-token, when: anyone, role: { permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] }] }, session: { policy: [{ actions: ["s3:*"], resources: ["*"] }] } }
  one: { from: app, when: { StringEquals: { sub: alice } }, role: { permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] }] } }
  two: { from: app, when: { StringEquals: { sub: alice } }, role: { account: "444455556666", permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] }] } }
  three: { from: app, when: { StringEquals: { sub: alice } }, role: { account: "777788889999", permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] }] } }
`,
    );
    const { stdout, stderr } = await execute('npm', ['run', '-s', 'synth', '--', '--output', out], {
      env: { ...process.env, DAYPASS_CONFIG: file },
    });
    expect(stdout + stderr).not.toMatch(/error|warning/i);
    const names = readdirSync(out).filter((name) => name.endsWith('.template.json'));
    expect(names.map((name) => name.replace('.template.json', '')).sort()).toEqual([
      'Daypass',
      'Daypass-444455556666',
      'Daypass-777788889999',
      'Daypass-us-east-1',
    ]);
  });

  test('refuses a grant that is open to all of GitHub, with the reason', async () => {
    const file = join(folder, 'open.yaml');
    writeFileSync(
      file,
      `providers: { ci: { oidc: { vendor: github, audiences: [sts.amazonaws.com] } } }
grants: { deploy: { from: ci, when: { StringLike: { sub: "repo:*" } }, role: { permissions: [{ actions: ["s3:*"], resources: ["*"] }] } } }
`,
    );
    const run = execute('npm', ['run', '-s', 'synth', '--', '--output', join(folder, 'open.out')], {
      env: { ...process.env, DAYPASS_CONFIG: file },
    });
    await expect(run).rejects.toMatchObject({
      stderr: expect.stringContaining(
        'lets in everybody who has an account at https://token.actions.githubusercontent.com',
      ),
    });
  });
});

describe('the published package', () => {
  test('serves inside somebody else’s CDK app, and brings the command', async () => {
    const { stdout } = await execute('npm', ['pack', '--silent', '--pack-destination', folder]);
    const modules = join(folder, 'app', 'node_modules');
    mkdirSync(join(modules, 'daypass'), { recursive: true });
    await execute('tar', [
      '-xzf',
      join(folder, stdout.trim()),
      '-C',
      join(modules, 'daypass'),
      '--strip-components',
      '1',
    ]);
    // Everything else that an installation would bring is here already.
    for (const name of readdirSync('node_modules').filter((each) => !each.startsWith('.'))) {
      symlinkSync(resolve('node_modules', name), join(modules, name));
    }
    writeFileSync(
      join(folder, 'app', 'app.mjs'),
      `import { App, Stack } from 'aws-cdk-lib';
import { Daypass, readConfigurationFile } from 'daypass/cdk';
const app = new App({ outdir: ${JSON.stringify(join(folder, 'theirs'))} });
new Daypass(new Stack(app, 'Theirs'), 'Broker', { configuration: await readConfigurationFile('node_modules/daypass/daypass.yaml') });
app.synth();
`,
    );
    await execute('node', ['app.mjs'], { cwd: join(folder, 'app') });
    const types = Object.values(templateIn(join(folder, 'theirs', 'Theirs.template.json')).Resources).map(
      ({ Type }) => Type,
    );
    expect(types.filter((type) => type === 'AWS::Lambda::Function')).toHaveLength(
      // And the watch of the identity providers, what records exchanges, and what sweeps revocations.
      new Set(routes.map(({ door }) => door)).size + 3,
    );
    expect(types).toContain('AWS::IAM::SAMLProvider');

    const command = join('node_modules', 'daypass', 'dist', 'bin', 'daypass.js');
    const there = join('node_modules', 'daypass');
    const files = ['--config', join(there, 'daypass.yaml')];
    const checked = await execute('node', [command, 'check', ...files], { cwd: join(folder, 'app') });
    expect(checked.stdout).toBe('Nothing found.\n');
    const tests = ['--tests', join(there, 'daypass.tests.yaml')];
    const tested = await execute('node', [command, 'test', ...files, ...tests], { cwd: join(folder, 'app') });
    expect(tested.stdout).toContain(' 0 failed');

    const page = `import { fromDaypass, requestCredentials, DaypassUnavailable } from 'daypass';
const provider = fromDaypass({ endpoint: 'http://127.0.0.1:9', grant: 'files', getToken: () => 'x', attempts: 1 });
console.log(typeof requestCredentials, await provider().catch((error) => error instanceof DaypassUnavailable));`;
    const imported = await execute('node', ['--input-type=module', '--eval', page], { cwd: join(folder, 'app') });
    expect(imported.stdout).toBe('function true\n');
    const completed = await execute('node', [command, 'completion', 'bash'], { cwd: join(folder, 'app') });
    expect(completed.stdout).toContain('complete -F _daypass daypass');
  });
});
