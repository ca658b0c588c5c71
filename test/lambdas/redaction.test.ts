// Secrets in every place of a request, through every door, through yes, no and fault: nothing of them stands in a line, nor
// in what an error says.

import { randomBytes, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { newBrowserSecret, newRequestId } from '../../lib/identity/saml/request-id.ts';
import { type Network, NetworkError } from '../../lib/network/network.ts';
import { routes } from '../../lib/routes.ts';
import { challengeOf } from '../../lib/sign-in/command-line.ts';
import { browserCookie, commandLineCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { type AskedDoor, askedDoors, askingFor, type Proof } from '../kit/asking.ts';
import { anIssuer } from '../kit/issuer.ts';
import { secrets } from '../kit/leaks.ts';
import { freePorts } from '../kit/loopback.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes, type ResponseSettings } from '../kit/saml-idp.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const silent = anIssuer({ issuer: 'https://silent.acme.example' });
const day = 86_400_000;
const validity = { from: new Date(Date.now() - day), until: new Date(Date.now() + day) };
const [corp, ours] = await Promise.all([aSamlIdp(validity), aSamlIdp(validity)]);
const ourPem = ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const recipient = 'https://signin.aws.amazon.com/saml';
const account = '111122223333';
const secretArn = `arn:aws:secretsmanager:us-east-1:${account}:secret:decryption-AbCdEf`;

const role = { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }] };
const configuration = loadConfiguration(
  {
    providers: {
      ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
      silent: { oidc: { issuer: silent.issuer, audiences: ['web'] } },
      corp: { saml: { metadata: 'corp.xml', allowUnsolicited: 'clients', recipients: [recipient] } },
    },
    grants: {
      tokens: { from: 'ci', when: 'anyone', role, oneTime: true, acceptsDirectStsCalls: true },
      narrow: { from: 'ci', when: { StringEquals: { sub: 'nobody' } }, role },
      assertions: { from: 'corp', when: 'anyone', role },
    },
    saml: { decryption: { certificate: 'our.pem', privateKey: secretArn } },
  },
  {
    documents: documentsOf({
      'corp.xml': aMetadata({ entityId: corp.entityId, certificates: [corp.certificate] }),
      'our.pem': `-----BEGIN CERTIFICATE-----\n${ours.certificate}\n-----END CERTIFICATE-----\n`,
    }),
    now: new Date(),
  },
);

const kept = secrets();
kept.keep(ourPem);
/** Set by a test to stand between the doors and STS, or the private key. */
let sts: Network['send'] | undefined;
let secret: (() => Promise<string>) | undefined;
let issuers: Network['send'] | undefined;
let isTableGone = false;

let stack: RunningStack;
let ci: Awaited<ReturnType<typeof serveIssuer>>;
/** What was answered with 400 or more. */
const answers: string[] = [];

beforeAll(async () => {
  ci = await serveIssuer(issuer);
  const port = await freePorts(4);
  stack = await aStack({
    configuration: { ...configuration, url: `http://127.0.0.1:${port}` },
    port,
    standIns: new Map([[issuer.issuer, ci.address]]),
    secret: () => (secret ? secret() : Promise.resolve(ourPem)),
    rim: (rim) => ({
      ...rim,
      sts: { send: (request) => (sts ?? rim.sts.send)(request) },
      documents: { send: (request) => (issuers ?? rim.documents.send)(request) },
      ...(rim.embeddedAws && {
        embeddedAws: {
          ...rim.embeddedAws,
          credentials: async () => {
            const credentials = await (rim.embeddedAws?.credentials() ?? Promise.reject(new Error('There is no AWS.')));
            kept.keep(credentials.secretAccessKey);
            kept.keep(credentials.sessionToken);
            if (isTableGone) throw new Error(`No credentials: ${credentials.sessionToken}`);
            return { ...credentials, expiration: new Date(Date.now() + 1000) };
          },
        },
      }),
    }),
  });
});
afterAll(() => Promise.all([stack.stop(), ci.stop()]));

