// The doors of SAML over HTTP, with something that remembers who was asked between them and STS, the table and the log.

import { createServer, request as httpRequest } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serve } from '../../lambdas/serve.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { portal } from '../../lib/dialects/portal.ts';
import { newBrowserSecret, newRequestId } from '../../lib/identity/saml/request-id.ts';
import { close, listen } from '../../lib/local/listen.ts';
import { routes } from '../../lib/routes.ts';
import { browserCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { cookieIn } from '../dialects/pages.ts';
import { someMetadata } from '../kit/idp-metadata.ts';
import { freePorts } from '../kit/loopback.ts';
import { aSamlIdp, awsAttributes, inBase64, type ResponseSettings, type SamlIdp } from '../kit/saml-idp.ts';
import { aStack, type RunningStack } from '../kit/stack.ts';

const day = 86_400_000;
const validity = { from: new Date(Date.now() - day), until: new Date(Date.now() + day) };
const [corp, partner, attacker] = await Promise.all([
  aSamlIdp(validity),
  aSamlIdp({ ...validity, entityId: 'https://partner.acme.example/saml' }),
  aSamlIdp(validity),
]);
/** Where the clients of `partner` have responses sent. */
const recipient = 'https://signin.aws.amazon.com/saml';
const role = { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }] };
const metadataOf = ({ entityId, certificate }: SamlIdp) =>
  ({ text: someMetadata({ entityId, keys: [{ certificates: [certificate] }] }) }) as const;

const configuration = loadConfiguration(
  {
    providers: {
      corp: { saml: { metadata: 'corp.xml' } },
      partner: { saml: { metadata: 'partner.xml', allowUnsolicited: true, recipients: [recipient] } },
    },
    grants: {
      files: { from: 'corp', when: 'anyone', role },
      shared: { from: 'partner', when: 'anyone', role },
    },
  },
  {
    documents: new Map([
      ['corp.xml', metadataOf(corp)],
      ['partner.xml', metadataOf(partner)],
    ]),
    now: new Date(),
  },
);

let stack: RunningStack;
let url: string;
const asked: { sts: string[]; aws: string[] } = { sts: [], aws: [] };

/** In front of the embedded AWS: what a door's SDK sends comes by. */
const recorder = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    asked.aws.push(String(incoming.headers['x-amz-target'] ?? incoming.url));
    const { host, ...headers } = incoming.headers;
    const path = incoming.url ?? '/';
    // The signature covers the host that the door was told.
    const sent = httpRequest(`${stack.aws}${path}`, {
      method: incoming.method ?? 'POST',
      headers: { ...headers, host },
    });
    sent.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    sent.end(Buffer.concat(chunks));
  });
});

beforeAll(async () => {
  const port = await freePorts(5);
  url = `http://127.0.0.1:${port}`;
  await listen(recorder, port + 4);
  stack = await aStack({
    configuration: { ...configuration, url },
    port,
    rim: (rim) => ({
      ...rim,
      sts: {
        send(request) {
          asked.sts.push(request.url);
          return rim.sts.send(request);
        },
      },
      ...(rim.embeddedAws && { embeddedAws: { ...rim.embeddedAws, endpoint: `http://127.0.0.1:${port + 4}` } }),
    }),
  });
});
afterAll(() => Promise.all([stack.stop(), close(recorder)]));

beforeEach(() => {
  asked.sts = [];
  asked.aws = [];
});

const pair = (grant: string, name: string) =>
  `arn:aws:iam::111122223333:role/daypass-${grant},arn:aws:iam::111122223333:saml-provider/daypass-${name}`;

/** What `corp` answers to a request of this browser. */
function answerOf(idp: SamlIdp, secret: string, settings: ResponseSettings = {}): string {
  const now = new Date();
  return idp.response({
    at: now,
    destination: `${url}/saml/acs`,
    recipient: `${url}/saml/acs`,
    audience: `${url}/saml/metadata`,
    inResponseTo: newRequestId({ provider: 'corp', browserSecret: secret, now }),
    ...settings,
    attributes: { [`${awsAttributes}Role`]: [pair('files', 'corp')], ...settings.attributes },
  });
}

