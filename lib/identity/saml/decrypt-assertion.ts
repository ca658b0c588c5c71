// An EncryptedAssertion, opened with the operator's key. Authenticated encryption only: with CBC or PKCS #1 v1.5 every
// answer of ours would help somebody to read a stranger's assertion, so they are refused unopened, and every failure
// sounds the same.
// Source: XML Encryption 1.1 §5.2.4, §5.5.2; SAML Core §2.3.4.

import { type CipherGCMTypes, constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto';
import { Refusal } from '../../refusal.ts';
import { ns } from './names.ts';
import { attributeOf, childrenOf, isNamed, textOf, withoutDeclaration } from './strict-xml.ts';

const ciphers = new Map<string, { readonly name: CipherGCMTypes; readonly keyBytes: number }>([
  [`${ns.encryption11}aes128-gcm`, { name: 'aes-128-gcm', keyBytes: 16 }],
  [`${ns.encryption11}aes192-gcm`, { name: 'aes-192-gcm', keyBytes: 24 }],
  [`${ns.encryption11}aes256-gcm`, { name: 'aes-256-gcm', keyBytes: 32 }],
]);

const hashes = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

const ivBytes = 12;
const tagBytes = 16;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const notDecrypted = () => new Refusal('assertion_not_decrypted');

/** The XML text of the assertion within. Throws one and the same `Refusal` whatever is wrong. */
export function decryptAssertion(encrypted: Element, key: KeyObject | undefined): string {
  if (!key) throw new Refusal('assertion_not_decrypted', { why: 'no key is configured' });
  try {
    return open(encrypted, key);
  } catch {
    throw notDecrypted();
  }
}

function open(encrypted: Element, key: KeyObject): string {
  const [data, besides, ...more] = childrenOf(encrypted);
  if (!isNamed(data, ns.encryption, 'EncryptedData') || more.length > 0) throw notDecrypted();
  const [method, keyInfo, cipherData] = childrenOf(data);
  if (!isNamed(method, ns.encryption, 'EncryptionMethod') || !isNamed(keyInfo, ns.signature, 'KeyInfo')) {
    throw notDecrypted();
  }
  const cipher = ciphers.get(attributeOf(method, 'Algorithm') ?? '');
  const encryptedKey = besides ?? childrenOf(keyInfo).find((each) => isNamed(each, ns.encryption, 'EncryptedKey'));
  if (!cipher || !isNamed(encryptedKey, ns.encryption, 'EncryptedKey')) throw notDecrypted();
  const contentKey = openKey(encryptedKey, key);
  const bytes = cipherValue(cipherData);
  if (contentKey.length !== cipher.keyBytes || bytes.length <= ivBytes + tagBytes) throw notDecrypted();
  const decipher = createDecipheriv(cipher.name, contentKey, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const opened = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
  return withoutDeclaration(utf8.decode(opened));
}

function openKey(encryptedKey: Element, key: KeyObject): Buffer {
  const children = childrenOf(encryptedKey);
  const method = children.find((each) => isNamed(each, ns.encryption, 'EncryptionMethod'));
  const cipherData = children.find((each) => isNamed(each, ns.encryption, 'CipherData'));
  if (!method) throw notDecrypted();
  const digest = childrenOf(method).find((each) => isNamed(each, ns.signature, 'DigestMethod'));
  const mask = childrenOf(method).find((each) => isNamed(each, ns.encryption11, 'MGF'));
  const oaepHash = hashes.get((digest && attributeOf(digest, 'Algorithm')) ?? 'http://www.w3.org/2000/09/xmldsig#sha1');
  const maskHash = (mask && attributeOf(mask, 'Algorithm')?.replace(`${ns.encryption11}mgf1`, '')) ?? 'sha1';
  const algorithm = attributeOf(method, 'Algorithm');
  const isOaep = algorithm === `${ns.encryption}rsa-oaep-mgf1p` || algorithm === `${ns.encryption11}rsa-oaep`;
  // Node uses one hash for both.
  if (!isOaep || oaepHash === undefined || oaepHash !== maskHash) throw notDecrypted();
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, cipherValue(cipherData));
}

function cipherValue(cipherData: Element | undefined): Buffer {
  const [value, ...more] = cipherData ? childrenOf(cipherData) : [];
  if (!isNamed(value, ns.encryption, 'CipherValue') || more.length > 0) throw notDecrypted();
  return Buffer.from((textOf(value) ?? '').replace(/\s/g, ''), 'base64');
}
