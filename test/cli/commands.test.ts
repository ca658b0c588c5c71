import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isBeyondUs, profileIn, withProfile } from '../../lib/cli/aws-config.ts';
import { commands } from '../../lib/cli/cli.ts';
import { formatted } from '../../lib/cli/formats.ts';
import type { LiveSts } from '../../lib/cli/live-sts.ts';
import { fileSecrets, type SecretStore, secretsIn } from '../../lib/cli/secret-store.ts';
import { daypass } from './kit.ts';
import { aMachine } from './machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'daypass-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'secret/+=example',
  sessionToken: 'IQoJtoken==',
  expiration: '2026-06-01T13:00:00.000Z',
  accountId: '111122223333',
};

const refusing = (): LiveSts => {
  const no = () => Promise.reject(new Error('AccessDenied'));
  return { accountOf: no, decode: no, session: no, callerIdentityAddress: no };
};

describe('credentials are written', () => {
  test('for shells', () => {
    expect(formatted(credentials, 'env', 'files')).toBe(
      'export AWS_ACCESS_KEY_ID=ASIAEXAMPLE\nexport AWS_SECRET_ACCESS_KEY=secret/+=example\nexport AWS_SESSION_TOKEN=IQoJtoken==\n',
    );
  });

  test('for credential_process', () => {
    expect(JSON.parse(formatted(credentials, 'process', 'files'))).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'secret/+=example',
      SessionToken: 'IQoJtoken==',
      Expiration: '2026-06-01T13:00:00Z',
      AccountId: '111122223333',
    });
  });

  test('for ~/.aws/credentials', () => {
    expect(formatted(credentials, 'ini', 'files')).toBe(
      '[files]\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = secret/+=example\naws_session_token = IQoJtoken==\n',
    );
  });

  test('as JSON', () => {
    expect(JSON.parse(formatted(credentials, 'json', 'files'))).toEqual(credentials);
  });
});

describe('the file of secrets', () => {
  const path = join(folder, 'deep', 'secrets.json');

  test('is for its owner only, and leaves nothing beside it', async () => {
    const secrets = fileSecrets(path);
    expect(await secrets.set('default', 'a')).toBe(path);
    expect(await secrets.set('__proto__x', 'b')).toBe(path);
    expect([await secrets.get('default'), await secrets.get('__proto__')]).toEqual(['a', undefined]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['secrets.json']);
    await secrets.delete('default');
    await secrets.delete('__proto__x');
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
  });

  test('may be a link to another place', async () => {
    const [target, link] = [join(folder, 'target.json'), join(folder, 'link.json')];
    writeFileSync(target, '{}');
    symlinkSync(target, link);
    await fileSecrets(link).set('a', 'b');
    expect([lstatSync(link).isSymbolicLink(), await fileSecrets(target).get('a')]).toEqual([true, 'b']);
  });

  test('that is none counts as empty', async () => {
    writeFileSync(path, 'not JSON');
    expect(await fileSecrets(path).get('default')).toBeUndefined();
  });

  test('holds what the keyring cannot, and nothing that it can', async () => {
    const keyring: SecretStore & { readonly kept: Map<string, string> } = {
      kept: new Map(),
      get: async (name) => keyring.kept.get(name),
      set: async (name, secret) => {
        if (secret.length > 10) throw new Error('too long');
        keyring.kept.set(name, secret);
        return 'keyring';
      },
      delete: async (name) => void keyring.kept.delete(name),
    };
    const file = fileSecrets(join(folder, 'beside.json'));
    const both = secretsIn(keyring, file);
    expect(await both.set('a', 'short')).toBe('keyring');
    expect(await both.set('a', 'much too long')).toBe(join(folder, 'beside.json'));
    expect([keyring.kept.size, await both.get('a')]).toEqual([0, 'much too long']);
    await both.set('a', 'short');
    expect([await file.get('a'), await both.get('a')]).toEqual([undefined, 'short']);
    await both.delete('a');
    expect(await both.get('a')).toBeUndefined();
  });
});

