// People sign in: the browser that comes back, the device flow, the portal. Against the local identity providers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { overHttp } from '../kit/loopback.ts';
import { atTheIdp, Browser, deliver, type Running, running } from '../local/saml-browser.ts';
import { daypass } from './kit.ts';
import { aMachine, type MachineSettings } from './machine.ts';

let stack: Running;
beforeAll(async () => {
  stack = await running();
});
afterAll(() => stack.stop());

const issuer = 'https://login.acme.example';
const idp = () => stack.identityProvider ?? '';
const oidc = () => ['--endpoint', stack.gateway, '--issuer', `${issuer}=${idp()}`, '--client-id', 'web'];
const around = (settings: MachineSettings = {}) => ({ machine: aMachine(settings), fetch, now: new Date() });
type Around = ReturnType<typeof around>;

/** Goes where a browser would: redirects, cookies by origin, one choice of a person, one of a code. */
async function surf(start: string, person: string, stopAt?: (url: URL) => boolean): Promise<URL> {
  const jars = new Map<string, Map<string, string>>();
  let url = new URL(start);
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 20; step++) {
    if (stopAt?.(url)) return url;
    const jar = jars.get(url.origin) ?? new Map<string, string>();
    jars.set(url.origin, jar);
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      ...(form && { body: form }),
      headers: { cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    const page = await answer.text();
    const [, action] = /<form[^>]*action="([^"]+)"/.exec(page) ?? [];
    if (location !== null) {
      form = undefined;
      url = new URL(location, url);
    } else if (page.includes('name="person"')) {
      form = new URLSearchParams({ person });
    } else if (action !== undefined) {
      const fields = page.matchAll(/name="([^"]+)"[^>]*?value="([^"]*)"/g);
      form = new URLSearchParams(Array.from(fields, ([, name = '', value = '']) => [name, value]));
      url = new URL(action, url);
    } else return url;
  }
  throw new Error('From page to page without end.');
}

/** Somebody at the browser that the command opens. */
function person(name: string): Around {
  return around({ visit: (url) => void surf(url, name) });
}

async function signedIn(name: string, more: readonly string[] = []): Promise<Around> {
  const alice = person(name);
  expect(await daypass(['login', ...oidc(), '--grant', 'tenant-files', ...more], alice)).toMatchObject({ exit: 0 });
  return alice;
}