const now = () => Math.floor(Date.now() / 1000);
let count = 0;
const aToken = (claims: Record<string, unknown> = {}, from = issuer) =>
  kept.keep(from.token({ iat: now(), exp: now() + 300, jti: `token-${++count}`, ...claims }));

/** Neither the assertion nor what makes it worth something: its signature, and what nobody looked at. */
function aResponse(settings: ResponseSettings = {}): string {
  const privately = randomBytes(30).toString('hex');
  const response = corp.response({
    at: new Date(),
    audience: `${stack.gateway}/saml/metadata`,
    destination: recipient,
    recipient,
    inResponseTo: null,
    ...settings,
    attributes: {
      [`${awsAttributes}Role`]: [
        `arn:aws:iam::${account}:role/daypass-assertions,arn:aws:iam::${account}:saml-provider/daypass-corp`,
      ],
      payslip: [kept.keep(privately)],
      ...settings.attributes,
    },
  });
  const xml = Buffer.from(response, 'base64').toString();
  for (const [, value = ''] of xml.matchAll(/<ds:SignatureValue>([^<]+)</g)) kept.keep(value);
  // As the OAuth door takes it.
  kept.keep(Buffer.from(response, 'base64').toString('base64url'));
  return kept.keep(response);
}

const at = (path: string) => stack.gateway + path;

async function asked(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(at(path), { redirect: 'manual', ...init });
  if (answer.status >= 400) {
    const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    answers.push(`${headers}\n${await answer.clone().text()}`);
  }
  return answer;
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const form = (fields: Record<string, string>, cookie = ''): RequestInit => ({
  method: 'POST',
  headers: { origin: stack.gateway, cookie },
  body: new URLSearchParams(fields),
});

const ask = (door: AskedDoor, proof: Proof, grant: string): Promise<Response> => {
  const { path, init } = askingFor[door](grant, proof);
  return asked(path, init);
};

const allDoors = (make: () => Proof, grant: string) => Promise.all(askedDoors.map((door) => ask(door, make(), grant)));

/** What was given out is as secret as what was brought. */
async function keepGiven(answer: Response): Promise<void> {
  const body = await answer.text();
  for (const [, name, value = ''] of body.matchAll(
    /"?(secretAccessKey|sessionToken|SecretAccessKey|SessionToken|Token|access_token)"?[>:]\s?"?([^"<]{20,})/g,
  )) {
    kept.keep(name === 'access_token' ? value.slice(0, 400) : value);
  }
}

let judged = 0;

/** In what was written and told since it was asked last. */
function nothingLeaked(): void {
  expect(stack.lines.length).toBeGreaterThan(judged);
  for (const line of stack.lines.slice(judged)) expect(kept.leaksIn(line), line).toEqual([]);
  for (const answer of answers.splice(0)) expect(kept.leaksIn(answer), answer).toEqual([]);
  judged = stack.lines.length;
}

describe('the measure', () => {
  test('finds a part of a secret wherever it stands', () => {
    const own = secrets();
    const secret = own.keep(randomBytes(32).toString('base64url'));
    expect(own.leaksIn(`{"detail":"… ${secret.slice(7, 30)} …"}`).length).toBeGreaterThan(0);
    expect(own.leaksIn(`{"detail":"${secret.slice(0, 19)}"}`)).toEqual([]);
  });
});

