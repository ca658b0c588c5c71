import { describe, expect, test } from 'vitest';
import type { LiveIam } from '../../lib/cli/live-iam.ts';
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
    expect(JSON.parse(out)).toMatchObject([{ code: 'open-to-everybody', severity: 'error', fix: expect.any(String) }]);
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

describe('daypass check --live', () => {
  const arn = 'arn:aws:iam::111122223333:role/deployer';
  const iam = (role: Partial<Awaited<ReturnType<LiveIam['role']>>> | undefined): LiveIam => ({
    role: async (asked) =>
      asked === arn && role ? { trustPolicy: open, tags: new Map(), maxSessionSeconds: 7200, ...role } : undefined,
    oidcClientIds: async () => [],
  });
  const check = (role: Parameters<typeof iam>[0]) =>
    daypass(['check', '--live', '--config', 'test/cli/named-role.yaml'], { iam: iam(role) });

  test('checks the trust policy of a role that a grant names', async () => {
    expect((await check({})).out).toContain(`${arn}: Statement[0].Principal`);
  });

  test('compares how long its sessions may be', async () => {
    const { out } = await check({ maxSessionSeconds: 3600 });
    expect(out).toContain('grants.deploy.role.maxSessionDuration: is 7200 s; IAM says 3600 s');
  });

  test('misses a role that is not there', async () => {
    expect((await check(undefined)).out).toContain(`grants.deploy.role.arn: is "${arn}", which IAM does not have`);
  });
});
