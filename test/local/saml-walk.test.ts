// The whole way of a person, over HTTP with a jar of cookies: sign-in link, identity provider, assertion consumer
// service, portal, credentials, console. And every way round it that must be closed.

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SamlProviderSettings } from '../../lib/config/configuration.ts';
import { readConfigurationFile } from '../../lib/config/read-config-file.ts';
import type { OpenDoor, OpenListener } from '../../lib/door.ts';
import { type Synthesis, synthesise } from '../../lib/infra/synthesise.ts';
import { startLocalStack } from '../../lib/local/local-stack.ts';
import { printAssertion } from '../../lib/local/saml-idp/print-assertion.ts';
import { withStandIn } from '../../lib/local/saml-idp/stand-in.ts';
import { browserCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { type Answered, freePorts, overHttp } from '../kit/loopback.ts';
import { xmlIn } from '../kit/saml-idp.ts';
import { anAccount } from '../kit/stack.ts';
import { formHeaders, formOf, stsAnswer } from '../kit/sts.ts';
import { atTheIdp, Browser, type Changes, deliver, type Running, running, signedIn } from './saml-browser.ts';
import { fieldIn, responseForm } from './saml-idp/kit.ts';

const tool = 'https://tool.acme.example/saml';

async function runningHere(changes: Changes): Promise<Running> {
  const stack = await running(changes);
  onTestFinished(() => stack.stop());
  return stack;
}

let example: Running;
beforeAll(async () => {
  example = await running();
});
afterAll(() => example?.stop());

/** The code on a page that refuses; `undefined` where there is none. */
const codeOn = ({ status, body }: Answered) => [status, /<small><code>(\w+)<\/code>/.exec(body)?.[1]];

const grantsOn = ({ body }: Answered) => [...body.matchAll(/<section><h2>([^<]*)<\/h2>/g)].map(([, name]) => name);

const keysOn = ({ body }: Answered) => ({
  accessKeyId: /export AWS_ACCESS_KEY_ID=([^\s<]+)/.exec(body)?.[1] ?? '',
  secretAccessKey: /export AWS_SECRET_ACCESS_KEY=([^\s<]+)/.exec(body)?.[1] ?? '',
  sessionToken: /export AWS_SESSION_TOKEN=([^\s<]+)/.exec(body)?.[1] ?? '',
});

type Keys = ReturnType<typeof keysOn>;

function callerOf({ aws }: Running, { accessKeyId, secretAccessKey, sessionToken }: Keys) {
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const sts = new STSClient({ endpoint: aws, region: 'us-east-1', credentials, maxAttempts: 1 });
  return sts.send(new GetCallerIdentityCommand({}));
}

/** Within so many milliseconds, whatever is refused. */
async function within<T>(milliseconds: number, doing: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await doing();
  expect(performance.now() - began).toBeLessThan(milliseconds);
  return result;
}

describe('the whole way', () => {
  test('from the sign-in link to credentials that AWS knows, and into the console', async () => {
    const browser = new Browser(example);
    const first = await browser.get('/portal');
    expect(first.body).toContain('href="/sign-in/corp"');

    const begun = await browser.get('/sign-in/corp');
    expect(begun.status).toBe(303);
    expect(begun.headers.location).toContain(`${example.samlIdentityProvider}/sso?SAMLRequest=`);
    expect(browser.cookies.get(browserCookie)).toMatch(/^[\w-]{43}$/);

    const form = await atTheIdp(browser, 'alice');
    expect(form.action).toBe(`${example.gateway}/saml/acs`);
    const arrived = await deliver(browser, form, form.action);
    expect([arrived.status, arrived.headers.location]).toEqual([303, '/portal']);
    expect(browser.cookies.has(signInCookie)).toBe(true);

    const portal = await browser.get('/portal');
    expect(portal.body).toContain('<strong>alice@acme.example</strong>');
    expect(grantsOn(portal)).toEqual(['support', 'read-reports']);

    const page = await browser.post('/portal', { wants: 'credentials', grant: 'support' });
    expect(page.status).toBe(200);
    const arn = `arn:aws:sts::${anAccount}:assumed-role/daypass-support/alice@acme.example`;
    expect(await callerOf(example, keysOn(page))).toMatchObject({ Account: anAccount, Arn: arn });

    const opened = await browser.post('/portal', { wants: 'console', grant: 'support' });
    expect(opened.status).toBe(303);
    const link = opened.headers.location ?? '';
    expect(link).toContain(`${example.aws}/federation?Action=login`);
    const console = await browser.get(link);
    expect(console.status).toBe(200);
    expect(console.body).toContain(`<code>${arn}</code>`);
    expect(console.body).toContain(`href="${example.gateway}/sign-in/corp"`);
  });

  test.each([
    ['alice', ['support', 'read-reports']],
    ['bob', ['read-reports']],
    ['mallory', []],
  ])('%s sees %j', async (person, grants) => {
    const browser = await signedIn(example, person);
    expect(grantsOn(await browser.get('/portal'))).toEqual(grants);
  });

  test.each([
    ['bob', 'support'],
    ['mallory', 'read-reports'],
    ['alice', 'tenant-files'],
    ['alice', 'no-such-grant'],
  ])('%s who asks for %s is refused, for credentials and for the console', async (person, grant) => {
    const browser = await signedIn(example, person);
    for (const wants of ['credentials', 'console']) {
      const answer = await browser.post('/portal', { wants, grant });
      expect(codeOn(answer)).toEqual([403, 'grant_denied']);
      expect(answer.body).not.toContain('AWS_SECRET_ACCESS_KEY');
    }
  });

  test('a console page is where the console opens, and no other page', async () => {
    const browser = await signedIn(example, 'bob');
    const to = (destination: string) =>
      browser.post('/portal', { wants: 'console', grant: 'read-reports', destination });
    const { headers } = await to('https://eu-central-1.console.aws.amazon.com/s3/home');
    expect((await browser.get(headers.location ?? '')).body).toContain('eu-central-1.console.aws.amazon.com/s3/home');
    expect(codeOn(await to('https://evil.test/'))).toEqual([400, 'destination_not_allowed']);
  });

  test('whoever signs out has nothing', async () => {
    const browser = await signedIn(example, 'alice');
    expect((await browser.post('/portal', { wants: 'sign-out' })).status).toBe(303);
    expect(browser.cookies.has(signInCookie)).toBe(false);
    expect((await browser.get('/portal')).body).toContain('href="/sign-in/corp"');
  });

  test('a second sign-in in the same browser is another person', async () => {
    const browser = await signedIn(example, 'alice');
    await deliver(browser, await atTheIdp(browser, 'bob'));
    expect((await browser.get('/portal')).body).toContain('<strong>bob@acme.example</strong>');
  });

  test('two sign-ins that were begun in one browser both end well', async () => {
    const browser = new Browser(example);
    const [one, two] = [await atTheIdp(browser, 'alice'), await atTheIdp(browser, 'bob')];
    expect((await deliver(browser, one)).status).toBe(303);
    expect((await deliver(browser, two)).status).toBe(303);
  });

  test('30 people at once do not get in each other’s way', async () => {
    const names = ['alice', 'bob', 'mallory'];
    const all = Array.from({ length: 30 }, async (_, index) => {
      const name = names[index % 3] ?? '';
      const { body } = await (await signedIn(example, name)).get('/portal');
      expect(/<strong>(\w+)@/.exec(body)?.[1]).toBe(name);
    });
    await Promise.all(all);
  });

  test('no audit line holds a secret, a cookie or a response', async () => {
    const browser = new Browser(example);
    const before = example.audit.length;
    const form = await atTheIdp(browser, 'alice');
    await deliver(browser, form);
    const keys = keysOn(await browser.post('/portal', { wants: 'credentials', grant: 'support' }));
    const lines = JSON.stringify(example.audit.slice(before));
    expect(lines).toContain(keys.accessKeyId);
    const kept = browser.cookies.get(signInCookie) ?? '';
    const secrets = [
      keys.secretAccessKey,
      keys.sessionToken,
      form.samlResponse,
      ...kept.split('.'),
      ...browser.cookies.values(),
    ];
    for (const secret of secrets) {
      expect(secret).not.toBe('');
      expect(lines).not.toContain(secret);
    }
  });
});

test('the bundles that would be deployed go the same way', { timeout: 60_000 }, async () => {
  const read = await readConfigurationFile('daypass.yaml');
  const corp = { ...(read.providers.get('corp') as SamlProviderSettings), allowUnsolicited: true, recipients: [tool] };
  const port = await freePorts(4);
  const clock = () => new Date();
  const { configuration, samlIdp } = await withStandIn({
    configuration: { ...read, providers: new Map(read.providers).set('corp', corp) },
    doors: `http://127.0.0.1:${port}`,
    address: `http://127.0.0.1:${port + 3}`,
    account: anAccount,
    clock,
  });
  const { assembly, stacks } = synthesise(configuration, { account: anAccount, region: 'us-east-1' });
  onTestFinished(() => rmSync(assembly, { recursive: true, force: true }));
  const load = createRequire(import.meta.url);
  const started = await startLocalStack({
    stacks,
    assembly,
    openDoor: (_, bundle) => (load(join(bundle, 'index.js')) as { open: OpenDoor }).open,
    openListener: (bundle) => (load(join(bundle, 'index.js')) as { open: OpenListener }).open,
    port,
    identityProvider: undefined,
    samlIdentityProvider: samlIdp,
    standIns: new Map(),
    secret: (arn) => Promise.reject(new Error(`There is no secret ${arn}.`)),
    clock,
    writeLine: () => undefined,
  });
  onTestFinished(() => started.stop());
  const stack: Running = { ...started, audit: [], lines: [], port };

  const browser = new Browser(stack);
  const form = await atTheIdp(browser, 'alice');
  expect((await deliver(browser, form)).status).toBe(303);
  expect(codeOn(await deliver(browser, form))).toEqual([403, 'proof_replayed']);
  const page = await browser.post('/portal', { wants: 'credentials', grant: 'support' });
  const arn = `arn:aws:sts::${anAccount}:assumed-role/daypass-support/alice@acme.example`;
  expect(await callerOf(stack, keysOn(page))).toMatchObject({ Arn: arn });
  const { headers } = await browser.post('/portal', { wants: 'console', grant: 'support' });
  expect((await browser.get(headers.location ?? '')).body).toContain(arn);
  expect((await overHttp(stack.gateway, { method: 'GET', path: '/saml/metadata' })).body).toContain(
    `${stack.gateway}/saml/acs`,
  );

  const samlResponse = await printAssertion(['alice'], port);
  expect((await credentialsFor(stack, { grant: 'support', samlResponse })).status).toBe(200);
  expect((await credentialsFor(stack, { grant: 'support', samlResponse })).error).toBe('proof_replayed');
});

describe('one response, one sign-in', () => {
  test('a second delivery is refused, from the same browser and whatever happened between', async () => {
    const browser = new Browser(example);
    const form = await atTheIdp(browser, 'alice');
    expect((await deliver(browser, form)).status).toBe(303);
    const kept = browser.cookies.get(signInCookie);
    expect(codeOn(await deliver(browser, form))).toEqual([403, 'proof_replayed']);
    expect(browser.cookies.get(signInCookie)).toBe(kept);
    await browser.post('/portal', { wants: 'sign-out' });
    const again = await deliver(browser, form);
    expect(codeOn(again)).toEqual([403, 'proof_replayed']);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  test('a second response to the same request is refused, too', async () => {
    const browser = new Browser(example);
    const { headers } = await browser.get('/sign-in/corp');
    const location = headers.location ?? '';
    const { body } = await browser.get(location);
    const SAMLRequest = fieldIn(body, 'SAMLRequest');
    const chosen = async (person: string) =>
      responseForm(await browser.post(new URL('/sso', location).href, { SAMLRequest, RelayState: 'corp', person }));
    const [alice, bob] = [await chosen('alice'), await chosen('bob')];
    expect((await deliver(browser, alice)).status).toBe(303);
    expect(codeOn(await deliver(browser, bob))).toEqual([403, 'proof_replayed']);
  });

  test('of 50 deliveries at once one signs in', { timeout: 30_000 }, async () => {
    const browser = new Browser(example);
    const form = await atTheIdp(browser, 'alice');
    const before = example.audit.length;
    const answers = await within(15_000, () => Promise.all(Array.from({ length: 50 }, () => deliver(browser, form))));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([303, ...Array(49).fill(403)]);
    expect(answers.filter(({ headers }) => headers['set-cookie'] !== undefined)).toHaveLength(1);
    const outcomes = example.audit.slice(before).map(({ outcome, code }) => [outcome, code]);
    expect(outcomes.filter(([outcome]) => outcome === 'allowed')).toHaveLength(1);
    expect(outcomes.filter(([, code]) => code === 'proof_replayed')).toHaveLength(49);
  });

  test('a response that is tampered with is refused, and does not use up the true one', async () => {
    const browser = new Browser(example);
    const form = await atTheIdp(browser, 'bob');
    const forged = xmlIn(form.samlResponse).replaceAll('viewers-yellow', 'editors-yellow');
    const samlResponse = Buffer.from(forged).toString('base64');
    expect(codeOn(await deliver(browser, { ...form, samlResponse }))).toEqual([401, 'proof_not_verified']);
    expect((await deliver(browser, form)).status).toBe(303);
  });
});

describe('one browser', () => {
  const elsewhere: readonly [string, (theirs: Browser) => void][] = [
    ['without any cookie', () => undefined],
    ['with a cookie of its own', (theirs) => void theirs.cookies.set(browserCookie, 'x'.repeat(43))],
    ['with a cookie that is none', (theirs) => void theirs.cookies.set(browserCookie, 'x')],
  ];

  test.each(elsewhere)('a browser %s may not deliver, and the one that asked may', async (_, prepare) => {
    const browser = new Browser(example);
    const form = await atTheIdp(browser, 'alice');
    const theirs = new Browser(example);
    prepare(theirs);
    const answer = await deliver(theirs, form);
    expect(codeOn(answer)).toEqual([403, 'sign_in_not_begun_here']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await deliver(browser, form)).status).toBe(303);
  });

  test('one that has begun a sign-in of its own may not, either', async () => {
    const [mine, theirs] = [new Browser(example), new Browser(example)];
    const form = await atTheIdp(mine, 'mallory');
    await atTheIdp(theirs, 'alice');
    expect(codeOn(await deliver(theirs, form))).toEqual([403, 'sign_in_not_begun_here']);
  });

  test.each<[string, (value: string) => string]>([
    ['an id of nobody', (value) => `${'A'.repeat(22)}${value.slice(22)}`],
    ['another key', (value) => `${value.slice(0, 23)}${'A'.repeat(43)}`],
    ['no key', (value) => value.slice(0, 22)],
    ['nothing', () => 'x'],
  ])('a sign-in cookie with %s has ended, and is taken away', async (_, bend) => {
    const browser = await signedIn(example, 'alice');
    const bent = bend(browser.cookies.get(signInCookie) ?? '');
    for (const ask of [
      () => browser.get('/portal'),
      () => browser.post('/portal', { wants: 'credentials', grant: 'support' }),
    ]) {
      browser.cookies.set(signInCookie, bent);
      const answer = await ask();
      expect(codeOn(answer)).toEqual([401, 'sign_in_ended']);
      expect(browser.cookies.has(signInCookie)).toBe(false);
    }
  });

  test('a form from another origin gets nothing, cookie or not', async () => {
    const browser = await signedIn(example, 'alice');
    for (const origin of ['https://evil.test', 'null', `${example.gateway}0`, example.samlIdentityProvider ?? '']) {
      const answer = await browser.post('/portal', { wants: 'credentials', grant: 'support' }, origin);
      expect(codeOn(answer)).toEqual([400, 'request_malformed']);
    }
  });
});

describe('time', { timeout: 60_000 }, () => {
  // Doors and identity provider go by this clock. Signatures, by the SDK's own, may be 15 minutes off.
  let ahead = 0;
  let stack: Running;
  const at = (seconds: number) => {
    ahead = seconds;
  };
  beforeAll(async () => {
    stack = await running({ clock: () => new Date(Date.now() + ahead * 1000) });
  });
  afterAll(() => stack?.stop());

  test('a sign-in lasts as long as its assertion may be redeemed, 5 minutes', async () => {
    at(0);
    const browser = await signedIn(stack, 'alice');
    at(290);
    expect((await browser.post('/portal', { wants: 'credentials', grant: 'support' })).status).toBe(200);
    at(301);
    expect(codeOn(await browser.post('/portal', { wants: 'credentials', grant: 'support' }))).toEqual([
      401,
      'sign_in_ended',
    ]);
    expect(browser.cookies.has(signInCookie)).toBe(false);
  });

  test('a person may take 9 minutes at the identity provider, and not 10', async () => {
    for (const [minutes, expected] of [
      [9, [303, undefined]],
      [10.1, [403, 'sign_in_not_begun_here']],
    ] as const) {
      at(0);
      const browser = new Browser(stack);
      const location = (await browser.get('/sign-in/corp')).headers.location ?? '';
      const SAMLRequest = fieldIn((await browser.get(location)).body, 'SAMLRequest');
      at(minutes * 60);
      const form = { SAMLRequest, RelayState: 'corp', person: 'alice' };
      const answered = responseForm(await browser.post(new URL('/sso', location).href, form));
      expect(codeOn(await deliver(browser, answered))).toEqual(expected);
    }
  });

  test('a response that is delivered too late is refused, and one that is too early', async () => {
    at(0);
    const browser = new Browser(stack);
    const [late, early] = [await atTheIdp(browser, 'alice'), await atTheIdp(browser, 'bob')];
    at(361);
    expect(codeOn(await deliver(browser, late))).toEqual([401, 'assertion_expired']);
    at(-62);
    expect(codeOn(await deliver(browser, early))).toEqual([401, 'assertion_not_yet_valid']);
  });

  test('what was used is refused after its end, too: as used or as expired, never taken', async () => {
    at(0);
    const browser = new Browser(stack);
    const form = await atTheIdp(browser, 'alice');
    expect((await deliver(browser, form)).status).toBe(303);
    for (const seconds of [1, 299, 301, 330, 359, 361, 419, 421, 599]) {
      at(seconds);
      const answer = await deliver(browser, form);
      expect([401, 403]).toContain(answer.status);
      expect(['proof_replayed', 'assertion_expired']).toContain(codeOn(answer)[1]);
    }
  });

  // STS takes it no more, and our own page would say at once that the sign-in has ended.
  test('a response within the leeway after its end is refused where it arrives', async () => {
    at(0);
    const browser = new Browser(stack);
    const form = await atTheIdp(browser, 'alice');
    at(330);
    expect(codeOn(await deliver(browser, form))).toEqual([401, 'assertion_expired']);
  });
});

describe('unasked', () => {
  const unasked = async (stack: Running, person: string) => {
    const answer = await overHttp(stack.samlIdentityProvider ?? '', {
      path: '/unsolicited',
      headers: formHeaders,
      body: formOf({ person }),
    });
    return responseForm(answer);
  };

  test('a response is refused, in a browser that asked for another and in one that did not', async () => {
    const browser = new Browser(example);
    const form = await unasked(example, 'alice');
    expect(codeOn(await deliver(browser, form))).toEqual([403, 'sign_in_unsolicited']);
    await atTheIdp(browser, 'alice');
    expect(codeOn(await deliver(browser, form))).toEqual([403, 'sign_in_unsolicited']);
  });

  test('a client brings a response nowhere unless that is configured', async () => {
    const { samlResponse } = await unasked(example, 'alice');
    const answer = await credentialsFor(example, { grant: 'support', samlResponse });
    expect([answer.status, answer.error]).toEqual([403, 'recipient_mismatch']);
  });

  test('where it is configured it is taken once: in a browser, and from a client', { timeout: 60_000 }, async () => {
    const stack = await runningHere({ corp: { allowUnsolicited: true, recipients: [tool] } });
    const browser = new Browser(stack);
    const form = await unasked(stack, 'alice');
    expect((await deliver(browser, form)).status).toBe(303);
    expect(grantsOn(await browser.get('/portal'))).toEqual(['support', 'read-reports']);
    expect(codeOn(await deliver(new Browser(stack), form))).toEqual([403, 'proof_replayed']);

    const samlResponse = await printAssertion(['alice'], stack.port);
    expect(xmlIn(samlResponse)).toContain(`Recipient="${tool}"`);
    const first = await credentialsFor(stack, { grant: 'support', samlResponse });
    expect([first.status, first.error]).toEqual([200, undefined]);
    const arn = `arn:aws:sts::${anAccount}:assumed-role/daypass-support/alice@acme.example`;
    expect(await callerOf(stack, first.credentials)).toMatchObject({ Arn: arn });
    const second = await credentialsFor(stack, { grant: 'support', samlResponse });
    expect([second.status, second.error]).toEqual([403, 'proof_replayed']);

    // Neither arrival takes what is meant for the other.
    const forTool = await printAssertion(['alice'], stack.port);
    expect(codeOn(await deliver(new Browser(stack), { ...form, samlResponse: forTool }))).toEqual([
      403,
      'recipient_mismatch',
    ]);
    const forUs = (await unasked(stack, 'alice')).samlResponse;
    expect((await credentialsFor(stack, { grant: 'support', samlResponse: forUs })).error).toBe('recipient_mismatch');

    const ofMany = await printAssertion(['bob'], stack.port);
    const answers = await within(15_000, () =>
      Promise.all(
        Array.from({ length: 50 }, () => credentialsFor(stack, { grant: 'read-reports', samlResponse: ofMany })),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(403)]);

    const denied = await printAssertion(['mallory'], stack.port);
    expect((await credentialsFor(stack, { grant: 'read-reports', samlResponse: denied })).error).toBe('grant_denied');
  });
});

interface Granted {
  readonly error?: string;
  readonly credentials?: Keys;
}

async function credentialsFor({ gateway }: Running, asked: Readonly<Record<string, unknown>>) {
  const headers = { 'content-type': 'application/json' };
  const { status, body } = await overHttp(gateway, { path: '/v1/credentials', headers, body: JSON.stringify(asked) });
  const { error, credentials } = JSON.parse(body) as Granted;
  return { status, error, credentials: credentials ?? { accessKeyId: '', secretAccessKey: '', sessionToken: '' } };
}

interface Written {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}
interface Statement {
  Action: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** Every statement of the home stack's resources of a type whose logical id fits, changed in place; none drops it. */
const editing =
  (type: string, id: RegExp, change: (statement: Statement) => Statement | undefined) =>
  (synthesis: Synthesis): Synthesis => {
    const [home, ...others] = structuredClone(synthesis.stacks);
    const { Resources } = home.template as { Resources: Record<string, Written> };
    let changed = 0;
    for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== type || !id.test(logicalId)) continue;
      const name = type === 'AWS::IAM::Role' ? 'AssumeRolePolicyDocument' : 'PolicyDocument';
      const document = Properties[name] as { Statement: Statement[] };
      const statements = document.Statement.flatMap((statement) => change(statement) ?? []);
      if (JSON.stringify(statements) !== JSON.stringify(document.Statement)) changed += 1;
      document.Statement = statements;
    }
    if (changed !== 1) throw new Error(`${changed} resources were edited instead of one.`);
    return { ...synthesis, stacks: [home, ...others] };
  };

/** Without the statement that allows this on items whose keys begin so. */
const without = (id: RegExp, action: string) =>
  editing('AWS::IAM::Policy', id, (statement) => ([statement.Action].flat().includes(action) ? undefined : statement));

describe('a template that allows less', { timeout: 60_000 }, () => {
  test('an assertion consumer service that may not write: nobody signs in, and nothing is issued', async () => {
    const stack = await runningHere({ edit: without(/Dooracs/i, 'dynamodb:PutItem') });
    const browser = new Browser(stack);
    const form = await atTheIdp(browser, 'alice');
    const answer = await within(10_000, () => deliver(browser, form));
    expect(codeOn(answer)).toEqual([503, 'store_unavailable']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(browser.cookies.has(signInCookie)).toBe(false);
    expect(stack.audit).toMatchObject([
      { outcome: 'refused', code: 'store_unavailable', detail: { why: 'AccessDeniedException' } },
    ]);
    expect(JSON.stringify(stack.audit)).not.toContain('accessKeyId');
  });

  test('a portal that may not read: who signed in gets no credentials', async () => {
    const stack = await runningHere({ edit: without(/Doorportal/i, 'dynamodb:GetItem') });
    const browser = await signedIn(stack, 'alice');
    for (const wants of ['credentials', 'console']) {
      const answer = await within(10_000, () => browser.post('/portal', { wants, grant: 'support' }));
      expect(codeOn(answer)).toEqual([503, 'store_unavailable']);
    }
    expect(JSON.stringify(stack.audit)).not.toContain('accessKeyId');
  });

  test('a credentials door that may not write: a client’s response is refused', async () => {
    const edit = without(/Doorcredentials/i, 'dynamodb:PutItem');
    const stack = await runningHere({ corp: { allowUnsolicited: true, recipients: [tool] }, edit });
    const samlResponse = await printAssertion(['alice'], stack.port);
    const answer = await within(10_000, () => credentialsFor(stack, { grant: 'support', samlResponse }));
    expect([answer.status, answer.error, answer.credentials.accessKeyId]).toEqual([503, 'store_unavailable', '']);
  });
});

describe('a trust policy that was edited', { timeout: 60_000 }, () => {
  const role = (change: (statement: Statement) => Statement | undefined) =>
    editing('AWS::IAM::Role', /Rolesupport/i, change);
  const audience = (change: (when: Record<string, Record<string, unknown>>) => void) =>
    role((statement) => {
      const edited = structuredClone(statement);
      if (!edited.Condition?.StringEquals?.['saml:aud']) throw new Error('The trust policy has no saml:aud.');
      change(edited.Condition);
      return edited;
    });

  test.each<[string, (synthesis: Synthesis) => Synthesis]>([
    [
      'to another audience',
      audience(({ StringEquals = {} }) => {
        StringEquals['saml:aud'] = 'https://signin.aws.amazon.com/saml';
      }),
    ],
    [
      'so that it does not allow session tags',
      role((statement) => ({ ...statement, Action: 'sts:AssumeRoleWithSAML' })),
    ],
    ['so that it is empty', role(() => undefined)],
  ])('%s: STS denies what the grant allows', async (_, edit) => {
    const stack = await runningHere({ edit });
    const browser = await signedIn(stack, 'alice');
    for (const wants of ['credentials', 'console']) {
      const answer = await within(10_000, () => browser.post('/portal', { wants, grant: 'support' }));
      expect(codeOn(answer)).toEqual([403, 'sts_denied']);
    }
    expect((await browser.post('/portal', { wants: 'credentials', grant: 'read-reports' })).status).toBe(200);
    expect(stack.audit.filter(({ code }) => code === 'sts_denied')).toHaveLength(2);
  });

  test('without saml:aud STS gives the role for an assertion that is meant for somebody else, and with it not', async () => {
    const edit = audience(({ StringEquals }) => {
      delete StringEquals?.['saml:aud'];
    });
    const stack = await runningHere({ others: [tool], edit });
    const SAMLAssertion = await printAssertion(['alice'], stack.port);
    expect(xmlIn(SAMLAssertion)).toContain(`Recipient="${tool}"`);
    const atSts = async (name: string) => {
      const form = {
        Action: 'AssumeRoleWithSAML',
        RoleArn: `arn:aws:iam::${anAccount}:role/daypass-${name}`,
        PrincipalArn: `arn:aws:iam::${anAccount}:saml-provider/daypass-corp`,
        SAMLAssertion,
      };
      return stsAnswer(await overHttp(stack.aws, { headers: formHeaders, body: formOf(form) })).error.code;
    };
    expect(await atSts('support')).toBeUndefined();
    expect(await atSts('read-reports')).toBe('AccessDenied');
  });
});