describe('~/.aws/config', () => {
  const before = `# mine
[default]
region=eu-central-1
output = json

[profile old]
credential_process = /bin/old --flag
s3 =
  max_concurrent_requests = 20

[sso-session corp]
sso_region = us-east-1`;
  const lines = [['credential_process', 'daypass credentials'] as const, ['region', 'us-west-2'] as const];

  test('gets a profile at its end, and keeps the rest to the byte', () => {
    expect(withProfile(before, { name: 'new', lines })).toBe(
      `${before}\n\n[profile new]\ncredential_process = daypass credentials\nregion = us-west-2\n`,
    );
  });

  test('has a profile changed in its place', () => {
    expect(withProfile(before, { name: 'old', lines })).toBe(
      before
        .replace('/bin/old --flag', 'daypass credentials')
        .replace('requests = 20\n', 'requests = 20\nregion = us-west-2\n'),
    );
    expect(withProfile(before, { name: 'default', lines: [['region', 'us-west-2']] })).toBe(
      before.replace('region=eu-central-1', 'region = us-west-2'),
    );
  });

  test('that is empty, or of Windows', () => {
    expect(withProfile('', { name: 'a', lines: [['region', 'x']] })).toBe('[profile a]\nregion = x\n');
    expect(withProfile('[default]\r\nregion = y\r\n', { name: 'a', lines: [['region', 'x']] })).toBe(
      '[default]\r\nregion = y\r\n\r\n[profile a]\r\nregion = x\r\n',
    );
  });

  test('whatever it holds: other lines stay, the profile is there, and writing it twice changes nothing', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '[default]',
        '[profile a]',
        '[profile b]',
        '[services x]',
        'region = x',
        'credential_process = y',
        '',
        '# note',
        '  nested = 1',
      ),
      fc.string().filter((text) => !/[\r\n[]/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (given) => {
        const text = given.join('\n');
        const after = withProfile(text, { name: 'a', lines });
        expect(profileIn(after, 'a')?.get('region')).toBeDefined();
        expect(withProfile(after, { name: 'a', lines })).toBe(after);
        const others = given.filter((each) => !/^(region|credential_process)\s*=/.test(each) && each.trim() !== '');
        const left = after.split('\n');
        for (const each of others) expect(left).toContain(each);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a profile that this command would spoil', () => {
  test.each([
    '[profile a]\n  region = x\n',
    '[profile a]\nregion: x\n',
    '[profile a]\nregion = x\n[profile  "a"]\noutput = json\n',
  ])('is left alone: %j', (text) => {
    expect(isBeyondUs(text, 'a')).toBe(true);
  });

  test.each([
    '[profile a] # mine\nregion = x\n',
    '[profile "a"]\nregion = x\n',
    '[ profile  a ]\nregion = x\ns3 =\n  n = 1\n',
  ])('is not one that is only written otherwise: %j', (text) => {
    expect(isBeyondUs(text, 'a')).toBe(false);
    const after = withProfile(text, { name: 'a', lines: [['region', 'y']] });
    expect(after).toBe(text.replace('region = x', 'region = y'));
  });
});

describe('configure', () => {
  const settings = JSON.stringify({
    profiles: { default: { endpoint: 'https://daypass.example', grant: 'files', saml: 'portal' } },
  });
  const withConfig = (text?: string) =>
    aMachine({
      files: {
        '/home/alice/.config/daypass/settings.json': settings,
        ...(text !== undefined && { '/home/alice/.aws/config': text }),
      },
    });
  const written = (machine: ReturnType<typeof aMachine>) => machine.files.get('/home/alice/.aws/config');

  test('writes a profile that fetches its own credentials', async () => {
    const machine = withConfig();
    expect(await daypass(['configure', '--aws-profile', 'blue', '--region', 'us-east-1'], { machine })).toMatchObject({
      exit: 0,
    });
    expect(written(machine)).toBe(
      '[profile blue]\ncredential_process = daypass credentials --format process --grant files --profile default\nregion = us-east-1\n',
    );
    expect(await daypass(['configure', '--aws-profile', 'blue'], { machine })).toMatchObject({ exit: 0 });
  });

  test.each([
    ['[profile blue]\ncredential_process = other\n', 'credential_process'],
    ['[profile blue]\naws_access_key_id = AKIA\n', 'aws_access_key_id'],
    ['[profile blue]\nsso_session = corp\n', 'sso_session'],
  ])('leaves a profile alone that has another way: %j', async (text, way) => {
    const machine = withConfig(text);
    const { exit, err } = await daypass(['configure', '--aws-profile', 'blue'], { machine });
    expect([exit, written(machine)]).toEqual([2, text]);
    expect(err).toContain(way);
  });

  test.each(['"/opt/$(id)/node" daypass', '"/opt/`id`/node" daypass', '"/opt/a\n/node"'])(
    'writes no line that a shell would read otherwise: %j',
    async (self) => {
      const machine = { ...withConfig(), self };
      expect(await daypass(['configure', '--aws-profile', 'blue'], { machine })).toMatchObject({ exit: 2 });
      expect(written(machine)).toBeUndefined();
    },
  );

  test('replaces another command when it is told to', async () => {
    const machine = withConfig('[profile blue]\ncredential_process = other\n');
    expect(await daypass(['configure', '--aws-profile', 'blue', '--force'], { machine })).toMatchObject({ exit: 0 });
    expect(written(machine)).toContain('credential_process = daypass credentials');
  });

  test.each([
    ['a name that ends the line', ['--aws-profile', 'a]\n[b']],
    ['a grant that is more than a word', ['--aws-profile', 'a', '--grant', 'files; rm -rf /']],
    ['a Region that is none', ['--aws-profile', 'a', '--region', 'here']],
  ])('takes no %s', async (_, args) => {
    const machine = withConfig();
    expect(await daypass(['configure', ...args], { machine })).toMatchObject({ exit: 2 });
    expect(written(machine)).toBeUndefined();
  });
});

describe('key-info', () => {
  test.each([
    ['ASIAY34FZKBOKMUTVV7A', '609629065308  temporary access key of a session\n'],
    ['ASIAQNZGKIQY56JQ7WML', '029608264753  temporary access key of a session\n'],
  ])('%s is of %s', async (key, told) => {
    expect(await daypass(['key-info', key])).toEqual({ exit: 0, out: told, err: '' });
  });

  test('asks AWS when it is told to', async () => {
    const sts = { ...refusing(), accountOf: async () => '123456789012' };
    expect(await daypass(['key-info', 'AKIAIOSFODNN7EXAMPLE', '--live', '--json'], { sts })).toMatchObject({
      exit: 0,
      out: expect.stringContaining('"account": "123456789012"'),
    });
    expect(await daypass(['key-info', 'AKIAIOSFODNN7EXAMPLE', '--live'], { sts: refusing() })).toMatchObject({
      exit: 1,
      err: 'AWS did not tell: AccessDenied\n',
    });
  });

  test.each([
    [new Error('Region is missing'), 2, 'Set AWS_REGION'],
    [new Error('Could not load credentials from any providers'), 2, 'Sign in to AWS first'],
    [new Error('connect ECONNREFUSED 127.0.0.1:1'), 4, 'could not be reached'],
    [new Error('AccessDenied'), 1, 'AWS did not tell: AccessDenied'],
  ])('tells whose fault it is: %s', async (error, exit, says) => {
    const sts = { ...refusing(), accountOf: () => Promise.reject(error) };
    const ran = await daypass(['key-info', 'AKIAIOSFODNN7EXAMPLE', '--live'], { sts });
    expect(ran).toMatchObject({ exit, err: expect.stringContaining(says) });
  });

  test('says when a key does not tell', async () => {
    expect(await daypass(['key-info', 'AKIAIOSFODNN7EXAMPLE'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--live'),
    });
  });
});

describe('decode', () => {
  const message = 'A'.repeat(60);
  const decoded = JSON.stringify({
    allowed: false,
    explicitDeny: true,
    matchedStatements: { items: [{ statementId: 'NoInstances', effect: 'DENY' }] },
    context: {
      principal: { id: 'AIDA', arn: 'arn:aws:iam::111122223333:user/ali' },
      action: 'ec2:RunInstances',
      resource: 'arn:aws:ec2:us-east-1:111122223333:instance/*',
      conditions: {
        items: [{ key: 'ec2:InstanceType', values: { items: [{ value: 't3.micro' }, { value: 't3\u001b[31m' }] } }],
      },
    },
  });
  const asked: string[] = [];
  const sts: LiveSts = {
    ...refusing(),
    decode: async (text) => {
      asked.push(text);
      return decoded;
    },
  };

  test.each([message, `An error occurred (UnauthorizedOperation). Encoded authorization failure message: ${message}`])(
    'tells what AWS said, in lines',
    async (argument) => {
      const { exit, out } = await daypass(['decode', argument], { sts });
      expect([exit, asked.at(-1)]).toEqual([0, message]);
      expect(out).toBe(
        `verdict           denied by a statement
principal         arn:aws:iam::111122223333:user/ali
action            ec2:RunInstances
resource          arn:aws:ec2:us-east-1:111122223333:instance/*
statement         NoInstances DENY
ec2:InstanceType  t3.micro, t3\\u{1b}[31m
`,
      );
    },
  );

  test('or as it is', async () => {
    const { out } = await daypass(['decode', '-', '--json'], { sts, stdin: message });
    expect(JSON.parse(out)).toEqual(JSON.parse(decoded));
  });

  test('says when AWS refuses, and when there is no message', async () => {
    expect(await daypass(['decode', message], { sts: refusing() })).toMatchObject({ exit: 1 });
    expect(await daypass(['decode', 'hello'], { sts })).toMatchObject({ exit: 2 });
  });
});

describe('session', () => {
  test('asks AWS with the MFA code', async () => {
    const asked: unknown[] = [];
    const sts: LiveSts = {
      ...refusing(),
      session: async (wish) => {
        asked.push(wish);
        return credentials;
      },
    };
    const serial = 'arn:aws:iam::111122223333:mfa/ali';
    const ran = await daypass(['session', '--mfa', serial, '--code', '123456', '--duration', '2h', '--format', 'ini'], {
      sts,
    });
    expect([ran.exit, ran.out.split('\n')[0]]).toEqual([0, '[session]']);
    expect(asked).toEqual([{ durationSeconds: 7200, serialNumber: serial, tokenCode: '123456' }]);
  });

  test.each([[['--mfa', 'x']], [['--code', '123456']], [['--mfa', 'x', '--code', '12345']]])(
    '%j is not enough',
    async (args) => {
      expect(await daypass(['session', ...args], { sts: refusing() })).toMatchObject({ exit: 2 });
    },
  );

  test('says when AWS refuses', async () => {
    expect(await daypass(['session'], { sts: refusing() })).toMatchObject({
      exit: 1,
      err: 'AWS gave no session: AccessDenied\n',
    });
  });
});

describe('completion', () => {
  test.each(['bash', 'zsh', 'fish'])('of %s knows every command and option', async (shell) => {
    const { exit, out } = await daypass(['completion', shell]);
    expect(exit).toBe(0);
    for (const { name, options } of commands) {
      expect(out).toContain(name);
      for (const option of Object.keys(options)) expect(out).toContain(option);
    }
  });

  test('of bash works in bash', async () => {
    const file = join(folder, 'daypass.bash');
    writeFileSync(file, (await daypass(['completion', 'bash'])).out);
    const ask = (...words: readonly string[]) =>
      execFileSync(
        'bash',
        [
          '-c',
          `source ${file}; COMP_WORDS=(daypass ${words.join(' ')}); COMP_CWORD=${words.length}; _daypass; echo "\${COMPREPLY[@]}"`,
        ],
        { encoding: 'utf8' },
      ).trim();
    expect(ask('cred')).toBe('credentials');
    expect(ask('exec', '--se')).toBe('--server');
  });
});
