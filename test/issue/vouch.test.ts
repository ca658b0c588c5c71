// The token that Daypass signs: what is in it, who takes it, who can have one signed, and how its key is changed.

import { generateKeyPairSync } from 'node:crypto';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kmsSigner } from '../../lib/issue/kms-signer.ts';
import { signingInput } from '../../lib/issue/vouched-token.ts';
import { signed } from '../kit/issuer.ts';
import { doorBeside } from '../kit/stack.ts';
import { aVouchedStack, overheard, type VouchedStack } from '../kit/vouched.ts';

const roleOf = (grant: string) => `arn:aws:iam::111122223333:role/daypass-${grant}`;
const issuerUrl = 'https://access.acme.example';
const vouching = { way: 'vouch', session: { tags: { tenant: '{tenant}' }, sourceIdentity: '{sub}' } };

let stack: VouchedStack;
beforeAll(async () => {
  // The second generation signs: the first is still published, the third already.
  stack = await aVouchedStack({ files: vouching, other: vouching }, { vouch: { keyGeneration: 2 } });
});
afterAll(() => stack?.stop());

/** The keys of the three generations: the one that signs comes first. */
const keys = () => stack.rim('issuer').environment().signingKeys;

/** A token as the door has it signed for an exchange of alice. */
async function aVouchedToken(grant = 'files'): Promise<string> {
  const { sts, ...rim } = stack.rim('credentials');
  const heard = overheard(sts);
  const address = await doorBeside('credentials', { ...rim, sts: heard });
  expect(await stack.exchange(grant, stack.token(), address)).toMatchObject({ status: 200 });
  return heard.tokens[0] ?? '';
}

type Claims = Readonly<Record<string, unknown>>;

/** Any claims, signed by the true key. */
async function signedByTheKey(claims: Claims): Promise<string> {
  const signer = kmsSigner(keys()[0] ?? '', stack.rim('credentials').embeddedAws);
  const input = signingInput(claims, signer.keyId);
  return `${input}.${(await signer.sign(input)).toString('base64url')}`;
}

const assume = (token: string, grant = 'files') =>
  new STSClient({ endpoint: stack.aws, region: 'us-east-1' }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleOf(grant),
      RoleSessionName: 'alice',
      WebIdentityToken: token,
    }),
  );

const keySet = async (address = stack.gateway) =>
  (await (await fetch(`${address}/.well-known/jwks.json`)).json()) as JSONWebKeySet;

describe('the token', () => {
  test('is signed with RS256 by the key in KMS, and for STS', async () => {
    const token = await aVouchedToken();
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keySet()), {
      algorithms: ['RS256'],
      audience: 'sts.amazonaws.com',
      issuer: issuerUrl,
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: keys()[0]?.split('/').at(-1) });
    expect(payload).toMatchObject({
      sub: 'files:ci:alice',
      'https://aws.amazon.com/roles': [roleOf('files')],
      'https://aws.amazon.com/tags': { principal_tags: { tenant: ['blue'] } },
      'https://aws.amazon.com/source_identity': 'alice',
    });
  });

  test('is good for five minutes at most, and has a name of its own', async () => {
    const claims = (await Promise.all(Array.from({ length: 5 }, () => aVouchedToken()))).map((each) => decodeJwt(each));
    for (const { iat = 0, exp = 0 } of claims) expect(exp - iat).toBeLessThanOrEqual(300);
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(5);
  });

  test('has nothing of the proof, and is in no line', async () => {
    const before = stack.lines.length;
    const token = await aVouchedToken();
    const [, payload = '', signature = ''] = token.split('.');
    expect(Buffer.from(payload, 'base64url').toString()).not.toContain('eyJ');
    expect(stack.lines.length).toBeGreaterThan(before);
    expect(stack.lines.join('\n')).not.toContain(signature.slice(0, 24));
  });
});