describe('a browser', () => {
  test('signs a person in, who then gets credentials, once for all who ask', async () => {
    const alice = await signedIn('alice');
    expect(alice.machine.opened).toHaveLength(1);
    const first = await daypass(['credentials', '--format', 'json'], alice);
    expect(first).toMatchObject({ exit: 0, err: '' });
    expect(JSON.parse(first.out)).toMatchObject({
      accountId: '111122223333',
      accessKeyId: expect.stringMatching(/^ASIA/),
    });
    expect((await daypass(['credentials', '--format', 'json'], alice)).out).toBe(first.out);
    const other = await daypass(['credentials', '--grant', 'reports', '--format', 'json'], alice);
    expect(JSON.parse(other.out).accessKeyId).not.toBe(JSON.parse(first.out).accessKeyId);
  });

  test('is asked for by name the next time', async () => {
    const alice = await signedIn('alice');
    expect((await daypass(['login'], alice)).exit).toBe(0);
    expect(alice.machine.opened).toHaveLength(2);
  });

  test('is asked how long ago that was, where a grant wants to know', async () => {
    const authTime = (ran: { readonly out: string }) => JSON.parse(ran.out).auth_time as unknown;
    const tokenOf = async (alice: Around) => {
      const { idToken = '' } = JSON.parse((await (await alice.machine.secrets()).get('default')) ?? '{}');
      return { out: Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString() };
    };
    const alice = await signedIn('alice', ['--max-age', '15m']);
    expect(new URL(alice.machine.opened[0] ?? '').searchParams.get('max_age')).toBe('900');
    expect(Math.abs(Number(authTime(await tokenOf(alice))) - Date.now() / 1000)).toBeLessThan(60);
    // The next sign-in asks the same.
    expect((await daypass(['login'], alice)).exit).toBe(0);
    expect(new URL(alice.machine.opened[1] ?? '').searchParams.get('max_age')).toBe('900');
  });

  test.each([
    [['--max-age', 'soon'], '--max-age soon: a time such as 15m'],
    [['--max-age', '15m', '--device'], 'the device flow cannot ask for it'],
  ])('is not asked with %j', async (more, says) => {
    const ran = await daypass(['login', ...oidc(), ...more], around());
    expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining(says) });
  });

  test('that is not wanted gets an address printed', async () => {
    const alice = around({ visit: () => expect.unreachable() });
    let told = '';
    const ran = daypass(['login', ...oidc(), '--no-browser'], {
      ...alice,
      tell: (text) => {
        told += text;
      },
      machine: {
        ...alice.machine,
        // The address is told before anybody waits.
        serve: async (answer) => {
          const server = await alice.machine.serve(answer);
          // Strangers are sent away, and the waiting goes on.
          setTimeout(async () => {
            const strangers = ['/callback?code=x&state=x', '/callback', '//', '/'];
            for (const target of strangers) {
              const { status } = await overHttp(`http://127.0.0.1:${server.port}`, { path: target });
              expect([target, status]).toEqual([target, 400]);
            }
            const [, state = ''] = /[?&]state=([\w-]+)/.exec(told) ?? [];
            await fetch(`http://127.0.0.1:${server.port}/callback?error=access_denied&state=${state}&iss=${issuer}`);
          }, 50);
          return server;
        },
      },
    });
    const { exit, err } = await ran;
    expect([exit, alice.machine.opened]).toEqual([1, []]);
    expect(err).toMatch(/Visit\n\n {2}http:\/\/127\.0\.0\.1:\d+\/auth\?/);
  });

  test.each([
    ['another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    ['a no', (url: URL) => url.searchParams.set('error', 'access_denied')],
  ])('that comes back with %s signs nobody in', async (_, change) => {
    const mallory = around({
      visit: (url) =>
        void surf(url, 'mallory', ({ pathname }) => pathname === '/callback').then((back) => {
          change(back);
          if (back.searchParams.has('error')) back.searchParams.delete('code');
          return fetch(back);
        }),
    });
    const { exit, err } = await daypass(['login', ...oidc()], mallory);
    expect(exit).toBe(1);
    expect(err).not.toContain('Signed in');
    expect(mallory.machine.kept.size).toBe(0);
  });
});

describe('a device', () => {
  test('is signed in from another one', async () => {
    const bob = around();
    let told = '';
    const watching = { ...bob, tell: (text: string) => (told += text) };
    const ran = daypass(['login', ...oidc(), '--device'], watching);
    await expect.poll(() => told).toMatch(/and enter/);
    const [, page = '', code = ''] = /\n {2}(http\S+)\n\nand enter +(\S+)/.exec(told) ?? [];
    await surf(`${page}?user_code=${code}`, 'bob');
    expect(await ran).toMatchObject({ exit: 0 });
    expect((await daypass(['whoami'], bob)).out).toMatch(/subject +bob\n/);
  }, 30_000);
});

/** Somebody at the portal, who chooses this grant; `returns` is told where the browser is sent then. */
const chooses = (grant: string, returns: (address: string) => void = () => undefined) =>
  around({
    visit: (url) =>
      void (async () => {
        const browser = new Browser(stack);
        await browser.get(url);
        await deliver(browser, await atTheIdp(browser, 'alice'));
        const commandLine = new URL(url).searchParams.get('command-line') ?? '';
        const { headers } = await browser.post('/portal', { wants: 'code', grant, 'command-line': commandLine });
        const back = headers.location ?? '';
        returns(back);
        await fetch(back);
      })(),
  });

