// The classic walk through AWS's own gates, by the AWS CLI alone: users, roles and what they may do with a bucket.
// Each step stands on those before it.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { npmStart, type Started } from './npm-start.ts';

const execute = promisify(execFile);

function hasCli(): boolean {
  try {
    execFileSync('aws', ['--version']);
    return true;
  } catch {
    process.stdout.write('No AWS CLI on the PATH: the walk-through is skipped.\n');
    return false;
  }
}

const home = '111122223333';
const partner = '444455556666';
const arnOf = (kind: 'role' | 'user', name: string, account = home) => `arn:aws:iam::${account}:${kind}/${name}`;

/** What somebody exports. */
type Exported = Readonly<Record<string, string>>;

interface Keys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
  readonly Expiration?: string;
}

const exported = ({ AccessKeyId, SecretAccessKey, SessionToken }: Keys): Exported => ({
  AWS_ACCESS_KEY_ID: AccessKeyId,
  AWS_SECRET_ACCESS_KEY: SecretAccessKey,
  ...(SessionToken !== undefined && { AWS_SESSION_TOKEN: SessionToken }),
});

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const deny = (Action: string, Resource = '*') => ({ ...allow(Action, Resource), Effect: 'Deny' });
const trust = (AWS: string, Condition?: object) =>
  policy({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...(Condition && { Condition }) });

const bucket = 'arn:aws:s3:::privet';
const chainTooLong =
  'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';

