// Which of an identity provider's certificates may verify a signature now.

import { type KeyObject, X509Certificate } from 'node:crypto';

const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
const leastRsaBits = 2048;

/** Why a key may verify nothing; `undefined` when it may. */
export function unfitKey(key: KeyObject): string | undefined {
  const { modulusLength = 0, publicExponent = 0n, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      if (modulusLength < leastRsaBits)
        return `an RSA key of ${modulusLength} bit; it must have ${leastRsaBits} or more`;
      return publicExponent < 3n || publicExponent % 2n === 0n ? 'an RSA key with an unusable exponent' : undefined;
    case 'ec':
      return curves.includes(namedCurve)
        ? undefined
        : `a key on the curve ${namedCurve}; it must be P-256, P-384 or P-521`;
    default:
      return `a key of the type ${key.asymmetricKeyType}; it must be RSA or ECDSA`;
  }
}

/** A pinned certificate: the keys of those that hold now are all that a signature is tried with. */
export interface PinnedCertificate {
  readonly key: KeyObject;
  readonly from: Date;
  readonly until: Date;
}

/** Throws a plain `Error` when it is no certificate, or its key may verify nothing. */
export function pinnedCertificate(base64: string): PinnedCertificate {
  const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
  const { publicKey, validFromDate, validToDate } = certificate;
  const why = unfitKey(publicKey);
  if (why) throw new Error(`has ${why}`);
  return { key: publicKey, from: validFromDate, until: validToDate };
}

export const keysAt = (certificates: readonly PinnedCertificate[], now: Date): readonly KeyObject[] =>
  certificates.filter(({ from, until }) => from <= now && now < until).map(({ key }) => key);
