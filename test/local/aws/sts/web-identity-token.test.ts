// Tokens as STS validates them, sent to the embedded STS over HTTP.

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { algorithms } from '../../../../lib/identity/oidc/algorithms.ts';
import { aMoment, anIssuer, base64url, type Issuer, signed } from '../../../kit/issuer.ts';
import { aNetwork } from '../../../kit/network.ts';
import { anEmbeddedSts, refused, type StsAnswer } from '../../../kit/sts.ts';

const now = Math.floor(aMoment.getTime() / 1000);

const notAJwt = refused(
  400,
  'InvalidIdentityToken',
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
);
const noKey = refused(
  400,
  'InvalidIdentityToken',
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
);
const badSignature = refused(400, 'InvalidIdentityToken', 'Token signature invalid');
const wrongAudience = refused(
  400,
  'InvalidIdentityToken',
  'The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.',
);
const invalid = (message: string) => refused(400, 'InvalidIdentityToken', message);

const withClaims = async (claims: Readonly<Record<string, unknown>>): Promise<StsAnswer> =>
  (await anEmbeddedSts()).assumeAs(claims);

const withToken = async (token: (issuer: Issuer) => string): Promise<StsAnswer> => {
  const issuer = anIssuer();
  return (await anEmbeddedSts({ issuer })).assume({ WebIdentityToken: token(issuer) });
};

describe('form', () => {
  test.each<[string, (issuer: Issuer) => string]>([
    ['an opaque access token', () => 'ya29.opaque'],
    ['four characters', () => 'abcd'],
    ['two parts', (issuer) => issuer.token().split('.').slice(0, 2).join('.')],
    ['five parts, an encrypted token', (issuer) => `${issuer.token()}.a.b`],
    ['a header that is no JSON', ({ privateKey }) => signed('{alg', '{}', 'ES256', privateKey)],
    ['a header that is a list', ({ privateKey }) => signed('[]', '{}', 'ES256', privateKey)],
    ['a payload that is no JSON', ({ privateKey }) => signed('{"alg":"ES256"}', 'sub=alice', 'ES256', privateKey)],
    ['a payload that is a list', ({ privateKey }) => signed('{"alg":"ES256"}', '["alice"]', 'ES256', privateKey)],
    ['a payload that is null', ({ privateKey }) => signed('{"alg":"ES256"}', 'null', 'ES256', privateKey)],
    ['a crit header', (issuer) => issuer.token({}, { crit: ['exp'] })],
    ['an empty crit header', (issuer) => issuer.token({}, { crit: [] })],
  ])('%s is not a valid JWT', async (_, token) => {
    expect((await withToken(token)).error).toEqual(notAJwt);
  });

  test.each(['iss', 'sub', 'aud', 'iat', 'exp'])('%s is required', async (claim) => {
    expect((await withClaims({ [claim]: undefined })).error).toEqual(invalid(`Missing a required claim: ${claim}`));
  });

  test('nbf, jti and nonce are not required', async () => {
    expect((await withClaims({})).status).toBe(200);
  });

  test('of a claim given twice the last counts', async () => {
    const answer = await withToken((issuer) => {
      const payload = JSON.stringify({ iss: issuer.issuer, sub: 'mallory', aud: 'web', iat: now, exp: now + 300 });
      const twice = payload.replace('"sub":"mallory"', '"sub":"mallory","sub":"alice"');
      return signed(JSON.stringify({ alg: 'ES256', kid: issuer.keyId }), twice, 'ES256', issuer.privateKey);
    });
    expect(answer.text('SubjectFromWebIdentityToken')).toBe('alice');
  });

  test.each([
    [42, '42'],
    ['', ''],
    ['a', 'a'],
    ['s'.repeat(300), 's'.repeat(300)],
    ['<&>"\'', '<&>"\''],
  ])('the subject %j is told as text', async (sub, told) => {
    const answer = await withClaims({ sub });
    expect(answer.status).toBe(200);
    expect(answer.text('SubjectFromWebIdentityToken')).toBe(told);
  });

  test('a subject of null is beyond what STS can say', async () => {
    expect((await withClaims({ sub: null })).error).toEqual(
      refused(500, 'InternalFailure', 'Unknown error validating third-party token'),
    );
  });
});

