// Responses as identity providers send them: each is accepted, and comes to the same identity.

import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../../lib/identity/identity.ts';
import { pinnedCertificate } from '../../../lib/identity/saml/certificates.ts';
import { aMoment } from '../../kit/issuer.ts';
import {
  aRequestId,
  aSamlIdp,
  awsAttributes,
  inBase64,
  type ResponseSettings,
  type SamlIdp,
  samlProvidersOf,
  us,
  xmlIn,
} from '../../kit/saml-idp.ts';
import { uris } from '../../kit/xml-signer.ts';
import { type Setting, verdictOn } from './attacks/families.ts';

const [rsa, p256, p384, p521, large] = await Promise.all([
  aSamlIdp(),
  aSamlIdp({ kind: 'ec', curve: 'P-256' }),
  aSamlIdp({ kind: 'ec', curve: 'P-384' }),
  aSamlIdp({ kind: 'ec', curve: 'P-521' }),
  aSamlIdp({ bits: 4096 }),
]);
const opener = generateKeyPairSync('rsa', { modulusLength: 2048 });

const settingOf = (idp: SamlIdp): Setting => ({
  providers: samlProvidersOf(idp.provider()),
  us: { ...us, decryptionKey: opener.privateKey },
});

function identityIn(samlResponse: string, setting: Setting): Identity {
  const verdict = verdictOn(samlResponse, setting);
  if (typeof verdict === 'string') throw new Error(`refused: ${verdict}`);
  return verdict;
}

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);

