// POST /v1/explain and its operators' sister over HTTP: who learns what.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Explanation } from '../../lib/explain/explanation.ts';
import { anIssuer } from '../kit/issuer.ts';
import { signedRequest } from '../kit/signer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const permissions = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }];
const configuration = loadConfiguration({
  providers: {
    ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
    app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
  },
  grants: {
    secret: {
      from: 'ci',
      when: {
        StringEquals: { sub: 'carol', email: 'carol@acme.example' },
        'ForAnyValue:StringEquals': { groups: ['top-secret'] },
      },
      acceptsDirectStsCalls: true,
      role: { permissions },
    },
    open: { from: 'ci', when: 'anyone', role: { permissions } },
    'for-app': { from: 'app', when: 'anyone', role: { permissions } },
  },
});

let stack: RunningStack;
let served: Awaited<ReturnType<typeof serveIssuer>>;
beforeAll(async () => {
  served = await serveIssuer(issuer);
  stack = await aStack({ configuration, standIns: new Map([[issuer.issuer, served.address]]) });
});
afterAll(() => Promise.all([stack.stop(), served.stop()]));

const token = (claims: Readonly<Record<string, unknown>> = {}) => {
  const now = Math.floor(Date.now() / 1000);
  return issuer.token({ sub: 'alice', iat: now, exp: now + 300, ...claims });
};

const headers = { 'content-type': 'application/json' };

async function asCaller(body: unknown) {
  const answer = await fetch(`${stack.gateway}/v1/explain`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Signed with these keys, by default the administrator's. */
async function asOperator(body: unknown, keys = stack.administrator, service = 'execute-api') {
  const { host } = new URL(stack.gateway);
  const text = JSON.stringify(body);
  const signed = signedRequest(keys, host, {
    path: '/v1/admin/explain',
    body: text,
    at: new Date(),
    service,
    headers,
  });
  const { host: _, ...sent } = signed.headers;
  const answer = await fetch(`${stack.gateway}/v1/admin/explain`, { method: 'POST', headers: sent, body: text });
  return { status: answer.status, body: (await answer.json()) as Explanation };
}

describe('a caller', () => {
  test('learns which of his own claims a grant looked at in vain, and what he may have', async () => {
    const { status, body } = await asCaller({ grant: 'secret', token: token({ groups: ['readers'] }) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      verdict: 'denied',
      provider: 'ci',
      subject: 'alice',
      lookedAtInVain: ['sub', 'groups'],
      grants: ['open'],
    });
    expect(body.claims).toMatchObject({ sub: ['alice'], groups: ['readers'] });
  });

  test('learns nothing of what would have been right, nor of claims that he does not have', async () => {
    const { body } = await asCaller({ grant: 'secret', token: token({ groups: ['readers'] }) });
    for (const hidden of ['carol', 'top-secret', 'email', 'role/']) expect(JSON.stringify(body)).not.toContain(hidden);
  });

  test.each(['no-such-grant', 'for-app'])(
    'cannot tell %s from a grant that looked at nothing of his',
    async (grant) => {
      const { body } = await asCaller({ grant, token: token() });
      expect(body).toMatchObject({ verdict: 'denied', lookedAtInVain: [], grants: ['open'] });
      expect(JSON.stringify(body)).not.toContain(grant);
    },
  );

  test('is told that a grant would let him in', async () => {
    expect((await asCaller({ grant: 'open', token: token() })).body).toMatchObject({ verdict: 'allowed' });
  });

  test('must prove who he is first', async () => {
    const stranger = anIssuer({ issuer: issuer.issuer });
    const now = Math.floor(Date.now() / 1000);
    const forged = stranger.token({ sub: 'alice', iat: now, exp: now + 300 });
    expect(await asCaller({ grant: 'open', token: forged })).toMatchObject({
      status: 401,
      body: { error: 'proof_not_verified' },
    });
  });

  test('cannot bring claims instead of a proof', async () => {
    const body = { grant: 'secret', provider: 'ci', claims: { sub: 'carol' } };
    expect((await asCaller(body)).body).toMatchObject({ error: 'request_malformed' });
  });
});

describe('hostile claims', () => {
  const branch = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [String(index), 1]));
  const nested = { m: { [`A${'x'.repeat(6000)}`]: branch } };

  test.each(['secret', 'no-such-grant'])('nested without end cost little, for %s', async (grant) => {
    const began = performance.now();
    const { status, body } = await asCaller({ grant, token: token(nested) });
    expect(status).toBe(200);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(JSON.stringify(body).length).toBeLessThan(500_000);
  });

  test.each([{ typ: { toString: 1, valueOf: 1 } }, { token_use: ['id'] }])(
    '%j is refused, not a fault',
    async (claims) => {
      expect(await asCaller({ grant: 'open', token: token(claims) })).toMatchObject({
        status: 401,
        body: { error: 'claims_invalid' },
      });
    },
  );

  test('leave no character in the log that a terminal obeys, and no long line', async () => {
    const claims = { sub: 'a\u009b31m\u2028\u202e', groups: Array.from({ length: 900 }, (_, index) => `g${index}`) };
    await asCaller({ grant: 'secret\u009b', token: token(claims) });
    const line = stack.lines.at(-1) ?? '';
    expect(line).toContain('\\u009b31m\\u2028\\u202e');
    expect(line).not.toMatch(/[\u0080-\u009f\u2028\u202e]/);
    expect(line.length).toBeLessThan(4000);
  });
});