describe('STS takes the token', () => {
  test('for its role', async () => {
    expect((await assume(await aVouchedToken())).SubjectFromWebIdentityToken).toBe('files:ci:alice');
  });

  const edited = async (edit: (claims: Claims) => Claims) => signedByTheKey(edit(decodeJwt(await aVouchedToken())));
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  test.each<[what: string, make: () => Promise<string>, grant: string, error: string]>([
    ['not for another role', () => aVouchedToken(), 'other', 'InvalidIdentityTokenException'],
    [
      'not for another role that the token was given by mistake',
      () => edited((claims) => ({ ...claims, 'https://aws.amazon.com/roles': [roleOf('other')] })),
      'other',
      'AccessDenied',
    ],
    [
      'not for another role where it names none',
      () => edited(({ 'https://aws.amazon.com/roles': _, ...claims }) => claims),
      'other',
      'AccessDenied',
    ],
    [
      'not with another audience',
      () => edited((claims) => ({ ...claims, aud: 'https://access.acme.example' })),
      'files',
      'InvalidIdentityTokenException',
    ],
    [
      'not when it has expired',
      () => edited((claims) => ({ ...claims, iat: Number(claims.iat) - 900, exp: Number(claims.exp) - 900 })),
      'files',
      'ExpiredTokenException',
    ],
    [
      'not when it was changed',
      async () => {
        const [header, , signature] = (await aVouchedToken()).split('.');
        const claims = { ...decodeJwt(await aVouchedToken()), sub: 'files:ci:bob' };
        return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
      },
      'files',
      'InvalidIdentityTokenException',
    ],
    [
      'not when another key signed it under the name of ours',
      async () => {
        const token = await aVouchedToken();
        const [header = '', payload = ''] = token.split('.');
        const text = (part: string) => Buffer.from(part, 'base64url');
        return signed(text(header), text(payload), 'RS256', stranger);
      },
      'files',
      'InvalidIdentityTokenException',
    ],
  ])('%s', async (_, make, grant, error) => {
    await expect(assume(await make(), grant)).rejects.toMatchObject({ name: error });
  });
});

test('no door of Daypass takes the token', async () => {
  const token = await aVouchedToken();
  expect(await stack.exchange('files', token)).toMatchObject({ status: 401, error: 'proof_not_verified' });
  expect(stack.audit.at(-1)).toMatchObject({ code: 'issuer_unknown' });
  for (const [path, init] of [
    ['/v1/grants', { headers: { authorization: `Bearer ${token}` } }],
    ['/v1/container/files', { headers: { authorization: token } }],
    [
      '/',
      {
        method: 'POST',
        body: new URLSearchParams({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: roleOf('files'),
          RoleSessionName: 'alice',
          WebIdentityToken: token,
        }),
      },
    ],
  ] as const) {
    const { status } = await fetch(stack.gateway + path, init);
    expect([path, status]).toEqual([path, path === '/' ? 400 : 401]);
  }
});

describe('the key changes from one generation to the next', () => {
  const around = (door: 'credentials' | 'issuer', signingKeys: readonly string[]) => {
    const rim = stack.rim(door);
    const heard = overheard(rim.sts);
    return { heard, rim: { ...rim, sts: heard, environment: () => ({ ...rim.environment(), signingKeys }) } };
  };

  test('and no exchange fails while functions of both are asked, whichever key set AWS has', async () => {
    const [second = '', , first = ''] = keys();
    const before = around('credentials', [first]);
    const after = around('credentials', [second]);
    const [old, next, oldIssuer] = await Promise.all([
      doorBeside('credentials', before.rim),
      doorBeside('credentials', after.rim),
      doorBeside('issuer', around('issuer', [first, second]).rim),
    ]);
    const token = stack.token();
    const all = 200;
    const answers: number[] = [];
    let asked = 0;
    // Each of them asks again as soon as it is answered: first the one door, then both, then the other.
    const caller = async () => {
      while (asked < all) {
        const at = asked++;
        const address = at < 80 || (at < 120 && at % 2 === 0) ? old : next;
        answers.push((await stack.exchange('files', token, address)).status);
      }
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    expect(answers).toEqual(Array.from({ length: all }, () => 200));

    const [published, publishedBefore] = await Promise.all([keySet(), keySet(oldIssuer)]);
    const names = ({ keys }: JSONWebKeySet) => keys.map(({ kid }) => kid);
    expect(names(published)).toEqual(expect.arrayContaining(names(publishedBefore)));
    const tokens = [...before.heard.tokens, ...after.heard.tokens];
    expect(new Set(tokens.map((each) => decodeProtectedHeader(each).kid)).size).toBe(2);
    for (const set of [published, publishedBefore]) {
      await Promise.all(tokens.map((each) => jwtVerify(each, createLocalJWKSet(set))));
    }
    // What was signed before is taken after.
    expect((await assume(before.heard.tokens[0] ?? '')).Credentials).toBeDefined();
  }, 60_000);
});
