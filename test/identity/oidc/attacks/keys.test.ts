import { createHash, createSecretKey, generateKeyPairSync, type JsonWebKey, randomBytes, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { anIssuer, base64url, type Issuer, signed } from '../../../kit/issuer.ts';
import { aProvider, inputOf, providersOf, verdictOn, verdictWithKeys, without, withSignature } from '../../kit.ts';

const rsa = anIssuer({ algorithm: 'RS256' });
const ec = anIssuer({ algorithm: 'ES256' });
const other = anIssuer({ algorithm: 'ES256' });

/** An issuer whose RSA key is of this making. */
const withRsaKey = (modulusLength: number, publicExponent = 65_537): Issuer => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent });
  const jwk = publicKey.export({ format: 'jwk' });
  return {
    ...rsa,
    privateKey,
    publicJwk: { ...jwk, kid: rsa.keyId, use: 'sig', alg: 'RS256' },
    token() {
      const [header = '', payload = ''] = rsa
        .token()
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString());
      return signed(header, payload, 'RS256', privateKey);
    },
  };
};

describe('case 9: a weak RSA key', () => {
  test.each([512, 1024, 1536, 2040])('of %i bits is not used', async (bits) => {
    const weak = withRsaKey(bits);
    expect(await verdictWithKeys(weak, [weak.publicJwk])).toBe('key_unknown');
    expect(await verdictWithKeys(weak, [without(weak.publicJwk, 'alg', 'use')])).toBe('key_unknown');
  });

  test('of 2048 bits is used, and so is one of 3072', async () => {
    for (const fair of [rsa, withRsaKey(3072)]) expect(await verdictWithKeys(fair, [fair.publicJwk])).toBe('accepted');
  });

  test('of 1024 bits written with zeros in front is not used', async () => {
    const weak = withRsaKey(1024);
    const n = base64url(Buffer.concat([Buffer.alloc(128), Buffer.from(weak.publicJwk.n ?? '', 'base64url')]));
    expect(await verdictWithKeys(weak, [{ ...weak.publicJwk, n }])).toBe('key_unknown');
  });

  test('of 16384 bits, which would cost the verifier, is not used', async () => {
    const n = randomBytes(2048);
    n.writeUInt8(0xff, 0);
    n.writeUInt8(0xff, 2047);
    expect(await verdictWithKeys(rsa, [{ ...rsa.publicJwk, n: base64url(n) }])).toBe('key_unknown');
  });

  test('does not spoil the others of its set', async () => {
    const weak = { ...withRsaKey(1024).publicJwk, kid: 'weak' };
    expect(await verdictWithKeys(rsa, [weak, rsa.publicJwk])).toBe('accepted');
  });
});

describe('case 10: an RSA exponent with which anybody can sign', () => {
  const token = rsa.token({ sub: 'victim' });
  const info = Buffer.concat([
    Buffer.from('3031300d060960864801650304020105000420', 'hex'),
    createHash('sha256').update(inputOf(token)).digest(),
  ]);
  const block = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(256 - 3 - info.length, 0xff), Buffer.from([0]), info]);

  test.each(['AQ', 'AAE', 'AAAAAQ'])(
    '1, written %s, is not used: the padded digest would be its own signature',
    async (e) => {
      expect(await verdictWithKeys(rsa, [{ ...rsa.publicJwk, e }], withSignature(token, block))).toBe('key_unknown');
    },
  );

  test.each([
    ['0', Buffer.from([0])],
    ['nothing', Buffer.alloc(0)],
    ['2', Buffer.from([2])],
    ['65536', Buffer.from([1, 0, 0])],
    ['2^32 + 1', Buffer.from([1, 0, 0, 0, 1])],
    ['2^2040 and more', Buffer.alloc(256, 0x7f)],
  ])('%s is not used', async (_name, e) => {
    expect(await verdictWithKeys(rsa, [{ ...rsa.publicJwk, e: base64url(e) }], token)).toBe('key_unknown');
  });

  test('3 is used', async () => {
    const small = withRsaKey(2048, 3);
    expect(await verdictWithKeys(small, [small.publicJwk])).toBe('accepted');
  });

  test('the signature made for 3 without the key is refused: a cube root needs the padding to be short', async () => {
    const small = withRsaKey(2048, 3);
    // The nearest cube above 00 01 ff 00 DigestInfo 00…: right on its left, garbage on its right.
    const target = BigInt(
      `0x${Buffer.concat([Buffer.from('0001ffffffffffffffff00', 'hex'), info, Buffer.alloc(256 - 11 - info.length)]).toString('hex')}`,
    );
    let root = 1n << 700n;
    for (
      let next = (2n * root + target / root ** 2n) / 3n;
      next < root;
      next = (2n * root + target / root ** 2n) / 3n
    ) {
      root = next;
    }
    const forged = Buffer.from((root + 1n).toString(16).padStart(512, '0'), 'hex');
    expect(((root + 1n) ** 3n).toString(16).padStart(512, '0').slice(0, 22)).toBe('0001ffffffffffffffff00');
    expect(await verdictWithKeys(small, [small.publicJwk], withSignature(token, forged))).toBe('signature_invalid');
  });
});

