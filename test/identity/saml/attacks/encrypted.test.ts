import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { proveSamlResponse, type ServiceProvider } from '../../../../lib/identity/saml/saml-provider.ts';
import { Refusal, refusals } from '../../../../lib/refusal.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { anXmlId, aSamlIdp, proofOf, type ResponseSettings, samlProvidersOf, us } from '../../../kit/saml-idp.ts';
import { type EncryptSettings, encrypted } from '../../../kit/xml-encrypter.ts';
import { all, type Edit, element, putAfter, putBefore, removing, replacing, twice } from './edits.ts';
import { attacksOn } from './families.ts';

const idp = await aSamlIdp();
const attacker = await aSamlIdp();
const other = await aSamlIdp({ entityId: 'https://idp.other.example/saml' });
const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength });
const { privateKey: decryptionKey, publicKey } = rsa();
const stranger = rsa().publicKey;

const providers = samlProvidersOf(idp.provider(), other.provider({ name: 'other' }));
const opening = { providers, us: { ...us, decryptionKey } };
const { attack, control } = attacksOn(opening);

const make =
  (encrypt: Partial<EncryptSettings> = {}, settings: ResponseSettings = {}, by = idp) =>
  () =>
    by.response({ ...settings, encrypt: { publicKey, ...encrypt } });

/** A response with exactly this in the place of the assertion. */
const around =
  (inside: string, settings: ResponseSettings = {}) =>
  () =>
    idp.response({
      sign: 'none',
      ...settings,
      edit: replacing(/<saml:Assertion[ >].*<\/saml:Assertion>/s, inside),
    });
const sealing = (plain: string) => around(encrypted(plain, { publicKey }));

const flipped = (at: number) => (bytes: Buffer) => {
  const changed = Buffer.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
};

/** Changes the base64 of the nth CipherValue. */
const cipherValue =
  (nth: number, change: (base64: string) => string): Edit =>
  (xml) => {
    let seen = 0;
    return xml.replace(/(?<=<xenc:CipherValue>)[^<]*/g, (found) => (seen++ === nth ? change(found) : found));
  };
const ofKey = 0;
const ofData = 1;
const bytesIn = (change: (bytes: Buffer) => Buffer) => (base64: string) =>
  change(Buffer.from(base64, 'base64')).toString('base64');

const signedAssertion = () => /<saml:Assertion[ >].*<\/saml:Assertion>/s.exec(idp.responseXml())?.[0] ?? '';

describe('case 68: an encrypted assertion is opened', () => {
  for (const cipher of ['aes128-gcm', 'aes192-gcm', 'aes256-gcm'] as const) {
    for (const transport of ['oaep-sha1', 'oaep-unsaid', 'oaep-sha256'] as const) {
      control(`${cipher}, ${transport}`, make({ cipher, transport }));
    }
  }
  control('with its key beside it', make({ keyPlace: 'beside' }));
  control('in a signed Response', make({}, { sign: 'both' }));
  control(
    'with base64 in lines',
    make({ edit: (xml) => xml.replace(/(?<=<xenc:CipherValue>)[^<]*/g, (text) => text.replaceAll(/.{76}/g, '$&\n')) }),
  );
});

