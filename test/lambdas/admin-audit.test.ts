// From an exchange over its log line into the table, and back to an operator: all of it as the template declares it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { anIssuer } from '../kit/issuer.ts';
import { type SigningKeys, signedRequest } from '../kit/signer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const permissions = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }];
const configuration = loadConfiguration({
  providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } } },
  grants: {
    files: { from: 'ci', when: { StringEquals: { sub: ['alice', 'bob'] } }, role: { permissions } },
    reports: { from: 'ci', when: 'anyone', role: { permissions } },
  },
});

let stack: RunningStack;
let served: Awaited<ReturnType<typeof serveIssuer>>;
beforeAll(async () => {
  served = await serveIssuer(issuer);
  stack = await aStack({ configuration, standIns: new Map([[issuer.issuer, served.address]]) });
});
afterAll(() => Promise.all([stack.stop(), served.stop()]));

async function exchange(sub: string, grant: string) {
  const now = Math.floor(Date.now() / 1000);
  const token = issuer.token({ sub, iat: now, exp: now + 300 });
  const answer = await fetch(`${stack.gateway}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant, token }),
  });
  const { credentials } = (await answer.json()) as { credentials?: { accessKeyId: string } };
  await stack.settled();
  return {
    token,
    key: credentials?.accessKeyId ?? '',
    line: stack.audit.findLast((each) => each.door === 'credentials'),
  };
}

interface Answer {
  readonly records: readonly Record<string, unknown>[];
  readonly next?: string;
}

async function ask(query: Readonly<Record<string, string>> = {}, keys: SigningKeys = stack.administrator) {
  await stack.settled();
  const path = `/v1/admin/audit${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ''}`;
  const { host } = new URL(stack.gateway);
  const signed = signedRequest(keys, host, { method: 'GET', path, at: new Date(), service: 'execute-api' });
  const { host: _, ...headers } = signed.headers;
  const answer = await fetch(stack.gateway + path, { headers });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

describe('an exchange', () => {
  test('is found by key, person, role, grant and time, as it was recorded', async () => {
    const { key, line } = await exchange('alice', 'files');
    const role = 'arn:aws:iam::111122223333:role/daypass-files';
    for (const query of [{ key }, { person: 'ci/alice' }, { role }, { grant: 'files' }, {}]) {
      const { status, body } = await ask({ ...query, limit: '200' });
      expect(status).toBe(200);
      expect(body.records).toContainEqual(line);
    }
  });

  test('that was refused is found by whom it was', async () => {
    const { line } = await exchange('mallory', 'files');
    expect(line).toMatchObject({ outcome: 'refused', code: 'grant_denied' });
    expect((await ask({ person: 'ci/mallory' })).body.records).toEqual([line]);
  });

  test('of whom nobody proved is in the log only', async () => {
    const before = (await ask({ limit: '200' })).body.records.length;
    await fetch(`${stack.gateway}/v1/credentials`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant: 'files', token: 'a.b.c' }),
    });
    expect(stack.audit.at(-1)).toMatchObject({ code: 'token_malformed' });
    // The question before has a record of its own by now.
    expect((await ask({ limit: '200' })).body.records).toHaveLength(before + 1);
  });

  test('is narrowed by whatever else is asked', async () => {
    const { key } = await exchange('alice', 'reports');
    const found = await ask({ person: 'ci/alice', grant: 'reports' });
    expect(found.body.records.map(({ grant }) => grant)).toEqual(['reports']);
    expect((await ask({ key, person: 'ci/bob' })).body.records).toEqual([]);
    expect((await ask({ key, until: '2026-01-01' })).body.records).toEqual([]);
  });

  test('comes page by page', async () => {
    for (let count = 0; count < 5; count++) await exchange('bob', 'reports');
    const keys: unknown[] = [];
    let next: string | undefined;
    do {
      const { body } = await ask({ person: 'ci/bob', limit: '2', ...(next !== undefined && { next }) });
      keys.push(...body.records.map(({ accessKeyId }) => accessKeyId));
      next = body.next;
    } while (next !== undefined);
    expect(new Set(keys).size).toBe(5);
    expect(keys).toHaveLength(5);
  });

  test('leaves nothing secret behind', async () => {
    const { token, key } = await exchange('alice', 'files');
    const text = JSON.stringify((await ask({ key })).body);
    for (const part of token.split('.')) expect(text).not.toContain(part);
    expect(text).not.toMatch(/secretAccessKey|sessionToken|IQoJ/);
  });
});

describe('who asks', () => {
  test('stands in the trail, with what he asked for', async () => {
    await ask({ person: 'ci/alice' });
    const { body } = await ask({ person: 'arn:aws:iam::111122223333:user/administrator', limit: '1' });
    expect(body.records).toEqual([
      expect.objectContaining({
        door: 'admin-audit',
        operator: 'arn:aws:iam::111122223333:user/administrator',
        operatorAsked: 'audit',
        about: { person: 'ci/alice' },
      }),
    ]);
  });

  test('must be allowed by IAM', async () => {
    expect((await fetch(`${stack.gateway}/v1/admin/audit`)).status).toBe(403);
    expect((await ask({}, { ...stack.administrator, secretAccessKey: 'x' })).status).toBe(403);
  });

  test('is told what is wrong', async () => {
    expect(await ask({ person: 'alice' })).toMatchObject({
      status: 400,
      body: { error: 'request_malformed', message: expect.stringContaining('a provider and a subject') },
    });
  });
});
