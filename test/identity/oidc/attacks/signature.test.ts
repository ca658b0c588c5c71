import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  privateEncrypt,
  sign,
} from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { proofFingerprint } from '../../../../lib/identity/fingerprint.ts';
import type { Algorithm } from '../../../../lib/identity/oidc/algorithms.ts';
import { anIssuer, type Issuer, signed } from '../../../kit/issuer.ts';
import {
  aProvider,
  inputOf,
  providersOf,
  publicKeyOf,
  signatureOf,
  verdictOn,
  verdictWithKeys,
  without,
  withSignature,
} from '../../kit.ts';

const rsa = anIssuer({ algorithm: 'RS256' });
const ec = anIssuer({ algorithm: 'ES256' });
const rsaProviders = providersOf(aProvider(rsa));
const ecProviders = providersOf(aProvider(ec));
const verdictOf = (issuer: Issuer, token: string) => verdictOn(token, providersOf(aProvider(issuer)));

describe('case 1: algorithm none', () => {
  test.each(['none', 'None', 'NONE', 'nOnE', ' none', 'none\u0000', ''])(
    'alg "%s" is refused, signed or not',
    async (alg) => {
      const token = ec.token({}, { alg });
      expect(await verdictOn(token, ecProviders)).toBe('algorithm_not_allowed');
      expect(await verdictOn(`${inputOf(token)}.AA`, ecProviders)).toBe('algorithm_not_allowed');
      expect(await verdictOn(`${inputOf(token)}.`, ecProviders)).toBe('token_malformed');
      expect(await verdictOn(inputOf(token), ecProviders)).toBe('token_malformed');
    },
  );

  test('a good header with no signature is refused', async () => {
    expect(await verdictOn(`${inputOf(ec.token())}.`, ecProviders)).toBe('token_malformed');
    expect(await verdictOn(inputOf(ec.token()), ecProviders)).toBe('token_malformed');
  });

  test('a signature of one zero byte is refused', async () => {
    expect(await verdictOn(`${inputOf(ec.token())}.AA`, ecProviders)).toBe('signature_invalid');
  });
});

describe('case 2: an algorithm that is no algorithm', () => {
  test.each<[name: string, alg: unknown]>([
    ['missing', undefined],
    ['null', null],
    ['a list of one', ['ES256']],
    ['a list with none in it', ['ES256', 'none']],
    ['a number', 256],
    ['true', true],
    ['an object', { name: 'ES256' }],
    ['in lower case', 'es256'],
    ['with a space', 'ES256 '],
    ['unknown', 'ES999'],
    ['EdDSA', 'EdDSA'],
    ['Ed25519', 'Ed25519'],
    ['ES256K', 'ES256K'],
    ['a name of the library', 'RSA-SHA256'],
    ['inherited', 'constructor'],
    ['inherited too', '__proto__'],
  ])('%s is refused', async (_name, alg) => {
    expect(await verdictOn(ec.token({}, { alg }), ecProviders)).toBe('algorithm_not_allowed');
  });
});