describe('nothing of a secret is written or told', () => {
  test('when everything goes well', async () => {
    for (const answer of await allDoors(() => ({ token: aToken() }), 'tokens')) await keepGiven(answer);
    for (const answer of await allDoors(() => ({ samlResponse: aResponse() }), 'assertions')) await keepGiven(answer);
    const encrypt = { publicKey: new X509Certificate(Buffer.from(ours.certificate, 'base64')).publicKey };
    const opened = await ask('credentials', { samlResponse: aResponse({ encrypt }) }, 'assertions');
    // It was opened, and the embedded STS has no key for it.
    expect([opened.status, stack.audit.at(-1)?.code]).toEqual([401, 'sts_refused_token']);
    expect(stack.audit.filter(({ outcome }) => outcome === 'allowed').length).toBeGreaterThanOrEqual(8);
    nothingLeaked();
  });

  test('when a person signs in, chooses, and hands the sign-in to a command line', async () => {
    const browserSecret = kept.keep(newBrowserSecret());
    const inResponseTo = newRequestId({ provider: 'corp', browserSecret, now: new Date() });
    const acs = at('/saml/acs');
    const response = aResponse({ inResponseTo, destination: acs, recipient: acs });
    const arrived = await asked('/saml/acs', form({ SAMLResponse: response }, `${browserCookie}=${browserSecret}`));
    const [cookie = ''] = arrived.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
    kept.keep(cookie.slice(cookie.indexOf('=') + 1));
    const verifier = kept.keep(randomBytes(32).toString('base64url'));
    const waiting = `51234.${challengeOf(verifier)}.${randomBytes(32).toString('base64url')}`;
    const choice = { grant: 'assertions', 'command-line': waiting };
    const toCode = await asked(
      '/portal',
      form({ wants: 'code', ...choice }, `${cookie}; ${commandLineCookie}=${waiting}`),
    );
    const code = new URL(toCode.headers.get('location') ?? '').searchParams.get('code') ?? '';
    kept.keep(code);
    const redeemed = await asked('/v1/sign-in', json({ grant: 'assertions', code, verifier }));
    expect(redeemed.status).toBe(200);
    await keepGiven(redeemed);
    for (const wants of ['credentials', 'console']) {
      expect((await asked('/portal', form({ wants, grant: 'assertions' }, cookie))).status).toBeLessThan(400);
    }
    // And all of it once more, in vain.
    await asked('/saml/acs', form({ SAMLResponse: response }, `${browserCookie}=${browserSecret}`));
    await asked('/v1/sign-in', json({ grant: 'assertions', code, verifier }));
    await asked('/portal', form({ wants: 'credentials', grant: 'tokens' }, cookie));
    nothingLeaked();
  });

  test('when the answer is no', async () => {
    const refused: readonly (() => Proof)[] = [
      () => ({ token: aToken({ iss: 'https://nobody.acme.example' }) }),
      () => ({ token: aToken({ aud: 'another' }) }),
      () => ({ token: aToken({ exp: now() - 300, iat: now() - 600 }) }),
      () => ({ token: aToken({ sub: '' }) }),
      () => ({ token: `${aToken().slice(0, -8)}AAAAAAAA` }),
      () => ({ token: aToken().replace('.', '..') }),
      () => ({ token: aToken({}, silent) }),
      () => ({ token: kept.keep(randomBytes(600).toString('base64url')) }),
      () => ({ samlResponse: aResponse({ sign: 'none' }) }),
      () => ({ samlResponse: aResponse({ until: -120, confirmedUntil: -120, from: -200 }) }),
      () => ({ samlResponse: aResponse({ audience: 'https://elsewhere.example' }) }),
      () => ({ samlResponse: aResponse({ nameId: null }) }),
      () => ({ samlResponse: aResponse({ after: (xml) => xml.replace('alice', 'mallory') }) }),
      () => ({ samlResponse: aResponse({ after: (xml) => `<!DOCTYPE a>${xml}` }) }),
      () => ({ samlResponse: kept.keep(randomBytes(600).toString('base64')) }),
    ];
    for (const make of refused) await allDoors(make, 'tokens' in make() ? 'narrow' : 'assertions');
    await allDoors(() => ({ token: aToken() }), 'narrow');
    await allDoors(() => ({ samlResponse: aResponse() }), 'no-such-grant');
    await allDoors(() => ({ token: aToken() }), 'assertions');
    // A token for a grant that takes it once, again.
    const again = aToken();
    await allDoors(() => ({ token: again }), 'tokens');
    nothingLeaked();
  });
});