describe.skipIf(!hasCli())('the walk-through', () => {
  let daypass: Started;
  let administrator: Exported;
  let ali: Exported;
  let bob: Exported;
  let inFiles: Exported;
  let folder: string;

  /** `` aws(ali)`s3 ls s3://privet/` ``: what stands in `${…}` is part of one word, whatever is in it. */
  const aws =
    (who: Exported) =>
    async (text: TemplateStringsArray, ...values: readonly string[]): Promise<string> => {
      const words = [''];
      for (const [index, part] of text.entries()) {
        const [first = '', ...more] = part.split(' ');
        words.push(`${words.pop()}${first}`, ...more);
        words.push(`${words.pop()}${values[index] ?? ''}`);
      }
      const env = {
        PATH: process.env.PATH,
        HOME: folder,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_DEFAULT_OUTPUT: 'json',
        AWS_PAGER: '',
        ...who,
      };
      const args = [...words.filter(Boolean), '--endpoint-url', daypass.aws];
      return (await execute('aws', args, { env, cwd: folder })).stdout;
    };
  const read = async <T>(answer: Promise<string>) => JSON.parse(await answer) as T;
  /** The keys of an answer, and for how many seconds they last. */
  const keysOf = async (answer: Promise<string>) => {
    const { Credentials } = await read<{ Credentials: Keys }>(answer);
    const seconds = (new Date(Credentials.Expiration ?? 0).getTime() - Date.now()) / 1000;
    return { keys: exported(Credentials), seconds };
  };
  const who = async (exports: Exported) =>
    read<{ Arn: string; Account: string; UserId: string }>(aws(exports)`sts get-caller-identity`);

  beforeAll(async () => {
    daypass = await npmStart();
    const [, key = '', secret = ''] = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(daypass.said()) ?? [];
    administrator = exported({ AccessKeyId: key, SecretAccessKey: secret });
    folder = mkdtempSync(join(tmpdir(), 'daypass-walk-'));
    writeFileSync(join(folder, 'note.txt'), 'ali was here\n');
  });
  afterAll(async () => {
    await daypass.stop();
    rmSync(folder, { recursive: true });
  });

  const newUser = async (name: string) => {
    await aws(administrator)`iam create-user --user-name ${name}`;
    const answer = aws(administrator)`iam create-access-key --user-name ${name}`;
    return exported((await read<{ AccessKey: Keys }>(answer)).AccessKey);
  };

  const roleWith = (name: string, trustPolicy: string, seconds = '3600') =>
    aws(
      administrator,
    )`iam create-role --role-name ${name} --assume-role-policy-document ${trustPolicy} --max-session-duration ${seconds}`;
  const permit = (user: string, name: string, document: string) =>
    aws(administrator)`iam put-user-policy --user-name ${user} --policy-name ${name} --policy-document ${document}`;
  const assume = (as: Exported, role: string, ...more: readonly string[]) => {
    const [name = '', value = ''] = more;
    return aws(as)`sts assume-role --role-arn ${role} --role-session-name walk ${name} ${value}`;
  };

  test('ali is denied at the bucket, and so is bob', async () => {
    ali = await newUser('ali');
    bob = await newUser('bob');
    for (const each of [ali, bob]) await expect(aws(each)`s3 ls s3://privet/`).rejects.toThrow('AccessDenied');
  });

  test('a role that does not trust ali does not let ali in', async () => {
    await roleWith('files', trust(arnOf('user', 'bob')), '14400');
    const permissions = policy(allow('s3:ListBucket', bucket), allow(['s3:GetObject', 's3:PutObject'], `${bucket}/*`));
    await aws(
      administrator,
    )`iam put-role-policy --role-name files --policy-name files --policy-document ${permissions}`;
    await expect(assume(ali, arnOf('role', 'files'))).rejects.toThrow(
      `An error occurred (AccessDenied) when calling the AssumeRole operation: User: ${arnOf('user', 'ali')} is not authorized to perform: sts:AssumeRole on resource: ${arnOf('role', 'files')}`,
    );
  });

  test('a role that trusts ali does, for four hours', async () => {
    const document = trust(arnOf('user', 'ali'));
    await aws(administrator)`iam update-assume-role-policy --role-name files --policy-document ${document}`;
    const { keys, seconds } = await keysOf(assume(ali, arnOf('role', 'files'), '--duration-seconds', '14400'));
    expect(seconds).toBeGreaterThan(14_300);
    expect(seconds).toBeLessThanOrEqual(14_400);
    inFiles = keys;
  });

  test('with its keys exported ali lists the bucket, writes and reads', async () => {
    expect(await aws(inFiles)`s3 ls s3://privet/`).toContain('welcome.txt');
    await aws(inFiles)`s3 cp note.txt s3://privet/notes/ali.txt`;
    expect(await aws(inFiles)`s3 ls s3://privet/notes/`).toContain('ali.txt');
    expect(await aws(inFiles)`s3 cp s3://privet/notes/ali.txt -`).toBe('ali was here\n');
    await expect(aws(inFiles)`s3 rm s3://privet/notes/ali.txt`).rejects.toThrow('s3:DeleteObject');
  });

  test('bob is not let in', async () => {
    await expect(assume(bob, arnOf('role', 'files'))).rejects.toThrow('is not authorized to perform: sts:AssumeRole');
  });

  test('a session policy narrows what the role may', async () => {
    const document = policy(allow('s3:ListBucket', bucket));
    const { keys } = await keysOf(assume(ali, arnOf('role', 'files'), '--policy', document));
    expect(await aws(keys)`s3 ls s3://privet/`).toContain('welcome.txt');
    await expect(aws(keys)`s3 cp note.txt s3://privet/notes/narrow.txt`).rejects.toThrow(
      'because no session policy allows the s3:PutObject action',
    );
  });

  test('a Deny wins, in a session that is there already', async () => {
    const document = policy(deny('s3:PutObject', `${bucket}/notes/*`));
    await aws(
      administrator,
    )`iam put-role-policy --role-name files --policy-name no-notes --policy-document ${document}`;
    await expect(aws(inFiles)`s3 cp note.txt s3://privet/notes/denied.txt`).rejects.toThrow(
      'with an explicit deny in an identity-based policy',
    );
    await aws(inFiles)`s3 cp note.txt s3://privet/other/allowed.txt`;
  });

  test('into another account ali needs the permission and the external id', async () => {
    const { keys: there } = await keysOf(
      assume(administrator, arnOf('role', 'OrganizationAccountAccessRole', partner)),
    );
    const document = trust(home, { StringEquals: { 'sts:ExternalId': 'contract-17' } });
    await aws(there)`iam create-role --role-name partner --assume-role-policy-document ${document}`;
    const role = arnOf('role', 'partner', partner);
    const enter = (id: string) => assume(ali, role, '--external-id', id);
    await expect(enter('contract-17')).rejects.toThrow('AccessDenied');
    await permit('ali', 'assume', policy(allow('sts:AssumeRole')));
    await expect(enter('contract-18')).rejects.toThrow('AccessDenied');
    await expect(assume(ali, role)).rejects.toThrow('AccessDenied');
    const { keys } = await keysOf(enter('contract-17'));
    expect(await who(keys)).toMatchObject({
      Account: partner,
      Arn: `arn:aws:sts::${partner}:assumed-role/partner/walk`,
    });
  });

  test('where MFA is required a code lets in, once', async () => {
    await aws(
      administrator,
    )`iam create-virtual-mfa-device --virtual-mfa-device-name ali --outfile seed --bootstrap-method Base32StringSeed`;
    const totp = new TOTP({ secret: Secret.fromBase32(readFileSync(join(folder, 'seed'), 'utf8').trim()) });
    const code = (steps: number) => totp.generate({ timestamp: Date.now() + steps * 30_000 });
    const device = `arn:aws:iam::${home}:mfa/ali`;
    await aws(
      administrator,
    )`iam enable-mfa-device --user-name ali --serial-number ${device} --authentication-code1 ${code(-2)} --authentication-code2 ${code(-1)}`;
    await roleWith('guarded', trust(home, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }));
    await expect(assume(ali, arnOf('role', 'guarded'))).rejects.toThrow('AccessDenied');
    const given = code(0);
    const enter = () =>
      aws(
        ali,
      )`sts assume-role --role-arn ${arnOf('role', 'guarded')} --role-session-name walk --serial-number ${device} --token-code ${given}`;
    expect((await keysOf(enter())).seconds).toBeGreaterThan(3500);
    await expect(enter()).rejects.toThrow('MultiFactorAuthentication failed with invalid MFA one time pass code.');
  });

  test('a session of a session has an hour, and two are refused in AWS’s words', async () => {
    await roleWith('chained', trust(arnOf('role', 'files')), '43200');
    const enter = (seconds: string) => assume(inFiles, arnOf('role', 'chained'), '--duration-seconds', seconds);
    await expect(enter('7200')).rejects.toThrow(
      `(ValidationError) when calling the AssumeRole operation: ${chainTooLong}`,
    );
    const { keys, seconds } = await keysOf(enter('3600'));
    expect(seconds).toBeLessThanOrEqual(3600);
    expect((await who(keys)).Arn).toBe(`arn:aws:sts::${home}:assumed-role/chained/walk`);
  });

  test('a federated user lives 36 hours, and has nothing without a policy', async () => {
    await permit('ali', 'federate', policy(allow(['sts:GetFederationToken', 's3:ListBucket'])));
    const bare = await keysOf(aws(ali)`sts get-federation-token --name guest --duration-seconds 129600`);
    expect(bare.seconds).toBeGreaterThan(129_500);
    await expect(aws(bare.keys)`s3 ls s3://privet/`).rejects.toThrow('AccessDenied');
    const document = policy(allow('s3:*'));
    const { keys } = await keysOf(aws(ali)`sts get-federation-token --name guest --policy ${document}`);
    expect(await aws(keys)`s3 ls s3://privet/`).toContain('welcome.txt');
    expect(await who(keys)).toEqual({
      Account: home,
      UserId: `${home}:guest`,
      Arn: `arn:aws:sts::${home}:federated-user/guest`,
    });
  });

  test('everybody learns who they are, even those to whom it is denied', async () => {
    await permit('bob', 'nothing', policy(deny('*')));
    const { keys: signedIn } = await keysOf(aws(ali)`sts get-session-token`);
    const user = (name: string) => ({
      Account: home,
      Arn: arnOf('user', name),
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
    });
    expect(await who(ali)).toEqual(user('ali'));
    expect(await who(bob)).toEqual(user('bob'));
    expect(await who(signedIn)).toEqual(user('ali'));
    expect(await who(inFiles)).toEqual({
      Account: home,
      Arn: `arn:aws:sts::${home}:assumed-role/files/walk`,
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:walk$/),
    });
  });

  test('what EC2 denies is told in full to whoever may know', async () => {
    const denied = await aws(bob)`ec2 describe-instances --dry-run`.catch((error: Error) => error.message);
    const [, message = ''] = /Encoded authorization failure message: (\S+)/.exec(denied) ?? [];
    const decode = (as: Exported) => aws(as)`sts decode-authorization-message --encoded-message ${message}`;
    await expect(decode(ali)).rejects.toThrow('AccessDenied');
    const { DecodedMessage } = await read<{ DecodedMessage: string }>(decode(administrator));
    expect(JSON.parse(DecodedMessage)).toMatchObject({
      allowed: false,
      explicitDeny: true,
      context: { principal: { arn: arnOf('user', 'bob') }, action: 'ec2:DescribeInstances' },
    });
    await expect(aws(administrator)`ec2 describe-instances --dry-run`).rejects.toThrow('DryRunOperation');
  });
});
