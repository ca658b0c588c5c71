// Grants that take a token once, and sessions that end with it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { anIssuer } from '../kit/issuer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example', algorithm: 'ES256' });
const role = { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }] };
const base = { from: 'ci', when: 'anyone', role, acceptsDirectStsCalls: true };
const configuration = loadConfiguration({
  providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } } },
  grants: {
    once: { ...base, oneTime: true },
    bobs: { ...base, oneTime: true, when: { StringEquals: { sub: 'bob' } } },
    fresh: { ...base, oneTime: true, session: { maxAuthAge: '15m' } },
    often: base,
    within: { ...base, session: { withinProof: true, duration: '4h' } },
  },
});

let stack: RunningStack;
let ci: Awaited<ReturnType<typeof serveIssuer>>;
beforeAll(async () => {
  ci = await serveIssuer(issuer);
  stack = await aStack({ configuration, standIns: new Map([[issuer.issuer, ci.address]]) });
});
afterAll(() => Promise.all([stack.stop(), ci.stop()]));

const now = () => Math.floor(Date.now() / 1000);
let count = 0;
const aToken = (claims: Record<string, unknown> = {}) =>
  issuer.token({ iat: now(), exp: now() + 3600, jti: `token-${++count}`, ...claims });

const json = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const ask = async (grant: string, token: string) => {
  const answer = await fetch(`${stack.gateway}/v1/credentials`, json({ grant, token }));
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same token with the other signature that holds: s and n - s of ECDSA. */
function twin(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(end), 'base64url');
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const other = Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex');
  return token.slice(0, end) + Buffer.concat([signature.subarray(0, 32), other]).toString('base64url');
}

describe('a token for a grant that takes it once', () => {
  test.each([
    ['with a jti', {}],
    ['without one', { jti: undefined }],
  ])('%s is taken once', async (_, claims) => {
    const token = aToken({ ...claims, nonce: `n${++count}` });
    expect((await ask('once', token)).status).toBe(200);
    expect(await ask('once', token)).toMatchObject({ status: 403, body: { error: 'proof_replayed' } });
    expect(await ask('once', twin(token))).toMatchObject({ status: 403, body: { error: 'proof_replayed' } });
  });

  test('is taken once of 50 at a time', async () => {
    const token = aToken();
    const all = await Promise.all(Array.from({ length: 50 }, () => ask('once', token)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ body }) => body.error === 'proof_replayed')).toHaveLength(49);
  });

  test('is not used up by what it cannot have anyway', async () => {
    const token = aToken({ auth_time: now() - 3600 });
    for (const _ of [1, 2]) {
      expect(await ask('fresh', token)).toMatchObject({ status: 401, body: { error: 'authentication_too_old' } });
    }
    expect((await ask('once', token)).status).toBe(200);
    expect(await ask('once', token)).toMatchObject({ status: 403, body: { error: 'proof_replayed' } });
  });

  test('is another token with another jti, and the same with the same one', async () => {
    const jti = `token-${++count}`;
    expect((await ask('once', aToken({ jti }))).status).toBe(200);
    expect((await ask('once', aToken({ jti, nonce: 'another' }))).status).toBe(403);
    expect((await ask('once', aToken())).status).toBe(200);
  });

  test('is taken once through all doors together', async () => {
    const token = aToken();
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
    const doors = [
      () => fetch(`${stack.gateway}/v1/container/once`, { headers: { authorization: token } }),
      () => fetch(`${stack.gateway}/v1/credentials`, json({ grant: 'once', token })),
      () => fetch(`${stack.gateway}/v1/console`, json({ grant: 'once', token })),
      () =>
        fetch(
          `${stack.gateway}/v1/token`,
          form({
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            subject_token: token,
            subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
            audience: 'once',
          }),
        ),
      () =>
        fetch(
          stack.gateway,
          form({
            Action: 'AssumeRoleWithWebIdentity',
            Version: '2011-06-15',
            RoleArn: 'arn:aws:iam::111122223333:role/daypass-once',
            RoleSessionName: 'me',
            WebIdentityToken: token,
          }),
        ),
    ];
    const statuses = [];
    for (const door of doors) statuses.push((await door()).status);
    expect(statuses).toEqual([200, 403, 403, 400, 400]);
    expect(stack.audit.slice(-4).map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'proof_replayed'));
  });

  test('is not used up by another grant, nor by a no', async () => {
    const token = aToken();
    expect((await ask('often', token)).status).toBe(200);
    expect((await ask('often', token)).status).toBe(200);
    expect((await ask('bobs', token)).status).toBe(403);
    expect((await ask('once', token)).status).toBe(200);
  });
});

describe('a session within the proof', () => {
  test('ends with the token, and says so', async () => {
    const { status, body } = await ask('within', aToken({ exp: now() + 1800 }));
    expect([status, body.durationLimitedBy]).toEqual([200, 'proof']);
    expect(body.expiresIn).toBeGreaterThan(1790);
    expect(body.expiresIn).toBeLessThanOrEqual(1800);
  });

  test('is none where less is left than AWS gives', async () => {
    expect(await ask('within', aToken({ exp: now() + 890 }))).toMatchObject({
      status: 401,
      body: { error: 'proof_ends_soon' },
    });
  });

  test('is no longer than the grant for a long token', async () => {
    const { body } = await ask('often', aToken());
    expect(body.durationLimitedBy).toBeUndefined();
  });
});

describe('what cannot be', () => {
  const problems = (grant: object) => {
    try {
      loadConfiguration({
        providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } } },
        grants: { files: { from: 'ci', when: { StringEquals: { sub: 'alice' } }, role, ...grant } },
      });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  test.each([
    [{ oneTime: true }, 'grants.files.oneTime'],
    [{ session: { withinProof: true } }, 'grants.files.session.withinProof'],
  ])('%j without a word that STS may be asked directly', (grant, path) => {
    expect(problems(grant)).toContain(`${path}: binds callers of Daypass only`);
    expect(problems({ ...grant, acceptsDirectStsCalls: true })).toBe('');
  });
});