describe('case 11: a key published for something else', () => {
  test.each<[name: string, changed: JsonWebKey]>([
    ['use enc', { use: 'enc' }],
    ['use SIG', { use: 'SIG' }],
    ['use of nothing', { use: '' }],
    ['use null', { use: null }],
    ['use as a list', { use: ['sig'] }],
    ['key_ops encrypt', { key_ops: ['encrypt'] }],
    ['key_ops sign', { key_ops: ['sign'] }],
    ['key_ops deriveBits', { key_ops: ['deriveBits', 'deriveKey'] }],
    ['no key_ops', { key_ops: [] }],
    ['key_ops as text', { key_ops: 'verify' as unknown as string[] }],
    ['key_ops null', { key_ops: null as unknown as string[] }],
    ['use enc and key_ops verify', { use: 'enc', key_ops: ['verify'] }],
    ['use sig and key_ops encrypt', { use: 'sig', key_ops: ['encrypt'] }],
    ['alg RSA-OAEP', { alg: 'RSA-OAEP' }],
    ['alg PS256', { alg: 'PS256' }],
    ['alg none', { alg: 'none' }],
    ['alg null', { alg: null }],
    ['alg as a list', { alg: ['RS256'] }],
    ['kty in lower case', { kty: 'rsa' }],
    ['no kty', { kty: undefined as unknown as string }],
  ])('%s is not used', async (_name, changed) => {
    expect(await verdictWithKeys(rsa, [{ ...rsa.publicJwk, ...changed }])).toBe('key_unknown');
  });

  test.each<[name: string, jwk: JsonWebKey]>([
    ['no use', without(rsa.publicJwk, 'use')],
    ['no use and no alg', without(rsa.publicJwk, 'use', 'alg')],
    ['key_ops verify', { ...without(rsa.publicJwk, 'use'), key_ops: ['verify'] }],
    ['members that we do not know', { ...rsa.publicJwk, x5t: 'AAAA', ext: true, '': 0 }],
  ])('%s is used', async (_name, jwk) => {
    expect(await verdictWithKeys(rsa, [jwk])).toBe('accepted');
  });
});