describe('SAML', () => {
  test('signs a person in through the portal, for the grant that is chosen there', async () => {
    const alice = chooses('support');
    const { exit, err } = await daypass(['login', '--endpoint', stack.gateway, '--saml'], alice);
    expect([exit, err.includes('You have credentials for support until')]).toEqual([0, true]);
    const { out } = await daypass(['credentials', '--format', 'process'], alice);
    expect(JSON.parse(out)).toMatchObject({ Version: 1, AccountId: '111122223333' });
    expect((await daypass(['whoami'], alice)).out).toContain('SAML, through the portal');
    expect(await daypass(['credentials', '--grant', 'read-reports'], alice)).toMatchObject({ exit: 1 });
  });
});

describe('a portal', () => {
  const nobody = () => around({ visit: () => expect.unreachable() });

  test('that is not there is told at once', async () => {
    const ran = await daypass(['login', '--endpoint', 'http://127.0.0.1:1', '--saml'], nobody());
    expect(ran).toMatchObject({ exit: 4, err: expect.stringContaining('could not be reached') });
    const other = await daypass(['login', '--endpoint', stack.aws, '--saml'], nobody());
    expect([2, 4]).toContain(other.exit);
  });

  test('gets nothing back but code, grant and state', async () => {
    let back = '';
    const alice = chooses('support', (address) => {
      back = address;
    });
    expect((await daypass(['login', '--endpoint', stack.gateway, '--saml'], alice)).exit).toBe(0);
    expect([...new URL(back).searchParams.keys()].sort()).toEqual(['code', 'grant', 'state']);
  });
});

describe('a duration that is wished for once', () => {
  test('is told when it is another, and is not what the next command gets', async () => {
    const alice = await signedIn('alice');
    const short = await daypass(['credentials', '--duration', '5m', '--format', 'json'], alice);
    expect(short).toMatchObject({ exit: 0, err: expect.stringContaining('shortest session') });
    const next = await daypass(['credentials', '--format', 'json'], alice);
    const length = (out: string) => new Date(JSON.parse(out).expiration).getTime() - Date.now();
    expect(length(short.out)).toBeLessThan(1_000_000);
    expect(length(next.out)).toBeGreaterThan(10_000_000);
  });
});

describe('a sign-in that has ended', () => {
  const later = (seconds: number) => new Date(Date.now() + seconds * 1000);

  test('is told, and what to do', async () => {
    const alice = await signedIn('alice');
    const ran = await daypass(['credentials'], { ...alice, now: later(4000) });
    expect(ran).toEqual({ exit: 1, out: '', err: 'The sign-in has ended: daypass login\n' });
    expect(await daypass(['whoami'], { ...alice, now: later(4000) })).toMatchObject({ exit: 1 });
  });

  test('renews itself where the provider lets it', async () => {
    const alice = await signedIn('alice', ['--scope', 'openid offline_access']);
    const before = alice.machine.kept.get('default') ?? '';
    expect(JSON.parse(before)).toHaveProperty('refreshToken');
    expect((await daypass(['grants'], { ...alice, now: later(4000) })).exit).toBe(0);
    expect(JSON.parse(alice.machine.kept.get('default') ?? '').idToken).not.toBe(JSON.parse(before).idToken);
  });

  test('is gone after logout', async () => {
    const alice = await signedIn('alice');
    expect((await daypass(['logout'], alice)).exit).toBe(0);
    expect(alice.machine.kept.size).toBe(0);
    expect((await daypass(['credentials'], alice)).exit).toBe(1);
  });
});

