// Signed AWS requests at the doors, over HTTP, with the embedded STS behind them. There is no grant of AWS accounts here:
// what such a grant gives is told where its ways are.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { type AwsProofSettings, anAwsProof } from '../kit/aws-proof.ts';
import { aConfiguration } from '../kit/builders.ts';
import { freePorts } from '../kit/loopback.ts';
import { aStack, type RunningStack } from '../kit/stack.ts';

let stack: RunningStack;
let url: string;

beforeAll(async () => {
  const port = await freePorts(4);
  url = `http://127.0.0.1:${port}`;
  const providers = {
    app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
    fleet: { aws: { accounts: ['111122223333'] } },
  };
  const configuration = loadConfiguration(aConfiguration({ file: { providers } }));
  stack = await aStack({ configuration: { ...configuration, url }, port });
});
afterAll(() => stack.stop());

let nonces = 0;

/** Of the account's administrator, for these doors, now. */
const aProof = (settings: AwsProofSettings = {}) =>
  anAwsProof({
    keys: stack.administrator,
    audience: url,
    nonce: `n0nce_n0nce_n0nce_${String(nonces++).padStart(4, '0')}`,
    signedAt: new Date(),
    region: 'us-east-1',
    ...settings,
  });

const told = async (answer: Response) => ({ status: answer.status, body: (await answer.json()) as object });
const inJson = async (path: string, body: object) =>
  told(
    await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
const grants = async (token: string) =>
  told(await fetch(`${url}/v1/grants`, { headers: { authorization: `Bearer ${token}` } }));
const exchange = async (token: string) =>
  told(
    await fetch(`${url}/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: token,
        subject_token_type: 'urn:daypass:token-type:aws-signed-request',
        audience: 'files',
      }),
    }),
  );

const administrator = /^arn:aws:iam::111122223333:user\//;

describe('each door that takes tokens takes a signed request', () => {
  test.each<[string, (proof: string) => Promise<{ status: number; body: object }>, number, object]>([
    [
      '/v1/credentials',
      (awsRequest) => inJson('/v1/credentials', { grant: 'files', awsRequest }),
      403,
      { error: 'grant_denied' },
    ],
    [
      '/v1/console',
      (awsRequest) => inJson('/v1/console', { grant: 'files', awsRequest }),
      403,
      { error: 'grant_denied' },
    ],
    ['/v1/token', exchange, 400, { error: 'invalid_target' }],
    ['/v1/grants', grants, 200, { grants: [] }],
    [
      '/v1/explain',
      (awsRequest) => inJson('/v1/explain', { grant: 'files', awsRequest }),
      200,
      { verdict: 'denied', provider: 'fleet' },
    ],
  ])('%s, once', async (_, ask, status, body) => {
    const proof = await aProof();
    expect(await ask(proof)).toMatchObject({ status, body });
    expect(stack.audit.at(-1)).toMatchObject({
      provider: 'fleet',
      subject: expect.stringMatching(administrator),
      proof: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    await ask(proof);
    expect(stack.audit.at(-1)).toMatchObject({ outcome: 'refused', code: 'proof_replayed' });
  });

  test('once means at all of them together', async () => {
    const proof = await aProof();
    await grants(proof);
    expect(await inJson('/v1/credentials', { grant: 'files', awsRequest: proof })).toMatchObject({
      status: 403,
      body: { error: 'proof_replayed' },
    });
  });
});

test('an explanation tells what was proved', async () => {
  const { body } = await inJson('/v1/explain', { grant: 'files', awsRequest: await aProof() });
  expect(body).toMatchObject({
    claims: { account: ['111122223333'], principal_type: ['User'], arn: [expect.stringMatching(administrator)] },
  });
});

describe('where it is not taken', () => {
  test('a container asks again with the token it has, so there it is no token', async () => {
    const answer = await fetch(`${url}/v1/container/files`, { headers: { authorization: await aProof() } });
    expect(await told(answer)).toMatchObject({ status: 401, body: { code: 'proof_not_verified' } });
  });

  test('it is no token of OpenID Connect', async () => {
    expect(await inJson('/v1/credentials', { grant: 'files', token: await aProof() })).toMatchObject({ status: 401 });
  });

  test('it does not come with another proof', async () => {
    expect(await inJson('/v1/credentials', { grant: 'files', token: 'x', awsRequest: await aProof() })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('Send one of token, samlResponse, awsRequest.') },
    });
  });
});

describe('refused requests sound alike', () => {
  test.each<[string, AwsProofSettings, string]>([
    ['for another', { audience: 'https://other.example' }, 'aws_request_invalid'],
    ['of yesterday', { signedAt: new Date(Date.now() - 86_400_000) }, 'aws_request_invalid'],
    ['of a stranger', { keys: { accessKeyId: 'AKIAQ3EGAAAAEXAMPLE1', secretAccessKey: 'x' } }, 'signature_invalid'],
  ])('%s', async (_, settings, code) => {
    const { status, body } = await grants(await aProof(settings));
    expect([status, body]).toEqual([
      401,
      expect.objectContaining({ error: 'proof_not_verified', message: 'The proof could not be verified.' }),
    ]);
    expect(stack.audit.at(-1)).toMatchObject({ code });
  });
});

test('no line and no answer has anything of a proof that could be used', async () => {
  const proof = await aProof();
  const answers = [await grants(proof), await grants(proof), await grants(`${proof}AAAA`)];
  const written = JSON.stringify(answers) + stack.lines.join('\n');
  expect(written).not.toContain('X-Amz-Signature');
  expect(written).not.toContain(stack.administrator.accessKeyId);
  for (let at = 15; at + 24 < proof.length; at += 24) expect(written).not.toContain(proof.slice(at, at + 24));
});