describe('case 3: an HMAC under a public key', () => {
  const secretsOf = (issuer: Issuer): [name: string, secret: string | Buffer][] => {
    const key = publicKeyOf(issuer);
    const { n = '', x = '', y = '' } = issuer.publicJwk;
    const pem = key.export({ type: 'spki', format: 'pem' });
    return [
      ['SPKI as PEM', pem],
      ['SPKI as PEM without its last line break', pem.toString().trimEnd()],
      ['SPKI as PEM with CRLF', pem.toString().replaceAll('\n', '\r\n')],
      ['SPKI as DER', key.export({ type: 'spki', format: 'der' })],
      ['the key as base64url', n + x],
      ['the key as bytes', Buffer.from(n + x + y, 'base64url')],
      ['the published JWK', JSON.stringify(issuer.publicJwk)],
      ['the key id', issuer.keyId],
      ['nothing', ''],
    ];
  };
  const rsaSecrets: [name: string, secret: string | Buffer][] = [
    ...secretsOf(rsa),
    ['PKCS#1 as PEM', publicKeyOf(rsa).export({ type: 'pkcs1', format: 'pem' })],
    ['PKCS#1 as DER', publicKeyOf(rsa).export({ type: 'pkcs1', format: 'der' })],
  ];
  const hmac = (token: string, bits: string, secret: string | Buffer) =>
    withSignature(token, createHmac(`sha${bits}`, secret).update(inputOf(token)).digest());

  describe.each(['256', '384', '512'])('HS%s', (bits) => {
    test.each(rsaSecrets)('with %s of an RSA key is refused', async (_name, secret) => {
      const token = rsa.token({}, { alg: `HS${bits}` });
      expect(await verdictOn(hmac(token, bits, secret), rsaProviders)).toBe('algorithm_not_allowed');
    });

    test.each(secretsOf(ec))('with %s of an EC key is refused', async (_name, secret) => {
      const token = ec.token({}, { alg: `HS${bits}` });
      expect(await verdictOn(hmac(token, bits, secret), ecProviders)).toBe('algorithm_not_allowed');
    });
  });

  test('is refused as a signature too when the header names the true algorithm', async () => {
    for (const [, secret] of rsaSecrets) {
      expect(await verdictOn(hmac(rsa.token(), '256', secret), rsaProviders)).toBe('signature_invalid');
    }
  });

  test('is refused when the JWK lacks alg, or says HS256 itself', async () => {
    const token = hmac(
      rsa.token({}, { alg: 'HS256' }),
      '256',
      publicKeyOf(rsa).export({ type: 'spki', format: 'pem' }),
    );
    const jwk = without(rsa.publicJwk, 'alg');
    expect(await verdictWithKeys(rsa, [jwk], token)).toBe('algorithm_not_allowed');
    expect(await verdictWithKeys(rsa, [{ ...jwk, alg: 'HS256' }], token)).toBe('algorithm_not_allowed');
  });
});

describe('case 4: the algorithm of another key family', () => {
  test.each(['PS256', 'PS384', 'PS512'])('%s, truly signed by the RSA key, is refused', async (alg) => {
    const token = rsa.token({}, { alg });
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign(`sha${alg.slice(2)}`, Buffer.from(inputOf(token)), { key: rsa.privateKey, padding });
    expect(await verdictOn(withSignature(token, signature), rsaProviders)).toBe('algorithm_not_allowed');
  });

  test('a PSS signature under the name RS256 is refused', async () => {
    const token = rsa.token();
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign('sha256', Buffer.from(inputOf(token)), { key: rsa.privateKey, padding });
    expect(await verdictOn(withSignature(token, signature), rsaProviders)).toBe('signature_invalid');
  });

  // Signed as the key can, and named as it cannot.
  test.each<[header: Algorithm, issuer: Issuer]>([
    ['ES256', rsa],
    ['ES384', rsa],
    ['ES512', rsa],
    ['RS256', ec],
    ['RS384', ec],
    ['RS512', ec],
  ])('%s in the header does not turn the key into another', async (alg, issuer) => {
    const token = issuer.token({}, { alg });
    expect(await verdictOf(issuer, token)).toBe('algorithm_not_allowed');
    expect(await verdictWithKeys(issuer, [without(issuer.publicJwk, 'alg')], token)).toBe('algorithm_not_allowed');
  });

  test.each<[alg: Algorithm]>([['RS384'], ['RS512']])(
    '%s, truly signed by a key published for RS256, is refused',
    async (alg) => {
      const header = JSON.stringify({ alg, kid: rsa.keyId });
      const [, payload = ''] = rsa.token().split('.');
      const token = signed(header, Buffer.from(payload, 'base64url'), alg, rsa.privateKey);
      expect(await verdictOn(token, rsaProviders)).toBe('algorithm_not_allowed');
      expect(await verdictWithKeys(rsa, [without(rsa.publicJwk, 'alg')], token)).toBe('accepted');
    },
  );

  test('a digest other than the named one is refused', async () => {
    const token = rsa.token();
    const signature = sign('sha512', Buffer.from(inputOf(token)), rsa.privateKey);
    expect(await verdictOn(withSignature(token, signature), rsaProviders)).toBe('signature_invalid');
  });

  test('a JWK of one type with the alg of another is not used', async () => {
    expect(await verdictWithKeys(rsa, [{ ...rsa.publicJwk, alg: 'ES256' }])).toBe('key_unknown');
    expect(await verdictWithKeys(ec, [{ ...ec.publicJwk, alg: 'RS256' }])).toBe('key_unknown');
  });
});