describe('whoever is signed in', () => {
  test('is told the grants that fit', async () => {
    const { exit, out } = await daypass(['grants'], await signedIn('alice'));
    expect(exit).toBe(0);
    expect(out).toMatch(/^tenant-files +111122223333 +arn:aws:iam::111122223333:role\/daypass-tenant-files +4 h$/m);
    expect(await daypass(['grants'], await signedIn('mallory'))).toMatchObject({
      exit: 1,
      out: expect.stringContaining('No grant'),
    });
  });

  test('is refused in the words of Daypass, without the token', async () => {
    const mallory = await signedIn('mallory');
    const { exit, out, err } = await daypass(['credentials'], mallory);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toMatch(/^This identity is not given this grant\. \(grant_denied, request [\w-]+\)\n$/);
    expect(err).not.toContain('eyJ');
  });

  test('opens the console, or prints the link', async () => {
    const links: (string | null)[] = [];
    const visit = (url: string) => {
      if (url.includes('/auth?')) void surf(url, 'alice');
      else void fetch(url, { redirect: 'manual' }).then(({ headers }) => links.push(headers.get('location')));
    };
    const alice = around({ visit });
    await daypass(['login', ...oidc(), '--grant', 'tenant-files'], alice);
    expect((await daypass(['console'], alice)).exit).toBe(0);
    // Arguments of processes can be read by others: what is opened serves once.
    expect(alice.machine.opened.at(-1)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
    expect(links).toEqual([expect.stringContaining('/federation?Action=login')]);
    const { out } = await daypass(['console', '--print'], alice);
    expect(out).toMatch(/^http\S+\/federation\?Action=login\S+\n$/);
    expect(await daypass(['console', '--destination', 'https://evil.example/'], alice)).toMatchObject({ exit: 1 });
  });

  test('runs a command with credentials, and none of what stood there before', async () => {
    const environment = { PATH: '/bin', AWS_PROFILE: 'old', AWS_SESSION_TOKEN: 'old', AWS_REGION: 'eu-central-1' };
    const machine = aMachine({ environment, visit: (url) => void surf(url, 'alice'), run: async () => 7 });
    const alice = { machine, fetch, now: new Date() };
    await daypass(['login', ...oidc(), '--grant', 'tenant-files'], alice);
    expect(await daypass(['exec', '--', 'aws', 's3', 'ls', '--help'], alice)).toMatchObject({ exit: 7, out: '' });
    const [{ command, environment: given } = { command: [], environment: {} }] = machine.ran;
    expect(command).toEqual(['aws', 's3', 'ls', '--help']);
    expect(Object.keys(given).sort()).toEqual(
      ['AWS_ACCESS_KEY_ID', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'PATH'].sort(),
    );
    expect(given.AWS_SESSION_TOKEN).not.toBe('old');
  });

  test('runs long work with an endpoint that gives credentials to whoever knows its token', async () => {
    const heard: unknown[] = [];
    const machine = aMachine({
      visit: (url) => void surf(url, 'alice'),
      run: async ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: token = '' }) => {
        for (const authorization of [token, `Bearer ${token}`, '', `${token}x`]) {
          const answer = await fetch(url, { headers: { authorization } });
          heard.push([answer.status, Object.keys((await answer.json()) as object)]);
        }
        heard.push((await fetch(url, { method: 'POST', headers: { authorization: token } })).status);
        return 0;
      },
    });
    const alice = { machine, fetch, now: new Date() };
    await daypass(['login', ...oidc(), '--grant', 'tenant-files'], alice);
    expect((await daypass(['exec', '--server', '--', 'job'], alice)).exit).toBe(0);
    const given = [200, ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration']];
    const refused = [401, ['Code', 'Message', 'code', 'message']];
    expect(heard).toEqual([given, given, refused, refused, 404]);
    const around = machine.ran[0]?.environment ?? {};
    expect(JSON.stringify(around)).not.toContain('AWS_SECRET_ACCESS_KEY');
    // Profiles go before containers: [default] must not be seen.
    expect([around.AWS_CONFIG_FILE, around.AWS_SHARED_CREDENTIALS_FILE]).toEqual(['/dev/null', '/dev/null']);
  });

  test('brings a token instead', async () => {
    const alice = await signedIn('alice');
    const { idToken } = JSON.parse(alice.machine.kept.get('default') ?? '{}');
    const nobody = { machine: aMachine({ endpoint: stack.gateway }), fetch, now: new Date(), stdin: `${idToken}\n` };
    const { exit, out } = await daypass(['credentials', '--grant', 'tenant-files', '--token', '-'], nobody);
    expect([exit, out]).toEqual([0, expect.stringMatching(/^export AWS_ACCESS_KEY_ID=ASIA/)]);
  });
});

