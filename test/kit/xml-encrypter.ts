// Encrypts an assertion for us, as it should be done and as it should not.
// Source: XML Encryption 1.1 §5.2, §5.5; SAML Core §2.3.4.

import {
  type CipherGCMTypes,
  constants,
  createCipheriv,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';

const xmlenc = 'http://www.w3.org/2001/04/xmlenc#';
const xmlenc11 = 'http://www.w3.org/2009/xmlenc11#';

const ciphers = {
  'aes128-gcm': { uri: `${xmlenc11}aes128-gcm`, name: 'aes-128-gcm', keyBytes: 16, ivBytes: 12 },
  'aes192-gcm': { uri: `${xmlenc11}aes192-gcm`, name: 'aes-192-gcm', keyBytes: 24, ivBytes: 12 },
  'aes256-gcm': { uri: `${xmlenc11}aes256-gcm`, name: 'aes-256-gcm', keyBytes: 32, ivBytes: 12 },
  'aes128-cbc': { uri: `${xmlenc}aes128-cbc`, name: 'aes-128-cbc', keyBytes: 16, ivBytes: 16 },
  'aes256-cbc': { uri: `${xmlenc}aes256-cbc`, name: 'aes-256-cbc', keyBytes: 32, ivBytes: 16 },
  tripledes: { uri: `${xmlenc}tripledes-cbc`, name: 'des-ede3-cbc', keyBytes: 24, ivBytes: 8 },
} as const;

const digest = (uri: string) => `<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="${uri}"/>`;
const oaep = (oaepHash: string) => ({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash });

const transports = {
  'oaep-sha1': {
    uri: `${xmlenc}rsa-oaep-mgf1p`,
    inside: digest('http://www.w3.org/2000/09/xmldsig#sha1'),
    options: oaep('sha1'),
  },
  /** As many write it: SHA-1 is meant where nothing is said. */
  'oaep-unsaid': { uri: `${xmlenc}rsa-oaep-mgf1p`, inside: '', options: oaep('sha1') },
  'oaep-sha256': {
    uri: `${xmlenc11}rsa-oaep`,
    inside: `${digest(`${xmlenc}sha256`)}<xenc11:MGF xmlns:xenc11="${xmlenc11}" Algorithm="${xmlenc11}mgf1sha256"/>`,
    options: oaep('sha256'),
  },
  'rsa-1_5': { uri: `${xmlenc}rsa-1_5`, inside: '', options: { padding: constants.RSA_PKCS1_PADDING } },
} as const;

export interface EncryptSettings {
  readonly publicKey: KeyObject;
  readonly cipher?: keyof typeof ciphers;
  readonly transport?: keyof typeof transports;
  /** Whether EncryptedKey stands in KeyInfo or beside EncryptedData. */
  readonly keyPlace?: 'within' | 'beside';
  /** Changes IV, ciphertext and tag. */
  readonly tamper?: (bytes: Buffer) => Buffer;
  /** Changes the EncryptedAssertion. */
  readonly edit?: (xml: string) => string;
}

/** A saml:EncryptedAssertion with this text in it. */
export function encrypted(plain: string | Buffer, settings: EncryptSettings): string {
  const { publicKey, cipher = 'aes256-gcm', transport = 'oaep-sha1', keyPlace = 'within' } = settings;
  const { tamper = (bytes) => bytes, edit = (xml) => xml } = settings;
  const { uri, name, keyBytes, ivBytes } = ciphers[cipher];
  const key = randomBytes(keyBytes);
  const iv = randomBytes(ivBytes);
  const value = tamper(Buffer.concat([iv, ...sealed(Buffer.from(plain), name, key, iv)])).toString('base64');
  const { uri: how, inside, options } = transports[transport];
  const encryptedKey =
    `<xenc:EncryptedKey xmlns:xenc="${xmlenc}"><xenc:EncryptionMethod Algorithm="${how}">${inside}</xenc:EncryptionMethod>` +
    `<xenc:CipherData><xenc:CipherValue>${publicEncrypt({ key: publicKey, ...options }, key).toString('base64')}` +
    '</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>';
  const reference = '<ds:RetrievalMethod URI="#_key"/>';
  return edit(
    '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">' +
      `<xenc:EncryptedData xmlns:xenc="${xmlenc}" Type="${xmlenc}Element"><xenc:EncryptionMethod Algorithm="${uri}"/>` +
      `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${keyPlace === 'within' ? encryptedKey : reference}` +
      `</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>` +
      `${keyPlace === 'beside' ? encryptedKey : ''}</saml:EncryptedAssertion>`,
  );
}

function sealed(plain: Buffer, name: string, key: Buffer, iv: Buffer): Buffer[] {
  if (!name.endsWith('gcm')) {
    const cipher = createCipheriv(name, key, iv);
    return [cipher.update(plain), cipher.final()];
  }
  const cipher = createCipheriv(name as CipherGCMTypes, key, iv);
  return [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
}