describe('case 5: a curve that is not of the algorithm, under a JWK that lacks alg', () => {
  const byAlgorithm = new Map(
    (['ES256', 'ES384', 'ES512'] as const).map((algorithm) => [algorithm, anIssuer({ algorithm })]),
  );
  const pairs = [...byAlgorithm].flatMap(([own, issuer]) =>
    [...byAlgorithm.keys()]
      .filter((alg) => alg !== own)
      .map((alg): [Algorithm, Algorithm, Issuer] => [alg, own, issuer]),
  );

  test.each(pairs)('%s signed with a key for %s is refused', async (alg, _own, issuer) => {
    const [, payload = ''] = issuer.token().split('.');
    const token = signed(
      JSON.stringify({ alg, kid: issuer.keyId }),
      Buffer.from(payload, 'base64url'),
      alg,
      issuer.privateKey,
    );
    expect(await verdictWithKeys(issuer, [without(issuer.publicJwk, 'alg')], token)).toBe('algorithm_not_allowed');
    expect(await verdictWithKeys(issuer, [{ ...issuer.publicJwk, alg }], token)).toBe('key_unknown');
  });

  test('secp256k1 is no curve of ours, under its own name or another', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const [header = '', payload = ''] = ec
      .token()
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString());
    const token = signed(header, payload, 'ES256', privateKey);
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: ec.keyId };
    expect(await verdictWithKeys(ec, [jwk], token)).toBe('key_unknown');
    expect(await verdictWithKeys(ec, [{ ...jwk, alg: 'ES256' }], token)).toBe('key_unknown');
    expect(await verdictWithKeys(ec, [{ ...jwk, crv: 'P-256' }], token)).toBe('key_unknown');
  });

  test.each([[{ x: 'AQ', y: 'AQ' }], [{ x: '', y: '' }], [{ x: 1, y: 2 }], [{ y: undefined }], [{ crv: undefined }]])(
    'a point that is not on the curve is no key: %j',
    async (changed) => {
      expect(await verdictWithKeys(ec, [{ ...ec.publicJwk, ...changed }])).toBe('key_unknown');
    },
  );
});

