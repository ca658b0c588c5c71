// A certificate for a key that is made now and forgotten when the process ends.

import 'reflect-metadata';
import { generateKeyPairSync, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

export interface SelfSigned {
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate;
}

export interface SelfSignedSettings {
  readonly kind?: 'rsa' | 'ec';
  readonly bits?: number;
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  readonly from: Date;
  readonly until: Date;
}

export async function selfSigned({
  kind = 'rsa',
  bits = 2048,
  curve = 'P-256',
  from,
  until,
}: SelfSignedSettings): Promise<SelfSigned> {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : generateKeyPairSync('ec', { namedCurve: curve });
  const algorithm =
    kind === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: curve, hash: 'SHA-256' };
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Daypass local identity provider',
      notBefore: from,
      notAfter: until,
      signingAlgorithm: algorithm,
      keys: {
        privateKey: pair.privateKey.toCryptoKey(algorithm, true, ['sign']),
        publicKey: pair.publicKey.toCryptoKey(algorithm, true, ['verify']),
      } as CryptoKeyPair,
    },
    webcrypto as unknown as Crypto,
  );
  return { privateKey: pair.privateKey, certificate: new X509Certificate(Buffer.from(made.rawData)) };
}