describe('times', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['expired 299 s ago', { exp: now - 299 }],
    ['issued in 300 s', { iat: now + 300, exp: now + 600 }],
    ['not valid before 300 s', { nbf: now + 300 }],
    ['issued long ago', { iat: 0 }],
    ['of integer texts', { iat: String(now), exp: String(now + 300), nbf: String(now) }],
    ['that expires before it was issued, within the tolerance', { iat: now, exp: now - 100 }],
  ])('a token %s is accepted', async (_, claims) => {
    expect((await withClaims(claims)).status).toBe(200);
  });

  test.each([now - 300, now - 301, 0])('a token that expired at %i is expired', async (exp) => {
    expect((await withClaims({ iat: now - 3600, exp })).error).toEqual(
      refused(
        400,
        'ExpiredTokenException',
        `Token expired: current date/time ${now - 300} must be before the expiration date/time ${exp}`,
      ),
    );
  });

  test('a token issued more than 300 s from now is refused', async () => {
    expect((await withClaims({ iat: now + 301, exp: now + 900 })).error).toEqual(
      invalid(`Token issued in the future: ${now + 301}`),
    );
  });

  test('a token not valid for more than 300 s yet is refused', async () => {
    expect((await withClaims({ nbf: now + 301 })).error).toEqual(
      invalid(
        `Token not yet valid: current date/time ${now + 300} must be after or equal to the not-before date/time ${now + 301}`,
      ),
    );
  });

  test.each(['exp', 'iat', 'nbf'])('%s must be an integer or the text of one', async (claim) => {
    const sts = await anEmbeddedSts();
    for (const value of [now + 0.5, null, 'tomorrow', '', true, [now], {}, `${now}.0`, ` ${now}`]) {
      expect((await sts.assumeAs({ [claim]: value })).error).toEqual(invalid('Invalid timestamp in token claims.'));
    }
  });

  test('the end of the token does not end the session', async () => {
    const sts = await anEmbeddedSts();
    const answer = await sts.assume({
      WebIdentityToken: sts.issuer.token({ exp: now - 299 }),
      DurationSeconds: '3600',
    });
    expect(answer.text('Expiration')).toBe('2026-06-01T13:00:00Z');
  });
});