describe('case 12: a secret in a key set', () => {
  const privateJwk = (issuer: Issuer) => ({ ...issuer.publicJwk, ...issuer.privateKey.export({ format: 'jwk' }) });

  test.each([
    ['RSA', rsa],
    ['EC', ec],
  ])('a whole private %s key is not used: whoever publishes it has lost it', async (_type, issuer) => {
    expect(await verdictWithKeys(issuer, [privateJwk(issuer)])).toBe('key_unknown');
  });

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('one member %s is enough', async (member) => {
    expect(await verdictWithKeys(rsa, [{ ...rsa.publicJwk, [member]: '' }])).toBe('key_unknown');
    expect(await verdictWithKeys(ec, [{ ...ec.publicJwk, [member]: 'AQ' }])).toBe('key_unknown');
  });

  test('a symmetric key is not used, whatever algorithm it says', async () => {
    const secret = createSecretKey(randomBytes(32)).export({ format: 'jwk' });
    for (const alg of ['HS256', 'RS256', 'ES256', undefined]) {
      expect(await verdictWithKeys(ec, [{ ...secret, kid: ec.keyId, ...(alg && { alg }) }])).toBe('key_unknown');
    }
  });

  test('an Ed25519 key is not used', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: ec.keyId };
    const token = ec.token({}, { alg: 'ES256' });
    const forged = withSignature(token, sign(null, Buffer.from(inputOf(token)), privateKey));
    expect(await verdictWithKeys(ec, [jwk], forged)).toBe('key_unknown');
    expect(await verdictWithKeys(ec, [{ ...jwk, crv: 'P-256' }], forged)).toBe('key_unknown');
  });

  test('the public keys beside it still count', async () => {
    const secrets = [
      { ...privateJwk(rsa), kid: 'lost' },
      { kty: 'oct', k: 'AAAA', kid: 'shared' },
    ];
    expect(await verdictWithKeys(ec, [...secrets, ec.publicJwk])).toBe('accepted');
  });
});

describe('case 13: a key id that does not name exactly one key', () => {
  test.each<[name: string, keys: readonly unknown[]]>([
    ['two keys', [ec.publicJwk, other.publicJwk]],
    ['two keys, the other way round', [other.publicJwk, ec.publicJwk]],
    ['the same key twice', [ec.publicJwk, ec.publicJwk]],
    ['three keys', [ec.publicJwk, other.publicJwk, ec.publicJwk]],
    ['an EC and an RSA key', [ec.publicJwk, rsa.publicJwk]],
  ])('%s under one kid are not used', async (_name, keys) => {
    expect(await verdictWithKeys(ec, keys)).toBe('key_unknown');
  });

  test('two keys under one kid do not spoil a third', async () => {
    const keys = [{ ...other.publicJwk, kid: 'twice' }, { ...rsa.publicJwk, kid: 'twice' }, ec.publicJwk];
    expect(await verdictWithKeys(ec, keys)).toBe('accepted');
  });

  test('a key that is not used anyway does not make its kid ambiguous', async () => {
    expect(await verdictWithKeys(ec, [{ ...rsa.publicJwk, use: 'enc' }, ec.publicJwk])).toBe('accepted');
  });

  test.each<[name: string, kid: unknown]>([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 1],
    ['a list', ['key-1']],
    ['an object', { kid: 'key-1' }],
    ['true', true],
    ['unknown', 'key-2'],
    ['in another case', 'KEY-1'],
    ['with a space', 'key-1 '],
    ['with a NUL', 'key-1\u0000'],
    ['inherited', '__proto__'],
    ['inherited too', 'constructor'],
    ['a path', '../../../../dev/null'],
    ['an injection', "key-1' UNION SELECT 'secret"],
    ['an address', 'https://attacker.example/keys'],
  ])('a kid that is %s is refused', async (_name, kid) => {
    expect(await verdictOn(ec.token({}, { kid }), providersOf(aProvider(ec)))).toBe('key_unknown');
  });

  test.each<[name: string, kid: unknown]>([
    ['no kid', undefined],
    ['an empty kid', ''],
    ['a kid that is a number', 1],
    ['a kid that is null', null],
  ])('a published key with %s is not used, even if it is the only one', async (_name, kid) => {
    const keys = [{ ...ec.publicJwk, kid }];
    expect(await verdictWithKeys(ec, keys)).toBe('key_unknown');
    expect(await verdictWithKeys(ec, keys, ec.token({}, { kid }))).toBe('key_unknown');
  });

  test('the kid of one key does not let another sign', async () => {
    const second = anIssuer({ keyId: 'key-2' });
    const token = second.token({}, { kid: 'key-1' });
    expect(await verdictWithKeys(ec, [ec.publicJwk, second.publicJwk], token)).toBe('signature_invalid');
  });
});
