import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { longestMetadataCharacters, readIdpMetadata } from '../../../../lib/identity/saml/metadata/idp-metadata.ts';
import {
  aCertificate,
  aDescriptor,
  aKeyDescriptor,
  type MetadataSettings,
  metadataNs,
  postBinding,
  redirectBinding,
  signatureNs,
  someMetadata,
} from '../../../kit/idp-metadata.ts';
import { aMoment } from '../../../kit/issuer.ts';

const later = (days: number) => new Date(aMoment.getTime() + days * 86_400_000);
const [one, other, ec, expired, longExpired, future, weak] = await Promise.all([
  aCertificate(),
  aCertificate(),
  aCertificate({ kind: 'ec', curve: 'P-384' }),
  aCertificate({ from: later(-20), until: later(-10) }),
  aCertificate({ from: later(-40), until: later(-30) }),
  aCertificate({ from: later(10), until: later(20) }),
  aCertificate({ bits: 1024 }),
]);

const signing = (...certificates: readonly string[]) => [{ certificates }];
/** Long enough for IAM, whatever is left out. */
function documentOf(settings: MetadataSettings = {}): string {
  const xml = someMetadata({ keys: signing(one), ...settings });
  return xml.length < 1000 ? `${xml}<!--${' '.repeat(1000 - xml.length)}-->` : xml;
}
const read = (xml: string, now = aMoment) => readIdpMetadata(xml, now);
const readWith = (settings: MetadataSettings = {}) => read(documentOf(settings));

const plain = {
  entityId: 'https://idp.acme.example/saml',
  singleSignOnService: 'https://idp.acme.example/sso',
  certificates: [one],
  wantsSignedRequests: false,
};

describe('metadata', () => {
  test('comes to who the provider is, where browsers go and which keys sign', () => {
    expect(readWith()).toStrictEqual(plain);
  });

  test('says whether requests must be signed', () => {
    expect(readWith({ descriptorAttributes: ' WantAuthnRequestsSigned="true"' }).wantsSignedRequests).toBe(true);
    expect(readWith({ descriptorAttributes: ' WantAuthnRequestsSigned="false"' }).wantsSignedRequests).toBe(false);
  });

  test.each([
    ['an XML declaration', { before: '<?xml version="1.0" encoding="UTF-8"?>\n' }],
    ['comments', { before: '<!-- of the provider -->', inRoot: '<!-- and here -->', inDescriptor: '<!---->' }],
    ['line ends and tabs', { inRoot: '\r\n\t', inDescriptor: '\n' }],
    ['extensions', { inRoot: '<Extensions><x xmlns="urn:x">y</x></Extensions>' }],
  ])('may have %s', (_, settings) => {
    expect(readWith(settings)).toStrictEqual(plain);
  });

  test('takes the redirect binding among others', () => {
    const services = [
      [postBinding, 'https://idp.acme.example/post'],
      [redirectBinding, 'https://idp.acme.example/sso?a=b&amp;c=d'],
      ['urn:oasis:names:tc:SAML:2.0:bindings:SOAP', 'https://idp.acme.example/soap'],
    ] as const;
    expect(readWith({ services }).singleSignOnService).toBe('https://idp.acme.example/sso?a=b&c=d');
  });

  test('is the provider’s, also where it is a service provider too', () => {
    const inRoot = `<SPSSODescriptor protocolSupportEnumeration="p">${aKeyDescriptor({ certificates: [other] })}<AssertionConsumerService Binding="${postBinding}" Location="https://idp.acme.example/acs" index="0"/></SPSSODescriptor>`;
    expect(readWith({ inRoot })).toStrictEqual(plain);
  });
});

