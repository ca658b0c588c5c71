import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import {
  aSamlIdp,
  inBase64,
  type ResponseSettings,
  type SamlIdp,
  samlProvidersOf,
  xmlIn,
} from '../../../kit/saml-idp.ts';
import { canonical, hash, parse, type SignSettings, uris } from '../../../kit/xml-signer.ts';
import { attacksOn } from './families.ts';
import { partsOf } from './parts.ts';

const [corp, other, stranger, ec, otherCurve] = await Promise.all([
  aSamlIdp(),
  aSamlIdp({ entityId: 'https://idp.other.example' }),
  aSamlIdp(),
  aSamlIdp({ entityId: 'https://ec.acme.example', kind: 'ec' }),
  aSamlIdp({ entityId: 'https://ec.acme.example', kind: 'ec', curve: 'P-384' }),
]);
const providers = samlProvidersOf(corp.provider(), other.provider({ name: 'other' }), ec.provider());
const { attack, control } = attacksOn({ providers });

const changed = (samlResponse: string, from: string | RegExp, to: string) => {
  const xml = xmlIn(samlResponse);
  const result = xml.replace(from, to);
  if (result === xml) throw new Error(`nothing to change: ${from}`);
  return inBase64(result);
};

control('RSA', () => corp.response());
control('both signed', () => corp.response({ sign: 'both', keyInfo: 'own' }));
control('ECDSA', () => ec.response());

// 27: no signature

attack(27, 'no signature', () => corp.response({ sign: 'none' }), 'signature_missing');
attack(
  27,
  'no signature, of another person',
  () => corp.response({ sign: 'none', nameId: 'root' }),
  'signature_missing',
);
for (const sign of ['assertion', 'both'] as const) {
  attack(
    27,
    `a signature cut out, ${sign} signed`,
    () => inBase64(xmlIn(corp.response({ sign })).replaceAll(/<ds:Signature .*?<\/ds:Signature>/gs, '')),
    'signature_missing',
  );
}
for (const [name, signature] of [
  ['an empty Signature', `<ds:Signature xmlns:ds="${uris.xmldsig}"/>`],
  ['a Signature with text', `<ds:Signature xmlns:ds="${uris.xmldsig}">signed</ds:Signature>`],
  ['a Signature with KeyInfo only', `<ds:Signature xmlns:ds="${uris.xmldsig}"><ds:KeyInfo/></ds:Signature>`],
] as const) {
  attack(
    27,
    name,
    () => changed(corp.response(), /<ds:Signature .*<\/ds:Signature>/s, signature),
    'response_malformed',
  );
}
attack(
  27,
  'a Signature without SignedInfo',
  () => changed(corp.response(), /<ds:SignedInfo>.*<\/ds:SignedInfo>/s, ''),
  'response_malformed',
);
attack(
  27,
  'a SignedInfo without a Reference',
  () => corp.response({ signing: { signedInfo: (xml) => xml.replace(/<ds:Reference.*<\/ds:Reference>/s, '') } }),
  'response_malformed',
);

// 28: changed after it was signed

