import { describe, expect, test } from 'vitest';
import type { LiveIam, LiveRole } from '../../lib/cli/live-iam.ts';
import { daypass } from './kit.ts';

const open = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
});
const near = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole', Sid: 'x'.repeat(1800) },
});

describe('daypass check', () => {
  test('has nothing to say of the configuration that comes along', async () => {
    expect(await daypass(['check'])).toEqual({ exit: 0, out: 'Nothing found.\n', err: '' });
  });

  test('tells code, place, reason and fix, and fails', async () => {
    const { exit, out } = await daypass(['check', '--trust-policy', 'open.json'], { files: { 'open.json': open } });
    expect(exit).toBe(1);
    expect(out).toBe(`error open-to-everybody
  open.json Statement[0].Principal: is "*", and no condition says who
  Every AWS account in the world may assume the role.
  Name accounts, roles or users; or add a condition such as aws:PrincipalOrgID.

1 error, 0 warnings.
`);
  });

  test('lets warnings pass unless it is strict', async () => {
    const files = { 'near.json': near };
    expect((await daypass(['check', '--trust-policy', 'near.json'], { files })).exit).toBe(0);
    expect((await daypass(['check', '--trust-policy', 'near.json', '--strict'], { files })).exit).toBe(1);
  });

  test('is JSON for machines', async () => {
    const { out } = await daypass(['check', '--json', '--trust-policy', 'open.json'], { files: { 'open.json': open } });
    expect(JSON.parse(out)).toMatchObject({
      findings: [{ code: 'open-to-everybody', severity: 'error', fix: expect.any(String) }],
      roles: [],
    });
  });

  test('tells each problem of a configuration that does not load', async () => {
    const { exit, out } = await daypass(['check', '--config', 'test/cli/broken.yaml']);
    expect(exit).toBe(1);
    expect(out).toContain('grants.files.from: is "nobody"; the providers are app');
    expect(out).toContain('2 errors, 0 warnings.');
  });

  test('cannot check what is not there', async () => {
    expect(await daypass(['check', '--config', 'nowhere.yaml'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('nowhere.yaml cannot be read'),
    });
  });
});

describe('roles that grants name by arn', () => {
  const check = (...args: readonly string[]) => daypass(['check', '--config', 'test/cli/named-role.yaml', ...args]);

  test('are told with the trust policy that they need', async () => {
    const { exit, out } = await check();
    expect(exit).toBe(0);
    expect(out).toContain(`Nothing found.

The role arn:aws:iam::111122223333:role/deployer, which the grant deploy gives, is yours. It needs
- a MaxSessionDuration of at least 7200 s
- in its account the IAM provider arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com, with the client IDs sts.amazonaws.com
- this trust policy, or one that lets in no less:
{
  "Version": "2012-10-17",
`);
  });

  test('are JSON for machines', async () => {
    expect(JSON.parse((await check('--json')).out)).toMatchObject({
      findings: [],
      roles: [
        {
          grant: 'deploy',
          roleArn: 'arn:aws:iam::111122223333:role/deployer',
          maxSessionSeconds: 7200,
          trustPolicy: { Version: '2012-10-17', Statement: [{ Action: ['sts:AssumeRoleWithWebIdentity'] }] },
          notKnown: [],
        },
      ],
    });
  });
});

describe('daypass check --live', () => {
  const arn = 'arn:aws:iam::111122223333:role/deployer';
  const iam = (role: Partial<LiveRole> | undefined): LiveIam => ({
    role: async (asked) =>
      asked === arn && role ? { trustPolicy: open, tags: new Map(), maxSessionSeconds: 7200, ...role } : undefined,
    oidcClientIds: async () => ['sts.amazonaws.com'],
    hasSamlProvider: async () => true,
  });
  const check = (role: Parameters<typeof iam>[0]) =>
    daypass(['check', '--live', '--config', 'test/cli/named-role.yaml'], { iam: iam(role) });
  const vouched = (args: readonly string[], changed: Partial<LiveIam> = {}, role: Parameters<typeof iam>[0] = {}) =>
    daypass(['check', '--live', '--config', 'test/cli/vouched-role.yaml', ...args], {
      iam: { ...iam(role), ...changed },
    });
  const url = ['--url', 'https://access.acme.example'];
  const ours = 'arn:aws:iam::111122223333:oidc-provider/access.acme.example';
  /** The trust policy that the command itself tells to write. */
  async function told(): Promise<string> {
    const { out } = await daypass(['check', '--config', 'test/cli/vouched-role.yaml', '--json', ...url]);
    const { roles } = JSON.parse(out) as { readonly roles: readonly { readonly trustPolicy: object }[] };
    return JSON.stringify(roles[0]?.trustPolicy);
  }

  test('checks the trust policy of a role that a grant names', async () => {
    expect((await check({})).out).toContain(`${arn}: Statement[0].Principal`);
  });

  test('compares how long its sessions may be', async () => {
    const { out } = await check({ maxSessionSeconds: 3600 });
    expect(out).toContain('grants.deploy.role.maxSessionDuration: is 7200 s; IAM says 3600 s');
  });

  test.each([
    ['Could not load credentials from any providers', 2, 'Sign in to AWS first.'],
    ['connect ECONNREFUSED 127.0.0.1:1', 4, 'AWS could not be reached'],
    ['User: x is not authorized to perform: iam:GetRole', 1, 'IAM says no: User: x'],
  ])('tells whose failure it is: %s', async (message, exit, says) => {
    const role = () => Promise.reject(new Error(message));
    const args = ['check', '--live', '--config', 'test/cli/named-role.yaml'];
    const ran = await daypass(args, { iam: { ...iam({}), role } });
    expect(ran).toMatchObject({ exit, err: expect.stringContaining(says) });
  });

  test('says which role it could not judge, and does not call it missing', async () => {
    const role = async () => 'elsewhere' as const;
    const args = ['check', '--live', '--config', 'test/cli/named-role.yaml'];
    const { exit, out } = await daypass(args, { iam: { ...iam({}), role } });
    expect([exit, out]).toEqual([0, expect.stringContaining('of another account than these credentials')]);
  });

  test('misses a role that is not there', async () => {
    expect((await check(undefined)).out).toContain(`grants.deploy.role.arn: is "${arn}", which IAM does not have`);
  });

  test('finds nothing where the role has the trust policy that it told', async () => {
    const trustPolicy = await told();
    const { exit, out } = await vouched(url, {}, { trustPolicy });
    expect([exit, out]).toEqual([0, expect.stringMatching(/^Nothing found\.\n\nThe role .*\/deployer, which/)]);
  });

  test('tells a trust policy that does not let in whom the grant lets in', async () => {
    const { exit, out } = await vouched(url);
    expect(exit).toBe(1);
    expect(out).toContain(
      'error trust-refuses\n  grants.files.role.arn: is arn:aws:iam::111122223333:role/deployer; no statement',
    );
  });

  test('misses the provider of our issuer, and its audience', async () => {
    const trustPolicy = await told();
    const without = await vouched(url, { oidcClientIds: async () => undefined }, { trustPolicy });
    expect(without.out).toContain(
      `error provider-missing\n  grants.files.role.arn: is ${arn}; its account lacks ${ours}`,
    );
    const { out } = await vouched(url, { oidcClientIds: async () => ['web'] }, { trustPolicy });
    expect(out).toContain(`of ${ours} the client IDs are web, without sts.amazonaws.com`);
  });

  test('does not judge what depends on an address that nobody told', async () => {
    const { exit, out } = await vouched(
      [],
      { oidcClientIds: async () => Promise.reject(new Error('was asked')) },
      {
        trustPolicy: await told(),
      },
    );
    expect([exit, out]).toEqual([0, expect.stringContaining('warning trust-not-judged')]);
    expect(out).toContain('in place of ADDRESS-OF-DAYPASS what --url tells');
  });
});