/** What `partner` gave a client, unasked. */
const unasked = (settings: ResponseSettings = {}) =>
  answerOf(partner, '', {
    inResponseTo: null,
    destination: recipient,
    recipient,
    ...settings,
    attributes: { [`${awsAttributes}Role`]: [pair('shared', 'partner')] },
  });

const postForm = (path: string, form: Readonly<Record<string, string>>, cookie = '') =>
  fetch(url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: url },
    body: new URLSearchParams(form),
  });
const postJson = (body: unknown) =>
  fetch(`${url}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const arriving = (samlResponse: string, secret: string, more: Readonly<Record<string, string>> = {}) =>
  postForm('/saml/acs', { SAMLResponse: samlResponse, ...more }, `${browserCookie}=${secret}`);
const told = async (answer: Response) => {
  const { error } = (await answer.json()) as { error?: string };
  return [answer.status, error];
};
const last = () => stack.audit.at(-1) ?? {};

describe('POST /v1/credentials', () => {
  test('gives credentials for a response', async () => {
    const answer = await postJson({ grant: 'shared', samlResponse: unasked() });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      grant: 'shared',
      assumedRoleUser: { arn: 'arn:aws:sts::111122223333:assumed-role/daypass-shared/alice@acme.example' },
    });
    expect(asked.sts).toHaveLength(1);
    // What is revoked, and the assertion once.
    expect(asked.aws.sort()).toEqual(['DynamoDB_20120810.GetItem', 'DynamoDB_20120810.PutItem']);
  });

  test('takes a token or a response, not both, and nobody is asked', async () => {
    const answer = await postJson({ grant: 'shared', token: 'a.b.c', samlResponse: unasked() });
    expect(await told(answer)).toEqual([400, 'request_malformed']);
    expect(asked).toEqual({ sts: [], aws: [] });
  });

  test.each([1, null, '', ['a'], { xml: 'a' }])('takes no %j for a response', async (samlResponse) => {
    expect(await told(await postJson({ grant: 'shared', samlResponse }))).toEqual([400, 'request_malformed']);
  });

  test('case 66: takes a response once', async () => {
    const samlResponse = unasked();
    expect((await postJson({ grant: 'shared', samlResponse })).status).toBe(200);
    asked.sts = [];
    expect(await told(await postJson({ grant: 'shared', samlResponse }))).toEqual([403, 'proof_replayed']);
    expect(asked.sts).toEqual([]);
  });

  test('case 59: takes a response once, also of many at once', async () => {
    const samlResponse = unasked();
    const answers = await Promise.all(Array.from({ length: 8 }, () => postJson({ grant: 'shared', samlResponse })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 403)]);
    expect(asked.sts).toHaveLength(1);
  });

  test('takes none that nobody asked for, where the provider may not send such', async () => {
    const samlResponse = answerOf(corp, '', { inResponseTo: null });
    const [status] = await told(await postJson({ grant: 'files', samlResponse }));
    expect(status).toBe(403);
    expect(asked).toEqual({ sts: [], aws: [] });
  });

  test('takes none that a browser of ours asked for', async () => {
    const samlResponse = answerOf(corp, newBrowserSecret());
    expect((await postJson({ grant: 'files', samlResponse })).status).toBe(403);
    expect(asked).toEqual({ sts: [], aws: [] });
  });

  test.each(['https://signin.aws.amazon.com/saml/', 'https://evil.example/saml', 'ours'])(
    'takes none for %s, which is no recipient of the provider',
    async (place) => {
      const elsewhere = place === 'ours' ? `${url}/saml/acs` : place;
      const samlResponse = unasked({ recipient: elsewhere, destination: elsewhere });
      expect(await told(await postJson({ grant: 'shared', samlResponse }))).toEqual([403, 'recipient_mismatch']);
      expect(asked).toEqual({ sts: [], aws: [] });
    },
  );
});

describe('a sign-in in a browser', () => {
  test('goes to the identity provider, comes back, and ends in credentials', async () => {
    const begun = await fetch(`${url}/sign-in/corp`, { redirect: 'manual' });
    expect(begun.status).toBe(303);
    const cookie = cookieIn(begun.headers.getSetCookie()[0]);
    expect(cookie).toMatchObject({ name: browserCookie, attributes: expect.arrayContaining(['SameSite=None']) });
    expect(new URL(begun.headers.get('location') ?? '').searchParams.get('RelayState')).toBe('corp');
    expect(asked).toEqual({ sts: [], aws: [] });

    const arrived = await arriving(answerOf(corp, cookie.value), cookie.value);
    expect([arrived.status, arrived.headers.get('location')]).toEqual([303, '/portal']);
    expect(asked.aws).toEqual(Array.from({ length: 3 }, () => 'DynamoDB_20120810.PutItem'));
    const signIn = cookieIn(arrived.headers.getSetCookie()[0]);
    expect(signIn.name).toBe(signInCookie);

    const mine = `${signInCookie}=${signIn.value}`;
    const page = await (await fetch(`${url}/`, { headers: { cookie: mine } })).text();
    expect(page).toContain('alice@acme.example');
    const chosen = await postForm('/portal', { wants: 'credentials', grant: 'files' }, mine);
    expect(chosen.status).toBe(200);
    expect(await chosen.text()).toContain('export AWS_SESSION_TOKEN=');
    expect(asked.sts).toHaveLength(1);
    const lines = JSON.stringify(stack.audit);
    expect(lines).not.toContain(signIn.value.slice(23));
    expect(lines).not.toContain(cookie.value);
  });

  test.each(['https://evil.example/', '//evil.example', '\r\nset-cookie: a=b', 'x'.repeat(1000), '__proto__'])(
    'goes nowhere else for the RelayState %j',
    async (relayState) => {
      const secret = newBrowserSecret();
      const arrived = await arriving(answerOf(corp, secret), secret, { RelayState: relayState });
      expect([arrived.status, arrived.headers.get('location')]).toEqual([303, '/portal']);
      expect(arrived.headers.getSetCookie()).toHaveLength(1);
    },
  );

  test('of an unknown provider is a page that says 404, and stores nothing', async () => {
    for (const name of ['nobody', '__proto__', 'CORP', 'corp%2F..', '%3Cscript%3E']) {
      const answer = await fetch(`${url}/sign-in/${name}`, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(await answer.text()).not.toContain('<script');
    }
    expect(asked).toEqual({ sts: [], aws: [] });
  });

  test('case 59: of one browser is nothing in another', async () => {
    const samlResponse = answerOf(corp, newBrowserSecret());
    expect((await arriving(samlResponse, newBrowserSecret())).status).toBe(403);
    expect((await postForm('/saml/acs', { SAMLResponse: samlResponse })).status).toBe(403);
    expect(asked).toEqual({ sts: [], aws: [] });
  });

  test('case 59: answers a request once, also of many at once with assertions of their own', async () => {
    const secret = newBrowserSecret();
    const inResponseTo = newRequestId({ provider: 'corp', browserSecret: secret, now: new Date() });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => arriving(answerOf(corp, secret, { inResponseTo }), secret)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, ...Array.from({ length: 5 }, () => 403)]);
  });
});

describe('case 70: bindings besides POST', () => {
  test('a response by redirect meets no route', async () => {
    const secret = newBrowserSecret();
    const samlResponse = answerOf(corp, secret);
    const inflated = deflateRawSync(Buffer.from(samlResponse, 'base64')).toString('base64');
    for (const each of [samlResponse, inflated]) {
      const query = new URLSearchParams({ SAMLResponse: each });
      const answer = await fetch(`${url}/saml/acs?${query}`, { headers: { cookie: `${browserCookie}=${secret}` } });
      expect(answer.status).toBe(404);
    }
    expect(asked).toEqual({ sts: [], aws: [] });
  });

  test('a response in the query of a POST is not there', async () => {
    const secret = newBrowserSecret();
    const query = new URLSearchParams({ SAMLResponse: answerOf(corp, secret) });
    expect((await postForm(`/saml/acs?${query}`, {}, `${browserCookie}=${secret}`)).status).toBe(400);
  });

  test('the routes have none for it', () => {
    expect(routes.filter(({ door }) => door === 'acs').map(({ method }) => method)).toEqual(['POST']);
  });
});

describe('GET /saml/metadata', () => {
  test('tells who we are', async () => {
    const answer = await fetch(`${url}/saml/metadata`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/samlmetadata+xml']);
    const xml = await answer.text();
    expect(xml).toContain(`entityID="${url}/saml/metadata"`);
    expect(xml).toContain(`Location="${url}/saml/acs"`);
    expect(xml).not.toMatch(/SingleLogout/);
    expect(asked).toEqual({ sts: [], aws: [] });
  });
});

const marker = 'mallory-was-here';
const forged = { nameId: marker };
const secret = newBrowserSecret();
const swapped = (xml: string) => xml.replace(/alice@acme\.example/g, marker);
const edited = (samlResponse: string, edit: (xml: string) => string) =>
  inBase64(edit(Buffer.from(samlResponse, 'base64').toString('utf8')));
const evil =
  '<saml:Assertion ID="_evil" Version="2.0" IssueInstant="2026-01-01T00:00:00Z">' +
  '<saml:Issuer>a</saml:Issuer></saml:Assertion>';

const hostile: Readonly<Record<string, () => string>> = {
  'no signature': () => answerOf(corp, secret, { ...forged, sign: 'none' }),
  'another key': () => answerOf(attacker, secret, { ...forged, issuer: corp.entityId }),
  'another key that it brings along': () => answerOf(attacker, secret, { ...forged, keyInfo: 'own' }),
  'the key of another tenant': () => answerOf(partner, secret, { ...forged, issuer: corp.entityId }),
  'an unknown issuer': () => answerOf(attacker, secret, { ...forged, issuer: `https://${marker}.example` }),
  'another name after signing': () => answerOf(corp, secret, { after: swapped }),
  'a second assertion': () =>
    answerOf(corp, secret, { ...forged, after: (xml) => xml.replace('</samlp:Response>', `${evil}</samlp:Response>`) }),
  'an assertion in extensions': () =>
    answerOf(corp, secret, {
      ...forged,
      after: (xml) => xml.replace('<samlp:Status>', `<samlp:Extensions>${evil}</samlp:Extensions><samlp:Status>`),
    }),
  'a DTD': () => edited(answerOf(corp, secret, forged), (xml) => `<!DOCTYPE a [<!ENTITY b "${marker}">]>${xml}`),
  'a comment in the name': () =>
    answerOf(corp, secret, { after: (xml) => xml.replace('alice@', `${marker}<!---->alice@`) }),
  'another audience': () => answerOf(corp, secret, { ...forged, audience: 'https://other.example' }),
  'another recipient': () => answerOf(corp, secret, { ...forged, recipient: 'https://other.example' }),
  'another destination, which nobody signed': () =>
    answerOf(corp, secret, {
      after: (xml) => xml.replace(/Destination="[^"]*"/, `Destination="https://${marker}.example"`),
    }),
  'another request, which nobody signed': () =>
    answerOf(corp, secret, { after: (xml) => xml.replace(/InResponseTo="[^"]*"/, `InResponseTo="_${marker}"`) }),
  'an end that is past': () => answerOf(corp, secret, { ...forged, until: -4000, confirmedUntil: -4000 }),
  'a request of another browser': () => answerOf(corp, newBrowserSecret(), forged),
  'a request of nobody': () => answerOf(corp, secret, { ...forged, inResponseTo: `_${marker}` }),
  'a status of failure': () =>
    answerOf(corp, secret, { ...forged, status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }),
  'a failure without an assertion, in words of its own': () =>
    answerOf(corp, secret, {
      sign: 'none',
      status: `urn:${marker}`,
      edit: (xml) => xml.replace(/<saml:Assertion.*<\/saml:Assertion>/s, ''),
    }),
  'an attribute of AWS twice': () =>
    answerOf(corp, secret, { ...forged, attributes: { [`${awsAttributes}RoleSessionName`]: [marker, marker] } }),
  'half of itself': () => answerOf(corp, secret, forged).slice(0, 2000),
  'no base64': () => `%%%${marker}`,
  'no XML': () => inBase64(marker),
  'too much': () => inBase64(marker.repeat(6000)),
};

describe('a hostile response never reaches STS, the table or the log', () => {
  /** Any 24 characters in a row of the response, as it came or as it is read, give it away. */
  function expectNothingOf(samlResponse: string, lines: string): void {
    expect(lines).not.toContain(marker);
    expect(lines).not.toContain('alice@acme.example');
    for (let at = 0; at + 24 <= samlResponse.length; at += 24) {
      if (lines.includes(samlResponse.slice(at, at + 24))) expect.fail(`The log has characters ${at} ff. of it.`);
    }
  }

  test.each(Object.keys(hostile))('with %s', async (name) => {
    const samlResponse = hostile[name]?.() ?? '';
    const before = stack.audit.length;
    const answers = [
      await arriving(samlResponse, secret, { RelayState: marker }),
      await postJson({ grant: 'files', samlResponse }),
      await postJson({ grant: 'shared', samlResponse }),
    ];
    for (const answer of answers) {
      expect([400, 401, 403, 413]).toContain(answer.status);
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(await answer.text()).not.toContain(marker);
    }
    expect(asked).toEqual({ sts: [], aws: [] });
    const lines = stack.audit.slice(before);
    expect(lines.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expectNothingOf(samlResponse, JSON.stringify(lines));
  });

  test('and a good one does, so that all of this is seen', async () => {
    const before = stack.audit.length;
    const samlResponse = answerOf(corp, secret);
    expect((await arriving(samlResponse, secret)).status).toBe(303);
    expect(asked.aws).toHaveLength(3);
    expect(last()).toMatchObject({ outcome: 'allowed', subject: 'alice@acme.example' });
    const lines = JSON.stringify(stack.audit.slice(before)).replaceAll('alice@acme.example', '');
    expectNothingOf(samlResponse, lines);
  });
});

describe('what leaves a door', () => {
  const dialect = portal({ url: 'https://a.example', providers: [], hasConsole: true, signInStandIn: undefined });
  const door = serve(
    { door: 'portal', dialect, act: async () => ({ shows: 'sign-in' }) as const },
    { clock: () => new Date(), audit: () => undefined },
  );
  const event = {
    rawPath: '/',
    headers: {},
    requestContext: { requestId: 'r', http: { sourceIp: '127.0.0.1' } },
  } as Parameters<typeof door>[0];
  const context = { getRemainingTimeInMillis: () => 1000 } as Parameters<typeof door>[1];

  test('has each header once, in whatever case', async () => {
    const { headers = {} } = await door(event, context);
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
  });

  test('lets a page of ours tell its origin: without it the portal refuses its own forms', async () => {
    const { headers = {} } = await door(event, context);
    const policies = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'referrer-policy');
    expect(policies.map(([, value]) => value)).toEqual(['same-origin']);
    const page = await fetch(`${url}/`);
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
  });
});