describe('signature', () => {
  test.each(algorithms)('%s is taken', async (algorithm) => {
    expect((await (await anEmbeddedSts({ issuer: anIssuer({ algorithm }) })).assume()).status).toBe(200);
  });

  test.each(['none', 'HS256', 'PS256', 'EdDSA', 'es256', ''])('algorithm %s is refused', async (alg) => {
    const answer = await withToken((issuer) => issuer.token({}, { alg }));
    expect(answer.error).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  test('algorithm none without a signature is refused', async () => {
    const answer = await withToken((issuer) => {
      const [header = '', payload = ''] = issuer.token({}, { alg: 'none' }).split('.');
      return `${header}.${payload}.`;
    });
    expect(answer.error).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  test('the public key taken for an HMAC secret signs nothing', async () => {
    const answer = await withToken((issuer) => issuer.token({}, { alg: 'HS256', kid: issuer.keyId }));
    expect(answer.status).toBe(400);
  });

  test('another key of the same kid signs nothing', async () => {
    const answer = await withToken(() => anIssuer().token());
    expect(answer.error).toEqual(badSignature);
  });

  test('an altered claim breaks the signature', async () => {
    const answer = await withToken((issuer) => {
      const [header, payload = '', signature] = issuer.token({ sub: 'mallory' }).split('.');
      const altered = Buffer.from(payload, 'base64url').toString('utf8').replace('mallory', 'alice__');
      return [header, base64url(altered), signature].join('.');
    });
    expect(answer.error).toEqual(badSignature);
  });

  test('a key of another type than the header says is refused', async () => {
    const answer = await withToken((issuer) => issuer.token({}, { alg: 'RS256' }));
    expect(answer.error).toEqual(badSignature);
  });
});

describe('keys', () => {
  const publishing = async (
    keys: unknown,
    issuer: Issuer,
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<StsAnswer> => (await anEmbeddedSts({ issuer, network: issuer.network({ keys }) })).assumeAs({}, header);

  const anotherKey = (members: Readonly<Record<string, unknown>> = {}) => ({ ...anIssuer().publicJwk, ...members });

  const withKey = (members: Readonly<Record<string, unknown>>) => {
    const issuer = anIssuer();
    return publishing({ keys: [{ ...issuer.publicJwk, ...members }] }, issuer);
  };

  test.each(['key-2', '', 'KEY-1', null, 1])('a kid of %j is known to nobody', async (kid) => {
    expect((await withToken((issuer) => issuer.token({}, { kid }))).error).toEqual(noKey);
  });

  test('a token without kid is verified where exactly one key can be meant', async () => {
    const issuer = anIssuer();
    const keys = [issuer.publicJwk, anotherKey({ kid: 'key-2', use: 'enc' }), anotherKey({ kid: undefined })];
    expect((await publishing({ keys }, issuer, { kid: undefined })).status).toBe(200);
  });

  test('a token without kid is refused where two keys can be meant', async () => {
    const issuer = anIssuer();
    const keys = [issuer.publicJwk, anotherKey({ kid: 'key-2' })];
    expect((await publishing({ keys }, issuer, { kid: undefined })).error).toEqual(noKey);
  });

  test('of two keys with one kid the later wins', async () => {
    const issuer = anIssuer();
    const earlier = { keys: [anotherKey(), issuer.publicJwk] };
    const later = { keys: [issuer.publicJwk, anotherKey()] };
    expect((await publishing(earlier, issuer)).status).toBe(200);
    expect((await publishing(later, issuer)).error).toEqual(badSignature);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no alg', { alg: undefined }],
    ['another alg than the token', { alg: 'RS256' }],
    ['an alg that nobody knows', { alg: 'XX999' }],
    ['no use', { use: undefined }],
  ])('a key with %s is used', async (_, members) => {
    expect((await withKey(members)).status).toBe(200);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no kid', { kid: undefined }],
    ['use enc', { use: 'enc' }],
    ['key_ops verify', { key_ops: ['verify'] }],
    ['empty key_ops', { key_ops: [] }],
  ])('a key with %s is not used', async (_, members) => {
    expect((await withKey(members)).error).toEqual(noKey);
  });

  test('a certificate must be that of the key', async () => {
    const issuer = anIssuer({ algorithm: 'RS256' });
    const keys = [{ ...issuer.publicJwk, x5c: ['MIIBszCCARygAwIBAgIBADANBgkqhkiG9w0BAQsFADAA'] }];
    expect((await publishing({ keys }, issuer)).error).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  test('a certificate alone is no key', async () => {
    const answer = await withKey({ kty: undefined, crv: undefined, x: undefined, y: undefined, x5c: ['MIIB'] });
    expect(answer.error).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  const manyKeys = (issuer: Issuer, count: number) => [
    ...Array.from({ length: count - 1 }, (_, index) => ({ ...issuer.publicJwk, kid: `old-${index}` })),
    issuer.publicJwk,
  ];

  test('a hundred RSA keys are as many as STS reads', async () => {
    const issuer = anIssuer({ algorithm: 'RS256' });
    expect((await publishing({ keys: manyKeys(issuer, 100) }, issuer)).status).toBe(200);
    expect((await publishing({ keys: manyKeys(issuer, 101) }, issuer)).error).toMatchObject({
      status: 400,
      code: 'InvalidIdentityToken',
    });
  });

  test('too many RSA keys leave EC keys as they are', async () => {
    const issuer = anIssuer();
    const rsa = manyKeys(anIssuer({ algorithm: 'RS256', keyId: 'rsa' }), 101);
    expect((await publishing({ keys: [...rsa, issuer.publicJwk] }, issuer)).status).toBe(200);
  });

  test.each<[string, unknown]>([
    ['no keys', { keys: [] }],
    ['no member keys', {}],
    ['keys of null', { keys: null }],
    ['a list of null', { keys: [null] }],
    ['a text', '"keys"'],
    ['null', 'null'],
    ['no JSON', '<html>'],
    ['a refusal', () => ({ status: 503, body: '' })],
    ['a redirect', () => ({ status: 302, body: '' })],
  ])('an issuer whose key set is %s has no key', async (_, keys) => {
    expect((await publishing(keys, anIssuer())).error).toEqual(noKey);
  });

  test.each<[string, unknown]>([
    ['names another issuer', { issuer: 'https://evil.test', jwks_uri: 'https://login.acme.example/keys' }],
    ['names no key set', { issuer: 'https://login.acme.example' }],
    [
      'names a key set without TLS',
      { issuer: 'https://login.acme.example', jwks_uri: 'http://login.acme.example/keys' },
    ],
    ['is no JSON', '<html>'],
    ['is not there', () => ({ status: 404, body: '' })],
  ])('an issuer whose discovery document %s has no key', async (_, discovery) => {
    const issuer = anIssuer();
    const sts = await anEmbeddedSts({ issuer, network: issuer.network({ discovery }) });
    expect((await sts.assume()).error).toEqual(noKey);
  });

  test('an issuer that cannot be reached has no key', async () => {
    expect((await (await anEmbeddedSts({ network: aNetwork({}) })).assume()).error).toEqual(noKey);
  });

  test('a key that the issuer published a moment ago is known at once', async () => {
    const issuer = anIssuer();
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    let keys: unknown = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'old' }] };
    const network = issuer.network({ keys: () => ({ status: 200, body: JSON.stringify(keys) }) });
    const sts = await anEmbeddedSts({ issuer, network });
    expect((await sts.assume()).error).toEqual(noKey);
    keys = { keys: [issuer.publicJwk] };
    expect((await sts.assume()).status).toBe(200);
  });
});

describe('audience', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['aud is the client', { aud: 'web' }],
    ['aud is a list of the client', { aud: ['web'] }],
    ['azp is the client of several aud', { aud: ['web', 'api'], azp: 'web' }],
    ['azp is the client, and aud is somebody else', { aud: 'api', azp: 'web' }],
  ])('the token is for the provider where %s', async (_, claims) => {
    const answer = await withClaims(claims);
    expect(answer.status).toBe(200);
    expect(answer.text('Audience')).toBe('web');
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['aud is another', { aud: 'api' }],
    ['aud is empty', { aud: '' }],
    ['aud differs in case', { aud: 'Web' }],
    ['azp is another, although aud is the client', { aud: 'web', azp: 'api' }],
    ['azp is empty, although aud is the client', { aud: 'web', azp: '' }],
  ])('the token could not be validated where %s', async (_, claims) => {
    expect((await withClaims(claims)).error).toEqual(wrongAudience);
  });

  test('an empty list is not allowed', async () => {
    expect((await withClaims({ aud: [] })).error).toEqual(invalid('Claim is not allowed to be empty: aud'));
  });

  test('several need an authorized party, even if one of them is the client', async () => {
    expect((await withClaims({ aud: ['web', 'api'] })).error).toEqual(
      invalid('Token audience contains more than one audience while authorized party is not present'),
    );
  });
});

describe('order', () => {
  test('whoever has no key hears nothing of the token’s times and audience', async () => {
    const answer = await withToken(() => anIssuer().token({ exp: 0, aud: 'api' }));
    expect(answer.error).toEqual(badSignature);
  });

  test('times come before the audience', async () => {
    expect((await withClaims({ exp: 0, aud: 'api' })).error.code).toBe('ExpiredTokenException');
  });
});
