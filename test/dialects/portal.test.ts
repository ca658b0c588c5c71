import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PortalAnswered, type PortalSettings, portal } from '../../lib/dialects/portal.ts';
import type { Exchanged } from '../../lib/exchange.ts';
import type { Grant } from '../../lib/grant/grant.ts';
import type { Identity } from '../../lib/identity/identity.ts';
import { refusals } from '../../lib/refusal.ts';
import { browserCookie, noSignInCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { aGrant, anIdentity } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { golden, refusalOf } from './kit.ts';
import {
  aPageRequest,
  cookieIn,
  escapedMarkup,
  expectLockedPage,
  fields,
  form,
  markup,
  noOf,
  policyOf,
} from './pages.ts';

const url = 'https://daypass.example';
const settings: PortalSettings = { url, providers: ['corp', 'partner'], hasConsole: true, signInStandIn: undefined };
const dialect = (changed: Partial<PortalSettings> = {}) => portal({ ...settings, ...changed });
const answered = (what: PortalAnswered, changed: Partial<PortalSettings> = {}) =>
  dialect(changed).answer(what, aMoment);

const handle = `${'i'.repeat(22)}.${'k'.repeat(43)}`;
const signedIn = { [signInCookie]: handle };
const proof = { kind: 'sign-in', handle };
const ownForm = { ...form, origin: url, 'sec-fetch-site': 'same-origin' };

const visiting = (cookies: Readonly<Record<string, string>> = {}) => aPageRequest({ path: '/portal', cookies });
const posting = (
  body: string,
  headers: Readonly<Record<string, string>> = ownForm,
  cookies: Readonly<Record<string, string>> = signedIn,
) => aPageRequest({ method: 'POST', path: '/portal', headers, cookies, body });
const read = (...args: Parameters<typeof posting>) => dialect().read(posting(...args));

const alice: Identity = anIdentity({ provider: 'corp' });
const files = aGrant({ from: 'corp' });
const reports = aGrant({
  name: 'reports',
  from: 'corp',
  roleArn: 'arn:aws:iam::111122223333:role/reports',
  accountName: 'Shop production',
});
const grantsOf = (identity: Identity, ...grants: readonly Grant[]) => ({ shows: 'grants', identity, grants }) as const;

const exchanged = (grant = files, changed: Partial<Exchanged['credentials']> = {}): Exchanged => ({
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret/+=example',
    sessionToken: 'IQoJb3JpZ2luX2VjExample',
    expiration: new Date('2026-06-01T13:00:00Z'),
    ...changed,
  },
  user: {
    kind: 'assumed-role',
    arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
    userId: 'AROAEXAMPLE:alice',
  },
  told: new Map(),
  grant,
  session: {
    way: 'forward',
    evidence: { kind: 'oidc', token: 'a.b.c' },
    roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
    sessionName: 'alice',
    duration: { seconds: 3600 },
  },
});

describe('a visit', () => {
  test('of somebody who signed in is read with the handle', () => {
    expect(dialect().read(visiting(signedIn))).toEqual({ wants: 'page', proof });
  });

  test.each<Record<string, string>>([
    {},
    { [signInCookie]: '' },
    { [browserCookie]: handle },
    { 'daypass-sign-in': handle },
    { '__host-daypass-sign-in': handle },
  ])('with the cookies %j is of nobody', (cookies) => {
    expect(dialect().read(visiting(cookies))).toEqual({ wants: 'page', proof: undefined });
  });

  test('may come from anywhere: it only shows', () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const request = aPageRequest({ path: '/portal', headers, cookies: signedIn });
    expect(dialect().read(request)).toEqual({ wants: 'page', proof });
  });
});

describe('a wish', () => {
  test.each(['credentials', 'console'] as const)('for %s is read', (wants) => {
    expect(read(fields({ wants, grant: 'files' }))).toEqual({ wants, grant: 'files', proof });
  });

  test('names a destination in the console', () => {
    const destination = 'https://console.aws.amazon.com/s3/home?region=eu-central-1#a';
    expect(read(fields({ wants: 'console', grant: 'files', destination }))).toMatchObject({ destination });
  });

  test('to sign out needs no sign-in', () => {
    expect(read(fields({ wants: 'sign-out' }), ownForm, {})).toEqual({ wants: 'sign-out' });
  });

  test('of nobody has a handle that opens nothing', () => {
    expect(read(fields({ wants: 'credentials', grant: 'files' }), ownForm, {})).toMatchObject({
      proof: { kind: 'sign-in', handle: '' },
    });
  });

  test('takes nothing but what it knows from the form', () => {
    const body = fields({ wants: 'credentials', grant: 'files', handle: 'x', durationSeconds: '1', proof: 'y' });
    expect(read(body)).toEqual({ wants: 'credentials', grant: 'files', proof });
  });

  test.each(['', 'page', 'CREDENTIALS', 'credentials ', '__proto__', markup])('for %j is refused', (wants) => {
    expect(noOf(() => read(fields({ wants, grant: 'files' })))).toEqual([
      'request_malformed',
      '"wants" must be credentials, console, code or sign-out.',
    ]);
  });

  test.each([
    ['nothing', '', 'request_malformed'],
    ['a wish twice', 'wants=credentials&wants=sign-out&grant=files', 'request_malformed'],
    ['a grant twice', 'wants=credentials&grant=files&grant=admin', 'request_malformed'],
    ['a destination twice', 'wants=console&grant=a&destination=a&destination=b', 'request_malformed'],
    ['a wish that is a list', 'wants[]=credentials&grant=files', 'request_malformed'],
    ['bad percent escapes', 'wants=credentials&grant=%zz', 'request_malformed'],
    ['one byte too many', `wants=credentials&grant=${'a'.repeat(4097 - 24)}`, 'request_too_large'],
  ])('that has %s is refused', (_, body, code) => {
    expect(noOf(() => read(body))?.[0]).toBe(code);
  });

  test('of exactly 4 KiB is read', () => {
    expect(read(`wants=credentials&grant=${'a'.repeat(4096 - 24)}`)).toMatchObject({ grant: 'a'.repeat(4096 - 24) });
  });

  test('as JSON is told to be a form', () => {
    const headers = { ...ownForm, 'content-type': 'application/json' };
    expect(noOf(() => read('{}', headers))).toEqual(['form_expected']);
  });
});