describe('nothing of a secret is written or told when something fails that quotes it', () => {
  const quoting =
    (status: number, code: string): Network['send'] =>
    async ({ body = '' }) => {
      const sent = new URLSearchParams(body);
      const proof = sent.get('WebIdentityToken') ?? sent.get('SAMLAssertion') ?? '';
      const message = `Value '${proof}' at 'webIdentityToken' failed; cut: ${proof.slice(5, 90)}`;
      return {
        status,
        body: `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      };
    };
  const quotesIn =
    (make: (proof: string) => Error): Network['send'] =>
    ({ body = '' }) => {
      const sent = new URLSearchParams(body);
      return Promise.reject(make(sent.get('WebIdentityToken') ?? sent.get('SAMLAssertion') ?? ''));
    };
  const everything = async () => {
    await allDoors(() => ({ token: aToken() }), 'tokens');
    await allDoors(() => ({ samlResponse: aResponse() }), 'assertions');
    nothingLeaked();
  };

  test.each<[what: string, send: Network['send']]>([
    ['STS denies', quoting(403, 'AccessDenied')],
    ['STS does not like the request', quoting(400, 'ValidationError')],
    ['STS does not like the token', quoting(400, 'InvalidIdentityToken')],
    ['STS throttles', quoting(400, 'Throttling')],
    ['STS fails', quoting(500, 'InternalFailure')],
    ['STS answers what is no answer', async ({ body = '' }) => ({ status: 200, body })],
    ['the way to STS throws', quotesIn((proof) => new TypeError(`Invalid header: ${proof}`))],
    ['the way to STS throws text', ({ body = '' }) => Promise.reject(body)],
    ['STS cannot be reached', quotesIn(() => new NetworkError('sts.us-east-1.amazonaws.com could not be reached'))],
  ])('%s', async (_, send) => {
    sts = send;
    try {
      await everything();
    } finally {
      sts = undefined;
    }
  });

  test('the table cannot be asked', async () => {
    isTableGone = true;
    try {
      await everything();
    } finally {
      isTableGone = false;
    }
  });

  test('the private key cannot be had, or is none', async () => {
    const encrypt = { publicKey: new X509Certificate(Buffer.from(ours.certificate, 'base64')).publicKey };
    for (const give of [() => Promise.reject(new Error(`Not this: ${ourPem}`)), async () => ourPem.slice(40)]) {
      // Doors that have it keep it, so new ones are opened.
      const again = await aStack({
        configuration: { ...configuration, url: stack.gateway },
        standIns: new Map([[issuer.issuer, ci.address]]),
        secret: give,
      });
      const answer = await fetch(
        `${again.gateway}/v1/credentials`,
        json({ grant: 'assertions', samlResponse: aResponse({ encrypt }) }),
      );
      expect(answer.status).toBe(500);
      answers.push(await answer.text());
      for (const line of again.lines) expect(kept.leaksIn(line), line).toEqual([]);
      await again.stop();
    }
    for (const answer of answers.splice(0)) expect(kept.leaksIn(answer), answer).toEqual([]);
  });

  test('the issuer quotes what it was asked', async () => {
    issuers = ({ url }) => Promise.reject(new Error(`${url} ${aToken()}`));
    try {
      await allDoors(() => ({ token: aToken({}, silent) }), 'tokens');
      nothingLeaked();
    } finally {
      issuers = undefined;
    }
  });
});

describe('nothing of a secret is written or told when it stands where it does not belong', () => {
  /** Each a way to put a text into a request for a path. */
  const members = [
    'grant',
    'token',
    'samlResponse',
    'durationSeconds',
    'destination',
    'code',
    'verifier',
    'claims',
    'provider',
  ];
  const fields = [
    'Action',
    'Version',
    'RoleArn',
    'PrincipalArn',
    'RoleSessionName',
    'DurationSeconds',
    'Policy',
    'WebIdentityToken',
    'SAMLAssertion',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'grant_type',
    'subject_token',
    'subject_token_type',
    'audience',
    'resource',
    'scope',
    'SAMLResponse',
    'RelayState',
    'wants',
    'grant',
    'command-line',
  ];
  const headers = [
    'authorization',
    'cookie',
    'user-agent',
    'origin',
    'referer',
    'content-type',
    'accept',
    'x-amz-security-token',
    'x-forwarded-for',
    'x-anything',
  ];
  const whole = { grant: 'tokens', token: 'a.b.c' };
  const stsForm = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    WebIdentityToken: 'a.b.c',
    RoleArn: 'a',
  };
  const placements: readonly ((secret: string) => RequestInit & { readonly query?: string })[] = [
    ...members.map((name) => (secret: string) => json({ ...whole, [name]: secret })),
    (secret) => json({ ...whole, [secret]: 1 }),
    (secret) => ({ ...json({}), body: secret }),
    (secret) => ({ ...json({}), body: `{"grant":"${secret}` }),
    ...fields.map((name) => (secret: string) => form({ ...stsForm, [name]: secret })),
    (secret) => form({ [secret]: 'a' }),
    (secret) => ({ ...form({}), body: `${secret}=%` }),
    ...headers.map((name) => (secret: string) => ({ headers: { [name]: secret } })),
    (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
    (secret) => ({ headers: { authorization: `Basic ${secret}` } }),
    (secret) => ({ headers: { authorization: `AWS4-HMAC-SHA256 Credential=${secret}/x, Signature=${secret}` } }),
    ...[signInCookie, browserCookie, commandLineCookie].map((name) => (secret: string) => ({
      headers: { cookie: `${name}=${secret}` },
    })),
    (secret) => ({ query: `?${new URLSearchParams({ token: secret })}` }),
    (secret) => ({ query: `?${new URLSearchParams({ [secret]: '' })}` }),
    (secret) => ({ query: `?${new URLSearchParams({ ...stsForm, WebIdentityToken: secret, RoleArn: secret })}` }),
    (secret) => ({ query: `?${new URLSearchParams({ 'command-line': secret })}` }),
  ];

  const kinds: Readonly<Record<string, () => string>> = {
    'a token': () => aToken(),
    'an assertion': () => aResponse(),
    'a cookie': () => kept.keep(newBrowserSecret()),
    'a code': () => kept.keep(`${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}`),
    'a session token': () => kept.keep(`IQoJb3JpZ2luX2Vj${randomBytes(500).toString('base64')}`),
    'a secret access key': () => kept.keep(randomBytes(30).toString('base64')),
  };

  test.each(Object.keys(kinds))('%s, anywhere at any door', async (kind) => {
    const make = kinds[kind] ?? (() => '');
    for (const { method, path } of routes) {
      // Headers and paths have limits of their own, at the gateway.
      const secret = make().slice(0, 4000);
      const inPath = path.includes('{') ? [encodeURIComponent(secret)] : [];
      const requests = placements.map((place) => {
        const { query = '', headers: given, body } = place(secret);
        const about = method === 'GET' ? { headers: given } : { method, headers: given, body: body ?? '' };
        return () => asked(path.replace(/\{\w+\}/, 'tokens') + query, about as RequestInit);
      });
      for (const segment of inPath) requests.push(() => asked(path.replace(/\{\w+\}/, segment)));
      const answered = await Promise.all(requests.map((request) => request().catch(() => undefined)));
      expect(answered.filter(Boolean).length).toBeGreaterThan(requests.length / 2);
    }
    nothingLeaked();
  });
});