/** The order of each curve's group (SEC 2). */
const curves = (
  [
    ['ES256', 32, 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'],
    ['ES384', 48, 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'],
    ['ES512', 66, `01${'f'.repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`],
  ] as const
).map(([algorithm, bytes, order]) => ({
  algorithm,
  bytes,
  order: BigInt(`0x${order}`),
  issuer: anIssuer({ algorithm }),
}));

const bytesOf = (number: bigint, length: number) => Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex');
const numberIn = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);

describe.each(curves)('case 6: a psychic signature for $algorithm', ({ bytes, order, issuer }) => {
  test.each<[r: string, s: string, rValue: bigint, sValue: bigint]>([
    ['0', '0', 0n, 0n],
    ['0', '1', 0n, 1n],
    ['1', '0', 1n, 0n],
    ['n', 'n', order, order],
    ['0', 'n', 0n, order],
    ['n', '0', order, 0n],
    ['n', '1', order, 1n],
    ['1', 'n', 1n, order],
    ['1', '1', 1n, 1n],
    ['n-1', 'n-1', order - 1n, order - 1n],
    ['n+1', 'n+1', order + 1n, order + 1n],
  ])('r = %s and s = %s is refused', async (_r, _s, r, s) => {
    const signature = Buffer.concat([bytesOf(r, bytes), bytesOf(s, bytes)]);
    expect(await verdictOf(issuer, withSignature(issuer.token(), signature))).toBe('signature_invalid');
  });
});

describe.each(curves)(
  'case 7: an encoding of ECDSA that is not r and s, for $algorithm',
  ({ algorithm, bytes, issuer }) => {
    const token = issuer.token();
    const good = signatureOf(token);
    const zero = Buffer.alloc(1);

    test.each<[name: string, signature: Buffer]>([
      ['DER', sign(`sha${algorithm.slice(2)}`, Buffer.from(inputOf(token)), issuer.privateKey)],
      ['a byte short', good.subarray(0, -1)],
      ['a byte more', Buffer.concat([good, zero])],
      ['a byte more in front', Buffer.concat([zero, good])],
      ['r and s one byte wider', Buffer.concat([zero, good.subarray(0, bytes), zero, good.subarray(bytes)])],
      ['r alone', good.subarray(0, bytes)],
      ['s alone', good.subarray(bytes)],
      ['s and r', Buffer.concat([good.subarray(bytes), good.subarray(0, bytes)])],
      ['twice', Buffer.concat([good, good])],
      ['the width of a wider curve', Buffer.concat([good, Buffer.alloc(40)])],
      ['one byte', Buffer.from([1])],
    ])('%s is refused', async (_name, signature) => {
      expect(await verdictOf(issuer, withSignature(token, signature))).toBe('signature_invalid');
    });
  },
);

describe('case 8: a malformed PKCS#1 v1.5 padding', () => {
  const token = rsa.token();
  const hash = createHash('sha256').update(inputOf(token)).digest();
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  /** Hexadecimal, with the hash where `#` stands. */
  const info = (text: string) => hex(text.replace('#', hash.toString('hex')));
  const width = 256;
  const good = info('3031 300d 0609608648016503040201 0500 0420 #');

  /** RFC 8017 §9.2: 00 01 ff…ff 00 DigestInfo, each part replaceable. */
  const block = (
    digestInfo: Buffer,
    { head = '0001', filler = 0xff, separator = '00', tail = Buffer.alloc(0) } = {},
  ) => {
    const [front, gap] = [hex(head), hex(separator)];
    const room = width - front.length - gap.length - digestInfo.length - tail.length;
    return Buffer.concat([front, Buffer.alloc(room, filler), gap, digestInfo, tail]);
  };
  const changed = (at: number, value: number) => {
    const bytes = block(good);
    bytes[at] = value;
    return bytes;
  };
  const paddedLike = (padding: number, tail: Buffer) =>
    Buffer.concat([hex('0001'), Buffer.alloc(padding, 0xff), hex('00'), tail]);
  const garbage = (length: number) => Buffer.alloc(length, 0x5a);
  const raw = (encoded: Buffer) => privateEncrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, encoded);

  test('is forged with a kit that makes good paddings too', async () => {
    expect(await verdictOn(withSignature(token, raw(block(good))), rsaProviders)).toBe('accepted');
  });

  test.each<[name: string, encoded: Buffer]>([
    // The DigestInfo.
    ['no NULL parameter', block(info('302f 300b 0609608648016503040201 0420 #'))],
    ['a NULL parameter with content', block(info('3032 300e 0609608648016503040201 050100 0420 #'))],
    ['a NULL parameter of the wrong tag', block(info('3031 300d 0609608648016503040201 0400 0420 #'))],
    ['a NULL parameter twice', block(info('3033 300f 0609608648016503040201 0500 0500 0420 #'))],
    ['an empty sequence as parameter', block(info('3031 300d 0609608648016503040201 3000 0420 #'))],
    ['garbage as parameter', block(info('3035 3011 0609608648016503040201 0404deadbeef 0420 #'))],
    ['the name of SHA-1', block(info('302d 3009 06052b0e03021a 0500 0420 #'))],
    ['the name of MD5', block(info('3030 300c 06082a864886f70d0205 0500 0420 #'))],
    ['the name of SHA-384', block(info('3031 300d 0609608648016503040202 0500 0420 #'))],
    ['the name of SHA-512', block(info('3031 300d 0609608648016503040203 0500 0420 #'))],
    ['the name of SHA3-256', block(info('3031 300d 0609608648016503040208 0500 0420 #'))],
    ['the name of RSA with SHA-256', block(info('3031 300d 06092a864886f70d01010b 0500 0420 #'))],
    ['a name with one arc more', block(info('3032 300e 060a60864801650304020101 0500 0420 #'))],
    ['no name', block(info('3026 3002 0500 0420 #'))],
    ['the hash alone', block(hash)],
    ['the hash in an OCTET STRING alone', block(info('0420 #'))],
    ['nothing at all', block(Buffer.alloc(0))],
    ['an empty hash', block(info('3011 300d 0609608648016503040201 0500 0400'))],
    [
      'the hash cut short',
      block(Buffer.concat([info('3030 300d 0609608648016503040201 0500 041f'), hash.subarray(0, 31)])),
    ],
    ['the hash and a byte', block(info('3032 300d 0609608648016503040201 0500 0421 # 00'))],
    [
      'the hash of another token',
      block(Buffer.concat([good.subarray(0, -32), createHash('sha256').update('other').digest()])),
    ],
    [
      'a SHA-1 signature in full',
      block(
        Buffer.concat([hex('3021 3009 06052b0e03021a 0500 0414'), createHash('sha1').update(inputOf(token)).digest()]),
      ),
    ],
    // BER that is not DER.
    ['a long length of the sequence', block(info('308131 300d 0609608648016503040201 0500 0420 #'))],
    ['a longer length of the sequence', block(info('30820031 300d 0609608648016503040201 0500 0420 #'))],
    ['a long length of the algorithm', block(info('3032 30810d 0609608648016503040201 0500 0420 #'))],
    ['a long length of the name', block(info('3032 300e 068109608648016503040201 0500 0420 #'))],
    ['a long length of the NULL', block(info('3032 300e 0609608648016503040201 058100 0420 #'))],
    ['a long length of the hash', block(info('3032 300d 0609608648016503040201 0500 048120 #'))],
    ['a length without end', block(info('3080 300d 0609608648016503040201 0500 0420 # 0000'))],
    ['a length too large', block(info('3032 300d 0609608648016503040201 0500 0420 #'))],
    ['a length too small', block(info('3030 300d 0609608648016503040201 0500 0420 #'))],
    ['a length of 2^32 more', block(info('30850100000031 300d 0609608648016503040201 0500 0420 #'))],
    ['a BIT STRING', block(info('3032 300d 0609608648016503040201 0500 032100 #'))],
    ['an OCTET STRING in parts', block(info('3033 300d 0609608648016503040201 0500 2422 0420 #'))],
    ['a SET', block(info('3131 300d 0609608648016503040201 0500 0420 #'))],
    // More than the DigestInfo.
    ['a byte after it', block(good, { tail: Buffer.from([0]) })],
    ['a NULL after it', block(good, { tail: hex('0500') })],
    ['a NULL inside it', block(info('3033 300d 0609608648016503040201 0500 0420 # 0500'))],
    ['it twice', block(Buffer.concat([good, good]))],
    [
      '8 bytes of padding and garbage after it',
      paddedLike(8, Buffer.concat([good, garbage(width - 11 - good.length)])),
    ],
    ['no padding and garbage after it', paddedLike(0, Buffer.concat([good, garbage(width - 3 - good.length)]))],
    [
      '8 bytes of padding and garbage in it',
      paddedLike(
        8,
        Buffer.concat([
          info('3082 00f3 300d 0609608648016503040201 0500 0420 #'),
          garbage(width - 11 - good.length - 2),
        ]),
      ),
    ],
    ['garbage in the algorithm', block(info(`30 5d 30 39 0609608648016503040201 042c ${'5a'.repeat(44)} 0420 #`))],
    // The padding.
    ['no padding, zeros in front', Buffer.concat([Buffer.alloc(width - 3 - good.length), hex('000100'), good])],
    ['zeros for padding', block(good, { filler: 0 })],
    ['ones for padding', block(good, { filler: 1 })],
    ['a first byte of 01', block(good, { head: '0101' })],
    ['block type 0', block(good, { head: '0000' })],
    ['block type 2', block(good, { head: '0002' })],
    ['block type 2 with random padding', block(good, { head: '0002', filler: 0x5a })],
    ['block type ff', block(good, { head: '00ff' })],
    ['no first byte', block(good, { head: '01' })],
    ['no separator', block(good, { separator: '' })],
    ['a separator of 01', block(good, { separator: '01' })],
    ['a separator of ff', block(good, { separator: 'ff' })],
    ['two separators', block(good, { separator: '0000' })],
    ['a first padding byte of fe', changed(2, 0xfe)],
    ['a zero in the padding', changed(100, 0)],
    ['a last padding byte of 00', changed(width - good.length - 2, 0)],
    ['a last padding byte of 7f', changed(width - good.length - 2, 0x7f)],
    ['a first padding byte of 00', changed(2, 0)],
  ])('%s is refused', async (_name, encoded) => {
    expect(encoded).toHaveLength(width);
    expect(await verdictOn(withSignature(token, raw(encoded)), rsaProviders)).toBe('signature_invalid');
  });

  const genuine = signatureOf(token);
  const modulus = numberIn(Buffer.from(rsa.publicJwk.n ?? '', 'base64url'));
  test.each<[name: string, signature: Buffer]>([
    ['a zero byte in front', Buffer.concat([Buffer.alloc(1), genuine])],
    ['a zero byte behind', Buffer.concat([genuine, Buffer.alloc(1)])],
    ['a byte short', genuine.subarray(0, -1)],
    ['empty but for one byte', Buffer.alloc(1)],
    ['zero', Buffer.alloc(width)],
    ['one', bytesOf(1n, width)],
    ['the modulus', bytesOf(modulus, width)],
    ['the modulus less one', bytesOf(modulus - 1n, width)],
    ['plus the modulus', bytesOf(numberIn(genuine) + modulus, width + 1)],
    ['negated', bytesOf(modulus - numberIn(genuine), width)],
    ['not encrypted at all', block(good)],
  ])('a signature that is %s is refused', async (_name, signature) => {
    expect(await verdictOn(withSignature(token, signature), rsaProviders)).toBe('signature_invalid');
  });
});

