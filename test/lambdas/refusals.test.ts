// Every refusal of the table, reached over HTTP, and how it sounds outside.

import { createHash, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { EmbeddedAws, Rim } from '../../lib/door.ts';
import { newBrowserSecret, newRequestId } from '../../lib/identity/saml/request-id.ts';
import { gatewayServer } from '../../lib/local/gateway.ts';
import { signInPerson } from '../../lib/local/idp/sign-in.ts';
import { allTo } from '../../lib/local/stand-ins.ts';
import { type Network, NetworkError } from '../../lib/network/network.ts';
import { fault, type RefusalCode, refusals } from '../../lib/refusal.ts';
import { routes } from '../../lib/routes.ts';
import { browserCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { dynamoDbStore } from '../../lib/store/dynamodb-store.ts';
import { anIssuer, type Issuer } from '../kit/issuer.ts';
import { secrets } from '../kit/leaks.ts';
import { freePorts, serving } from '../kit/loopback.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes, type ResponseSettings, type SamlIdp } from '../kit/saml-idp.ts';
import { signedRequest } from '../kit/signer.ts';
import { aStack, doors, type RunningStack, serveIssuer } from '../kit/stack.ts';

const kept = secrets();
const genuine = anIssuer({ issuer: 'https://ci.acme.example' });
const issuer: Issuer = { ...genuine, token: (...asked) => kept.keep(genuine.token(...asked)) };
const silent = anIssuer({ issuer: 'https://silent.acme.example' });
const now = () => Math.floor(Date.now() / 1000);
const goodTimes = () => ({ iat: now(), exp: now() + 300 });

const files = ['s3:GetObject'];
const hour = 3_600_000;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
const lasting = { from: ago(24 * hour), until: ago(-24 * hour) };
const corp = await aSamlIdp(lasting);
const portal = await aSamlIdp({ ...lasting, entityId: 'https://portal.acme.example/saml' });
const forgotten = await aSamlIdp({ from: ago(24 * hour), until: ago(hour), entityId: 'https://old.acme.example/saml' });
/** Where clients of the identity provider `portal` have its responses sent. */
const recipient = 'https://signin.aws.amazon.com/saml';
const metadataOf = ({ entityId, certificate }: SamlIdp) => aMetadata({ entityId, certificates: [certificate] });

const file = {
  providers: {
    app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'], awsClaims: ['tags'] } },
    ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
    silent: { oidc: { issuer: silent.issuer, audiences: ['web'] } },
    corp: { saml: { metadata: 'corp.xml' } },
    portal: { saml: { metadata: 'portal.xml', allowUnsolicited: true, recipients: [recipient] } },
    old: { saml: { metadata: 'old.xml', allowUnsolicited: true, recipients: [recipient] } },
    fleet: { aws: { accounts: ['111122223333'] } },
  },
  grants: {
    'for-app': {
      from: 'app',
      when: 'anyone',
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
    },
    'for-ci': {
      from: 'ci',
      when: 'anyone',
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
    },
    fresh: {
      from: 'ci',
      when: 'anyone',
      acceptsDirectStsCalls: true,
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
      session: { maxAuthAge: '15m' },
    },
    vouched: {
      from: 'ci',
      when: 'anyone',
      way: 'vouch',
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
    },
    narrow: {
      from: 'ci',
      when: { StringEquals: { sub: 'nobody' } },
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
    },
    templated: {
      from: 'ci',
      when: 'anyone',
      acceptsDirectStsCalls: true,
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
      session: { policy: [{ actions: files, resources: ['arn:aws:s3:::a/{tenant}/*'] }], valuesMayContain: ['/'] },
    },
    brief: {
      from: 'ci',
      when: 'anyone',
      acceptsDirectStsCalls: true,
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
      session: { withinProof: true },
    },
    'not-here': { from: 'ci', when: 'anyone', role: { arn: 'arn:aws:iam::111122223333:role/not-here' } },
    'too-long': {
      from: 'ci',
      when: 'anyone',
      session: { duration: '2h' },
      role: { arn: 'arn:aws:iam::111122223333:role/daypass-for-ci', maxSessionDuration: '2h' },
    },
    'for-corp': {
      from: 'corp',
      when: 'anyone',
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
    },
    'for-portal': {
      from: 'portal',
      when: 'anyone',
      role: { permissions: [{ actions: files, resources: ['arn:aws:s3:::a/*'] }] },
    },
  },
};
/** As it was deployed, when every certificate was good. */
const configuration = loadConfiguration(file, {
  documents: documentsOf({
    'corp.xml': metadataOf(corp),
    'portal.xml': metadataOf(portal),
    'old.xml': metadataOf(forgotten),
  }),
  now: ago(2 * hour),
});

let stack: RunningStack;
let url: string;
let ci: Awaited<ReturnType<typeof serveIssuer>>;
/** Set by a test to stand between the door and STS. */
let stsAnswers: Network['send'] | undefined;
/** Set by a test to keep the doors from the table. */
let isTableGone = false;
/** The table of what is seen once. */
let aTable = '';
/** What the first door was opened with. */
let aRim: Rim | undefined;

beforeAll(async () => {
  ci = await serveIssuer(issuer);
  const port = await freePorts(4);
  url = `http://127.0.0.1:${port}`;
  stack = await aStack({
    configuration: { ...configuration, url },
    port,
    standIns: new Map([[issuer.issuer, ci.address]]),
    rim: (rim, door) => {
      if (door === 'credentials') {
        aRim = rim;
        aTable = rim.environment().table ?? aTable;
      }
      return {
        ...rim,
        sts: { send: (request) => (stsAnswers ?? rim.sts.send)(request) },
        ...(rim.embeddedAws && { embeddedAws: forgetful(rim.embeddedAws) }),
      };
    },
  });
});
afterAll(() => Promise.all([stack.stop(), ci.stop()]));

/** The SDK asks for credentials anew when they are about to end: so a test can take them away. */
const forgetful = ({ endpoint, credentials }: EmbeddedAws): EmbeddedAws => ({
  endpoint,
  credentials: async () => {
    if (isTableGone) throw new Error('There are no credentials.');
    return { ...(await credentials()), expiration: new Date(Date.now() + 1000) };
  },
});

interface Told {
  readonly status: number;
  readonly body: { readonly error: string; readonly message: string; readonly requestId: string };
  readonly audit: Record<string, unknown>;
}

async function post(
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Told> {
  return told(
    await fetch(`${stack.gateway}/v1/credentials`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

async function told(answer: Response): Promise<Told> {
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const body = (await answer.json()) as Told['body'];
  return { status: answer.status, body, audit: stack.audit.at(-1) ?? {} };
}

/** What a page says. */
async function toldOnPage(answer: Response): Promise<Told> {
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await answer.text();
  const [, message = ''] = /<p role="alert">([^<]*)</.exec(html) ?? [];
  const [, error = '', requestId = ''] = /<code>([^<]*)<\/code> · request <code>([^<]*)</.exec(html) ?? [];
  return { status: answer.status, body: { error, message, requestId }, audit: stack.audit.at(-1) ?? {} };
}

interface Browsing {
  readonly form?: Readonly<Record<string, string>>;
  readonly cookie?: string;
}

/** As a browser asks, which follows nothing here. */
const browse = (path: string, { form, cookie }: Browsing = {}) =>
  fetch(url + path, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    headers: { origin: url, ...(cookie !== undefined && { cookie }) },
  });

const pairOf = (idp: SamlIdp, role?: string) => {
  const name = idp === corp ? 'corp' : 'portal';
  return `arn:aws:iam::111122223333:role/${role ?? `daypass-for-${name}`},arn:aws:iam::111122223333:saml-provider/daypass-${name}`;
};

const responseOf = (idp: SamlIdp, settings: ResponseSettings, to: string) =>
  kept.keep(
    idp.response({
      at: new Date(),
      audience: `${url}/saml/metadata`,
      destination: to,
      recipient: to,
      inResponseTo: null,
      ...settings,
      attributes: { [`${awsAttributes}Role`]: [pairOf(idp)], ...settings.attributes },
    }),
  );

/** A response that a client brings, of the identity provider whose responses clients have. */
const bring = (settings: ResponseSettings = {}, idp = portal) =>
  post({ grant: 'for-portal', samlResponse: responseOf(idp, settings, recipient) });

const browserSecret = newBrowserSecret();
const requestOf = (secret = browserSecret) =>
  newRequestId({ provider: 'corp', browserSecret: secret, now: new Date() });

/** A response that a browser brings to the assertion consumer service, for a request of its own. */
const arrive = (settings: ResponseSettings = {}) =>
  browse('/saml/acs', {
    form: { SAMLResponse: responseOf(corp, { inResponseTo: requestOf(), ...settings }, `${url}/saml/acs`) },
    cookie: `${browserCookie}=${browserSecret}`,
  });

/** What the portal says to somebody who signed in. */
async function choosing(form: Readonly<Record<string, string>>): Promise<Told> {
  const [cookie = ''] = (await arrive()).headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
  expect(cookie).toMatch(new RegExp(`^${signInCookie}=.`));
  return toldOnPage(await browse('/portal', { form, cookie }));
}

/** Something between the portal and AWS's sign-in; STS answers as it does. */
async function withFederation(send: Network['send']): Promise<Told> {
  const { aws } = stack;
  const all = allTo(aws);
  stsAnswers = (request) => (request.url.endsWith('/federation') ? send(request) : all.send(request));
  try {
    return await choosing({ wants: 'console', grant: 'for-corp' });
  } finally {
    stsAnswers = undefined;
  }
}

/** A question for operators, as the administrator of the account signs it. */
async function asOperator(path: string, body?: object): Promise<Told> {
  const text = body && JSON.stringify(body);
  const method = text === undefined ? 'GET' : 'POST';
  const signing = { method, path, body: text ?? '', at: new Date(), service: 'execute-api' };
  const json = { headers: { 'content-type': 'application/json' } };
  const signed = signedRequest(stack.administrator, new URL(stack.gateway).host, {
    ...signing,
    ...(text !== undefined && json),
  });
  const { host: _, ...headers } = signed.headers;
  return told(await fetch(stack.gateway + path, { method, headers, ...(text !== undefined && { body: text }) }));
}

const stsError =
  (code: string, status = 400): Network['send'] =>
  () =>
    Promise.resolve({
      status,
      body: `<ErrorResponse><Error><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
    });

const withSts = async (send: Network['send'], grant = 'for-ci') => {
  stsAnswers = send;
  try {
    return await post({ grant, token: issuer.token(goodTimes()) });
  } finally {
    stsAnswers = undefined;
  }
};

const forCi = (claims: Record<string, unknown>, header?: Record<string, unknown>) =>
  post({ grant: 'for-ci', token: issuer.token({ ...goodTimes(), ...claims }, header) });

const roleArn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

/** Told by STS's words, which are judged where that dialect is; here only what the table says is. */
async function askSts(changed: Record<string, string>): Promise<Told> {
  const action = changed.Action ?? 'AssumeRoleWithWebIdentity';
  const ofToken = {
    RoleArn: roleArn('daypass-for-ci'),
    RoleSessionName: 'alice',
    WebIdentityToken: issuer.token({ ...goodTimes(), tenant: 'blue' }),
  };
  const fields = { Action: action, Version: '2011-06-15', ...(action.startsWith('Assume') && ofToken), ...changed };
  const before = stack.audit.length;
  const answer = await fetch(`${stack.gateway}/`, { method: 'POST', body: new URLSearchParams(fields) });
  expect(await answer.text()).toContain('<ErrorResponse');
  const audit = stack.audit.slice(before).at(-1) as Told['audit'];
  const { error, says: message } = refusals[audit.code as RefusalCode];
  return { status: answer.status, body: { error, message, requestId: String(audit.requestId) }, audit };
}

const cases: Record<RefusalCode, () => Promise<Told>> = {
  request_malformed: () => post('{"grant":"a","grant":"b","token":"t"}'),
  media_type_unsupported: () => post('grant=a', { 'content-type': 'application/x-www-form-urlencoded' }),
  policy_malformed: () => askSts({ Policy: '{}' }),
  policy_not_within: () =>
    askSts({
      RoleArn: roleArn('daypass-templated'),
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    }),
  credentials_missing: () => askSts({ Action: 'GetCallerIdentity' }),
  credentials_unknown: () =>
    askSts({
      Action: 'GetCallerIdentity',
      'X-Amz-Credential': 'ASIAEXAMPLEEXAMPLE00/20260601/us-east-1/sts/aws4_request',
      'X-Amz-Security-Token': 'nobody',
    }),
  request_too_large: () => post({ grant: 'a', token: 'x'.repeat(140_000) }),
  proof_missing: async () => told(await fetch(`${stack.gateway}/v1/grants`)),
  token_malformed: () => post({ grant: 'for-ci', token: 'not.a.token' }),
  algorithm_not_allowed: () => forCi({}, { alg: 'none' }),
  issuer_unknown: () => forCi({ iss: 'https://nobody.acme.example' }),
  keys_unreachable: () => post({ grant: 'for-ci', token: silent.token(goodTimes()) }),
  key_unknown: () => forCi({}, { kid: 'another' }),
  signature_invalid: () => post({ grant: 'for-ci', token: anIssuer({ issuer: issuer.issuer }).token(goodTimes()) }),
  token_expired: () => forCi({ iat: now() - 600, exp: now() - 300 }),
  token_not_yet_valid: () => forCi({ nbf: now() + 300 }),
  audience_mismatch: () => forCi({ aud: 'another' }),
  claims_invalid: () => forCi({ sub: '' }),
  operator_unknown: async () => {
    if (!aRim) throw new Error('No door was opened.');
    // A gateway that lets everybody through, as the deployed one never does.
    const open = await serving(
      gatewayServer({
        routes,
        handlers: new Map([['explain', doors.explain(aRim)]]),
        cors: undefined,
        account: '111122223333',
        clock: () => new Date(),
      }),
    );
    const body = JSON.stringify({ grant: 'narrow', token: issuer.token(goodTimes()) });
    const headers = { 'content-type': 'application/json' };
    return told(await fetch(`${open}/v1/admin/explain`, { method: 'POST', headers, body }));
  },
  signer_unavailable: async () => {
    if (!aRim) throw new Error('No door was opened.');
    const environment = {
      ...aRim.environment(),
      issuer: 'https://access.acme.example',
      signingKeys: ['arn:aws:kms:us-east-1:111122223333:key/nowhere'],
    };
    const open = await serving(
      gatewayServer({
        routes,
        handlers: new Map([['credentials', doors.credentials({ ...aRim, environment: () => environment })]]),
        cors: undefined,
        account: '111122223333',
        clock: () => new Date(),
      }),
    );
    const body = JSON.stringify({ grant: 'vouched', token: issuer.token(goodTimes()) });
    const headers = { 'content-type': 'application/json' };
    return told(await fetch(`${open}/v1/credentials`, { method: 'POST', headers, body }));
  },
  grant_unknown: () => post({ grant: 'no-such-grant', token: issuer.token(goodTimes()) }),
  grant_denied: () => post({ grant: 'narrow', token: issuer.token(goodTimes()) }),
  authentication_too_old: () =>
    post({ grant: 'fresh', token: issuer.token({ ...goodTimes(), auth_time: now() - 3600 }) }),
  proof_ends_soon: () => post({ grant: 'brief', token: issuer.token(goodTimes()) }),
  session_unrenderable: () => post({ grant: 'templated', token: issuer.token({ ...goodTimes(), tenant: '*' }) }),
  session_too_large: () =>
    post({ grant: 'templated', token: issuer.token({ ...goodTimes(), tenant: 'x'.repeat(3000) }) }),
  sts_denied: () => post({ grant: 'not-here', token: issuer.token(goodTimes()) }),
  sts_refused_token: () => withSts(stsError('InvalidIdentityToken')),
  sts_refused_request: () => withSts(stsError('ValidationError')),
  form_expected: async () => toldOnPage(await fetch(`${url}/saml/acs`, { method: 'POST', body: '{}' })),
  provider_unknown: async () => toldOnPage(await browse('/sign-in/nobody')),
  aws_request_invalid: () => post({ grant: 'for-ci', awsRequest: 'daypass-aws-v1.e30' }),
  response_malformed: () => post({ grant: 'for-portal', samlResponse: 'PHNhbWw+' }),
  signature_missing: () => bring({ sign: 'none' }),
  certificates_expired: () => bring({}, forgotten),
  assertion_not_decrypted: () => bring({ encrypt: { publicKey: createPublicKey(portal.privateKey) } }),
  assertion_expired: () => bring({ until: -120, confirmedUntil: -120, from: -200 }),
  assertion_not_yet_valid: () => bring({ from: 120 }),
  assertion_invalid: () => bring({ until: null }),
  recipient_mismatch: () => bring({ recipient: 'https://elsewhere.example/saml' }),
  sign_in_declined: () => bring({ status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
  sign_in_unsolicited: async () => toldOnPage(await arrive({ inResponseTo: null })),
  sign_in_not_begun_here: async () => toldOnPage(await arrive({ inResponseTo: requestOf(newBrowserSecret()) })),
  sign_in_ended: async () => toldOnPage(await browse('/portal', { form: { wants: 'credentials', grant: 'for-corp' } })),
  proof_replayed: async () => {
    const samlResponse = responseOf(portal, {}, recipient);
    const first = await fetch(`${url}/v1/credentials`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant: 'for-portal', samlResponse }),
    });
    expect(first.status).toBe(200);
    return post({ grant: 'for-portal', samlResponse });
  },
  store_unavailable: async () => {
    isTableGone = true;
    try {
      return await bring();
    } finally {
      isTableGone = false;
    }
  },
  audit_unavailable: async () => {
    isTableGone = true;
    try {
      return await asOperator('/v1/admin/audit');
    } finally {
      isTableGone = false;
    }
  },
  revoked: async () => {
    await asOperator('/v1/admin/revoke', { person: 'ci/gone' });
    // As long as a door may not know.
    await new Promise((resolve) => setTimeout(resolve, 5100));
    return forCi({ sub: 'gone' });
  },
  revocations_full: async () => {
    const store = dynamoDbStore({
      table: aTable,
      region: 'us-east-1',
      client: { endpoint: stack.aws, credentials: async () => stack.administrator },
    });
    const by = { at: new Date().toISOString(), by: 'somebody' };
    const people = Array.from({ length: 200 }, (_, index) => ({
      kind: 'person',
      provider: 'ci',
      subject: `p${index}`,
      ...by,
    }));
    const until = new Date('9999-12-31T00:00:00Z');
    await store.put({ key: 'revoked#list', until, value: JSON.stringify(people) });
    const heard = await asOperator('/v1/admin/revoke', { person: 'ci/one-more' });
    await store.put({ key: 'revoked#list', until, value: '[]' });
    return heard;
  },
  role_not_in_assertion: () => bring({ attributes: { [`${awsAttributes}Role`]: [pairOf(portal, 'another')] } }),
  destination_not_allowed: () =>
    choosing({ wants: 'console', grant: 'for-corp', destination: 'https://console.aws.amazon.com.evil.example/' }),
  console_refused: () => withFederation(() => Promise.resolve({ status: 400, body: 'no' })),
  console_unavailable: () =>
    withFederation(() => Promise.reject(new NetworkError('the federation could not be reached'))),
  sts_unavailable: () => withSts(() => Promise.reject(new NetworkError('sts could not be reached'))),
};

describe('each refusal', () => {
  test.each(Object.keys(refusals) as RefusalCode[])('%s is reached and told as the table says', async (code) => {
    const { status, error, says } = refusals[code];
    const { status: toldStatus, body, audit } = await cases[code]();
    expect(audit).toMatchObject({ outcome: 'refused', code, status });
    expect(toldStatus).toBe(status);
    expect(body.error).toBe(error);
    expect(body.message.startsWith(says)).toBe(true);
    expect(body.requestId).toBe(audit.requestId);
  });

  test('until the signature is proved they all sound alike', async () => {
    const unproved: RefusalCode[] = [
      'token_malformed',
      'algorithm_not_allowed',
      'issuer_unknown',
      'keys_unreachable',
      'key_unknown',
      'signature_invalid',
      'response_malformed',
      'signature_missing',
      'certificates_expired',
      'assertion_not_decrypted',
    ];
    const sounds = await Promise.all(unproved.map((code) => cases[code]()));
    const heard = sounds.map(({ status, body }) => JSON.stringify([status, body.error, body.message]));
    expect(new Set(heard).size).toBe(1);
  });

  test('a role whose maximum is shorter than the grant believes is refused by STS and told as such', async () => {
    const { status, audit } = await post({ grant: 'too-long', token: issuer.token(goodTimes()) });
    expect(status).toBe(502);
    expect(audit).toMatchObject({ code: 'sts_refused_request', detail: { stsCode: 'ValidationError' } });
  });
});

describe('a fault', () => {
  test('is told as ours, with nothing of what went wrong', async () => {
    const { status, body, audit } = await withSts(() => Promise.reject(new TypeError('secret inside')));
    expect(status).toBe(fault.status);
    expect(body).toMatchObject({ error: fault.error, message: fault.says });
    expect(JSON.stringify([body, audit])).not.toContain('secret inside');
  });
});

describe('nothing of a proof', () => {
  test('stands in any line that was written, whatever the refusal', () => {
    expect(stack.lines.length).toBeGreaterThan(Object.keys(refusals).length);
    for (const line of stack.lines) expect(kept.leaksIn(line), line).toEqual([]);
  });
});

describe('the audit', () => {
  test('is one line for each request, and holds no token', async () => {
    const before = stack.audit.length;
    const token = issuer.token(goodTimes());
    await post({ grant: 'for-ci', token });
    await post({ grant: 'narrow', token });
    const lines = stack.audit.slice(before);
    expect(lines.map(({ outcome }) => outcome)).toEqual(['allowed', 'refused']);
    const [header = '', payload = '', signature = ''] = token.split('.');
    for (const part of [header, payload, signature]) expect(JSON.stringify(lines)).not.toContain(part);
    const expected = createHash('sha256').update(`${header}.${payload}`).digest('hex').slice(0, 16);
    expect(lines.map(({ proof }) => proof)).toEqual([expected, expected]);
  });
});

describe('the audit of a SAML sign-in', () => {
  test('is one line for the response and one for each choice, and holds no assertion and no cookie', async () => {
    const before = stack.audit.length;
    const samlResponse = responseOf(corp, { inResponseTo: requestOf() }, `${url}/saml/acs`);
    const arrived = await browse('/saml/acs', {
      form: { SAMLResponse: samlResponse },
      cookie: `${browserCookie}=${browserSecret}`,
    });
    expect(arrived.status).toBe(303);
    const [cookie = ''] = arrived.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');
    const page = await browse('/portal', { form: { wants: 'credentials', grant: 'for-corp' }, cookie });
    expect(page.status).toBe(200);
    const lines = stack.audit.slice(before);
    expect(lines.map(({ door, outcome, subject }) => [door, outcome, subject])).toEqual([
      ['acs', 'allowed', 'alice@acme.example'],
      ['portal', 'allowed', 'alice@acme.example'],
    ]);
    const written = JSON.stringify(lines);
    const [, handle = ''] = cookie.split('=');
    const xml = Buffer.from(samlResponse, 'base64').toString();
    const [, signature = ''] = /<ds:SignatureValue>([^<]+)</.exec(xml) ?? [];
    for (const secret of [samlResponse, signature, browserSecret, handle, ...handle.split('.')]) {
      expect(secret).not.toBe('');
      expect(written).not.toContain(secret);
    }
  });
});

describe('the identity provider of the local stack', () => {
  test('gives tokens that the doors take', async () => {
    const token = await signInPerson(stack.identityProvider ?? '', 'web', 'alice');
    const answer = await fetch(`${stack.gateway}/v1/grants`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toEqual({
      grants: [
        {
          name: 'for-app',
          roleArn: 'arn:aws:iam::111122223333:role/daypass-for-app',
          account: '111122223333',
          provider: 'app',
          longestDurationSeconds: 3600,
        },
      ],
    });
  });
});
