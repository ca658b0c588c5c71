// Every refusal of the table, reached over HTTP, and how it sounds outside.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { signInPerson } from '../../lib/local/idp/sign-in.ts';
import { type Network, NetworkError } from '../../lib/network/network.ts';
import { fault, type RefusalCode, refusals } from '../../lib/refusal.ts';
import { anIssuer, type Issuer } from '../kit/issuer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer: Issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const silent = anIssuer({ issuer: 'https://silent.acme.example' });
const now = () => Math.floor(Date.now() / 1000);
const goodTimes = () => ({ iat: now(), exp: now() + 300 });

const files = ['s3:GetObject'];
const configuration = loadConfiguration({
  providers: {
    app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'], awsClaims: ['tags'] } },
    ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
    silent: { oidc: { issuer: silent.issuer, audiences: ['web'] } },
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
    'not-here': { from: 'ci', when: 'anyone', role: { arn: 'arn:aws:iam::111122223333:role/not-here' } },
    'too-long': {
      from: 'ci',
      when: 'anyone',
      session: { duration: '2h' },
      role: { arn: 'arn:aws:iam::111122223333:role/daypass-for-ci', maxSessionDuration: '2h' },
    },
  },
});

let stack: RunningStack;
let ci: Awaited<ReturnType<typeof serveIssuer>>;
/** Set by a test to stand between the door and STS. */
let stsAnswers: Network['send'] | undefined;

beforeAll(async () => {
  ci = await serveIssuer(issuer);
  stack = await aStack({
    configuration,
    standIns: new Map([[issuer.issuer, ci.address]]),
    rim: (rim) => ({ ...rim, sts: { send: (request) => (stsAnswers ?? rim.sts.send)(request) } }),
  });
});
afterAll(() => Promise.all([stack.stop(), ci.stop()]));

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

const cases: Record<RefusalCode, () => Promise<Told>> = {
  request_malformed: () => post('{"grant":"a","grant":"b","token":"t"}'),
  media_type_unsupported: () => post('grant=a', { 'content-type': 'application/x-www-form-urlencoded' }),
  request_too_large: () => post({ grant: 'a', token: 'x'.repeat(70_000) }),
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
  grant_unknown: () => post({ grant: 'no-such-grant', token: issuer.token(goodTimes()) }),
  grant_denied: () => post({ grant: 'narrow', token: issuer.token(goodTimes()) }),
  session_unrenderable: () => post({ grant: 'templated', token: issuer.token({ ...goodTimes(), tenant: '*' }) }),
  session_too_large: () =>
    post({ grant: 'templated', token: issuer.token({ ...goodTimes(), tenant: 'x'.repeat(3000) }) }),
  sts_denied: () => post({ grant: 'not-here', token: issuer.token(goodTimes()) }),
  sts_refused_token: () => withSts(stsError('InvalidIdentityToken')),
  sts_refused_request: () => withSts(stsError('ValidationError')),
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

describe('the identity provider of the local stack', () => {
  test('gives tokens that the doors take', async () => {
    const token = await signInPerson(stack.identityProvider ?? '', 'web', 'alice');
    const answer = await fetch(`${stack.gateway}/v1/grants`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toEqual({
      grants: [
        {
          name: 'for-app',
          roleArn: 'arn:aws:iam::111122223333:role/daypass-for-app',
          provider: 'app',
          longestDurationSeconds: 3600,
        },
      ],
    });
  });
});