describe('case 14: a token that brings its own key', () => {
  const attacker = anIssuer({ algorithm: 'ES256', keyId: 'attackers-key' });
  const attackersUrl = 'https://attacker.example/keys';
  const pem = createPublicKey(attacker.privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  const brought: [name: string, header: Record<string, unknown>][] = [
    ['jwk', { jwk: attacker.publicJwk }],
    ['jku', { jku: attackersUrl }],
    ['x5u', { x5u: attackersUrl }],
    ['x5c', { x5c: [pem] }],
    ['x5t', { x5t: 'AAAA', 'x5t#S256': 'AAAA' }],
    ['all of them', { jwk: attacker.publicJwk, jku: attackersUrl, x5u: attackersUrl, x5c: [pem] }],
  ];
  const forged = (header: object) => {
    const [, payload = ''] = ec.token({ sub: 'victim' }).split('.');
    return signed(
      JSON.stringify({ alg: 'ES256', typ: 'JWT', ...header }),
      Buffer.from(payload, 'base64url'),
      'ES256',
      attacker.privateKey,
    );
  };

  test.each(brought)('%s is not used, and nothing is fetched for it', async (_name, header) => {
    const network = ec.network();
    const providers = providersOf(aProvider(ec, { network }));
    expect(await verdictOn(forged({ ...header, kid: ec.keyId }), providers)).toBe('signature_invalid');
    expect(await verdictOn(forged({ ...header, kid: attacker.keyId }), providers)).toBe('key_unknown');
    expect(await verdictOn(forged({ ...header, kid: attackersUrl }), providers)).toBe('key_unknown');
    expect(await verdictOn(forged(header), providers)).toBe('key_unknown');
    expect(network.requests.filter((url) => !url.startsWith(`${ec.issuer}/`))).toEqual([]);
  });
});

describe('case 24: a token that comes again', () => {
  const fingerprintOf = (token: string) => proofFingerprint({ kind: 'oidc', token });

  test('has the same fingerprint each time', () => {
    const token = ec.token({ jti: 'once' });
    expect(fingerprintOf(token)).toBe(fingerprintOf(token));
    expect(fingerprintOf(ec.token({ jti: 'twice' }))).not.toBe(fingerprintOf(token));
  });

  test.each(curves)(
    'with its $algorithm signature made another has the same fingerprint',
    async ({ bytes, order, issuer }) => {
      const token = issuer.token({ jti: 'once' });
      const [r, s] = [signatureOf(token).subarray(0, bytes), signatureOf(token).subarray(bytes)];
      const twin = withSignature(token, Buffer.concat([r, bytesOf(order - numberIn(s), bytes)]));
      expect(twin).not.toBe(token);
      expect(await verdictOf(issuer, twin)).toBe('accepted');
      expect(fingerprintOf(twin)).toBe(fingerprintOf(token));
    },
  );

  test('signed anew has the same fingerprint', async () => {
    const [first, second] = [ec.token(), ec.token()];
    expect(second).not.toBe(first);
    expect(await verdictOn(second, ecProviders)).toBe('accepted');
    expect(fingerprintOf(second)).toBe(fingerprintOf(first));
  });
});