describe('what cannot be', () => {
  test.each<[args: readonly string[], says: RegExp]>([
    [['login'], /^--endpoint: where is Daypass\?/],
    [['login', '--endpoint', 'http://daypass.example', '--saml'], /an https:\/\/ address/],
    [['login', '--endpoint', 'https://daypass.example/path', '--saml'], /without a path/],
    [['login', '--endpoint', 'https://user@daypass.example', '--saml'], /an https:\/\/ address/],
    [['login', '--endpoint', 'https://daypass.example'], /^How do you sign in\?/],
    [['login', '--endpoint', 'https://daypass.example', '--issuer', 'https://a.example'], /^--client-id:/],
    [
      ['login', '--endpoint', 'https://daypass.example', '--issuer', 'http://a.example', '--client-id', 'x'],
      /^--issuer http/,
    ],
    [['login', '--endpoint', 'https://d.example', '--saml', '--issuer', 'https://a.example'], /not with both/],
    [['login', '--profile', '../x'], /^--profile/],
    [['credentials'], /^Nobody has signed in yet: daypass login/],
    [['credentials', '--profile', '__proto__'], /^Nobody has signed in as --profile __proto__/],
    [['credentials', '--format', 'xml'], /^--format xml: one of env, json, process, ini/],
    [['credentials', '--duration', 'long'], /^--duration long/],
    [['exec', 'aws'], /^Unexpected argument 'aws'/],
    [['exec'], /^What shall be run\?/],
    [['configure'], /^--aws-profile/],
    [['completion', 'tcsh'], /^For which shell\?/],
    [['key-info', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'], /Never the secret access key/],
  ])('%j', async (args, says) => {
    const { exit, out, err } = await daypass(args, around());
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(says);
  });

  test.each([
    'http://access.acme.example',
    'http://127.0.0.1:80@evil.example',
    'https://a.example/path',
    'ftp://a.example',
  ])('a token sent to %s', async (endpoint) => {
    const ran = await daypass(['credentials', '--grant', 'a', '--token', 'x', '--endpoint', endpoint], {
      machine: aMachine(),
    });
    expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining('--endpoint') });
  });

  test('an issuer whose address only looks local', async () => {
    const args = [
      'login',
      '--endpoint',
      'https://a.example',
      '--client-id',
      'x',
      '--issuer',
      'http://127.0.0.1:80@evil.example',
    ];
    expect(await daypass(args, { machine: aMachine() })).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/^--issuer/),
    });
  });

  test.each([
    ['a command as key', { accessKeyId: 'x;touch PWNED;:' }],
    ['a line break in the secret', { secretAccessKey: `${'s'.repeat(40)}\ncredential_process = /bin/evil` }],
    ['a quote in the token', { sessionToken: `${'t'.repeat(40)}"$(id)` }],
    ['an end that is no time', { expiration: '$(id)' }],
  ])('an answer with %s', async (_, changed) => {
    const credentials = {
      accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
      secretAccessKey: 's'.repeat(40),
      sessionToken: 't'.repeat(100),
      expiration: '2026-06-01T13:00:00Z',
      ...changed,
    };
    const arn = 'arn:aws:sts::111122223333:assumed-role/a/b';
    const send: typeof fetch = async () => Response.json({ credentials, assumedRoleUser: { arn } });
    const args = ['credentials', '--grant', 'a', '--token', 'x', '--endpoint', 'https://a.example'];
    expect(await daypass(args, { machine: aMachine(), fetch: send })).toMatchObject({ exit: 4, out: '' });
  });

  test('an address that is not Daypass', async () => {
    const machine = aMachine({ endpoint: stack.identityProvider ?? '' });
    const ran = await daypass(['credentials', '--grant', 'a', '--token', 'x'], { machine, fetch, now: new Date() });
    expect(ran).toMatchObject({ exit: 4, err: expect.stringContaining('Is the address right?') });
  });
});