describe('case 68: what cannot be opened', () => {
  const code = 'assertion_not_decrypted';

  attack(68, 'no key is configured', make(), code, { us });
  attack(68, 'for another key', make({ publicKey: stranger }), code);
  attack(68, 'the configured key is another', make(), code, { us: { ...us, decryptionKey: rsa().privateKey } });

  for (const cipher of ['aes128-cbc', 'aes256-cbc', 'tripledes'] as const) {
    attack(68, `${cipher}, though all of it is right`, make({ cipher }), code);
    attack(68, `${cipher}, in a signed Response`, make({ cipher }, { sign: 'both' }), code);
  }
  attack(68, 'RSA PKCS #1 v1.5, though all of it is right', make({ transport: 'rsa-1_5' }), code);
  attack(68, 'RSA PKCS #1 v1.5 and CBC', make({ transport: 'rsa-1_5', cipher: 'aes128-cbc' }), code);
  attack(68, 'OAEP that says it is PKCS #1 v1.5', make({ edit: replacing('rsa-oaep-mgf1p', 'rsa-1_5') }), code);
  attack(
    68,
    'PKCS #1 v1.5 that says it is OAEP',
    make({ transport: 'rsa-1_5', edit: replacing('rsa-1_5', 'rsa-oaep-mgf1p') }),
    code,
  );
  attack(
    68,
    'CBC that says it is GCM',
    make({
      cipher: 'aes256-cbc',
      edit: replacing('http://www.w3.org/2001/04/xmlenc#aes256-cbc', 'http://www.w3.org/2009/xmlenc11#aes256-gcm'),
    }),
    code,
  );
  attack(
    68,
    'GCM that says it is CBC',
    make({
      edit: replacing('http://www.w3.org/2009/xmlenc11#aes256-gcm', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'),
    }),
    code,
  );
  attack(68, 'a longer key than the cipher has', make({ edit: replacing('aes256-gcm', 'aes128-gcm') }), code);
  attack(
    68,
    'a shorter key than the cipher has',
    make({ cipher: 'aes128-gcm', edit: replacing('aes128-gcm', 'aes256-gcm') }),
    code,
  );
  for (const algorithm of [
    '',
    'aes256-gcm',
    'http://www.w3.org/2009/xmlenc11#AES256-GCM',
    'http://www.w3.org/2007/05/xmldsig-more#chacha20-poly1305',
    '__proto__',
    'constructor',
    'none',
  ]) {
    attack(
      68,
      `the cipher ${algorithm || 'of no name'}`,
      make({ edit: replacing('http://www.w3.org/2009/xmlenc11#aes256-gcm', algorithm) }),
      code,
    );
  }
  for (const algorithm of [
    '',
    'http://www.w3.org/2001/04/xmlenc#kw-aes128',
    'http://www.w3.org/2001/04/xmlenc#RSA-OAEP-MGF1P',
    '__proto__',
  ]) {
    attack(
      68,
      `the transport ${algorithm || 'of no name'}`,
      make({ edit: replacing('http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p', algorithm) }),
      code,
    );
  }
  for (const digest of [
    'http://www.w3.org/2001/04/xmlenc#sha256',
    'http://www.w3.org/2001/04/xmldsig-more#md5',
    '',
    '__proto__',
    'constructor',
  ]) {
    attack(
      68,
      `another hash of OAEP: ${digest || 'none'}`,
      make({ edit: replacing('http://www.w3.org/2000/09/xmldsig#sha1', digest) }),
      code,
    );
  }
  attack(
    68,
    'another mask of OAEP',
    make({ transport: 'oaep-sha256', edit: replacing('mgf1sha256', 'mgf1sha1') }),
    code,
  );

  attack(68, 'another IV', make({ tamper: flipped(0) }), code);
  attack(68, 'another first byte', make({ tamper: flipped(12) }), code);
  attack(68, 'another byte in the middle', make({ tamper: flipped(1000) }), code);
  attack(68, 'another tag', make({ tamper: flipped(-1) }), code);
  attack(68, 'another tag, at its start', make({ tamper: flipped(-16) }), code);
  attack(68, 'no tag', make({ tamper: (bytes) => bytes.subarray(0, -16) }), code);
  attack(68, 'a tag of 4 bytes', make({ tamper: (bytes) => bytes.subarray(0, -12) }), code);
  attack(68, 'a tag of 15 bytes', make({ tamper: (bytes) => bytes.subarray(0, -1) }), code);
  attack(68, 'a byte more', make({ tamper: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) }), code);
  attack(68, 'only an IV and a tag', make({ tamper: (bytes) => bytes.subarray(0, 28) }), code);
  attack(68, 'only an IV', make({ tamper: (bytes) => bytes.subarray(0, 12) }), code);
  attack(68, 'nothing', make({ tamper: () => Buffer.alloc(0) }), code);
  attack(68, 'an IV of nothing', make({ tamper: (bytes) => bytes.subarray(12) }), code);
  attack(68, 'an encryption of nothing', around(encrypted('', { publicKey })), code);

  attack(68, 'another byte of the key', make({ edit: cipherValue(ofKey, bytesIn(flipped(10))) }), code);
  attack(
    68,
    'a key cut short',
    make({
      edit: cipherValue(
        ofKey,
        bytesIn((bytes) => bytes.subarray(0, -1)),
      ),
    }),
    code,
  );
  attack(
    68,
    'a key too long',
    make({
      edit: cipherValue(
        ofKey,
        bytesIn((bytes) => Buffer.concat([bytes, bytes])),
      ),
    }),
    code,
  );
  attack(
    68,
    'a key of zeros',
    make({
      edit: cipherValue(
        ofKey,
        bytesIn((bytes) => Buffer.alloc(bytes.length)),
      ),
    }),
    code,
  );
  attack(
    68,
    'a key larger than the modulus',
    make({
      edit: cipherValue(
        ofKey,
        bytesIn((bytes) => Buffer.alloc(bytes.length, 255)),
      ),
    }),
    code,
  );
  attack(68, 'a key that is not base64', make({ edit: cipherValue(ofKey, () => '!!!') }), code);
  attack(68, 'an empty key', make({ edit: cipherValue(ofKey, () => '') }), code);
  attack(68, 'data that is not base64', make({ edit: cipherValue(ofData, () => '!!!') }), code);

  const encryptedKey = /<xenc:EncryptedKey .*<\/xenc:EncryptedKey>/s;
  const encryptedData = /<xenc:EncryptedData .*<\/xenc:EncryptedData>/s;
  attack(68, 'without a key', make({ edit: removing(encryptedKey) }), code);
  attack(68, 'without data', make({ edit: removing(encryptedData) }), code);
  attack(68, 'with data twice', make({ edit: twice(encryptedData) }), code);
  attack(68, 'with something after its key', make({ keyPlace: 'beside', edit: twice(encryptedKey) }), code);
  attack(
    68,
    'with the key after something',
    make({ keyPlace: 'beside', edit: putBefore(encryptedKey, '<saml:X/>') }),
    code,
  );
  attack(
    68,
    'with an assertion beside it, within',
    make({ edit: putAfter('</xenc:EncryptedData>', '<saml:Assertion/>') }),
    code,
  );
  attack(68, 'without a method', make({ edit: removing(/<xenc:EncryptionMethod Algorithm="[^"]*gcm"\/>/) }), code);
  attack(68, 'without KeyInfo', make({ keyPlace: 'beside', edit: removing(/<ds:KeyInfo .*<\/ds:KeyInfo>/s) }), code);
  attack(
    68,
    'with its parts in another order',
    make({
      edit: (xml) =>
        xml.replace(
          /(<ds:KeyInfo .*<\/ds:KeyInfo>)(<xenc:CipherData>.*?<\/xenc:CipherData>)(?=<\/xenc:EncryptedData>)/s,
          '$2$1',
        ),
    }),
    code,
  );
  attack(
    68,
    'with two values',
    make({ edit: twice(/<xenc:CipherValue>[^<]*<\/xenc:CipherValue>(?=<\/xenc:CipherData><\/xenc:EncryptedData>)/) }),
    code,
  );
  attack(
    68,
    'by reference',
    make({
      edit: (xml) =>
        xml.replaceAll(
          /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/g,
          '<xenc:CipherReference URI="http://169.254.169.254/"/>',
        ),
    }),
    code,
  );
  attack(
    68,
    'with an element in its value',
    make({
      edit: (xml) =>
        xml.replaceAll(
          /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/g,
          '<xenc:CipherValue><saml:X/></xenc:CipherValue>',
        ),
    }),
    code,
  );
  attack(
    68,
    'of another namespace',
    make({ edit: (xml) => xml.replaceAll('http://www.w3.org/2001/04/xmlenc#"', 'urn:x"') }),
    code,
  );
  attack(68, 'empty', around('<saml:EncryptedAssertion/>'), code);
});

describe('case 68: what is inside', () => {
  const code = 'assertion_not_decrypted';
  const inside: readonly (readonly [name: string, plain: string])[] = [
    ['a letter', 'x'],
    ['garbage', '\u0000\u0001\u0002'],
    ['JSON', '{}'],
    ['a tag that does not end', '<saml:Assertion'],
    ['two assertions', signedAssertion() + signedAssertion()],
    ['an assertion and text', `${signedAssertion()}x`],
    ['a comment', signedAssertion().replace('alice@', 'alice@<!-- -->')],
    ['a DOCTYPE', `<!DOCTYPE a>${signedAssertion()}`],
    ['an entity', `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>${signedAssertion()}`],
    ['an undeclared prefix', '<x:Assertion/>'],
    ['a Response', idp.responseXml()],
    ['an assertion of another namespace', '<Assertion xmlns="urn:x"/>'],
    ['a bomb', `<a xmlns="urn:a">${'<b/>'.repeat(5000)}</a>`],
    ['an encrypted one', encrypted(signedAssertion(), { publicKey })],
  ];
  for (const [name, plain] of inside) attack(68, `${name} inside`, sealing(plain), code);

  attack(68, 'bytes that are no UTF-8 inside', around(encrypted(Buffer.from([0x3c, 0xff]), { publicKey })), code);
  attack(
    68,
    'UTF-16 inside',
    around(encrypted(Buffer.from(`\ufeff${signedAssertion()}`, 'utf16le'), { publicKey })),
    code,
  );

  attack(68, 'nothing signed inside', make({}, { sign: 'none' }), 'signature_missing');
  attack(68, 'nothing signed inside a signed Response', make({}, { sign: 'response' }), 'signature_missing');
  attack(68, 'changed inside', sealing(signedAssertion().replaceAll('alice@', 'mallory@')), 'signature_invalid');
  attack(68, 'an attacker’s assertion inside', make({}, { issuer: idp.entityId }, attacker), 'signature_invalid');
  attack(
    68,
    'an attacker’s assertion, with its certificate, inside',
    make({}, { keyInfo: 'own' }, attacker),
    'signature_invalid',
  );
  attack(
    68,
    'the other provider’s assertion that says it is ours',
    make({}, { issuer: idp.entityId }, other),
    'signature_invalid',
  );
  attack(68, 'an unknown issuer inside', make({}, { issuer: 'https://idp.unknown.example' }), 'issuer_unknown');
  attack(
    68,
    'an assertion without an Issuer inside',
    sealing('<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
    'response_malformed',
  );
  attack(
    68,
    'the signature of something else inside',
    () => {
      const id = anXmlId();
      const plain = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}"><saml:Issuer>${idp.entityId}</saml:Issuer>${signedAssertion()}</saml:Assertion>`;
      return sealing(plain)();
    },
    ['signature_missing', 'response_malformed'],
  );

  attack(68, 'expired inside', make({}, { until: -300, from: -600 }), 'assertion_expired');
  attack(68, 'for another audience inside', make({}, { audience: 'urn:amazon:webservices' }), 'audience_mismatch');
  attack(
    68,
    'for another recipient inside',
    make({}, { recipient: 'https://other.example/acs' }),
    'recipient_mismatch',
  );
  attack(68, 'not asked for inside', make({}, { inResponseTo: null }), 'sign_in_unsolicited');
  attack(68, 'of another request inside', make({}, { inResponseTo: '_other' }), 'sign_in_not_begun_here');
  attack(68, 'another Response issuer outside', make({}, { responseIssuer: other.entityId }), 'issuer_unknown');
  attack(
    68,
    'no success outside',
    make({}, { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
    'sign_in_declined',
  );
});

describe('case 68: besides', () => {
  const assertion = /<saml:Assertion[ >].*<\/saml:Assertion>/s;
  const evil = () => signedAssertion().replaceAll('alice@', 'mallory@');
  const encryptedAssertion = element('EncryptedAssertion');

  attack(
    46,
    'an encrypted assertion and a plain one before',
    make({}, { after: (xml) => putBefore(encryptedAssertion, evil())(xml) }),
    'response_malformed',
  );
  attack(
    46,
    'an encrypted assertion and a plain one after',
    make({}, { after: (xml) => putBefore('</samlp:Response>', evil())(xml) }),
    'response_malformed',
  );
  attack(
    46,
    'an encrypted assertion and a genuine one',
    make({}, { after: (xml) => putBefore('</samlp:Response>', signedAssertion())(xml) }),
    'response_malformed',
  );
  attack(46, 'two encrypted ones', make({}, { after: twice(encryptedAssertion) }), 'response_malformed');
  attack(
    46,
    'a plain assertion within the encrypted one',
    make(
      {},
      {
        after: (xml) =>
          putAfter('<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">', evil())(xml),
      },
    ),
    'assertion_not_decrypted',
  );
  attack(
    46,
    'a plain assertion in KeyInfo',
    make({}, { after: (xml) => putBefore('<xenc:EncryptedKey ', evil())(xml) }),
    'response_malformed',
  );
  attack(
    46,
    'the genuine signature in the wrapper, the encrypted assertion without one',
    () => {
      const xml = idp.responseXml();
      const [plain = ''] = assertion.exec(xml) ?? [];
      const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(plain)?.[0] ?? '';
      const sealed = encrypted(plain.replace(signature, '').replaceAll('alice@', 'mallory@'), { publicKey });
      return Buffer.from(all(replacing(assertion, sealed), putBefore('<samlp:Status>', signature))(xml)).toString(
        'base64',
      );
    },
    ['signature_missing', 'response_malformed'],
  );
  attack(
    68,
    'exchanged in a signed Response',
    make(
      {},
      { sign: 'both', after: (xml) => replacing(encryptedAssertion, encrypted(signedAssertion(), { publicKey }))(xml) },
    ),
    'signature_invalid',
  );
  attack(
    68,
    'encrypted after the Response was signed',
    () =>
      idp.response({
        sign: 'both',
        after: (xml) => replacing(assertion, (plain) => encrypted(plain, { publicKey }))(xml),
      }),
    'signature_invalid',
  );
});

describe('case 68: nobody outside learns', () => {
  /** What a caller hears, and what the audit line keeps. */
  const heard = (samlResponse: string, serviceProvider: ServiceProvider = opening.us) => {
    try {
      proveSamlResponse(proofOf(samlResponse), providers, serviceProvider, aMoment);
      return 'accepted';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { told: refusals[error.code], code: error.code, detail: error.detail, cause: error.cause };
    }
  };

  const wrong: readonly (readonly [name: string, make: () => string])[] = [
    ['the key is for another', make({ publicKey: stranger })],
    ['the padding of the key', make({ edit: cipherValue(ofKey, bytesIn(flipped(10))) })],
    ['the key has another length', make({ edit: replacing('aes256-gcm', 'aes128-gcm') })],
    ['the transport is not allowed', make({ transport: 'rsa-1_5' })],
    ['the cipher is not allowed', make({ cipher: 'aes128-cbc' })],
    ['the padding of CBC', make({ cipher: 'aes128-cbc', tamper: flipped(-1) })],
    ['the tag', make({ tamper: flipped(-1) })],
    ['the text inside is not UTF-8', around(encrypted(Buffer.from('<a>\xff</a>', 'latin1'), { publicKey }))],
    ['the text inside is not XML', sealing('x')],
    ['the text inside is no assertion', sealing('<x xmlns="urn:x"/>')],
  ];
  test.each(wrong)('whether it is %s', (_name, response) => {
    expect(heard(response())).toEqual({
      told: refusals.signature_invalid,
      code: 'assertion_not_decrypted',
      detail: {},
      cause: undefined,
    });
  });

  test.each<[name: string, make: () => string]>([
    ['no signature inside', make({}, { sign: 'none' })],
    ['a forged signature inside', make({}, {}, attacker)],
    ['an unknown issuer inside', make({}, { issuer: 'https://idp.unknown.example' })],
    [
      'an assertion inside that is none',
      sealing('<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>'),
    ],
  ])('that it was opened and has %s', (_name, response) => {
    expect(heard(response())).toMatchObject({ told: refusals.assertion_not_decrypted });
  });

  test('whether a key is configured', () => {
    expect(heard(make()(), us)).toMatchObject({ told: refusals.assertion_not_decrypted });
  });

  test('what was inside, from the audit line either', () => {
    const secret = 'a-secret-of-alice';
    for (const plain of [secret, `<x xmlns="urn:x">${secret}`, `<x xmlns="urn:x">${secret}</x>`]) {
      expect(JSON.stringify(heard(sealing(plain)()))).not.toContain(secret);
    }
  });
});
