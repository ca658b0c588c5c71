// The sign-in federation of the embedded AWS: credentials for a link, the link for a page.

import { describe, expect, test } from 'vitest';
import { type ConsoleWish, consoleLinks } from '../../../lib/console/console-link.ts';
import { consoleOf } from '../../../lib/console/partition.ts';
import type { Session } from '../../../lib/local/aws/sessions.ts';
import { allTo } from '../../../lib/local/stand-ins.ts';
import { anEmbeddedAws } from '../../kit/embedded-aws.ts';
import { aMoment } from '../../kit/issuer.ts';
import { type Answered, overHttp } from '../../kit/loopback.ts';
import { anAccount, anotherAccount, aStack, formHeaders, formOf, roleArn } from '../../kit/sts.ts';

type Form = Readonly<Record<string, string | undefined>>;

async function anEndpoint() {
  let now = aMoment;
  const clock = () => now;
  const roles = [{ name: 'daypass-files' }];
  const { address, iam, sessions } = await anEmbeddedAws({
    stacks: [aStack({ roles }), aStack({ account: anotherAccount, roles })],
    clock,
  });
  const session = (seconds = 3600, name = 'alice@acme.example', account = anAccount) =>
    sessions.issue({
      account,
      principal: {
        kind: 'role',
        roleId: iam.role(roleArn('daypass-files', account))?.id ?? '',
        sessionName: name,
      },
      expires: new Date(aMoment.getTime() + seconds * 1000),
    });
  const get = (form: Form) => overHttp(address, { method: 'GET', path: `/federation?${formOf(form)}` });
  const post = (form: Form) => overHttp(address, { path: '/federation', headers: formHeaders, body: formOf(form) });
  const tokenFor = (held: Session, more: Form = {}) =>
    post({ Action: 'getSigninToken', Session: keysOf(held), ...more });
  /** The page behind a link; `undefined` takes a parameter away. */
  const follow = async (held: Session, form: Form = {}, more: Form = {}) =>
    get({ ...aLogin, SigninToken: tokenIn(await tokenFor(held, more)), ...form });
  const wait = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  return { address, session, get, post, tokenFor, follow, wait };
}

const keysOf = ({ accessKeyId, secretAccessKey, sessionToken }: Session, changes: Form = {}) =>
  JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken, ...changes });

const aLogin = {
  Action: 'login',
  Issuer: 'https://daypass.example/sign-in/corp',
  Destination: 'https://console.aws.amazon.com/',
};

function tokenIn({ status, body }: Answered): string {
  if (status !== 200) throw new Error(`No token: ${status} ${body}`);
  return (JSON.parse(body) as { SigninToken: string }).SigninToken;
}

/** A page that refuses, and nothing else. */
function expectNo(answer: Answered, says?: RegExp): void {
  expect(answer.status).toBe(400);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.body).toContain('role="alert"');
  expect(answer.body).not.toContain('SigninToken"');
  if (says) expect(answer.body).toMatch(says);
}

