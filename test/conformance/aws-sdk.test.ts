// The AWS SDK for JavaScript against the embedded endpoint.

import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answered, npmStart, type Started } from './npm-start.ts';

let daypass: Started;
beforeAll(async () => {
  daypass = await npmStart();
});
afterAll(async () => {
  await daypass.stop();
});

const role = 'arn:aws:iam::111122223333:role/daypass-tenant-files';
const anonymous = { accessKeyId: 'unused', secretAccessKey: 'unused' };
const client = (credentials: {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}) => new STSClient({ region: 'us-east-1', endpoint: daypass.aws, credentials });

describe('what the door answers', () => {
  test('has the names that the SDK takes; only its expiration must become a Date', async () => {
    const answer = await daypass.credentials('tenant-files', await daypass.token('alice'));
    const { credentials } = (await answer.json()) as Answered;
    const identity = await client({ ...credentials, expiration: new Date(credentials.expiration) }).send(
      new GetCallerIdentityCommand({}),
    );
    expect(identity).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/daypass-tenant-files/alice@acme.example',
    });
  });

  test('stops working when a character of the session token changes', async () => {
    const answer = await daypass.credentials('tenant-files', await daypass.token('alice'));
    const { credentials } = (await answer.json()) as Answered;
    const sessionToken = `${credentials.sessionToken.slice(0, -1)}${credentials.sessionToken.endsWith('A') ? 'B' : 'A'}`;
    const { accessKeyId, secretAccessKey } = credentials;
    const call = client({ accessKeyId, secretAccessKey, sessionToken }).send(new GetCallerIdentityCommand({}));
    await expect(call).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
  });
});

describe('AssumeRoleWithWebIdentity, asked directly', () => {
  const assume = async (person: string, more: Record<string, unknown> = {}) =>
    client(anonymous).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: role,
        RoleSessionName: person,
        WebIdentityToken: await daypass.token(person),
        ...more,
      }),
    );

  test('gives whom the trust policy names what STS would', async () => {
    const { Credentials, AssumedRoleUser, Provider, Audience, SubjectFromWebIdentityToken, PackedPolicySize } =
      await assume('alice');
    expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(Credentials?.Expiration).toBeInstanceOf(Date);
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/daypass-tenant-files/alice');
    expect(Provider).toBe('arn:aws:iam::111122223333:oidc-provider/login.acme.example');
    expect([Audience, SubjectFromWebIdentityToken]).toEqual(['web', 'alice']);
    expect(PackedPolicySize).toBeGreaterThan(0);
  });

  test('refuses whom Daypass would refuse, by the trust policy alone', async () => {
    await expect(assume('bob')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    });
  });

  test.each([
    ['a duration below the least', { DurationSeconds: 899 }, 'ValidationError'],
    ['a duration above that of the role', { DurationSeconds: 14_401 }, 'ValidationError'],
    ['a session policy that is none', { Policy: '{}' }, 'MalformedPolicyDocumentException'],
    ['a token that is none', { WebIdentityToken: 'a.b.c' }, 'InvalidIdentityTokenException'],
    ['a role that is not there', { RoleArn: `${role}-not` }, 'AccessDenied'],
  ])('refuses %s with its own error', async (_what, more, name) => {
    await expect(assume('alice', more)).rejects.toMatchObject({ name });
  });
});