describe('case 69: certificates', () => {
  const certificatesIn = (keys: MetadataSettings['keys'] = []) => readWith({ keys }).certificates;

  test.each<[what: string, keys: MetadataSettings['keys'], expected: readonly string[]]>([
    ['one that signs', [{ certificates: [one] }], [one]],
    ['one without a use', [{ use: null, certificates: [one] }], [one]],
    [
      'two without a use',
      [null, null].map((use, at) => ({ use, certificates: [[one, other][at] ?? ''] })),
      [one, other],
    ],
    ['two in two descriptors', [{ certificates: [one] }, { certificates: [other] }], [one, other]],
    ['two in one descriptor', [{ certificates: [one, other] }], [one, other]],
    [
      'one that signs and one that encrypts',
      [{ certificates: [one] }, { use: 'encryption', certificates: [other] }],
      [one],
    ],
    ['one that encrypts first', [{ use: 'encryption', certificates: [other] }, { certificates: [one] }], [one]],
    ['one twice', [{ certificates: [one] }, { certificates: [one] }], [one]],
    ['an elliptic one', [{ certificates: [ec] }], [ec]],
    ['one of two expired', [{ certificates: [expired] }, { certificates: [one] }], [expired, one]],
    ['one of two not yet valid', [{ certificates: [one] }, { certificates: [future] }], [one, future]],
    ['a weak one that only encrypts', [{ certificates: [one] }, { use: 'encryption', certificates: [weak] }], [one]],
    ['rubbish that only encrypts', [{ certificates: [one] }, { use: 'encryption', certificates: ['none'] }], [one]],
  ])('%s are read', (_, keys, expected) => {
    expect(certificatesIn(keys)).toEqual(expected);
  });

  test('may be broken into lines', () => {
    const lines = `\n        ${one.replace(/.{64}/g, '$&\r\n\t')}\n`;
    expect(certificatesIn([{ certificates: [lines] }])).toEqual([one]);
  });

  test('are ten at most', async () => {
    const many = await Promise.all(Array.from({ length: 11 }, () => aCertificate({ kind: 'ec' })));
    expect(certificatesIn([{ certificates: many.slice(1) }])).toHaveLength(10);
    expect(() => certificatesIn([{ certificates: many }])).toThrow('11 certificates for signing');
  });

  test.each<[what: string, keys: MetadataSettings['keys'], why: string]>([
    ['no key', [], 'no certificate for signing'],
    ['a key only for encryption', [{ use: 'encryption', certificates: [one] }], 'no certificate for signing'],
    ['a key for another use', [{ use: 'Signing', certificates: [one] }], 'no certificate for signing'],
    ['a key without a certificate', [{ certificates: [] }], 'no certificate for signing'],
    ['one that has expired', [{ certificates: [expired] }], `to ${later(-10).toISOString()}`],
    ['two that have expired', [{ certificates: [longExpired, expired] }], `to ${later(-10).toISOString()}`],
    ['one that only begins later', [{ certificates: [future] }], 'no certificate that is valid now'],
    ['a weak one', [{ certificates: [weak] }], '1024 bit'],
    ['a weak one beside a strong one', [{ certificates: [one] }, { certificates: [weak] }], '1024 bit'],
    ['an empty one', [{ certificates: [''] }], 'a certificate that is none'],
    ['one that is none', [{ certificates: ['bm9uZQ=='] }], 'a certificate that is none'],
    ['one that is no base64', [{ certificates: ['%%%'] }], 'a certificate that is none'],
    ['half of one', [{ certificates: [one.slice(0, 400)] }], 'a certificate that is none'],
  ])('%s: refused, and it says why', (_, keys, why) => {
    expect(() => certificatesIn(keys)).toThrow(why);
  });

  test('that only begin later are read beside one that is valid', () => {
    expect(certificatesIn([{ certificates: [one, future] }])).toEqual([one, future]);
  });

  test('elsewhere in the document count for nothing', () => {
    const inRoot = `<Extensions>${aKeyDescriptor({ certificates: [other] })}</Extensions>`;
    expect(readWith({ inRoot }).certificates).toEqual([one]);
    const keyed = `<Extensions><ds:X509Certificate xmlns:ds="${signatureNs}">${other}</ds:X509Certificate></Extensions>`;
    expect(readWith({ inDescriptor: keyed }).certificates).toEqual([one]);
  });

  test('are read past a comment within them', () => {
    expect(certificatesIn([{ certificates: [`${one.slice(0, 64)}<!-- a -->${one.slice(64)}`] }])).toEqual([one]);
  });
});

