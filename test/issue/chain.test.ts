// A role that the doors assume: nobody else can, although the trust policy names the whole account. And tags where STS has
// no room for all.

import { randomBytes } from 'node:crypto';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DoorName } from '../../lib/routes.ts';
import { aVouchedStack, type VouchedStack } from '../kit/vouched.ts';

const account = '111122223333';
const many = Array.from({ length: 16 }, (_, index) => `t${index}`);
const droppable = Object.fromEntries(many.map((name, index) => [name, { value: `{${name}}`, drop: 1 + (index % 3) }]));
const fixed = Object.fromEntries(many.map((name) => [name, `{${name}}`]));

let stack: VouchedStack;
beforeAll(async () => {
  const tags = { tenant: '{tenant}' };
  stack = await aVouchedStack({
    files: { way: 'chain', session: { tags, sourceIdentity: '{sub}' } },
    ...Object.fromEntries(
      ['chain', 'vouch'].flatMap((way) => [
        [`${way}-dropping`, { way, session: { tags: { ...tags, ...droppable }, transitiveTags: ['tenant', 't0'] } }],
        [`${way}-fixed`, { way, session: { tags: { ...tags, ...fixed } } }],
      ]),
    ),
  });
});
afterAll(() => stack?.stop());

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const stsOf = (credentials: Keys) => new STSClient({ endpoint: stack.aws, region: 'us-east-1', credentials });
const ofDoor = async (door: DoorName): Promise<Keys> => {
  const { embeddedAws } = stack.rim(door);
  if (!embeddedAws) throw new Error('The door has no AWS.');
  return embeddedAws.credentials();
};

/** As the door would ask. */
const assume = async (credentials: Keys, members: Partial<AssumeRoleCommandInput> = {}) =>
  stsOf(credentials).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${account}:role/daypass-files`,
      RoleSessionName: 'alice',
      ExternalId: 'daypass:files',
      Tags: [{ Key: 'tenant', Value: 'blue' }],
      SourceIdentity: 'alice',
      ...members,
    }),
  );

/** A session of a new role of the account that may assume any role. */
async function aRole(name: string, path: string): Promise<Keys> {
  const iam = new IAMClient({ endpoint: stack.aws, region: 'us-east-1', credentials: stack.administrator });
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const trust = document({ Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:*' });
  await iam.send(new CreateRoleCommand({ RoleName: name, Path: path, AssumeRolePolicyDocument: trust }));
  const PolicyDocument = document({ Action: 'sts:*', Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'any', PolicyDocument }));
  const { Credentials: found } = await stsOf(stack.administrator).send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role${path}${name}`, RoleSessionName: 'function' }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = found ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

const keysIn = ({ accessKeyId, secretAccessKey, sessionToken }: Required<Keys>): Keys => ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
});

const denied = { name: 'AccessDenied' };

describe('the role of a grant is assumed', () => {
  test('by a door that issues, for an hour at most', async () => {
    const { credentials, status } = await stack.exchange('files', stack.token());
    expect(status).toBe(200);
    expect(Date.parse(credentials.expiration) - Date.now()).toBeLessThanOrEqual(3_600_000);
    const { Arn } = await stsOf(keysIn(credentials)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${account}:assumed-role/daypass-files/alice`);
    expect((await assume(await ofDoor('credentials'))).Credentials).toBeDefined();
    await expect(assume(await ofDoor('credentials'), { DurationSeconds: 3601 })).rejects.toMatchObject({
      message: expect.stringMatching(/MaxSessionDuration|role chaining/),
    });
  });

  test.each<[what: string, externalId: string | undefined]>([
    ['another', 'daypass:other'],
    ['one that begins the same', 'daypass:files2'],
    ['one in other letters', 'Daypass:Files'],
    ['none', undefined],
  ])('not with %s ExternalId', async (_, externalId) => {
    await expect(assume(await ofDoor('credentials'), { ExternalId: externalId as string })).rejects.toMatchObject(
      denied,
    );
  });

  test.each<DoorName>(['grants', 'explain', 'health', 'discovery', 'issuer'])('not by the door %s', async (door) => {
    await expect(assume(await ofDoor(door))).rejects.toMatchObject(denied);
  });

  test('not by the administrator, who is no role', async () => {
    await expect(assume(stack.administrator)).rejects.toMatchObject(denied);
  });

  test.each<[name: string, path: string]>([
    ['attacker', '/'],
    ['a-function', '/service-role/'],
    ['beside', '/daypass/'],
    ['deeper', '/other/daypass/doors/'],
    ['longer', '/daypass/doors-2/'],
    ['capital', '/Daypass/Doors/'],
  ])('not by the role %s under %s, whatever it may do itself', async (name, path) => {
    await expect(assume(await aRole(name, path))).rejects.toMatchObject(denied);
  });

  test('nor by one of its own sessions', async () => {
    const { credentials } = await stack.exchange('files', stack.token());
    await expect(assume(keysIn(credentials))).rejects.toMatchObject(denied);
  });

  test('by whoever makes roles under the path of the doors, which is why nobody else may', async () => {
    expect((await assume(await aRole('inside', '/daypass/doors/'))).Credentials).toBeDefined();
  });
});

describe.each(['chain', 'vouch'])('tags that STS has no room for, by %s', (way) => {
  const long = () => Object.fromEntries(many.map((name) => [name, randomBytes(186).toString('base64url')]));

  test('are left out where they may be, and the line tells which', async () => {
    expect(await stack.exchange(`${way}-dropping`, stack.token(long()))).toMatchObject({ status: 200 });
    const { tagsLeftOut } = stack.audit.at(-1) as { tagsLeftOut: readonly string[] };
    expect(tagsLeftOut).toEqual(many.filter((_, index) => index % 3 === 0));
  });

  test('refuse the session where they must stay', async () => {
    expect(await stack.exchange(`${way}-fixed`, stack.token(long()))).toMatchObject({ error: 'session_too_large' });
    expect(stack.audit.at(-1)).toMatchObject({ code: 'session_too_large', grant: `${way}-fixed` });
  });

  test('stay where they are short', async () => {
    const short = Object.fromEntries(many.map((name) => [name, name]));
    expect(await stack.exchange(`${way}-dropping`, stack.token(short))).toMatchObject({ status: 200 });
    expect(stack.audit.at(-1)).not.toHaveProperty('tagsLeftOut');
  });
});
