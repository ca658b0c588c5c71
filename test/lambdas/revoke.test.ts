// Revoked: what was given works no more, what was not goes on, and nothing new is given. Over HTTP, with the SDK of S3.

import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open as openSweep } from '../../lambdas/sweep-revocations.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import { anIssuer } from '../kit/issuer.ts';
import { freePorts } from '../kit/loopback.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes } from '../kit/saml-idp.ts';
import { signedRequest } from '../kit/signer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const day = 86_400_000;
const corp = await aSamlIdp({ from: new Date(Date.now() - day), until: new Date(Date.now() + day) });
const recipient = 'https://signin.aws.amazon.com/saml';
const role = { permissions: [{ actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::privet'] }] };
const configuration = loadConfiguration(
  {
    providers: {
      ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
      corp: { saml: { metadata: 'corp.xml', allowUnsolicited: 'clients', recipients: [recipient] } },
    },
    grants: {
      files: { from: 'ci', when: 'anyone', role, acceptsDirectStsCalls: true },
      reports: { from: 'ci', when: 'anyone', role, acceptsDirectStsCalls: true },
      support: { from: 'corp', when: 'anyone', role },
      long: { from: 'ci', when: 'anyone', way: 'federation-token', role, session: { policy: role.permissions } },
    },
  },
  {
    documents: documentsOf({ 'corp.xml': aMetadata({ entityId: corp.entityId, certificates: [corp.certificate] }) }),
    now: new Date(),
  },
);
const roleArn = (grant: string) => `arn:aws:iam::111122223333:role/daypass-${grant}`;

let stack: RunningStack;
let served: Awaited<ReturnType<typeof serveIssuer>>;
/** What the door `revoke` was opened with. */
let rimOfRevoke: Rim | undefined;

beforeAll(async () => {
  served = await serveIssuer(issuer);
  const port = await freePorts(4);
  stack = await aStack({
    configuration: { ...configuration, url: `http://127.0.0.1:${port}` },
    port,
    standIns: new Map([[issuer.issuer, served.address]]),
    rim: (rim, door) => {
      if (door === 'revoke') rimOfRevoke = rim;
      return rim;
    },
  });
});
afterAll(() => Promise.all([stack.stop(), served.stop()]));

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const tokenOf = (sub: string) => {
  const now = Math.floor(Date.now() / 1000);
  return issuer.token({ sub, iat: now, exp: now + 300 });
};
const proofOf = (sub: string, grant: string) => {
  if (grant !== 'support') return { token: tokenOf(sub) };
  const pair = `${roleArn('support')},arn:aws:iam::111122223333:saml-provider/daypass-corp`;
  return {
    samlResponse: corp.response({
      at: new Date(),
      audience: `${stack.gateway}/saml/metadata`,
      destination: recipient,
      recipient,
      inResponseTo: null,
      nameId: sub,
      attributes: { [`${awsAttributes}Role`]: [pair], [`${awsAttributes}RoleSessionName`]: [sub] },
    }),
  };
};

async function ask(sub: string, grant: string) {
  const answer = await fetch(`${stack.gateway}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant, ...proofOf(sub, grant) }),
  });
  const body = (await answer.json()) as { readonly credentials?: Keys; readonly error?: string };
  await stack.settled();
  return { status: answer.status, ...body };
}

async function keysOf(sub: string, grant = 'files'): Promise<Keys> {
  const { credentials } = await ask(sub, grant);
  if (!credentials) throw new Error(`${sub} got no credentials.`);
  return credentials;
}

/** As AWS answers. */
async function using(keys: Keys): Promise<string> {
  // The SDK wants its expiration as a Date, and needs none here.
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const s3 = new S3Client({ endpoint: stack.aws, region: 'us-east-1', forcePathStyle: true, credentials });
  return s3.send(new ListObjectsV2Command({ Bucket: 'privet' })).then(
    () => 'works',
    (error: Error) => (error.message.includes('explicit deny') ? 'denied' : error.message),
  );
}

async function operator(body?: object) {
  const path = '/v1/admin/revoke';
  const text = body && JSON.stringify(body);
  const signed = signedRequest(stack.administrator, new URL(stack.gateway).host, {
    method: text === undefined ? 'GET' : 'POST',
    path,
    body: text ?? '',
    at: new Date(),
    service: 'execute-api',
    headers: { 'content-type': 'application/json' },
  });
  const { host: _, ...headers } = signed.headers;
  const { method } = signed;
  const answer = await fetch(stack.gateway + path, { method, headers, ...(text !== undefined && { body: text }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** As long as a door may not know. */
const known = () => new Promise((resolve) => setTimeout(resolve, 5100));

describe('a session', () => {
  test('is denied at once, and no other of the same person or of somebody else', async () => {
    const [alice, bob] = [await keysOf('alice'), await keysOf('bob')];
    expect([await using(alice), await using(bob)]).toEqual(['works', 'works']);
    const { status, body } = await operator({ session: alice.accessKeyId, reason: 'lost' });
    expect([status, body.done, body.roles]).toEqual([200, 'revoked', [expect.objectContaining({ outcome: 'denied' })]]);
    // STS tells time to the second, and the next session must not be the same one.
    await known();
    const again = await keysOf('alice');
    expect([await using(alice), await using(bob), await using(again)]).toEqual(['denied', 'works', 'works']);
    await operator({ session: alice.accessKeyId, lift: true });
    expect(await using(alice)).toBe('works');
  });

  test('that nobody got here is told so', async () => {
    expect(await operator({ session: 'ASIAIOSFODNN7EXAMPLE' })).toMatchObject({
      status: 403,
      body: { error: 'credentials_unknown' },
    });
  });
});

describe('a person', () => {
  test('has nothing left, gets nothing new, and what STS itself gives is denied', async () => {
    const [carol, other, dave] = [await keysOf('carol'), await keysOf('carol', 'reports'), await keysOf('dave')];
    await operator({ person: 'ci/carol' });
    expect([await using(carol), await using(other), await using(dave)]).toEqual(['denied', 'denied', 'works']);
    await known();
    expect(await ask('carol', 'files')).toMatchObject({ status: 403, error: 'grant_denied' });
    expect(stack.audit.findLast(({ door }) => door === 'credentials')).toMatchObject({
      code: 'revoked',
      detail: { what: 'person' },
    });

    const sts = new STSClient({
      endpoint: stack.aws,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    const direct = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn('files'),
        RoleSessionName: 'direct',
        WebIdentityToken: tokenOf('carol'),
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = direct.Credentials ?? {};
    expect(
      await using({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }),
    ).toBe('denied');

    expect((await operator({ person: 'ci/carol', lift: true })).body).toMatchObject({ done: 'lifted', changed: true });
    expect(await using(carol)).toBe('works');
    await known();
    expect((await ask('carol', 'files')).status).toBe(200);
  }, 30_000);

  test('who signed in by SAML is known by his NameID at that provider', async () => {
    const [erin, frank] = [await keysOf('erin', 'support'), await keysOf('frank', 'support')];
    await operator({ person: 'corp/erin' });
    expect([await using(erin), await using(frank)]).toEqual(['denied', 'works']);
    await operator({ person: 'corp/erin', lift: true });
  });
});

describe('a grant', () => {
  test('is taken from whoever has it, and given to nobody', async () => {
    const [files, reports] = [await keysOf('gina'), await keysOf('gina', 'reports')];
    await operator({ grant: 'reports' });
    expect([await using(files), await using(reports)]).toEqual(['works', 'denied']);
    await known();
    expect([(await ask('gina', 'files')).status, (await ask('gina', 'reports')).status]).toEqual([200, 403]);
    await operator({ role: roleArn('reports') });
    await operator({ grant: 'reports', lift: true });
    expect((await operator()).body.revocations).toEqual([
      expect.objectContaining({ kind: 'role', role: roleArn('reports') }),
    ]);
    await operator({ role: roleArn('reports'), lift: true });
    expect((await operator()).body.revocations).toEqual([]);
  }, 30_000);
});

describe('a federated session', () => {
  test('is denied in the IAM user: alone, with its person, with its grant', async () => {
    const [jack, jill] = [await keysOf('jack', 'long'), await keysOf('jill', 'long')];
    expect([await using(jack), await using(jill)]).toEqual(['works', 'works']);
    const { body } = await operator({ session: jack.accessKeyId });
    expect(body.roles).toEqual([
      expect.objectContaining({ role: 'arn:aws:iam::111122223333:user/daypass-federation', outcome: 'denied' }),
    ]);
    expect([await using(jack), await using(jill)]).toEqual(['denied', 'works']);
    await operator({ session: jack.accessKeyId, lift: true });
    await operator({ person: 'ci/jill' });
    expect([await using(jack), await using(jill)]).toEqual(['works', 'denied']);
    await operator({ person: 'ci/jill', lift: true });
    await operator({ grant: 'long' });
    expect([await using(jack), await using(jill)]).toEqual(['denied', 'denied']);
    await known();
    expect((await ask('jack', 'long')).status).toBe(403);
    await operator({ grant: 'long', lift: true });
    expect([await using(jack), await using(jill)]).toEqual(['works', 'works']);
  }, 30_000);
});

describe('who revokes', () => {
  test('stands in the trail with what he revoked and why', async () => {
    await operator({ person: 'ci/henry', reason: 'left' });
    await operator({ person: 'ci/henry', lift: true });
    const lines = stack.audit.filter(({ operatorAsked }) => operatorAsked === 'revoke').slice(-2);
    expect(lines.map(({ operator: arn, about }) => [arn, about])).toEqual([
      ['arn:aws:iam::111122223333:user/administrator', { wants: 'revoke', person: 'ci/henry', reason: 'left' }],
      ['arn:aws:iam::111122223333:user/administrator', { wants: 'lift', person: 'ci/henry' }],
    ]);
  });

  test('is told what there is, where he mistypes', async () => {
    const says = async (body: object) => String((await operator(body)).body.message);
    expect(await says({ person: 'cy/alice' })).toContain('The providers are ci, corp.');
    expect(await says({ grant: 'fils' })).toContain('The grants are files, reports, support, long.');
    expect(await says({ role: roleArn('fils') })).toContain(`The roles of the grants are ${roleArn('files')}`);
    expect((await operator({ person: 'ci/nobody', lift: true })).body).toMatchObject({
      done: 'nothing',
      changed: false,
    });
  });

  test('must be allowed by IAM', async () => {
    expect((await fetch(`${stack.gateway}/v1/admin/revoke`)).status).toBe(403);
    expect((await fetch(`${stack.gateway}/v1/admin/revoke`, { method: 'POST', body: '{}' })).status).toBe(403);
  });
});

test('the sweep does with its role what the door does with its own', async () => {
  if (!rimOfRevoke) throw new Error('The door was not opened.');
  const ivy = await keysOf('ivy');
  await operator({ person: 'ci/ivy' });
  await openSweep(rimOfRevoke)();
  expect(await using(ivy)).toBe('denied');
  await operator({ person: 'ci/ivy', lift: true });
});