describe('where a form comes from', () => {
  const good = fields({ wants: 'credentials', grant: 'files' });
  const from = (headers: Readonly<Record<string, string>>) => () => read(good, { ...form, ...headers });

  test.each<[headers: Readonly<Record<string, string>>]>([
    [{ origin: url, 'sec-fetch-site': 'same-origin' }],
    [{ origin: url }],
    [{ 'sec-fetch-site': 'same-origin' }],
  ])('may be %j', (headers) => {
    expect(from(headers)()).toMatchObject({ wants: 'credentials' });
  });

  test.each<[headers: Readonly<Record<string, string>>]>([
    [{}],
    [{ origin: 'null' }],
    [{ origin: '' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: `${url}.evil.example` }],
    [{ origin: `${url}:443` }],
    [{ origin: `${url}/` }],
    [{ origin: `${url}, ${url}` }],
    [{ origin: 'http://daypass.example' }],
    [{ origin: 'https://app.daypass.example' }],
    [{ origin: 'HTTPS://DAYPASS.EXAMPLE' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ 'sec-fetch-site': '' }],
    [{ 'sec-fetch-site': 'Same-Origin' }],
    [{ origin: url, 'sec-fetch-site': 'cross-site' }],
    [{ origin: url, 'sec-fetch-site': 'same-site' }],
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }],
    [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
  ])('may not be %j', (headers) => {
    expect(noOf(from(headers))).toEqual(['request_malformed', 'The form must be sent from our own page.']);
  });

  test('matters for signing out, too', () => {
    const headers = { ...form, 'sec-fetch-site': 'cross-site' };
    expect(noOf(() => read(fields({ wants: 'sign-out' }), headers))?.[0]).toBe('request_malformed');
  });

  test('is asked before the form is read', () => {
    const headers = { 'content-type': 'text/plain', origin: 'https://evil.example' };
    expect(noOf(() => read('%', headers))?.[0]).toBe('request_malformed');
  });
});

describe('the page to sign in', () => {
  test('is this, to the byte', () => {
    expect(answered({ shows: 'sign-in' })).toStrictEqual(golden('portal-sign-in'));
  });

  test('escapes names of providers', () => {
    const answer = answered({ shows: 'sign-in' }, { providers: [markup] });
    expectLockedPage(answer);
    expect(answer.body.split(escapedMarkup)).toHaveLength(3);
  });
});

describe('the page of grants', () => {
  test('is this, to the byte', () => {
    expect(answered(grantsOf(alice, files, reports))).toStrictEqual(golden('portal-grants'));
  });

  test('escapes the subject, the provider, the grant, the role and the name of its account', () => {
    const mallory = anIdentity({ subject: markup, provider: markup });
    const answer = answered(grantsOf(mallory, aGrant({ name: markup, roleArn: markup, accountName: markup })));
    expectLockedPage(answer);
    expect(answer.body.split(escapedMarkup)).toHaveLength(7);
    expect(answer.body).not.toContain(markup);
  });

  test('tells neither why a grant fits nor what is known of the person', () => {
    const known = anIdentity({ attributes: { team: 'secret-team' } });
    const { body } = answered(grantsOf(known, aGrant({ when: { StringEquals: { team: 'secret-team' } } })));
    expect(body).not.toContain('secret-team');
  });

  test('says so when no grant fits', () => {
    const { body } = answered(grantsOf(alice));
    expect(body).toContain('No grant fits you.');
    expect(body).not.toContain('name="grant"');
    expect(body).toContain('value="sign-out"');
  });

  test('offers no console where the partition has none', () => {
    const { body } = answered(grantsOf(alice, files), { hasConsole: false });
    expect(body).not.toContain('value="console"');
    expect(body).toContain('value="credentials"');
  });

  test('lets its forms lead to the stand-in of the sign-in, where there is one', () => {
    const standIn = 'http://127.0.0.1:8788';
    const answer = answered(grantsOf(alice, files), { signInStandIn: standIn });
    expect(policyOf(answer).get('form-action')?.at(-1)).toBe(standIn);
  });
});