describe('getSigninToken', () => {
  test.each(['get', 'post'] as const)('by %s answers a token in JSON, not to be kept', async (way) => {
    const endpoint = await anEndpoint();
    const answer = await endpoint[way]({ Action: 'getSigninToken', Session: keysOf(endpoint.session()) });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(JSON.parse(answer.body)).toEqual({ SigninToken: expect.stringMatching(/^[\w-]{100,}$/) });
  });

  test('no two tokens are the same, and none holds the credentials', async () => {
    const endpoint = await anEndpoint();
    const held = endpoint.session();
    const [one, two] = [await endpoint.tokenFor(held), await endpoint.tokenFor(held)];
    expect(tokenIn(one)).not.toBe(tokenIn(two));
    for (const secret of [held.secretAccessKey, held.sessionToken]) expect(one.body).not.toContain(secret);
  });

  test.each<[string, (held: Session, other: Session) => string | undefined]>([
    ['no credentials', () => undefined],
    ['an empty text', () => ''],
    ['no JSON', () => 'sessionId=x'],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['a text', () => '"x"'],
    ['an empty object', () => '{}'],
    ['an unknown key', (held) => keysOf(held, { sessionId: 'ASIAAAAAAAAAAAAAAAAA' })],
    ['a wrong secret', (held) => keysOf(held, { sessionKey: 'x' })],
    ['no secret', (held) => keysOf(held, { sessionKey: undefined })],
    ['a wrong session token', (held) => keysOf(held, { sessionToken: 'x' })],
    ['no session token', (held) => keysOf(held, { sessionToken: undefined })],
    ['somebody else’s secret', (held, other) => keysOf(held, { sessionKey: other.secretAccessKey })],
    ['somebody else’s session token', (held, other) => keysOf(held, { sessionToken: other.sessionToken })],
    [
      'names of other SDKs',
      ({ accessKeyId, secretAccessKey, sessionToken }) =>
        JSON.stringify({ accessKeyId, secretAccessKey, sessionToken }),
    ],
  ])('%s', async (_, written) => {
    const endpoint = await anEndpoint();
    const [held, other] = [endpoint.session(), endpoint.session(3600, 'bob', anotherAccount)];
    expectNo(await endpoint.post({ Action: 'getSigninToken', Session: written(held, other) }), /Session must hold/);
  });

  test('credentials of another endpoint are nobody’s here', async () => {
    const [here, there] = [await anEndpoint(), await anEndpoint()];
    expectNo(await here.tokenFor(there.session()));
  });

  test('credentials that have ended', async () => {
    const endpoint = await anEndpoint();
    const held = endpoint.session(900);
    endpoint.wait(899);
    expect((await endpoint.tokenFor(held)).status).toBe(200);
    endpoint.wait(1);
    expectNo(await endpoint.tokenFor(held));
  });

  test.each(['900', '901', '3600', '43199', '43200'])('SessionDuration %s is taken', async (SessionDuration) => {
    const endpoint = await anEndpoint();
    const until = new Date(aMoment.getTime() + Number(SessionDuration) * 1000).toISOString();
    const page = await endpoint.follow(endpoint.session(), {}, { SessionDuration });
    expect(page.body).toContain(`<time>${until}</time>`);
  });

  test.each(['899', '43201', '0', '-900', '+900', '', ' 900', '900.0', '9e2', '0x384', 'NaN', 'Infinity', 'an hour'])(
    'SessionDuration "%s" is not',
    async (SessionDuration) => {
      const endpoint = await anEndpoint();
      expectNo(
        await endpoint.tokenFor(endpoint.session(), { SessionDuration }),
        /SessionDuration must be 900 to 43200/,
      );
    },
  );

  test('without SessionDuration the console session ends with the credentials', async () => {
    const endpoint = await anEndpoint();
    const page = await endpoint.follow(endpoint.session(1234));
    expect(page.body).toContain(`<time>${new Date(aMoment.getTime() + 1_234_000).toISOString()}</time>`);
  });
});