describe('an operator', () => {
  test('sees the whole trace of claims that nobody had to prove', async () => {
    const claims = { sub: 'Carol', aud: 'web', groups: ['top-secret'] };
    const { status, body } = await asOperator({ grant: 'secret', provider: 'ci', claims });
    expect(status).toBe(200);
    const grant = body.stages.find(({ stage }) => stage === 'grant');
    expect(grant?.statements[0]?.failures).toEqual([
      expect.objectContaining({
        key: 'sub',
        expected: ['carol'],
        got: ['Carol'],
        hint: expect.objectContaining({ code: 'letter-case' }),
      }),
      expect.objectContaining({ key: 'email', expected: ['carol@acme.example'] }),
    ]);
  });

  test('sees why a token is refused', async () => {
    const { body } = await asOperator({ grant: 'open', token: token({ exp: 1 }) });
    expect(body.verdict).toBe('denied');
    expect(body.stages[0]).toMatchObject({ stage: 'proof', verdict: 'failed' });
    expect(body.stages[0]?.says).toContain('token_expired');
  });

  test('is told of an unknown provider and grant', async () => {
    const nobody = await asOperator({ grant: 'open', provider: 'nobody', claims: {} });
    expect(nobody.body.stages[0]?.says).toContain('there is none named nobody; there are ci, app');
    const nothing = await asOperator({ grant: 'nothing', token: token() });
    expect(nothing.body.stages[1]?.says).toBe('There is no grant nothing; the grants are secret, open, for-app.');
  });

  test('leaves a line of audit with the ARN, and without the token', async () => {
    const held = token();
    await asOperator({ grant: 'open', token: held });
    const line = stack.audit.at(-1);
    expect(line).toMatchObject({
      door: 'explain',
      outcome: 'allowed',
      operator: 'arn:aws:iam::111122223333:user/administrator',
      grant: 'open',
      subject: 'alice',
    });
    expect(JSON.stringify(line)).not.toContain(held.split('.')[1]);
  });

  test('who writes claims down leaves no trace of anybody proved', async () => {
    await asOperator({ grant: 'open', provider: 'ci', claims: { sub: 'the-ceo', aud: 'web' } });
    const line = stack.audit.at(-1);
    expect(line).toMatchObject({ operatorAsked: 'claims' });
    expect(line).not.toHaveProperty('subject');
    expect(line).not.toHaveProperty('provider');
  });

  test.each([
    ['nobody', async () => fetch(`${stack.gateway}/v1/admin/explain`, { method: 'POST', headers, body: '{}' })],
    [
      'another secret',
      async () => asOperator({ grant: 'open', token: token() }, { ...stack.administrator, secretAccessKey: 'x' }),
    ],
    [
      'a signature for another service',
      async () => asOperator({ grant: 'open', token: token() }, stack.administrator, 'sts'),
    ],
  ])('is not %s', async (_who, ask) => {
    expect((await ask()).status).toBe(403);
  });
});
