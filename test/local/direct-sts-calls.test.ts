// What a token can do without Daypass: the trust policy is all that stands there.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { anIssuer } from '../kit/issuer.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const configuration = loadConfiguration({
  providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'], awsClaims: ['tags'] } } },
  grants: {
    files: {
      from: 'ci',
      when: { StringEquals: { sub: 'alice', 'aws:RequestTag/role': 'editor' } },
      role: { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }] },
    },
  },
});

let stack: RunningStack;
let served: Awaited<ReturnType<typeof serveIssuer>>;
beforeAll(async () => {
  served = await serveIssuer(issuer);
  stack = await aStack({ configuration, standIns: new Map([[issuer.issuer, served.address]]) });
});
afterAll(() => Promise.all([stack.stop(), served.stop()]));

const tags = (role: string) => ({ 'https://aws.amazon.com/tags': { principal_tags: { role: [role] } } });

async function askSts(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const answer = await fetch(stack.aws, {
    method: 'POST',
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::111122223333:role/daypass-files',
      RoleSessionName: 'direct',
      WebIdentityToken: issuer.token({ iat: now, exp: now + 300, ...tags('editor'), ...claims }),
    }),
  });
  const text = await answer.text();
  return answer.ok ? 'credentials' : (/<Code>(\w+)/.exec(text)?.[1] ?? String(answer.status));
}

describe('a direct call to STS', () => {
  test('gets credentials where the grant would give them', async () => {
    expect(await askSts({})).toBe('credentials');
  });

  test.each<[who: string, claims: Readonly<Record<string, unknown>>]>([
    ['somebody else', { sub: 'bob' }],
    ['another role in the tags', tags('viewer')],
    ['no tags', { 'https://aws.amazon.com/tags': undefined }],
    ['an access token for another service that our client asked for', { aud: 'https://api.acme.example', azp: 'web' }],
  ])('is denied for %s', async (_who, claims) => {
    expect(await askSts(claims)).toBe('AccessDenied');
  });
});