describe('login', () => {
  test('shows whose session it is, where it would lead and until when', async () => {
    const endpoint = await anEndpoint();
    const { status, headers, body } = await endpoint.follow(endpoint.session(), {
      Destination: 'https://eu-central-1.console.aws.amazon.com/s3/home?region=eu-central-1',
    });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain(`<code>arn:aws:sts::${anAccount}:assumed-role/daypass-files/alice@acme.example</code>`);
    expect(body).toContain(`<code>${anAccount}</code>`);
    expect(body).toContain('https://eu-central-1.console.aws.amazon.com/s3/home?region=eu-central-1');
    expect(body).toContain('<time>2026-06-01T13:00:00.000Z</time>');
    expect(body).toContain('href="https://daypass.example/sign-in/corp"');
  });

  test('shows no secret, and nothing that runs, loads or frames it', async () => {
    const endpoint = await anEndpoint();
    const held = endpoint.session();
    const { headers, body } = await endpoint.follow(held);
    for (const secret of [held.secretAccessKey, held.sessionToken, held.accessKeyId])
      expect(body).not.toContain(secret);
    expect(body).not.toMatch(/<script|<img|<iframe|<link|\son\w+=/i);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; frame-ancestors 'none'$/,
    );
  });

  test('pages that refuse have the same policy', async () => {
    const { headers } = await (await anEndpoint()).get({ Action: 'login' });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });

  test('each link leads to its own session', async () => {
    const endpoint = await anEndpoint();
    const [alice, bob] = [endpoint.session(), endpoint.session(3600, 'bob', anotherAccount)];
    const [first, second] = [await endpoint.tokenFor(alice), await endpoint.tokenFor(bob)];
    const page = async (token: Answered) => (await endpoint.get({ ...aLogin, SigninToken: tokenIn(token) })).body;
    expect(await page(second)).toContain(`:${anotherAccount}:assumed-role/daypass-files/bob`);
    expect(await page(first)).toContain(`:${anAccount}:assumed-role/daypass-files/alice`);
  });

  test('a link is good for 15 minutes', async () => {
    const endpoint = await anEndpoint();
    const SigninToken = tokenIn(await endpoint.tokenFor(endpoint.session()));
    endpoint.wait(899);
    expect((await endpoint.get({ ...aLogin, SigninToken })).status).toBe(200);
    endpoint.wait(1);
    expectNo(await endpoint.get({ ...aLogin, SigninToken }), /not valid any more/);
  });

  test.each([undefined, '', 'x', 'undefined', '__proto__', 'constructor'])(
    'the token "%s" leads nowhere',
    async (SigninToken) => {
      const endpoint = await anEndpoint();
      await endpoint.tokenFor(endpoint.session());
      expectNo(await endpoint.get({ ...aLogin, SigninToken }));
    },
  );

  test('a token of another endpoint leads nowhere', async () => {
    const [here, there] = [await anEndpoint(), await anEndpoint()];
    expectNo(await here.get({ ...aLogin, SigninToken: tokenIn(await there.tokenFor(there.session())) }));
  });

  test.each([
    'https://console.aws.amazon.com/',
    'https://console.aws.amazon.com',
    'https://console.aws.amazon.com/s3/home?region=us-east-1#x',
    'https://us-west-2.console.aws.amazon.com/ec2',
    'https://phd.console.aws.amazon.com/',
    'HTTPS://CONSOLE.AWS.AMAZON.COM/',
    'https://console.aws.amazon.com:443/',
  ])('the destination %s is of the console', async (Destination) => {
    const endpoint = await anEndpoint();
    expect((await endpoint.follow(endpoint.session(), { Destination })).status).toBe(200);
  });

  test.each([
    undefined,
    '',
    '/',
    'console.aws.amazon.com',
    '//console.aws.amazon.com/',
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com.evil.test/',
    'https://evil.test/console.aws.amazon.com',
    'https://evil-console.aws.amazon.com/',
    'https://xconsole.aws.amazon.com/',
    'https://aws.amazon.com/',
    'https://console.aws.amazon.com@evil.test/',
    'https://a@console.aws.amazon.com/',
    'https://a:b@console.aws.amazon.com/',
    'https://console.aws.amazon.com:8443/',
    'https://console.amazonaws.cn/',
    'javascript:alert(1)//console.aws.amazon.com',
    'data:text/html,<script>alert(1)</script>',
  ])('the destination %s is not', async (Destination) => {
    const endpoint = await anEndpoint();
    const answer = await endpoint.follow(endpoint.session(), { Destination });
    expectNo(answer, /Destination must be a page of the console/);
  });

  test('what is shown is escaped', async () => {
    const endpoint = await anEndpoint();
    const held = endpoint.session(3600, `<b>"'&`);
    const { status, body } = await endpoint.follow(held, {
      Destination: `https://console.aws.amazon.com/?a="><script>alert(1)</script>&b='`,
      Issuer: `https://daypass.example/"><script>alert(2)</script>`,
    });
    expect(status).toBe(200);
    expect(body).not.toMatch(/<script|<b>/);
    expect(body).toContain('&lt;b&gt;&quot;&#39;&amp;');
    expect(body).toContain('?a=&quot;&gt;&lt;script&gt;');
    expect(body).toContain('href="https://daypass.example/&quot;&gt;&lt;script&gt;');
  });

  test.each([
    undefined,
    '',
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:https://alert',
    'data:text/html,x',
    'vbscript:x',
    '//evil.test/',
    '/sign-in',
    'x\nhttps://daypass.example/',
  ])('the issuer "%s" is no link', async (Issuer) => {
    const endpoint = await anEndpoint();
    const { status, body } = await endpoint.follow(endpoint.session(), { Issuer });
    expect(status).toBe(200);
    expect(body).not.toContain('<a ');
  });
});

