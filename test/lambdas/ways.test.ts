// Every way of issuing, from a door over HTTP to credentials that work in the embedded account.

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { anIssuer, type Issuer } from '../kit/issuer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer: Issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const now = () => Math.floor(Date.now() / 1000);
const token = (claims: Record<string, unknown> = {}) =>
  issuer.token({ iat: now(), exp: now() + 600, sub: 'alice', tenant: 'blue', ...claims });

const permissions = [{ actions: ['s3:*'], resources: ['arn:aws:s3:::privet/${aws:PrincipalTag/tenant}/*'] }];
const session = { tags: { tenant: '{tenant}', team: { value: '{team}', drop: 1 } }, sourceIdentity: '{sub}' };
const grant = (more: object) => ({ from: 'ci', when: 'anyone', role: { permissions }, ...more });

const configuration = loadConfiguration({
  providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } } },
  grants: {
    vouched: grant({ way: 'vouch', session: { ...session, duration: '12h' } }),
    chained: grant({ way: 'chain', session: { ...session, transitiveTags: ['tenant'] } }),
  },
});

let stack: RunningStack;
let served: Awaited<ReturnType<typeof serveIssuer>>;
beforeAll(async () => {
  served = await serveIssuer(issuer);
  stack = await aStack({ configuration, standIns: new Map([[issuer.issuer, served.address]]) });
});
afterAll(async () => {
  await stack?.stop();
  await served?.stop();
});

interface Answered {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: string;
  };
  readonly expiresIn: number;
}

async function exchange(body: object): Promise<{ readonly status: number; readonly body: Answered }> {
  const answer = await fetch(`${stack.gateway}/v1/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Answered };
}

describe.each([
  ['vouched', 43_200],
  ['chained', 3600],
])('%s', (name, seconds) => {
  test('gives a session', async () => {
    const { status, body } = await exchange({ grant: name, token: token() });
    expect(stack.audit.at(-1)?.detail).toBeUndefined();
    expect(status).toBe(200);
    expect(body.expiresIn).toBeGreaterThan(seconds - 5);
    const sts = new STSClient({
      endpoint: stack.aws,
      region: 'us-east-1',
      credentials: { ...body.credentials, expiration: new Date(body.credentials.expiration) },
    });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::111122223333:assumed-role/daypass-${name}/alice`);
  });
});
