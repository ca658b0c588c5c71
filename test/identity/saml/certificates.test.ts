import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keysAt, pinnedCertificate, unfitKey } from '../../../lib/identity/saml/certificates.ts';
import { selfSigned } from '../../../lib/local/saml-idp/self-signed.ts';
import { aMoment } from '../../kit/issuer.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey;

/** The same modulus with another exponent, for what no generator makes. */
const withExponent = (key: KeyObject, bytes: readonly number[]) =>
  createPublicKey({
    key: { ...key.export({ format: 'jwk' }), e: Buffer.from(bytes).toString('base64url') },
    format: 'jwk',
  });

describe('case 69: a key', () => {
  const strong = rsa(2048);

  test.each<[name: string, key: KeyObject]>([
    ['RSA of 2048 bit', strong],
    ['RSA of 3072 bit', rsa(3072)],
    ['RSA with the exponent 3', rsa(2048, 3)],
    ['RSA with the exponent 17', rsa(2048, 17)],
    ['P-256', ec('P-256')],
    ['P-384', ec('P-384')],
    ['P-521', ec('P-521')],
  ])('%s may verify', (_name, key) => {
    expect(unfitKey(key)).toBeUndefined();
  });

  test.each<[name: string, key: KeyObject, why: string]>([
    ['RSA of 512 bit', rsa(512), '512 bit'],
    ['RSA of 1024 bit', rsa(1024), '1024 bit'],
    ['RSA of 2047 bit', rsa(2047), '2047 bit'],
    ['RSA with the exponent 1', withExponent(strong, [1]), 'exponent'],
    ['RSA with the exponent 1, padded', withExponent(strong, [0, 0, 1]), 'exponent'],
    ['RSA with the exponent 2', withExponent(strong, [2]), 'exponent'],
    ['RSA with the exponent 4', withExponent(strong, [4]), 'exponent'],
    ['RSA with the exponent 65536', withExponent(strong, [1, 0, 0]), 'exponent'],
    ['RSA-PSS only', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey, 'rsa-pss'],
    ['P-192', ec('prime192v1'), 'prime192v1'],
    ['P-224', ec('secp224r1'), 'secp224r1'],
    ['secp256k1', ec('secp256k1'), 'secp256k1'],
    ['brainpool', ec('brainpoolP256r1'), 'brainpoolP256r1'],
    ['Ed25519', generateKeyPairSync('ed25519').publicKey, 'ed25519'],
    ['Ed448', generateKeyPairSync('ed448').publicKey, 'ed448'],
    ['X25519', generateKeyPairSync('x25519').publicKey, 'x25519'],
    ['DSA', generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).publicKey, 'dsa'],
  ])('%s may not, and it says why', (_name, key, why) => {
    expect(unfitKey(key)).toContain(why);
  });
});

describe('case 69: a pinned certificate', () => {
  const from = later(-3600);
  const until = later(3600);
  const base64Of = async (settings: Partial<Parameters<typeof selfSigned>[0]> = {}) =>
    (await selfSigned({ from, until, ...settings })).certificate.raw.toString('base64');

  test.each(['rsa', 'ec'] as const)('has the key and the times of the certificate (%s)', async (kind) => {
    const { certificate, privateKey } = await selfSigned({ kind, from, until });
    const pinned = pinnedCertificate(certificate.raw.toString('base64'));
    expect(pinned).toMatchObject({ from, until });
    expect(pinned.key.type).toBe('public');
    expect(pinned.key.equals(createPublicKey(privateKey))).toBe(true);
  });

  test('with a weak key is none', async () => {
    const weak = await base64Of({ bits: 1024 });
    expect(() => pinnedCertificate(weak)).toThrow('1024 bit');
  });

  test.each([
    '',
    'AAAA',
    'not base64',
    Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64'),
    rsa(2048).export({ type: 'spki', format: 'der' }).toString('base64'),
  ])('that is none is refused: %j', (text) => {
    expect(() => pinnedCertificate(text)).toThrow(Error);
  });

  test('verifies from its first moment to the one before its last', async () => {
    const pinned = pinnedCertificate(await base64Of());
    expect(keysAt([pinned], later(-3600.001))).toEqual([]);
    expect(keysAt([pinned], later(-3600))).toEqual([pinned.key]);
    expect(keysAt([pinned], later(3599.999))).toEqual([pinned.key]);
    expect(keysAt([pinned], later(3600))).toEqual([]);
  });

  test('of several only those that hold now verify', async () => {
    const old = pinnedCertificate(await base64Of({ from: later(-7200), until: later(-1) }));
    const present = pinnedCertificate(await base64Of({ kind: 'ec' }));
    const next = pinnedCertificate(await base64Of({ kind: 'ec', from: later(1), until: later(7200) }));
    expect(keysAt([old, present, next], aMoment)).toEqual([present.key]);
    expect(keysAt([old, present, next], later(2))).toEqual([present.key, next.key]);
    expect(keysAt([old, next], aMoment)).toEqual([]);
    expect(keysAt([], aMoment)).toEqual([]);
  });
});