describe('requests', () => {
  test.each([undefined, '', 'logout', 'GetSigninToken', 'LOGIN'])('Action "%s" is none', async (Action) => {
    const endpoint = await anEndpoint();
    expectNo(await endpoint.post({ Action, Session: keysOf(endpoint.session()) }), /Action must be/);
    expectNo(await endpoint.get({ Action }));
  });

  test('GET reads its query and POST its body, and neither the other', async () => {
    const { address, session } = await anEndpoint();
    const form = formOf({ Action: 'getSigninToken', Session: keysOf(session()) });
    const asked = (method: string, path: string, body = '') =>
      overHttp(address, { method, path, headers: formHeaders, body });
    expectNo(await asked('GET', '/federation', form));
    expectNo(await asked('POST', `/federation?${form}`));
  });

  test('a name that is not of this machine is misdirected', async () => {
    const { address, session } = await anEndpoint();
    const path = `/federation?${formOf({ Action: 'getSigninToken', Session: keysOf(session()) })}`;
    expect((await overHttp(address, { method: 'GET', path, headers: { host: 'evil.test' } })).status).toBe(421);
  });

  test('more tokens than it keeps do not grow without end, and the latest holds', { timeout: 60_000 }, async () => {
    const endpoint = await anEndpoint();
    const held = endpoint.session();
    for (let round = 0; round < 21; round++) {
      await Promise.all(Array.from({ length: 50 }, () => endpoint.tokenFor(held)));
    }
    expect((await endpoint.follow(held)).status).toBe(200);
  });
});

describe('console links', () => {
  const place = consoleOf('aws');
  if (!place) throw new Error('The partition aws has a console.');
  const signInPage = 'https://daypass.example/sign-in/corp';

  async function linkFor(seconds: number, granted: number, destination?: string) {
    const endpoint = await anEndpoint();
    const { expires, ...keys } = endpoint.session(seconds);
    const consoleLink = consoleLinks({
      network: allTo(endpoint.address),
      place: place as never,
      federationOrigin: endpoint.address,
    });
    const wish = {
      issued: { credentials: { ...keys, expiration: expires } },
      session: { way: 'forward', duration: { seconds: granted } },
      ...(destination !== undefined && { destination }),
      signInPage,
      now: aMoment,
    } as unknown as ConsoleWish;
    return { endpoint, link: consoleLink.link(wish) };
  }

  const pageOf = async (link: string) => {
    const { pathname, search, origin } = new URL(link);
    return overHttp(origin, { method: 'GET', path: pathname + search });
  };

  test.each([
    [3600, 3600, '2026-06-01T13:00:00.000Z'],
    [28_800, 28_800, '2026-06-01T20:00:00.000Z'],
    [900, 3600, '2026-06-01T12:15:00.000Z'],
    // Below what SessionDuration may be the console session ends with the credentials.
    [600, 3600, '2026-06-01T12:10:00.000Z'],
  ])('credentials of %i s and a grant of %i s end in the console at %s', async (seconds, granted, until) => {
    const { body } = await pageOf(await (await linkFor(seconds, granted)).link);
    expect(body).toContain(`<time>${until}</time>`);
    expect(body).toContain(`href="${signInPage}"`);
    expect(body).toContain('https://console.aws.amazon.com/');
  });

  test('the link holds no credentials', async () => {
    const { link } = await linkFor(3600, 3600);
    expect(new URL(await link).searchParams.get('SigninToken')).toMatch(/^[\w-]{100,}$/);
    expect([...new URL(await link).searchParams.keys()].sort()).toEqual([
      'Action',
      'Destination',
      'Issuer',
      'SigninToken',
    ]);
  });

  test('a page of the console is where it leads, and no other page', async () => {
    const destination = 'https://eu-west-1.console.aws.amazon.com/s3/home?a=1&b=2';
    const { body } = await pageOf(await (await linkFor(3600, 3600, destination)).link);
    expect(body).toContain('https://eu-west-1.console.aws.amazon.com/s3/home?a=1&amp;b=2');
    await expect((await linkFor(3600, 3600, 'https://evil.test/')).link).rejects.toMatchObject({
      code: 'destination_not_allowed',
    });
  });

  test('credentials that have ended are refused, and so are we', async () => {
    await expect((await linkFor(-1, 3600)).link).rejects.toMatchObject({
      code: 'console_refused',
      detail: { federationStatus: 400 },
    });
  });
});