for (const [name, from, to] of [
  ['NameID', '>alice@acme.example</saml:NameID>', '>root@acme.example</saml:NameID>'],
  ['NameID in case', '>alice@acme.example</saml:NameID>', '>Alice@acme.example</saml:NameID>'],
  ['NameID by a space', '>alice@acme.example</saml:NameID>', '>alice@acme.example </saml:NameID>'],
  ['the format of NameID', 'nameid-format:emailAddress', 'nameid-format:unspecified'],
  ['Role', 'role/daypass-files', 'role/daypass-admin'],
  ['a group', '>staff<', '>admins<'],
  ['the name of an attribute', 'Name="groups"', 'Name="group"'],
  ['RoleSessionName', /(RoleSessionName"><saml:AttributeValue xsi:type="xs:string">)alice/, '$1root'],
  ['Audience', 'daypass.example/saml/metadata<', 'daypass.example/saml/metadata2<'],
  ['Recipient', 'Recipient="https://daypass.example/saml/acs"', 'Recipient="https://daypass.example/saml/acs2"'],
  ['InResponseTo', /(<saml:SubjectConfirmationData[^>]*InResponseTo="_)./, '$1f'],
  ['InResponseTo away', /(<saml:SubjectConfirmationData[^>]*) InResponseTo="[^"]*"/, '$1'],
  ['NotOnOrAfter', /(<saml:Conditions[^>]*NotOnOrAfter=")2026/, '$12027'],
  ['NotOnOrAfter of the confirmation', /(<saml:SubjectConfirmationData[^>]*NotOnOrAfter=")2026/, '$12027'],
  ['IssueInstant', /(<saml:Assertion[^>]*IssueInstant="2026-06-01T12:00:0)0/, '$11'],
  ['space between elements', '</saml:Issuer><ds:Signature', '</saml:Issuer> <ds:Signature'],
  ['space in a value', '>staff<', '> staff<'],
  ['an attribute more', '</saml:AttributeStatement>', '<saml:Attribute Name="x"/></saml:AttributeStatement>'],
  ['an attribute less', /<saml:Attribute Name="mail">.*?<\/saml:Attribute>/, ''],
  [
    'a value more',
    '</saml:AttributeValue></saml:Attribute>',
    '</saml:AttributeValue><saml:AttributeValue/></saml:Attribute>',
  ],
  ['AuthnContextClassRef', 'PasswordProtectedTransport', 'TimeSyncToken'],
  ['the audience restriction away', /<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, ''],
  ['the namespace of an attribute', 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', 'xmlns:xsi="urn:x"'],
] as const) {
  attack(28, `${name} changed`, () => changed(corp.response(), from, to), 'signature_invalid');
}
attack(
  28,
  'the prefix of NameID changed',
  () => {
    const declared = changed(
      corp.response(),
      '<saml:NameID',
      '<s:NameID xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion"',
    );
    return changed(declared, '</saml:NameID', '</s:NameID');
  },
  'signature_invalid',
);
attack(
  28,
  'the ID of the assertion changed',
  () => changed(corp.response(), /(<saml:Assertion[^>]* ID="_)./, '$1g'),
  'response_malformed',
);
attack(
  28,
  'Issuer changed to another tenant',
  () => changed(corp.response(), /(<saml:Assertion.*?<saml:Issuer>)[^<]*/s, `$1${other.entityId}`),
  'signature_invalid',
);
attack(
  28,
  'Issuer changed to nobody',
  () => changed(corp.response(), /(<saml:Assertion.*?<saml:Issuer>)[^<]*/s, '$1https://nobody.example'),
  'issuer_unknown',
);
attack(
  28,
  'NameID and the digest changed',
  () => {
    const xml = xmlIn(corp.response()).replace('>alice@', '>root@');
    const [, id = ''] = /<saml:Assertion[^>]* ID="([^"]*)"/.exec(xml) ?? [];
    const bare = partsOf(xml).bare;
    const digest = hash(canonical(parse(bare).documentElement));
    if (!bare.includes(id)) throw new Error('another assertion');
    return inBase64(xml.replace(/(<ds:DigestValue>)[^<]*/, `$1${digest}`));
  },
  'signature_invalid',
);
attack(
  28,
  'the signature of another genuine response',
  () => {
    const mine = partsOf(xmlIn(corp.response())).signature;
    const value = /<ds:SignatureValue>[^<]*/.exec(mine)?.[0] ?? '';
    return changed(corp.response({ nameId: 'bob' }), /<ds:SignatureValue>[^<]*/, value);
  },
  'signature_invalid',
);
attack(
  28,
  'Destination changed where the Response is signed too',
  () => changed(corp.response({ sign: 'both' }), / Destination="[^"]*"/, ' Destination="https://evil.example"'),
  'signature_invalid',
);
attack(
  28,
  'InResponseTo of a signed Response changed',
  () => changed(corp.response({ sign: 'both' }), / InResponseTo="_./, ' InResponseTo="_f'),
  'signature_invalid',
);
attack(
  28,
  'Status changed where the Response is signed too',
  () =>
    changed(
      corp.response({ sign: 'both', status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
      'status:Responder',
      'status:Success',
    ),
  'signature_invalid',
);
for (const [name, edit] of [
  ['its first bit', (bytes: Buffer) => Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 0x80]), bytes.subarray(1)])],
  ['its last bit', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])])],
  ['one byte less', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['one byte more', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
  ['a zero before', (bytes: Buffer) => Buffer.concat([Buffer.alloc(1), bytes])],
  ['zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ['noise', (bytes: Buffer) => randomBytes(bytes.length)],
  ['one byte', () => Buffer.alloc(1, 1)],
  ['64 kB', () => Buffer.alloc(48_000, 1)],
] as const) {
  for (const idp of [corp, ec]) {
    attack(
      28,
      `SignatureValue changed: ${name} (${idp === corp ? 'RSA' : 'ECDSA'})`,
      () => withValue(idp.response(), edit),
      'signature_invalid',
    );
  }
}

function withValue(samlResponse: string, edit: (bytes: Buffer) => Buffer): string {
  const xml = xmlIn(samlResponse);
  const [, value = ''] = /<ds:SignatureValue>([^<]*)/.exec(xml) ?? [];
  return inBase64(xml.replace(value, edit(Buffer.from(value, 'base64')).toString('base64')));
}

// 29: a stranger's key

const x509 = (...certificates: readonly string[]) => {
  const each = certificates.map((one) => `<ds:X509Certificate>${one}</ds:X509Certificate>`);
  return `<ds:X509Data>${each.join('')}</ds:X509Data>`;
};
const keyValue = (key: KeyObject) => {
  const { n = '', e = '' } = createPublicKey(key).export({ format: 'jwk' });
  const plain = (text: string) => Buffer.from(text, 'base64url').toString('base64');
  return `<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>${plain(n)}</ds:Modulus><ds:Exponent>${plain(e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>`;
};
for (const [name, keyInfo] of [
  ['no KeyInfo', 'none'],
  ['its own certificate', 'own'],
  ['the genuine certificate', { xml: x509(corp.certificate) }],
  ['its own certificate, then the genuine one', { xml: x509(stranger.certificate, corp.certificate) }],
  ['the genuine certificate, then its own', { xml: x509(corp.certificate, stranger.certificate) }],
  ['both in two X509Data', { xml: x509(stranger.certificate) + x509(corp.certificate) }],
  ['its own KeyValue', { xml: keyValue(stranger.privateKey) }],
  ['its own KeyValue and the genuine certificate', { xml: keyValue(stranger.privateKey) + x509(corp.certificate) }],
  ['the genuine KeyValue', { xml: keyValue(corp.privateKey) }],
  ['a KeyName', { xml: '<ds:KeyName>corp</ds:KeyName>' }],
  ['a RetrievalMethod', { xml: '<ds:RetrievalMethod URI="https://evil.example/key"/>' }],
  ['an empty X509Data', { xml: '<ds:X509Data/>' }],
  ['a certificate that is none', { xml: x509('AAAA') }],
] as const) {
  for (const sign of ['assertion', 'both'] as const) {
    attack(
      29,
      `a stranger's key with ${name}, ${sign}`,
      () => stranger.response({ sign, keyInfo }),
      'signature_invalid',
    );
  }
}
attack(
  29,
  "a stranger's ECDSA key",
  () => otherCurve.response({ issuer: corp.entityId, keyInfo: 'own' }),
  'signature_invalid',
);
attack(
  29,
  "a stranger's key of the same curve",
  async () => {
    const twin = await aSamlIdp({ entityId: ec.entityId, kind: 'ec' });
    return twin.response({ keyInfo: 'own' });
  },
  'signature_invalid',
);
attack(
  29,
  'a public exponent of 1 in KeyValue',
  () => {
    const one = keyValue(corp.privateKey).replace(/(<ds:Exponent>)[^<]*/, '$1AQ==');
    return withValue(corp.response({ nameId: 'root', keyInfo: { xml: one } }), (bytes) =>
      Buffer.alloc(bytes.length, 1),
    );
  },
  'signature_invalid',
);

// 30: another tenant's key

attack(
  30,
  "another tenant's key under our issuer",
  () => other.response({ issuer: corp.entityId }),
  'signature_invalid',
);
attack(
  30,
  'our key under the issuer of another tenant',
  () => corp.response({ issuer: other.entityId }),
  'signature_invalid',
);
attack(
  30,
  "another tenant's key with both certificates",
  () => other.response({ issuer: corp.entityId, keyInfo: { xml: x509(other.certificate, corp.certificate) } }),
  'signature_invalid',
);
attack(
  30,
  "another tenant's Response around our assertion",
  () => {
    const inner = corp.response({ responseIssuer: other.entityId, id: '_response' });
    return inBase64(other.signed(xmlIn(inner), '_response'));
  },
  'signature_invalid',
);
attack(
  30,
  "another tenant's assertion in our Response",
  () => {
    const inner = other.response({ responseIssuer: corp.entityId, id: '_response' });
    return inBase64(corp.signed(xmlIn(inner), '_response'));
  },
  'signature_invalid',
);
attack(
  30,
  'the Response is said to be from another tenant',
  () => corp.response({ responseIssuer: other.entityId }),
  'issuer_unknown',
);
for (const issuer of [
  'https://idp.acme.example/saml/',
  'https://idp.acme.example/SAML',
  'HTTPS://IDP.ACME.EXAMPLE/saml',
  ' https://idp.acme.example/saml',
  'https://idp.acme.example/saml ',
  'https://idp.acme.example/saml\n',
  'https://idp.acme.example:443/saml',
  'https://idp.acme.example/%73aml',
  'corp',
  '__proto__',
  'constructor',
  '',
  ' ',
]) {
  attack(
    30,
    `an issuer that is nearly ours: ${JSON.stringify(issuer)}`,
    () => corp.response({ issuer }),
    'issuer_unknown',
  );
}

// 31: SHA-1

type Signing = Partial<SignSettings>;
const relabelled = (from: string, to: string): Signing => ({
  signedInfo: (xml) => xml.replace(`"${from}"`, `"${to}"`),
});

for (const [name, signing] of [
  ['RSA-SHA1', { algorithm: uris.rsaSha1 }],
  ['RSA-PSS with SHA-1', { algorithm: uris.pssSha1 }],
  ['a SHA-1 digest', { digest: uris.sha1 }],
  ['RSA-SHA1 and a SHA-1 digest', { algorithm: uris.rsaSha1, digest: uris.sha1 }],
  ['RSA-MD5', relabelled(uris.rsaSha256, 'http://www.w3.org/2001/04/xmldsig-more#rsa-md5')],
  ['RSA-RIPEMD160', relabelled(uris.rsaSha256, 'http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160')],
  ['RSA-SHA224', relabelled(uris.rsaSha256, 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha224')],
  ['an MD5 digest', relabelled(uris.sha256, 'http://www.w3.org/2001/04/xmldsig-more#md5')],
  ['a SHA-224 digest', relabelled(uris.sha256, 'http://www.w3.org/2001/04/xmldsig-more#sha224')],
] as const satisfies readonly (readonly [string, Signing])[]) {
  attack(31, name, () => corp.response({ signing }), 'algorithm_not_allowed');
  attack(
    31,
    `${name} on the Response`,
    () => corp.response({ sign: 'both', responseSigning: signing }),
    'algorithm_not_allowed',
  );
}
attack(31, 'ECDSA with SHA-1', () => ec.response({ signing: { algorithm: uris.ecdsaSha1 } }), 'algorithm_not_allowed');

// 32: HMAC under what is public

const pinned = new X509Certificate(Buffer.from(corp.certificate, 'base64'));
for (const [name, secret] of [
  ['the certificate as PEM', pinned.toString()],
  ['the certificate as PEM without a line end', pinned.toString().trim()],
  ['the certificate as DER', pinned.raw],
  ['the certificate in base64', corp.certificate],
  ['the key as PEM', pinned.publicKey.export({ type: 'spki', format: 'pem' })],
  ['the key as DER', pinned.publicKey.export({ type: 'spki', format: 'der' })],
  ['the modulus', Buffer.from(pinned.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url')],
  ['nothing', ''],
  ['the text [object Object]', '[object Object]'],
] as const) {
  for (const algorithm of [uris.hmacSha1, uris.hmacSha256, uris.hmacSha512]) {
    attack(
      32,
      `${algorithm.split('#')[1]} under ${name}`,
      () => corp.response({ signing: { algorithm, secret } }),
      'algorithm_not_allowed',
    );
  }
}
attack(
  32,
  'an HMAC cut to one bit by HMACOutputLength',
  () => {
    const length = '<ds:HMACOutputLength>1</ds:HMACOutputLength>';
    const signedInfo = (xml: string) =>
      xml.replace(`Algorithm="${uris.hmacSha256}"/>`, `Algorithm="${uris.hmacSha256}">${length}</ds:SignatureMethod>`);
    return corp.response({ signing: { algorithm: uris.hmacSha256, secret: '', signedInfo } });
  },
  'algorithm_not_allowed',
);
attack(
  32,
  'HMACOutputLength under RSA',
  () =>
    corp.response({
      signing: {
        signedInfo: (xml) =>
          xml.replace(
            `Algorithm="${uris.rsaSha256}"/>`,
            `Algorithm="${uris.rsaSha256}"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>`,
          ),
      },
    }),
  'algorithm_not_allowed',
);

// 33: an algorithm that is none; nothing where a value should be

const noAlgorithms = [
  '',
  ' ',
  'none',
  'rsa-sha256',
  'RSA-SHA256',
  'sha256',
  `${uris.rsaSha256} `,
  uris.rsaSha256.toUpperCase(),
  uris.rsaSha256.replace('http:', 'https:'),
  `${uris.xmldsig}rsa-sha256`,
  `${uris.xmldsig}none`,
  uris.enveloped,
  uris.exclusive,
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
];
for (const algorithm of noAlgorithms) {
  attack(
    33,
    `the signature algorithm ${JSON.stringify(algorithm)}`,
    () => corp.response({ signing: relabelled(uris.rsaSha256, algorithm) }),
    'algorithm_not_allowed',
  );
  attack(
    33,
    `the digest algorithm ${JSON.stringify(algorithm)}`,
    () => corp.response({ signing: relabelled(uris.sha256, algorithm) }),
    'algorithm_not_allowed',
  );
}
for (const [name, code, signing] of [
  [
    'no signature algorithm',
    'algorithm_not_allowed',
    { signedInfo: (xml) => xml.replace(/(<ds:SignatureMethod) Algorithm="[^"]*"/, '$1') },
  ],
  [
    'no digest algorithm',
    'algorithm_not_allowed',
    { signedInfo: (xml) => xml.replace(/(<ds:DigestMethod) Algorithm="[^"]*"/, '$1') },
  ],
  ['no SignatureMethod', 'response_malformed', { signedInfo: (xml) => xml.replace(/<ds:SignatureMethod[^>]*>/, '') }],
  ['no DigestMethod', 'response_malformed', { signedInfo: (xml) => xml.replace(/<ds:DigestMethod[^>]*>/, '') }],
  [
    'an algorithm in another namespace',
    'algorithm_not_allowed',
    {
      signedInfo: (xml) =>
        xml.replace('<ds:SignatureMethod Algorithm', '<ds:SignatureMethod xmlns:x="urn:x" x:Algorithm'),
    },
  ],
  ['an empty DigestValue', 'response_malformed', { digestValue: () => '' }],
  ['a DigestValue of space', 'response_malformed', { digestValue: () => ' \n' }],
  [
    'no DigestValue',
    'response_malformed',
    { signedInfo: (xml) => xml.replace(/<ds:DigestValue>.*<\/ds:DigestValue>/, '') },
  ],
  ['a DigestValue that is not base64', 'response_malformed', { digestValue: () => '!!!!' }],
  [
    'a DigestValue in hexadecimal',
    ['response_malformed', 'signature_invalid'],
    { base64: (text) => Buffer.from(text, 'base64').toString('hex') },
  ],
  ['a DigestValue cut to its first bytes', 'signature_invalid', { digestValue: () => 'AAAA' }],
] as const satisfies readonly (readonly [string, Parameters<typeof attack>[3], Signing])[]) {
  attack(33, name, () => corp.response({ signing }), code);
}
for (const [name, value] of [
  ['empty', '<ds:SignatureValue></ds:SignatureValue>'],
  ['closed at once', '<ds:SignatureValue/>'],
  ['of space', '<ds:SignatureValue> </ds:SignatureValue>'],
  ['of padding', '<ds:SignatureValue>====</ds:SignatureValue>'],
  ['not there', ''],
  ['not base64', '<ds:SignatureValue>?</ds:SignatureValue>'],
  ['in base64url', '<ds:SignatureValue>__--</ds:SignatureValue>'],
  ['an element', '<ds:SignatureValue><ds:SignatureValue>AAAA</ds:SignatureValue></ds:SignatureValue>'],
] as const) {
  attack(
    33,
    `SignatureValue ${name}`,
    () => changed(corp.response(), /<ds:SignatureValue>.*<\/ds:SignatureValue>/s, value),
    'response_malformed',
  );
}
attack(
  33,
  'SignatureValue with other bits at its end',
  () => {
    const xml = xmlIn(corp.response());
    return inBase64(
      xml.replace(/.==<\/ds:SignatureValue>/, (end) => `${end[0] === 'B' ? 'C' : 'B'}==</ds:SignatureValue>`),
    );
  },
  'response_malformed',
);

// 34: a bad signature beside a good one

for (const [name, code, responseSigning] of [
  ["a stranger's", 'signature_invalid', { key: stranger.privateKey }],
  ["another tenant's", 'signature_invalid', { key: other.privateKey }],
  ['with a wrong digest', 'signature_invalid', { digestValue: () => hash('another') }],
  ['by SHA-1', 'algorithm_not_allowed', { algorithm: uris.rsaSha1 }],
  ['by HMAC', 'algorithm_not_allowed', { algorithm: uris.hmacSha256, secret: '' }],
  ['of the whole document', 'response_malformed', { uri: '' }],
] as const satisfies readonly (readonly [string, Parameters<typeof attack>[3], Signing])[]) {
  attack(
    34,
    `a Response signature ${name} around a good assertion`,
    () => corp.response({ sign: 'both', responseSigning: { ...responseSigning } }),
    code,
  );
  attack(
    34,
    `an assertion signature ${name} in a good Response`,
    () => corp.response({ sign: 'both', signing: { ...responseSigning }, responseSigning: {} }),
    code,
  );
}
attack(
  34,
  'a Response signature with an empty value around a good assertion',
  () => changed(corp.response({ sign: 'both' }), /(<ds:SignatureValue>)[^<]*/, '$1'),
  'response_malformed',
);
attack(
  34,
  'a Response signature that refers to the assertion',
  () => {
    const { signature } = partsOf(xmlIn(corp.response({ id: '_response' })));
    const xml = xmlIn(corp.response());
    const mine = partsOf(xml).signature;
    if (signature === mine) throw new Error('the same');
    return inBase64(xml.replace('</saml:Issuer>', `</saml:Issuer>${mine}`));
  },
  'response_malformed',
);

// 35 and 36: one of two signatures

const strict = { providers: samlProvidersOf(corp.provider({ requireSignedResponse: true })) };
control('both signed, where it is required', () => corp.response({ sign: 'both' }), undefined, strict);
attack(35, 'only the assertion is signed', () => corp.response(), 'signature_missing', strict);
attack(
  35,
  'the signature of the Response is cut out',
  () => changed(corp.response({ sign: 'both' }), /<ds:Signature .*?<\/ds:Signature>/s, ''),
  'signature_missing',
  strict,
);
attack(
  35,
  'the signature of the Response is moved to its end',
  () => {
    const xml = xmlIn(corp.response({ sign: 'both' }));
    const [signature = ''] = /<ds:Signature .*?<\/ds:Signature>/s.exec(xml) ?? [];
    return inBase64(xml.replace(signature, '').replace('</samlp:Response>', `${signature}</samlp:Response>`));
  },
  'response_malformed',
  strict,
);
attack(
  35,
  'the Response has no Issuer for it to stand after',
  () => {
    const xml = xmlIn(corp.response({ sign: 'both' }));
    return inBase64(xml.replace(/<saml:Issuer>.*?<\/saml:Issuer>/, ''));
  },
  'response_malformed',
  strict,
);
attack(36, 'only the Response is signed', () => corp.response({ sign: 'response' }), 'signature_missing');
attack(
  36,
  'only the Response is signed, and that is required',
  () => corp.response({ sign: 'response' }),
  'signature_missing',
  strict,
);
attack(
  36,
  'the signature of the assertion is cut out before the Response is signed',
  () => corp.response({ sign: 'response', nameId: 'root' }),
  'signature_missing',
);

// 37: other kinds of signature end cleanly

const lying = (algorithm: string, label: string): ResponseSettings => ({
  signing: { algorithm, ...relabelled(algorithm, label) },
});
for (const [name, idp, settings, code] of [
  ['ECDSA for a provider with an RSA key', ec, { issuer: corp.entityId }, 'signature_invalid'],
  ['RSA for a provider with an ECDSA key', corp, { issuer: ec.entityId }, 'signature_invalid'],
  ['RSA called ECDSA', corp, lying(uris.rsaSha256, uris.ecdsaSha256), 'signature_invalid'],
  ['ECDSA called RSA', ec, lying(uris.ecdsaSha256, uris.rsaSha256), 'signature_invalid'],
  ['RSA called RSA-PSS', corp, lying(uris.rsaSha256, uris.pssSha256), 'signature_invalid'],
  ['RSA-PSS called RSA', corp, lying(uris.pssSha256, uris.rsaSha256), 'signature_invalid'],
  ['SHA-256 called SHA-512', corp, lying(uris.rsaSha256, uris.rsaSha512), 'signature_invalid'],
  ['a SHA-256 digest called SHA-512', corp, { signing: relabelled(uris.sha256, uris.sha512) }, 'signature_invalid'],
  ['another curve', otherCurve, {}, 'signature_invalid'],
  [
    'EdDSA',
    corp,
    { signing: relabelled(uris.rsaSha256, 'http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519') },
    'algorithm_not_allowed',
  ],
  ['DSA', corp, { signing: relabelled(uris.rsaSha256, `${uris.xmldsig}dsa-sha1`) }, 'algorithm_not_allowed'],
  [
    'DSA with SHA-256',
    corp,
    { signing: relabelled(uris.rsaSha256, 'http://www.w3.org/2009/xmldsig11#dsa-sha256') },
    'algorithm_not_allowed',
  ],
  [
    'RSA-PSS with parameters',
    corp,
    { signing: relabelled(uris.rsaSha256, 'http://www.w3.org/2007/05/xmldsig-more#rsa-pss') },
    'algorithm_not_allowed',
  ],
] as const satisfies readonly (readonly [string, SamlIdp, ResponseSettings, Parameters<typeof attack>[3]])[]) {
  attack(37, name, () => idp.response(settings), code);
}

/** The genuine response, signed again in another way. */
function signedAgain(idp: SamlIdp, settings: ResponseSettings, make: (material: Buffer) => Buffer): string {
  const xml = xmlIn(idp.response(settings));
  const info = Array.from(parse(xml).getElementsByTagNameNS(uris.xmldsig, 'SignedInfo'))[0];
  if (!info) throw new Error('no SignedInfo');
  const value = make(Buffer.from(canonical(info))).toString('base64');
  return inBase64(xml.replace(/(<ds:SignatureValue>)[^<]*/, `$1${value}`));
}
control('signed again in the same way', () =>
  signedAgain(ec, {}, (data) => sign('sha256', data, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })),
);
attack(
  37,
  'ECDSA in DER',
  () => signedAgain(ec, {}, (data) => sign('sha256', data, ec.privateKey)),
  'signature_invalid',
);
attack(37, 'ECDSA with r = s = 0', () => signedAgain(ec, {}, () => Buffer.alloc(64)), 'signature_invalid');
attack(
  37,
  'ECDSA with r = s = n',
  () => {
    const n = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    return signedAgain(ec, {}, () => Buffer.concat([n, n]));
  },
  'signature_invalid',
);
attack(
  37,
  'ECDSA by secp256k1',
  () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    return signedAgain(ec, {}, (data) => sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  },
  'signature_invalid',
);
for (const saltLength of [0, 20, 64, 222]) {
  attack(
    37,
    `RSA-PSS with a salt of ${saltLength} bytes`,
    () =>
      signedAgain(corp, { signing: { algorithm: uris.pssSha256 } }, (data) =>
        sign('sha256', data, { key: corp.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
      ),
    'signature_invalid',
  );
}
