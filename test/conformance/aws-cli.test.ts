// The AWS CLI against the embedded endpoint: the one on the PATH, whichever version that is.

import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answered, npmStart, type Started } from './npm-start.ts';

const execute = promisify(execFile);

function version(): string | undefined {
  try {
    return execFileSync('aws', ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

const cli = version();
process.stdout.write(cli ? `The AWS CLI of this run: ${cli}\n` : 'No AWS CLI on the PATH: its tests are skipped.\n');

describe.skipIf(cli === undefined)('the AWS CLI', () => {
  let daypass: Started;
  let environment: Record<string, string>;

  beforeAll(async () => {
    daypass = await npmStart();
    const answer = await daypass.credentials('tenant-files', await daypass.token('alice'));
    const { credentials } = (await answer.json()) as Answered;
    environment = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    };
  });
  afterAll(async () => {
    await daypass.stop();
  });

  const aws = async (words: readonly string[], more: Record<string, string> = {}) => {
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', ...environment, ...more } as NodeJS.ProcessEnv;
    const args = ['sts', ...words, '--endpoint-url', daypass.aws, '--region', 'us-east-1', '--output', 'json'];
    const { stdout } = await execute('aws', args, { env });
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  test('sees who it is with the credentials of the door', async () => {
    expect(await aws(['get-caller-identity'])).toEqual({
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:alice@acme\.example$/),
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/daypass-tenant-files/alice@acme.example',
    });
  });

  test('is refused with another secret', async () => {
    await expect(aws(['get-caller-identity'], { AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) })).rejects.toThrow(
      'SignatureDoesNotMatch',
    );
  });

  test('is refused with a key nobody issued', async () => {
    await expect(aws(['get-caller-identity'], { AWS_ACCESS_KEY_ID: 'ASIARTX3GSDS2FZRYCK7' })).rejects.toThrow(
      'InvalidClientTokenId',
    );
  });

  test('assumes a role with a web identity token, and is refused where the trust policy says no', async () => {
    const assume = async (person: string) =>
      aws([
        'assume-role-with-web-identity',
        '--role-arn',
        'arn:aws:iam::111122223333:role/daypass-tenant-files',
        '--role-session-name',
        person,
        '--web-identity-token',
        await daypass.token(person),
      ]);
    expect(await assume('alice')).toMatchObject({
      AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/daypass-tenant-files/alice' },
    });
    await expect(assume('mallory')).rejects.toThrow('Not authorized to perform sts:AssumeRoleWithWebIdentity');
  });

  test('assumes a role with the assertion that npm run assertion prints, and with no keys', async () => {
    const account = 'arn:aws:iam::111122223333';
    const words = [
      ...['assume-role-with-saml', '--role-arn', `${account}:role/daypass-support`],
      ...['--principal-arn', `${account}:saml-provider/daypass-corp`],
      ...['--saml-assertion', await daypass.assertion('alice')],
    ];
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' };
    expect(await aws(words, none)).toMatchObject({
      AssumedRoleUser: { Arn: 'arn:aws:sts::111122223333:assumed-role/daypass-support/alice@acme.example' },
      Subject: 'alice@acme.example',
      Issuer: 'https://idp.acme.example/saml',
      Audience: `${daypass.gateway}/saml/acs`,
    });
    const bob = words.slice(0, -1);
    await expect(aws([...bob, await daypass.assertion('bob')], none)).rejects.toThrow(
      'Not authorized to perform sts:AssumeRoleWithSAML',
    );
  });
});