describe('case 69: a key of a kind that no assertion may be signed with', () => {
  // Self-signed with openssl, until 2126: our own maker of certificates knows RSA and the NIST curves only.
  const made: Readonly<Record<string, string>> = {
    secp256k1:
      'MIIBbDCCARKgAwIBAgIUP11QZg8ZgQ1re184Q0HnOCSrmtUwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYTAgFw0yNjExMjIwMjA0' +
      'MzlaGA8yMTI2MTAyOTAyMDQzOVowDDEKMAgGA1UEAwwBYTBWMBAGByqGSM49AgEGBSuBBAAKA0IABG4Doma0926/cgqk9gdbKeQK' +
      'sl/IHDUidww7vpWFFg200P8yYGf9h9CBR0vdzFNjdwUkiisFSucuu5wdfLPzO5yjUzBRMB0GA1UdDgQWBBTU7yhKgXqZizxHXyqk' +
      'uQMW/J8mVjAfBgNVHSMEGDAWgBTU7yhKgXqZizxHXyqkuQMW/J8mVjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUC' +
      'IFkDlsyQ43PPPIIGwXQWoocVwFuNZjKm71a/wuuV1GhkAiEAiQ4QhpJlquFZRm7Ww2Pd/icKqM7J4Yk/Q78pyycL14g=',
    ed25519:
      'MIIBLjCB4aADAgECAhRguvOb7OU6zE3r4a2UCUh+04RE2DAFBgMrZXAwDDEKMAgGA1UEAwwBYTAgFw0yNjExMjIwMjA0MzlaGA8y' +
      'MTI2MTAyOTAyMDQzOVowDDEKMAgGA1UEAwwBYTAqMAUGAytlcAMhAJQO+XCrHfzbWEub/zad7HQvjtOxYUK40ZAAKhzkLevfo1Mw' +
      'UTAdBgNVHQ4EFgQUfTXh79n7tcgrssTi8IV7RGc/2MAwHwYDVR0jBBgwFoAUfTXh79n7tcgrssTi8IV7RGc/2MAwDwYDVR0TAQH/' +
      'BAUwAwEB/zAFBgMrZXADQQAm9f6yvsAZe4PMpe+bU5/iWM9jLWGmsIzBf4MYPluBVIAQpklW3QTnfCbXbVjM2YcjUNSqOUHQVw63' +
      'hvJr6SIC',
    ed448:
      'MIIBeTCB+qADAgECAhQI552feEo9X3RSEy2+hDrgqLYFyzAFBgMrZXEwDDEKMAgGA1UEAwwBYTAgFw0yNjExMjIwMjA0MzlaGA8y' +
      'MTI2MTAyOTAyMDQzOVowDDEKMAgGA1UEAwwBYTBDMAUGAytlcQM6AJCbSHQxXlH1KHTGP6j/DLcxpoPuOCtY4Dal94p1BuE8ANkf' +
      'BnQxHgjchfdNV/8fLcITLK4bZ6RsgKNTMFEwHQYDVR0OBBYEFMknOlBONGJDArHxIfLKq4KZf51DMB8GA1UdIwQYMBaAFMknOlBO' +
      'NGJDArHxIfLKq4KZf51DMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VxA3MAwK9uGVnVyli1f7DdXBisbLFmi3Igmz3NtRdYCj0c7wZE' +
      'kN3EJRl5Sh5ofdTvzwkF3YC4Pm1CbigAck2Ra/2Yd0e3AFS3voacKN95pOg9MjXJ1V3wXwZwSfO7GE8I+w7TT7k5xmMxzozpWJdD' +
      'nNDQgSAA',
  };

  test.each(Object.entries(made))('%s is refused, and it says why', (kind, certificate) => {
    expect(() => readWith({ keys: signing(certificate) })).toThrow(kind);
    expect(() => readWith({ keys: signing(one, certificate) })).toThrow(kind);
  });
});