describe('the page of credentials', () => {
  test('is this, to the byte', () => {
    expect(answered({ shows: 'credentials', exchanged: exchanged() })).toStrictEqual(golden('portal-credentials'));
  });

  test('is locked and is kept nowhere', () => {
    expectLockedPage(answered({ shows: 'credentials', exchanged: exchanged() }));
  });

  test('escapes every value', () => {
    const answer = answered({
      shows: 'credentials',
      exchanged: {
        ...exchanged(aGrant({ name: markup }), {
          accessKeyId: markup,
          secretAccessKey: markup,
          sessionToken: markup,
        }),
        user: { kind: 'assumed-role' as const, arn: markup, userId: markup },
      },
    });
    expectLockedPage(answer);
    expect(answer.body).not.toContain(markup);
    expect(answer.body.split(escapedMarkup)).toHaveLength(14);
  });

  test('has them for three tools, each once', () => {
    const { body } = answered({ shows: 'credentials', exchanged: exchanged() });
    expect(body.match(/secret\/\+=example/g)).toHaveLength(3);
    expect(body).toContain('export AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjExample\n'.trimEnd());
    expect(body).toContain('$env:AWS_SESSION_TOKEN=&quot;IQoJb3JpZ2luX2VjExample&quot;');
    expect(body).toContain('[files]\naws_access_key_id = ASIAEXAMPLE');
  });

  test('keeps what looks like a replacement pattern as it is', () => {
    const odd = exchanged(files, { secretAccessKey: '$1$&$`', sessionToken: '$$' });
    const { body } = answered({ shows: 'credentials', exchanged: odd });
    expect(body).toContain('$env:AWS_SECRET_ACCESS_KEY=&quot;$1$&amp;$`&quot;');
    expect(body).toContain('$env:AWS_SESSION_TOKEN=&quot;$$&quot;');
  });
});

describe('the way into the console', () => {
  const link = 'https://signin.aws.amazon.com/federation?Action=login&SigninToken=abc';

  test('is this, to the byte', () => {
    expect(answered({ shows: 'console', link })).toStrictEqual(golden('portal-console'));
  });

  test('is a redirect by GET that nobody keeps', () => {
    const answer = answered({ shows: 'console', link });
    expectLockedPage(answer);
    expect([answer.status, answer.headers.location, answer.body]).toEqual([303, link, '']);
  });
});

describe('signing out', () => {
  test('is this, to the byte', () => {
    expect(answered({ shows: 'nothing' })).toStrictEqual(golden('portal-signed-out'));
  });

  test('takes the cookie away, with all that binds it', () => {
    expect(cookieIn(noSignInCookie)).toEqual({
      name: signInCookie,
      value: '',
      attributes: ['Max-Age=0', 'Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax'],
    });
    expect(answered({ shows: 'nothing' }).cookies).toEqual([noSignInCookie]);
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(dialect().refuse(refusals.grant_denied, 'request-1')).toStrictEqual(golden('portal-refused'));
  });

  test('of a sign-in that has ended is this, to the byte, and takes the cookie away', () => {
    const answer = dialect().refuse(refusals.sign_in_ended, 'request-1');
    expect(answer).toStrictEqual(golden('portal-ended'));
    expect(answer.cookies).toEqual([noSignInCookie]);
  });

  test.each(Object.entries(refusals).filter(([code]) => code !== 'sign_in_ended'))(
    '%s leaves the cookie alone: the sign-in may do for something else',
    (_, refusal) => {
      const answer = dialect().refuse(refusal, 'r');
      expectLockedPage(answer);
      expect([answer.status, answer.cookies]).toEqual([refusal.status, undefined]);
    },
  );
});

describe('whatever is sent', () => {
  const pieces = fc.constantFrom(
    'wants',
    'credentials',
    'console',
    'grant',
    '=',
    '&',
    '%',
    '[]',
    'destination',
    markup,
  );
  const requests = fc.record({
    method: fc.constantFrom('GET', 'POST', '', 'get'),
    path: fc.constantFrom('/', '/portal', '', '//', '/portal/'),
    headers: fc.constantFrom<Record<string, string>>(ownForm, form, {}, { origin: 'null' }),
    cookies: fc.dictionary(fc.constantFrom(signInCookie, '__proto__'), fc.string({ unit: 'binary' })),
    body: fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
  });

  test('is read or refused', () => {
    fc.assert(
      fc.property(requests, (request) => {
        refusalOf(() => dialect().read(aPageRequest(request)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is shown as text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const mallory = anIdentity({ subject: text, provider: text });
        const { body } = answered(grantsOf(mallory, aGrant({ name: text, roleArn: text })));
        const shape = (html: string) => html.replace(/[^<>]+/g, '.').replace(/\.+/g, '');
        expect(shape(body)).toBe(shape(answered(grantsOf(alice, files)).body));
      }),
    );
  });
});
