// The algorithms that a signature may use, and no others.
// Source: RFC 9231 §2.3; XML Signature 1.1 §6; XMLDSig RSA-PSS (RFC 9231 §2.3.10).

import { constants, type KeyObject, verify } from 'node:crypto';

export type Digest = 'sha256' | 'sha384' | 'sha512';

export interface SignatureAlgorithm {
  readonly keyType: 'rsa' | 'ec';
  readonly digest: Digest;
  readonly padding?: 'pss';
}

const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const newer = 'http://www.w3.org/2007/05/xmldsig-more#';

/** Maps, so that no name of an algorithm can reach what every object inherits. SHA-1 and HMAC are not there. */
export const signatureAlgorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [`${more}rsa-sha256`, { keyType: 'rsa', digest: 'sha256' }],
  [`${more}rsa-sha384`, { keyType: 'rsa', digest: 'sha384' }],
  [`${more}rsa-sha512`, { keyType: 'rsa', digest: 'sha512' }],
  [`${newer}sha256-rsa-MGF1`, { keyType: 'rsa', digest: 'sha256', padding: 'pss' }],
  [`${newer}sha384-rsa-MGF1`, { keyType: 'rsa', digest: 'sha384', padding: 'pss' }],
  [`${newer}sha512-rsa-MGF1`, { keyType: 'rsa', digest: 'sha512', padding: 'pss' }],
  [`${more}ecdsa-sha256`, { keyType: 'ec', digest: 'sha256' }],
  [`${more}ecdsa-sha384`, { keyType: 'ec', digest: 'sha384' }],
  [`${more}ecdsa-sha512`, { keyType: 'ec', digest: 'sha512' }],
]);

export const digestAlgorithms: ReadonlyMap<string, Digest> = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  [`${more}sha384`, 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

/** Whether one of the keys made the signature. A key of another type is passed over. */
export function isSignedByOneOf(
  keys: readonly KeyObject[],
  { keyType, digest, padding }: SignatureAlgorithm,
  signed: string,
  signature: Buffer,
): boolean {
  const data = Buffer.from(signed, 'utf8');
  return keys.some((key) => {
    if (key.asymmetricKeyType !== keyType) return false;
    if (keyType === 'ec') return verify(digest, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    if (padding !== 'pss') return verify(digest, data, key, signature);
    // RFC 9231 §2.3.10: the salt is as long as the digest.
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    return verify(digest, data, { key, ...pss }, signature);
  });
}