describe('what is no metadata of one identity provider', () => {
  const md = `xmlns="${metadataNs}"`;
  const filler = `<!--${' '.repeat(1000)}-->`;
  const one1 = documentOf();

  test.each<[what: string, xml: string, why: string | RegExp]>([
    ['nothing', '', '0 characters'],
    ['999 characters', `<EntityDescriptor ${md} entityID="a"/>`.padEnd(999), '999'],
    ['a character too many', one1 + ' '.repeat(longestMetadataCharacters - one1.length + 1), 'at most 1000000'],
    ['a byte order mark', `\ufeff${one1}`, 'byte order mark'],
    ['a DTD', `<!DOCTYPE EntityDescriptor>${one1}`, 'DTD'],
    ['a DTD in small letters', `<!doctype a>${one1}`, 'DTD'],
    ['an entity', `<!DOCTYPE a [<!ENTITY b "c">]>${one1.replace('sso', '&b;')}`, 'DTD'],
    ['a file as an entity', `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>${one1}`, 'DTD'],
    ['a DTD after the root', `${one1}<!DOCTYPE a>`, 'DTD'],
    ['a CDATA section', one1.replace(one, `<![CDATA[${one}]]>`), 'CDATA'],
    ['an entity that nobody declared', one1.replace('/sso', '/&sso;'), 'a reference to nothing'],
    ['JSON', JSON.stringify({ entityID: 'a'.repeat(1000) }), 'cannot be read as XML'],
    ['a page', `<html><body>${filler}</body></html>`, 'not SAML 2.0 metadata'],
    ['SAML 1.1 metadata', one1.replaceAll('SAML:2.0:metadata', 'SAML:1.1:metadata'), 'not SAML 2.0 metadata'],
    ['no namespace', one1.replace(md, ''), 'not SAML 2.0 metadata'],
    ['half a document', one1.slice(0, -20), 'cannot be read as XML'],
    ['two roots', `${one1}${one1}`, /./],
    ['text after the root', `${one1}a`, /./],
    ['an attribute twice', one1.replace('entityID=', 'entityID="b" entityID='), 'not well formed'],
    ['a prefix that is not declared', one1.replace('<NameIDFormat>', '<x:a/><NameIDFormat>'), /./],
    ['a plain <', one1.replace('unspecified<', 'unspecified< <'), 'not well formed'],
    ['several entities', `<EntitiesDescriptor ${md}>${one1}</EntitiesDescriptor>`, 'several entities'],
    [
      'a service provider',
      `<EntityDescriptor ${md} entityID="a">${filler}<SPSSODescriptor/></EntityDescriptor>`,
      'no IDPSSODescriptor',
    ],
    [
      'two descriptors',
      one1.replace('</EntityDescriptor>', `${aDescriptor({ keys: signing(other) })}</EntityDescriptor>`),
      'several IDPSSODescriptors',
    ],
    [
      'a descriptor as root',
      aDescriptor({ keys: signing(one) }).replace('<IDPSSODescriptor', `<IDPSSODescriptor ${md}`),
      'not the EntityDescriptor',
    ],
    ['no entityID', one1.replace(/ entityID="[^"]*"/, ''), 'no entityID'],
    ['an empty entityID', documentOf({ entityId: '' }), 'no entityID'],
    ['an entityID with space around', documentOf({ entityId: ' https://a ' }), 'no entityID'],
    ['an entityID that is too long', documentOf({ entityId: 'a'.repeat(1025) }), 'no entityID'],
  ])('%s: refused, and it says why', (_, xml, why) => {
    expect(() => read(xml)).toThrow(why);
  });

  test('that is exactly as long or short as it may be is read', () => {
    const padded = (length: number) => documentOf({ before: `<!--${' '.repeat(length - one1.length - 7)}-->` });
    expect(read(padded(longestMetadataCharacters))).toStrictEqual(plain);
    expect(one1.length).toBeGreaterThan(1000);
  });

  test('is an `Error` of one line that does not repeat the document', () => {
    for (const xml of [`${one1}<`, `<!DOCTYPE a>${one1}`, one1.slice(0, 700), documentOf({ keys: [] })]) {
      expect(() => read(xml.padEnd(1000))).toThrow(/^[^\n<]{1,200}$/);
    }
  });

  test('is read by one descriptor, though another of its name be there in another namespace', () => {
    const decoy = aDescriptor({ keys: signing(other), services: [[redirectBinding, 'https://evil.example/sso']] });
    const inRoot = decoy.replace('<IDPSSODescriptor', '<IDPSSODescriptor xmlns="urn:evil"');
    let result: unknown;
    try {
      result = readWith({ inRoot });
    } catch {
      return;
    }
    expect(result).toStrictEqual(plain);
  });
});

describe('where browsers are sent', () => {
  const to =
    (location: string, binding = redirectBinding) =>
    () =>
      readWith({ services: [[binding, location]] });

  test.each([
    'https://idp.acme.example/',
    'https://idp.acme.example:8443/sso?a=b',
    'http://127.0.0.1:8790/sso',
    'http://localhost/sso',
    'http://[::1]:8790/sso',
  ])('may be %s', (location) => {
    expect(to(location)().singleSignOnService).toBe(location);
  });

  test.each([
    'http://idp.acme.example/sso',
    'http://127.0.0.1.evil.example/sso',
    'http://localhost.evil.example/',
    'http://127.0.0.1@evil.example/',
    'javascript:alert(1)',
    'data:text/html,a',
    'ftp://idp.acme.example/',
    '//idp.acme.example/sso',
    '/sso',
    'idp.acme.example',
    'https://idp.acme.example/sso#a',
    'https://',
    '',
  ])('may not be %j', (location) => {
    expect(to(location)).toThrow(/SingleSignOnService/);
  });

  test.each([
    ['POST only', [[postBinding, 'https://idp.acme.example/sso']] as const],
    ['nothing', [] as const],
    ['another spelling', [['urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect-', 'https://a.example/']] as const],
  ])('is refused with %s', (_, services) => {
    expect(() => readWith({ services })).toThrow('no SingleSignOnService with the HTTP-Redirect binding');
  });
});

describe('validUntil', () => {
  const until = (text: string) => ` validUntil="${text}"`;
  const inHour = new Date(aMoment.getTime() + 3_600_000).toISOString();
  const inDay = later(1).toISOString();

  test('is told', () => {
    expect(readWith({ rootAttributes: until(inHour) }).validUntil).toBe(inHour);
    expect(readWith({ descriptorAttributes: until(inHour) }).validUntil).toBe(inHour);
    expect(readWith({ rootAttributes: until('2036-06-01T12:00:00Z') }).validUntil).toBe('2036-06-01T12:00:00.000Z');
  });

  test('is the earlier of the two', () => {
    for (const [root, descriptor] of [
      [inHour, inDay],
      [inDay, inHour],
    ] as const) {
      const settings = { rootAttributes: until(root), descriptorAttributes: until(descriptor) };
      expect(readWith(settings).validUntil).toBe(inHour);
    }
  });

  test('that is past, or this very moment, is refused and told', () => {
    expect(() => readWith({ rootAttributes: until(later(-1).toISOString()) })).toThrow('valid until 2026-05-31');
    expect(() => readWith({ descriptorAttributes: until(aMoment.toISOString()) })).toThrow('valid until 2026-06-01');
  });

  test.each(['never', 'tomorrow', ' ', '2036-13-01T00:00:00Z', 'Infinity', '2036-06-01T25:00:00Z', 'P1D'])(
    '%j is no time, and is refused',
    (text) => {
      expect(() => readWith({ rootAttributes: until(text) })).toThrow('a validUntil that is no time');
      expect(() => readWith({ descriptorAttributes: until(text) })).toThrow('a validUntil that is no time');
    },
  );

  // Source: SAML Core §1.3.3: xs:dateTime in UTC.
  test.each([
    '2036',
    '2036-06-01',
    'Sun, 1 Jun 2036 12:00:00 GMT',
    '2036-06-01T12:00:00',
    '2036-02-31T12:00:00Z',
    '1 2036',
  ])('%j is a time for JavaScript only, and is refused', (text) => {
    expect(() => readWith({ rootAttributes: until(text) })).toThrow('a validUntil that is no time');
  });
});

describe('metadata as products write it', () => {
  const wsFederation =
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706"';
  const keyInfo = (certificate: string) =>
    `<KeyInfo xmlns="${signatureNs}"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo>`;
  const claimTypes = `<fed:ClaimTypesOffered><auth:ClaimType xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706" Uri="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"><auth:DisplayName>Name</auth:DisplayName></auth:ClaimType></fed:ClaimTypesOffered>`;
  const roleDescriptor = (type: string, certificate: string) =>
    `<RoleDescriptor ${wsFederation} xsi:type="fed:${type}" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"><KeyDescriptor use="signing">${keyInfo(certificate)}</KeyDescriptor>${claimTypes}<fed:PassiveRequestorEndpoint><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>https://adfs.acme.example/adfs/ls/</Address></EndpointReference></fed:PassiveRequestorEndpoint></RoleDescriptor>`;
  const enveloped = (id: string) =>
    `<Signature xmlns="${signatureNs}"><SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><Reference URI="#${id}"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue>${keyInfo(other)}</Signature>`;
  const service = (binding: string, location: string, prefix = '') =>
    `<${prefix}SingleSignOnService Binding="${binding}" Location="${location}"/>`;

  interface Shape {
    readonly xml: string;
    readonly entityId: string;
    readonly singleSignOnService: string;
    readonly certificates: readonly string[];
    readonly wantsSignedRequests?: boolean;
    readonly validUntil?: string;
  }

  const shapes: Readonly<Record<string, Shape>> = {
    Okta: {
      entityId: 'http://www.okta.com/exk1abcdEFGH2345',
      singleSignOnService: 'https://acme.okta.example/app/amazon_aws/exk1abcdEFGH2345/sso/saml',
      certificates: [one],
      xml: `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="http://www.okta.com/exk1abcdEFGH2345" xmlns:md="${metadataNs}"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="${signatureNs}"><ds:X509Data><ds:X509Certificate>${one.replace(/.{64}/g, '$&\n')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>${service(postBinding, 'https://acme.okta.example/app/amazon_aws/exk1abcdEFGH2345/sso/saml', 'md:')}${service(redirectBinding, 'https://acme.okta.example/app/amazon_aws/exk1abcdEFGH2345/sso/saml', 'md:')}</md:IDPSSODescriptor></md:EntityDescriptor>`,
    },
    Entra: {
      entityId: 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/',
      singleSignOnService: 'https://login.microsoftonline.example/11111111-2222-3333-4444-555555555555/saml2',
      certificates: [one, other],
      xml: `<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="_6e5f" entityID="https://sts.windows.net/11111111-2222-3333-4444-555555555555/" xmlns="${metadataNs}">${enveloped('_6e5f')}${roleDescriptor('SecurityTokenServiceType', other)}${roleDescriptor('ApplicationServiceType', other)}<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">${keyInfo(one)}</KeyDescriptor><KeyDescriptor use="signing">${keyInfo(other)}</KeyDescriptor><SingleLogoutService Binding="${redirectBinding}" Location="https://login.microsoftonline.example/logout"/>${service(redirectBinding, 'https://login.microsoftonline.example/11111111-2222-3333-4444-555555555555/saml2')}${service(postBinding, 'https://login.microsoftonline.example/11111111-2222-3333-4444-555555555555/saml2')}</IDPSSODescriptor></EntityDescriptor>`,
    },
    ADFS: {
      entityId: 'http://adfs.acme.example/adfs/services/trust',
      singleSignOnService: 'https://adfs.acme.example/adfs/ls/',
      certificates: [one],
      xml: `<EntityDescriptor ID="_a1b2" entityID="http://adfs.acme.example/adfs/services/trust" xmlns="${metadataNs}">${enveloped('_a1b2')}${roleDescriptor('ApplicationServiceType', other)}${roleDescriptor('SecurityTokenServiceType', other)}<SPSSODescriptor WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="encryption">${keyInfo(other)}</KeyDescriptor><KeyDescriptor use="signing">${keyInfo(other)}</KeyDescriptor><SingleLogoutService Binding="${redirectBinding}" Location="https://adfs.acme.example/adfs/ls/"/><AssertionConsumerService Binding="${postBinding}" Location="https://adfs.acme.example/adfs/ls/" index="0" isDefault="true"/></SPSSODescriptor><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="encryption">${keyInfo(other)}</KeyDescriptor><KeyDescriptor use="signing">${keyInfo(one)}</KeyDescriptor><SingleLogoutService Binding="${redirectBinding}" Location="https://adfs.acme.example/adfs/ls/"/><NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</NameIDFormat>${service(redirectBinding, 'https://adfs.acme.example/adfs/ls/')}${service(postBinding, 'https://adfs.acme.example/adfs/ls/')}<Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" FriendlyName="E-Mail Address" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/></IDPSSODescriptor><ContactPerson contactType="support"/></EntityDescriptor>`,
    },
    Keycloak: {
      entityId: 'https://keycloak.acme.example/realms/acme',
      singleSignOnService: 'https://keycloak.acme.example/realms/acme/protocol/saml',
      certificates: [one],
      wantsSignedRequests: true,
      xml: `<md:EntityDescriptor xmlns="${metadataNs}" xmlns:md="${metadataNs}" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="${signatureNs}" entityID="https://keycloak.acme.example/realms/acme"><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:KeyName>kid-1</ds:KeyName><ds:X509Data><ds:X509Certificate>${one}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:ArtifactResolutionService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://keycloak.acme.example/realms/acme/protocol/saml/resolve" index="0"></md:ArtifactResolutionService><md:SingleLogoutService Binding="${postBinding}" Location="https://keycloak.acme.example/realms/acme/protocol/saml"></md:SingleLogoutService><md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>${service(postBinding, 'https://keycloak.acme.example/realms/acme/protocol/saml', 'md:')}${service(redirectBinding, 'https://keycloak.acme.example/realms/acme/protocol/saml', 'md:')}${service('urn:oasis:names:tc:SAML:2.0:bindings:SOAP', 'https://keycloak.acme.example/realms/acme/protocol/saml', 'md:')}</md:IDPSSODescriptor></md:EntityDescriptor>`,
    },
    Google: {
      entityId: 'https://accounts.google.example/o/saml2?idpid=C01abcdef',
      singleSignOnService: 'https://accounts.google.example/o/saml2/idp?idpid=C01abcdef',
      certificates: [one],
      validUntil: '2031-01-15T10:11:12.000Z',
      xml: `<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<md:EntityDescriptor xmlns:md="${metadataNs}" entityID="https://accounts.google.example/o/saml2?idpid=C01abcdef" validUntil="2031-01-15T10:11:12.000Z">\n  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n    <md:KeyDescriptor use="signing">\n      <ds:KeyInfo xmlns:ds="${signatureNs}">\n        <ds:X509Data>\n          <ds:X509Certificate>${one.replace(/.{76}/g, '$&\n')}</ds:X509Certificate>\n        </ds:X509Data>\n      </ds:KeyInfo>\n    </md:KeyDescriptor>\n    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>\n    ${service(redirectBinding, 'https://accounts.google.example/o/saml2/idp?idpid=C01abcdef', 'md:')}\n    ${service(postBinding, 'https://accounts.google.example/o/saml2/idp?idpid=C01abcdef', 'md:')}\n  </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n`,
    },
  };

  test.each(Object.entries(shapes))('by %s is read', (_, { xml, wantsSignedRequests = false, ...expected }) => {
    expect(read(xml)).toStrictEqual({ ...expected, wantsSignedRequests });
  });
});

describe('case 69: hostile metadata', () => {
  const most = 1500;
  // A tenth of what may be sent: what costs the square of its length takes a hundred times this at the full length.
  const length = 100_000;
  const filled = (unit: string) => unit.repeat(Math.floor((length - documentOf().length) / unit.length));
  const nested = (open: string, close: string) => {
    const times = Math.floor((length - documentOf().length) / (open.length + close.length));
    return open.repeat(times) + close.repeat(times);
  };

  const cases: Readonly<Record<string, () => string>> = {
    'elements side by side': () => documentOf({ inRoot: filled('<a/>') }),
    'elements side by side in the descriptor': () => documentOf({ inDescriptor: filled('<a/>') }),
    'elements in one another': () => documentOf({ inRoot: nested('<a>', '</a>') }),
    'elements of other namespaces': () => documentOf({ inRoot: filled('<a xmlns="u:x"/>') }),
    'namespaces in one another': () => documentOf({ inRoot: nested('<a xmlns="u:x">', '</a>') }),
    'empty keys': () => documentOf({ inDescriptor: filled('<KeyDescriptor/>') }),
    'certificates that are none': () => documentOf({ inDescriptor: filled(aKeyDescriptor({ certificates: ['A'] })) }),
    services: () => documentOf({ inDescriptor: filled('<SingleSignOnService Binding="a" Location="b"/>') }),
    attributes: () =>
      documentOf({ rootAttributes: Array.from({ length: 8000 }, (_, index) => ` a${index}="x"`).join('') }),
    'namespace declarations': () =>
      documentOf({ rootAttributes: Array.from({ length: 5000 }, (_, index) => ` xmlns:a${index}="u:x"`).join('') }),
    text: () => documentOf({ inRoot: filled('a') }),
    'references to characters': () => documentOf({ inRoot: filled('&amp;') }),
    comments: () => documentOf({ inRoot: filled('<!---->') }),
    'comments that do not end': () => documentOf({ inRoot: filled('<!--') }),
    'processing instructions': () => documentOf({ inRoot: filled('<?a?>') }),
    'processing instructions that do not end': () => documentOf({ inRoot: filled('<?') }),
    'tags that do not end': () => documentOf({ inRoot: filled('<a ') }),
    'angle brackets': () => documentOf({ inRoot: filled('<') }),
    'a quote that does not end': () => documentOf({ inRoot: `<a b="${filled('x')}` }),
    'end tags': () => documentOf({ inRoot: filled('</a>') }),
    'a certificate of spaces': () => documentOf({ keys: signing(filled(' ')) }),
  };

  const figures: string[] = [];
  afterAll(() => console.log(['hostile metadata of 100,000 characters, CPU in ms', ...figures].join('\n')));

  // Several take minutes when nothing bounds them, and a test that hangs tells nothing: they run beside this process.
  test.each(Object.keys(cases))('%s: read or refused in bounded time', (name) => {
    const xml = cases[name]?.() ?? '';
    const program = `
      import { readIdpMetadata } from ${JSON.stringify(new URL('../../../../lib/identity/saml/metadata/idp-metadata.ts', import.meta.url).href)};
      import { readFileSync } from 'node:fs';
      const xml = readFileSync(0, 'utf8');
      const before = process.cpuUsage();
      try { readIdpMetadata(xml, new Date(${aMoment.getTime()})); } catch (error) {
        if (error.constructor !== Error) throw error;
      }
      console.log(Math.round(process.cpuUsage(before).user / 1000));`;
    let spent: string;
    try {
      spent = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
        input: xml,
        encoding: 'utf8',
        timeout: 8000,
        stdio: 'pipe',
      }).trim();
    } catch (error) {
      spent = (error as { code?: string }).code === 'ETIMEDOUT' ? 'more than 8000' : String(error);
    }
    figures.push(`${name.padEnd(45)} ${spent}`);
    expect(Number(spent), `${name} took ${spent} ms`).toBeLessThan(most);
  });
});