/** What every genuine response of the kit comes to. */
const alice = {
  provider: 'corp',
  issuer: rsa.entityId,
  subject: 'alice@acme.example',
  attributes: {
    texts: new Map([
      ['groups', ['editors-blue', 'staff']],
      ['mail', ['alice@acme.example']],
      [
        `${awsAttributes}Role`,
        ['arn:aws:iam::111122223333:role/daypass-files,arn:aws:iam::111122223333:saml-provider/daypass-corp'],
      ],
      [`${awsAttributes}RoleSessionName`, ['alice@acme.example']],
      ['sub', ['alice@acme.example']],
      ['sub_type', ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress']],
      ['AuthnContextClassRef', ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport']],
    ]),
    opaque: new Set(),
    hidden: [],
  },
  unannounced: [],
  provenUntil: later(300),
  authenticatedAt: aMoment,
};
const evidenceOf = (samlResponse: string) => ({
  kind: 'saml',
  samlResponse,
  roles: [
    {
      roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
      principalArn: 'arn:aws:iam::111122223333:saml-provider/daypass-corp',
    },
  ],
  sessionName: 'alice@acme.example',
});

const isAlice = (samlResponse: string, setting: Setting) => {
  const { evidence, once, ...identity } = identityIn(samlResponse, setting);
  expect(identity).toEqual(alice);
  expect(evidence).toEqual(evidenceOf(samlResponse.replaceAll(/\r?\n/g, '')));
  expect(once.map(({ key }) => key.replace(/#[\da-f]{64}$/, ''))).toEqual(['request', 'assertion']);
};

const ofRsa = settingOf(rsa);

describe('a genuine response comes to the same identity', () => {
  test.each<[name: string, settings: ResponseSettings]>([
    ['with the assertion signed', {}],
    ['with both signed', { sign: 'both' }],
    ['with KeyInfo', { keyInfo: 'own' }],
    ['with both signed, and KeyInfo', { sign: 'both', keyInfo: 'own' }],
    ['with a KeyName and the certificate', { keyInfo: { xml: `<ds:KeyName>signing</ds:KeyName>` } }],
    ['with an empty KeyInfo', { keyInfo: { xml: '' } }],
    ['with InclusiveNamespaces (Okta)', { signing: { prefixes: 'xs' } }],
    ['with InclusiveNamespaces of two prefixes', { sign: 'both', signing: { prefixes: 'xs xsi' } }],
    ['with InclusiveNamespaces of the default namespace', { signing: { prefixes: '#default samlp saml ds xs xsi' } }],
    [
      'with InclusiveNamespaces of a prefix that the Response declares',
      {
        sign: 'both',
        signing: { prefixes: 'xs' },
        edit: (xml) =>
          xml
            .replace(' xmlns:xs="http://www.w3.org/2001/XMLSchema"', '')
            .replace('<samlp:Response ', '<samlp:Response xmlns:xs="http://www.w3.org/2001/XMLSchema" '),
      },
    ],
    [
      'with InclusiveNamespaces of a prefix that each declares differently',
      {
        sign: 'both',
        signing: { prefixes: 'xs' },
        edit: (xml) => xml.replace('<samlp:Response ', '<samlp:Response xmlns:xs="urn:other" '),
      },
    ],
    ['with InclusiveNamespaces of a prefix that is nowhere', { signing: { prefixes: 'nowhere' } }],
    [
      'with an Id on the Signature',
      { signing: { signature: (xml) => xml.replace('<ds:Signature ', '<ds:Signature Id="_s" ') } },
    ],
    ['with the default prefix of XML Signature', { sign: 'both', signing: { prefix: '' } }],
    ['with another prefix of XML Signature', { sign: 'both', signing: { prefix: 'dsig' } }],
    ['with SHA-512 digests', { sign: 'both', signing: { digest: uris.sha512 } }],
    ['with SHA-384 digests', { sign: 'both', signing: { digest: uris.sha384 } }],
    ['with an XML declaration', { after: (xml) => `<?xml version="1.0" encoding="UTF-8"?>${xml}` }],
    [
      'with an XML declaration on a line of its own',
      { after: (xml) => `<?xml version="1.0" encoding="utf-8"?>\r\n${xml}\r\n` },
    ],
    [
      'with a standalone XML declaration',
      { after: (xml) => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${xml}` },
    ],
    ['with an XML declaration without an encoding', { after: (xml) => `<?xml version="1.0"?>${xml}` }],
    ['with a line end after it', { after: (xml) => `${xml}\n` }],
    ['without an Issuer in the Response', { responseIssuer: null }],
    [
      'with Consent',
      {
        edit: (xml) =>
          xml.replace('<samlp:Response ', '<samlp:Response Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" '),
      },
    ],
    [
      'with a format of Issuer',
      {
        edit: (xml) =>
          xml.replaceAll('<saml:Issuer>', '<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">'),
      },
    ],
    [
      'with StatusMessage',
      { edit: (xml) => xml.replace('</samlp:Status>', '<samlp:StatusMessage>OK</samlp:StatusMessage></samlp:Status>') },
    ],
    [
      'with NameQualifiers',
      { edit: (xml) => xml.replace('<saml:NameID ', '<saml:NameID NameQualifier="a" SPNameQualifier="b" ') },
    ],
    [
      'with an Address',
      {
        edit: (xml) =>
          xml.replace('<saml:SubjectConfirmationData ', '<saml:SubjectConfirmationData Address="192.0.2.1" '),
      },
    ],
    [
      'with NameFormat and FriendlyName',
      {
        edit: (xml) =>
          xml.replace(
            '<saml:Attribute Name="groups"',
            '<saml:Attribute FriendlyName="g" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri" Name="groups"',
          ),
      },
    ],
    [
      'with SubjectLocality and AuthenticatingAuthority',
      {
        edit: (xml) =>
          xml
            .replace('<saml:AuthnContext>', '<saml:SubjectLocality Address="192.0.2.1"/><saml:AuthnContext>')
            .replace(
              '</saml:AuthnContext>',
              '<saml:AuthenticatingAuthority>https://a.example</saml:AuthenticatingAuthority></saml:AuthnContext>',
            ),
      },
    ],
    [
      'with the attributes before AuthnStatement',
      {
        edit: (xml) =>
          xml.replace(
            /(<saml:AuthnStatement.*<\/saml:AuthnStatement>)(<saml:AttributeStatement>.*<\/saml:AttributeStatement>)/s,
            '$2$1',
          ),
      },
    ],
    [
      'with two AttributeStatements',
      {
        edit: (xml) =>
          xml.replace(
            '<saml:Attribute Name="mail">',
            '</saml:AttributeStatement><saml:AttributeStatement><saml:Attribute Name="mail">',
          ),
      },
    ],
    ['with whole seconds', { edit: (xml) => xml.replaceAll('.000Z', 'Z') }],
    ['with seven digits of a second', { edit: (xml) => xml.replaceAll('.000Z', '.0000000Z') }],
    ['without NotBefore', { from: null }],
    ['with another audience besides', { audiences: [['https://other.example', us.entityId]] }],
    ['with single quotes', { sign: 'both', after: (xml) => xml.replaceAll('"', "'") }],
    ['with nothing written short', { edit: (xml) => xml.replaceAll(/<(samlp?:[\w]+)([^>]*)\/>/g, '<$1$2></$1>') }],
    ['signed with line ends between the elements', { sign: 'both', edit: (xml) => xml.replaceAll('><', '>\n  <') }],
    [
      'signed with carriage returns between the elements',
      { sign: 'both', edit: (xml) => xml.replaceAll('><', '>&#13;\n<') },
    ],
    [
      'with prefixes saml2: and saml2p:',
      {
        sign: 'both',
        edit: (xml) =>
          xml
            .replaceAll('saml:', 'saml2:')
            .replaceAll('samlp:', 'saml2p:')
            .replaceAll('xmlns:saml=', 'xmlns:saml2=')
            .replaceAll('xmlns:samlp=', 'xmlns:saml2p='),
      },
    ],
    [
      'with default namespaces',
      {
        sign: 'both',
        signing: { prefix: '' },
        edit: (xml) =>
          xml
            .replaceAll('<saml:', '<')
            .replaceAll('</saml:', '</')
            .replace(/^<samlp:Response xmlns:samlp="([^"]*)" xmlns:saml="([^"]*)"/, '<samlp:Response xmlns:samlp="$1"')
            .replace('<Issuer>', '<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">')
            .replace('xmlns:saml=', 'xmlns='),
      },
    ],
    [
      'with SAML as the default namespace of the assertion (Entra)',
      {
        signing: { prefix: '' },
        edit: (xml) =>
          xml.replace(/<saml:Assertion.*<\/saml:Assertion>/s, (all) =>
            all.replaceAll('saml:', '').replace('xmlns:saml=', 'xmlns='),
          ),
      },
    ],
    ['encrypted by AES-128-GCM and OAEP', { encrypt: { publicKey: opener.publicKey, cipher: 'aes128-gcm' } }],
    ['encrypted by AES-192-GCM and OAEP', { encrypt: { publicKey: opener.publicKey, cipher: 'aes192-gcm' } }],
    [
      'encrypted by AES-256-GCM and OAEP with SHA-256',
      { encrypt: { publicKey: opener.publicKey, transport: 'oaep-sha256' } },
    ],
    [
      'encrypted, where OAEP does not say its hash',
      { encrypt: { publicKey: opener.publicKey, transport: 'oaep-unsaid' } },
    ],
    ['encrypted, with the key beside the data', { encrypt: { publicKey: opener.publicKey, keyPlace: 'beside' } }],
    ['encrypted, both signed', { sign: 'both', keyInfo: 'own', encrypt: { publicKey: opener.publicKey } }],
    [
      'encrypted, the base64 broken into lines',
      {
        encrypt: {
          publicKey: opener.publicKey,
          edit: (xml) => xml.replace(/(?<=<xenc:CipherValue>)[^<]*/g, (text) => lines(text, 76, '\n')),
        },
      },
    ],
  ])('%s', (_name, settings) => {
    isAlice(rsa.response(settings), ofRsa);
  });

  test('with a session that ends later, which then ends there, and a session length', () => {
    const attributes = { [`${awsAttributes}SessionDuration`]: ['1800'] };
    const { sessionUntil, sessionSeconds, provenUntil } = identityIn(
      rsa.response({ sessionUntil: 3600, attributes }),
      ofRsa,
    );
    expect({ sessionUntil, sessionSeconds, provenUntil }).toEqual({
      sessionUntil: later(3600),
      sessionSeconds: 1800,
      provenUntil: later(300),
    });
  });

  test.each<[name: string, idp: SamlIdp, algorithm: string]>([
    ['RSA-SHA256', rsa, uris.rsaSha256],
    ['RSA-SHA384', rsa, uris.rsaSha384],
    ['RSA-SHA512', rsa, uris.rsaSha512],
    ['RSA of 4096 bits', large, uris.rsaSha512],
    ['RSA-PSS with SHA-256', rsa, uris.pssSha256],
    ['RSA-PSS with SHA-384', rsa, uris.pssSha384],
    ['RSA-PSS with SHA-512', rsa, uris.pssSha512],
    ['ECDSA P-256', p256, uris.ecdsaSha256],
    ['ECDSA P-384', p384, uris.ecdsaSha384],
    ['ECDSA P-521', p521, uris.ecdsaSha512],
    ['ECDSA P-384 with SHA-256', p384, uris.ecdsaSha256],
    ['ECDSA P-256 with SHA-512', p256, uris.ecdsaSha512],
  ])('signed by %s', (_name, idp, algorithm) => {
    isAlice(idp.response({ sign: 'both', keyInfo: 'own', signing: { algorithm } }), settingOf(idp));
  });
});

describe('base64 broken into lines', () => {
  test.each<[name: string, end: string]>([
    ['line ends', '\n'],
    ['carriage returns and line ends', '\r\n'],
    ['&#13; and line ends (Java, ADFS)', '&#13;\n'],
    ['&#xD; and line ends', '&#xD;\n'],
    ['indented', '\n        '],
  ])('%s in SignatureValue, DigestValue and certificate', (_name, end) => {
    const broken = (text: string) => `${end}${lines(text, 30, end)}${end}`;
    const xml = `<ds:X509Data><ds:X509Certificate>${broken(rsa.certificate)}</ds:X509Certificate></ds:X509Data>`;
    isAlice(rsa.response({ sign: 'both', keyInfo: { xml }, signing: { base64: broken, keyInfo: xml } }), ofRsa);
  });

  test.each<[name: string, end: string]>([
    ['line ends', '\n'],
    ['carriage returns and line ends', '\r\n'],
  ])('%s in the form parameter', (_name, end) => {
    const samlResponse = lines(rsa.response(), 76, end);
    isAlice(samlResponse, ofRsa);
    isAlice(samlResponse + end, ofRsa);
  });
});

describe('the metadata has two certificates', () => {
  const both = (one: SamlIdp, other: SamlIdp): Setting => ({
    providers: samlProvidersOf(
      one.provider({ certificates: [one, other].map(({ certificate }) => pinnedCertificate(certificate)) }),
    ),
  });
  const next = aSamlIdp();

  test.each<[keyInfo: 'none' | 'own']>([['none'], ['own']])('each may sign, KeyInfo: %s', async (keyInfo) => {
    const other = await next;
    for (const setting of [both(rsa, other), both(other, rsa), both(rsa, p256), both(p256, rsa)]) {
      isAlice(rsa.response({ keyInfo, sign: 'both' }), setting);
    }
    isAlice(other.response({ keyInfo, sign: 'both' }), both(rsa, other));
    isAlice(p256.response({ keyInfo, sign: 'both' }), both(rsa, p256));
  });

  test('one may sign the assertion and the other the Response', async () => {
    const { privateKey: key } = await next;
    isAlice(rsa.response({ sign: 'both', responseSigning: { key } }), both(rsa, await next));
  });

  test('one that has expired does no harm', async () => {
    const old = await aSamlIdp({ from: later(-7200), until: later(-3600) });
    isAlice(rsa.response(), both(rsa, old));
    isAlice(rsa.response(), both(old, rsa));
    expect(verdictOn(old.response(), both(rsa, old))).toBe('signature_invalid');
  });
});

describe('text', () => {
  test.each<[name: string, written: string, read: string]>([
    ['an entity', 'a&amp;b@acme.example', 'a&b@acme.example'],
    ['brackets', '&lt;alice&gt;', '<alice>'],
    ['quotes', `&quot;alice&apos;`, `"alice'`],
    ['references', '&#65;&#x42;C', 'ABC'],
    ['letters of everybody', 'Bj\u00f6rk \u5c71\u7530 \ud83d\ude00', 'Bj\u00f6rk \u5c71\u7530 \ud83d\ude00'],
    ['a reference beyond the first plane', '&#x1F600;', '\ud83d\ude00'],
  ])('%s in NameID', (_name, nameId, read) => {
    expect(identityIn(rsa.response({ nameId, sign: 'both' }), ofRsa).subject).toBe(read);
    expect(identityIn(rsa.response({ nameId, encrypt: { publicKey: opener.publicKey } }), ofRsa).subject).toBe(read);
  });

  test('values keep their spaces, tabs and line ends', () => {
    const attributes = { note: [' a\tb &#13;\n&#9;c ', ''] };
    expect(identityIn(rsa.response({ attributes }), ofRsa).attributes.texts.get('note')).toEqual([
      ' a\tb \r\n\tc ',
      '',
    ]);
  });

  test('attributes keep their special characters', () => {
    const attributes = { 'a &amp; &lt;b> &quot;c&quot;': ['x'] };
    expect(identityIn(rsa.response({ attributes }), ofRsa).attributes.texts.get('a & <b> "c"')).toEqual(['x']);
  });

  test('a provider may not rename what is signed by other line ends', () => {
    const samlResponse = inBase64(xmlIn(rsa.response({ attributes: { note: ['a\nb'] } })).replace('a\nb', 'a\r\nb'));
    expect(identityIn(samlResponse, ofRsa).attributes.texts.get('note')).toEqual(['a\nb']);
  });
});

test('proven until whichever end comes first', () => {
  const until = (settings: ResponseSettings) => identityIn(rsa.response(settings), ofRsa).provenUntil;
  expect(until({ until: 3600, confirmedUntil: 3600 })).toEqual(later(300));
  expect(until({ until: 120 })).toEqual(later(120));
  expect(until({ confirmedUntil: 60 })).toEqual(later(60));
  expect(until({ sessionUntil: 90 })).toEqual(later(90));
  expect(until({ issued: -200, until: 3600, confirmedUntil: 3600 })).toEqual(later(100));
});

test('the same assertion in another Response is reserved under the same names', () => {
  const settings = { assertionId: '_a', inResponseTo: aRequestId() };
  const [one, other] = ['_r1', '_r2'].map((id) => identityIn(rsa.response({ ...settings, id }), ofRsa).once);
  expect(one).toEqual(other);
});

test('of 100,000 characters', () => {
  const xml = rsa.responseXml();
  const samlResponse = inBase64(
    xml.replace('</samlp:Response>', `${' '.repeat(75_000 - xml.length)}</samlp:Response>`),
  );
  expect(samlResponse).toHaveLength(100_000);
  isAlice(samlResponse, ofRsa);
});

function lines(text: string, width: number, end: string): string {
  return text.replaceAll(new RegExp(`.{${width}}(?=.)`, 'g'), `$&${end}`);
}
