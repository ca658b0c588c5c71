// Text that reads in two ways, and documents that are more, or less, than the XML that SAML needs. Where the signature
// does not notice (comments are not canonicalized, CDATA is text), it still holds.

import { generateKeyPairSync } from 'node:crypto';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import {
  aSamlIdp,
  inBase64,
  type ResponseSettings,
  samlNs,
  samlProvidersOf,
  us,
  xmlIn,
} from '../../../kit/saml-idp.ts';
import { encrypted } from '../../../kit/xml-encrypter.ts';
import { attacksOn } from './families.ts';
import { partsOf, stillSigned } from './parts.ts';

const idp = await aSamlIdp();
const opener = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { attack, control } = attacksOn({
  providers: samlProvidersOf(idp.provider()),
  us: { ...us, decryptionKey: opener.privateKey },
});

const times = (count: number, text: string) => Array.from({ length: count }, () => text).join('');
/** The genuine XML, changed after it was signed. */
const after = (from: string | RegExp, put: string, settings: ResponseSettings = {}) => {
  const xml = idp.responseXml(settings);
  const result = xml.replace(from, () => put);
  if (result === xml) throw new Error(`nothing like ${from}`);
  return result;
};

control('as it should be', () => idp.response());
control('pretty', () => inBase64(after('</saml:Issuer>', '</saml:Issuer>\n  ')));
control('text by character references', () => inBase64(after('>alice@acme', '>&#97;lic&#x65;@acme')));

// 53: markup in text

const texts = {
  NameID: [/(?<=<saml:NameID[^>]*>alice)/, 'alice@acme.example'],
  'an attribute': [/(?<=<saml:AttributeValue[^>]*>editors)/, 'editors-blue'],
  Role: [/(?<=arn:aws:iam::111122223333:role\/daypass)/, 'role'],
  RoleSessionName: [/(?<=RoleSessionName"><saml:AttributeValue[^>]*>alice)/, 'alice'],
  Audience: [/(?<=<saml:Audience>https:\/\/daypass)/, us.entityId],
  'Issuer of the assertion': [/(?<=<saml:Assertion.*?<saml:Issuer>https:\/\/idp)/s, idp.entityId],
  'Issuer of the Response': [/(?<=<saml:Issuer>https:\/\/idp)/, idp.entityId],
  AuthnContextClassRef: [/(?<=<saml:AuthnContextClassRef>urn)/, 'urn'],
  DigestValue: [/(?<=<ds:DigestValue>....)/, ''],
  SignatureValue: [/(?<=<ds:SignatureValue>....)/, ''],
} as const;
const markup = {
  'an empty comment': '<!---->',
  'a comment': '<!-- .evil.example -->',
  'an empty CDATA section': '<![CDATA[]]>',
  'a CDATA section': '<![CDATA[.evil]]>',
  'a processing instruction': '<?php echo 1 ?>',
  'an element': '<saml:b/>',
  'an element of another namespace': '<b xmlns="urn:x">.evil</b>',
  'an entity that is not declared': '&evil;',
  'a named character of HTML': '&nbsp;',
} as const;

for (const [place, [at]] of Object.entries(texts)) {
  for (const [name, put] of Object.entries(markup)) {
    attack(53, `${name} in ${place}, put in after it was signed`, () => inBase64(after(at, put)), 'response_malformed');
    if (put.startsWith('&') || place.endsWith('Value')) continue;
    attack(
      53,
      `${name} in ${place}, signed`,
      () => idp.response({ sign: 'both', edit: (xml) => xml.replace(at, put) }),
      'response_malformed',
    );
  }
}
for (const name of ['an empty comment', 'a comment'] as const) {
  attack(
    53,
    `${name} in NameID, where the genuine signature still holds`,
    () => {
      const xml = idp.responseXml({ nameId: 'admin@acme.example.evil.example' });
      const cut = xml.replace('admin@acme.example', `admin@acme.example${markup[name]}`);
      return inBase64(stillSigned(cut, partsOf(xml).assertionId));
    },
    'response_malformed',
  );
}
attack(
  53,
  'the whole NameID as CDATA, where the genuine signature still holds',
  () => {
    const xml = after('>alice@acme.example</saml:NameID>', '><![CDATA[alice@acme.example]]></saml:NameID>');
    return inBase64(stillSigned(xml, partsOf(xml).assertionId));
  },
  'response_malformed',
);
for (const [name, edit] of Object.entries({
  'NameID in NameID': (xml) =>
    xml.replace('alice@acme.example</saml:NameID>', '<saml:NameID>alice@acme.example</saml:NameID></saml:NameID>'),
  'an element around the text of NameID': (xml) =>
    xml.replace('alice@acme.example</saml:NameID>', '<b xmlns="urn:x">alice@acme.example</b></saml:NameID>'),
  'an element around the text of Audience': (xml) =>
    xml.replace(`>${us.entityId}<`, `><saml:Audience>${us.entityId}</saml:Audience><`),
  'an element around AuthnContextClassRef': (xml) =>
    xml.replace(/(<saml:AuthnContextClassRef>)([^<]*)/, '$1<b xmlns="urn:x">$2</b>'),
} satisfies Record<string, (xml: string) => string>)) {
  attack(53, `${name}, signed`, () => idp.response({ edit }), 'assertion_invalid', { proved: true });
}
attack(
  53,
  'an element around the text of Issuer, signed',
  () =>
    idp.response({
      edit: (xml) => xml.replace(/(<saml:Assertion.*?<saml:Issuer>)([^<]*)/s, '$1<b xmlns="urn:x">$2</b>'),
    }),
  'response_malformed',
);
attack(
  53,
  'text between the elements of Subject, signed',
  () => idp.response({ edit: (xml) => xml.replace('<saml:SubjectConfirmation ', 'root<saml:SubjectConfirmation ') }),
  'response_malformed',
);

// 54: document type definitions and what they do

const doctypes = {
  bare: '<!DOCTYPE Response>',
  'in small letters': '<!doctype Response>',
  'with an internal entity': '<!DOCTYPE r [<!ENTITY a "alice@acme.example">]>',
  'with an external entity': '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
  'with an entity of the network': '<!DOCTYPE r [<!ENTITY a SYSTEM "http://169.254.169.254/latest/meta-data/">]>',
  'with a parameter entity': '<!DOCTYPE r [<!ENTITY % p SYSTEM "https://evil.example/x.dtd"> %p;]>',
  'with an external subset': '<!DOCTYPE r SYSTEM "https://evil.example/x.dtd">',
  'with a public subset': '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "https://evil.example/x.dtd">',
  'with a default attribute': '<!DOCTYPE r [<!ATTLIST saml:NameID Format CDATA "urn:evil">]>',
  'that says what an ID is': '<!DOCTYPE r [<!ATTLIST samlp:Response Destination ID #IMPLIED>]>',
  'with a notation': '<!DOCTYPE r [<!NOTATION n SYSTEM "n">]>',
  'with a billion laughs': `<!DOCTYPE r [<!ENTITY l0 "lol">${Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${times(10, `&l${at};`)}">`).join('')}<!ENTITY a "&l9;">]>`,
  'with a quadratic bomb': `<!DOCTYPE r [<!ENTITY a "${times(20_000, 'a')}">]>`,
} as const;
for (const [name, doctype] of Object.entries(doctypes)) {
  attack(54, `a DOCTYPE ${name}`, () => inBase64(doctype + idp.responseXml()), 'response_malformed');
  attack(
    54,
    `a DOCTYPE ${name}, after an XML declaration, used in NameID`,
    () =>
      inBase64(`<?xml version="1.0"?>\n${doctype}\n${after('alice@acme.example</saml:NameID>', '&a;</saml:NameID>')}`),
    'response_malformed',
  );
  attack(
    54,
    `a DOCTYPE ${name}, in the middle`,
    () => inBase64(after('<samlp:Status>', `${doctype}<samlp:Status>`)),
    'response_malformed',
  );
  attack(
    54,
    `a DOCTYPE ${name}, encrypted`,
    () => {
      const { assertion, ...parts } = partsOf(idp.responseXml());
      const sealed = encrypted(doctype + assertion, { publicKey: opener.publicKey });
      return inBase64(`${parts.head}${parts.responseIssuer}${parts.status}${sealed}</samlp:Response>`);
    },
    'assertion_not_decrypted',
  );
}
attack(54, 'a DOCTYPE at the end', () => inBase64(`${idp.responseXml()}<!DOCTYPE r>`), 'response_malformed');
attack(
  54,
  'entities without a definition',
  () => inBase64(after('alice@acme.example</saml:NameID>', '&a;</saml:NameID>')),
  'response_malformed',
);
attack(54, 'an entity in an attribute', () => inBase64(after('Version="2.0"', 'Version="&a;"')), 'response_malformed');
const include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>';
attack(
  54,
  'an XInclude in the Response',
  () => inBase64(after('</samlp:Status>', `</samlp:Status>${include}`)),
  'response_malformed',
);
attack(
  54,
  'an XInclude in Status',
  () => inBase64(after('</samlp:Status>', `${include}</samlp:Status>`)),
  'response_malformed',
);
attack(54, 'an XInclude for NameID, signed', () => idp.response({ nameId: include }), 'assertion_invalid', {
  proved: true,
});

// 55: encodings

const bytesOf = (xml: string, encoding: BufferEncoding) => Buffer.from(xml, encoding);
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const spliced = (bytes: readonly number[]) => {
  const [start = '', end = ''] = idp.responseXml().split('alice@acme.example</saml:NameID>');
  return inBase64(
    Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(`${end && '</saml:NameID>'}${end}`)]),
  );
};
for (const [name, make] of Object.entries({
  'UTF-16 little endian': () => bytesOf(idp.responseXml(), 'utf16le'),
  'UTF-16 little endian with its mark': () => bytesOf(`\ufeff${idp.responseXml()}`, 'utf16le'),
  'UTF-16 big endian': () => swapped(bytesOf(idp.responseXml(), 'utf16le')),
  'UTF-16 big endian with its mark': () => swapped(bytesOf(`\ufeff${idp.responseXml()}`, 'utf16le')),
  'UTF-16 with a declaration': () =>
    bytesOf(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${idp.responseXml()}`, 'utf16le'),
  'UTF-32': () => Buffer.from([...idp.responseXml()].flatMap((each) => [each.charCodeAt(0), 0, 0, 0])),
  'UTF-7': () => Buffer.from(idp.responseXml().replaceAll('<', '+ADw-').replaceAll('>', '+AD4-')),
  'UTF-7 with a declaration': () =>
    Buffer.from(`<?xml version="1.0" encoding="UTF-7"?>${idp.responseXml().replaceAll('<', '+ADw-')}`),
  'UTF-8 with a byte order mark': () => Buffer.from(`\ufeff${idp.responseXml()}`),
  'two byte order marks': () => Buffer.from(`\ufeff\ufeff${idp.responseXml()}`),
  'a byte order mark at the end': () => Buffer.from(`${idp.responseXml()}\ufeff`),
  'a byte order mark, then a declaration': () => Buffer.from(`\ufeff<?xml version="1.0"?>${idp.responseXml()}`),
  'a declaration of ISO-8859-1': () => Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${idp.responseXml()}`),
  'a declaration of UTF-16 over UTF-8': () =>
    Buffer.from(`<?xml version="1.0" encoding="UTF-16"?>${idp.responseXml()}`),
  'XML 1.1': () => Buffer.from(`<?xml version="1.1"?>${idp.responseXml()}`),
  'XML 1.1 with a control character': () => Buffer.from(`<?xml version="1.1"?>${after('alice@', '&#1;alice@')}`),
  'two declarations': () => Buffer.from(`<?xml version="1.0"?><?xml version="1.0"?>${idp.responseXml()}`),
  'a declaration after a space': () => Buffer.from(` <?xml version="1.0"?>${idp.responseXml()}`),
  'a declaration in the middle': () => Buffer.from(after('<samlp:Status>', '<?xml version="1.0"?><samlp:Status>')),
  'a declaration without a version': () => Buffer.from(`<?xml encoding="UTF-8"?>${idp.responseXml()}`),
  'a style sheet': () => Buffer.from(`<?xml-stylesheet href="https://evil.example/x.xsl"?>${idp.responseXml()}`),
  'a comment before': () => Buffer.from(`<!-- -->${idp.responseXml()}`),
  'a comment after': () => Buffer.from(`${idp.responseXml()}<!-- -->`),
  'a processing instruction after': () => Buffer.from(`${idp.responseXml()}<?x?>`),
  'text before': () => Buffer.from(`x${idp.responseXml()}`),
  'text after': () => Buffer.from(`${idp.responseXml()}x`),
  'a NUL before': () => Buffer.from(`\0${idp.responseXml()}`),
  'a NUL after': () => Buffer.from(`${idp.responseXml()}\0`),
  'a no-break space before': () => Buffer.from(`\u00a0${idp.responseXml()}`),
  'a no-break space after': () => Buffer.from(`${idp.responseXml()}\u00a0`),
  'a vertical tab after': () => Buffer.from(`${idp.responseXml()}\v`),
  'a line separator after': () => Buffer.from(`${idp.responseXml()}\u2028`),
  'an end tag more': () => Buffer.from(`${idp.responseXml()}</samlp:Response>`),
  'an end tag less': () => Buffer.from(idp.responseXml().slice(0, -'</samlp:Response>'.length)),
  'half of it': () => Buffer.from(idp.responseXml().slice(0, 2000)),
  'two roots': () => Buffer.from(idp.responseXml() + idp.responseXml()),
  'an empty root after': () => Buffer.from(`${idp.responseXml()}<x xmlns="urn:x"/>`),
  'an empty root before': () => Buffer.from(`<x xmlns="urn:x"/>${idp.responseXml()}`),
  'a root that says nothing': () => Buffer.from('<x/>'),
  'no root': () => Buffer.from('alice'),
  JSON: () => Buffer.from(JSON.stringify({ nameId: 'alice' })),
  'a space only': () => Buffer.from(' '),
  deflated: () => deflateRawSync(idp.responseXml()),
  'deflated by zlib': () => deflateSync(idp.responseXml()),
  gzipped: () => gzipSync(idp.responseXml()),
  'a deflated bomb': () => deflateRawSync(Buffer.alloc(20_000_000)),
  'base64 twice': () => Buffer.from(idp.response()),
} satisfies Record<string, () => Buffer>)) {
  attack(55, name, () => inBase64(make()), 'response_malformed');
}
for (const [name, bytes] of Object.entries({
  'an overlong slash': [0xc0, 0xaf],
  'an overlong NUL': [0xc0, 0x80],
  'a lone continuation': [0x80],
  'a sequence cut short': [0xe2, 0x82],
  'a surrogate': [0xed, 0xa0, 0x80],
  'a pair of surrogates (CESU-8)': [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  'beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
  'five bytes': [0xf8, 0x88, 0x80, 0x80, 0x80],
  'Latin-1': [0xe9],
  '0xFF': [0xff],
  'a NUL': [0],
  'a control character': [1],
  'an escape': [0x1b],
  'U+FFFE': [0xef, 0xbf, 0xbe],
  'U+FFFF': [0xef, 0xbf, 0xbf],
})) {
  attack(55, `${name} in NameID`, () => spliced(bytes), 'response_malformed');
}
control('the same with good bytes', () => spliced([...Buffer.from('alice@acme.example')]));
for (const reference of [
  '&#0;',
  '&#1;',
  '&#x8;',
  '&#11;',
  '&#x1F;',
  '&#xD800;',
  '&#xDFFF;',
  '&#xFFFE;',
  '&#xFFFF;',
  '&#x110000;',
  '&#99999999999;',
  '&#;',
  '&#x;',
  '&#-1;',
  '&;',
  '&',
  '&amp',
  '&AMP;',
  '&lt',
  '&#x41',
  '&#X41;',
]) {
  attack(
    55,
    `the reference ${reference} in NameID`,
    () => inBase64(after(/alice(?=@acme\.example<\/saml:NameID>)/, `alice${reference}`)),
    'response_malformed',
  );
  if (/^&#x?[\dA-F]+;$/.test(reference)) {
    attack(
      55,
      `the reference ${reference} in NameID, signed`,
      () => idp.response({ nameId: `alice${reference}` }),
      'response_malformed',
    );
  }
}

// 55: what is not well formed, and what lenient parsers take

for (const [name, from, put] of [
  ['an attribute twice', 'Version="2.0"', 'Version="2.0" Version="2.0"'],
  ['an attribute twice, with other values', 'Destination=', 'Destination="https://evil.example" Destination='],
  [
    'an attribute twice by two prefixes',
    '<saml:NameID ',
    '<saml:NameID xmlns:a="urn:x" xmlns:b="urn:x" a:y="1" b:y="2" ',
  ],
  ['a namespace declared twice', '<samlp:Response ', `<samlp:Response xmlns:samlp="${samlNs.protocol}" `],
  ['a prefix that is not declared', '</samlp:Status>', '</samlp:Status><evil:x/>'],
  ['a prefix of an attribute that is not declared', '<samlp:Status>', '<samlp:Status evil:x="1">'],
  ['a prefix declared later', '<samlp:Status>', '<evil:x/><samlp:Status xmlns:evil="urn:x">'],
  ['xml: bound to something else', '<samlp:Response ', '<samlp:Response xmlns:xml="urn:x" '],
  [
    'something else bound to xml:',
    '<samlp:Response ',
    '<samlp:Response xmlns:x="http://www.w3.org/XML/1998/namespace" ',
  ],
  ['xmlns: bound', '<samlp:Response ', '<samlp:Response xmlns:xmlns="urn:x" '],
  [
    'something bound to the namespace of xmlns',
    '<samlp:Response ',
    '<samlp:Response xmlns:x="http://www.w3.org/2000/xmlns/" ',
  ],
  ['xml:base', '<samlp:Response ', '<samlp:Response xml:base="https://evil.example/" '],
  ['xml:space', '<samlp:Status>', '<samlp:Status xml:space="preserve">'],
  ['two colons', 'Version="2.0"', 'Version="2.0" xmlns:a="urn:x" a:b:c="1"'],
  ['a colon first', 'Version="2.0"', 'Version="2.0" :x="1"'],
  ['a colon last', 'Version="2.0"', 'Version="2.0" x:="1"'],
  ['no quotes', 'Version="2.0"', 'Version=2.0'],
  ['no value', 'Version="2.0"', 'Version="2.0" x'],
  ['no end of a quote', 'Version="2.0"', 'Version="2.0'],
  ['other quotes', 'Version="2.0"', 'Version=\u201c2.0\u201d'],
  ['no space between attributes', 'Version="2.0" ', 'Version="2.0"'],
  ['two equal signs', 'Version="2.0"', 'Version=="2.0"'],
  ['an attribute without a name', 'Version="2.0"', 'Version="2.0" ="x"'],
  ['< in an attribute', 'Version="2.0"', 'Version="2.0<"'],
  ['a tag in an attribute', 'Version="2.0"', 'Version="2.0<b/>"'],
  ['a name with a digit first', '</samlp:Status>', '</samlp:Status><samlp:1x/>'],
  ['a name with <', '</samlp:Status>', '</samlp:Status><samlp:x<y/>'],
  ['a name with a quote', '</samlp:Status>', '</samlp:Status><samlp:x"/>'],
  ['a name with a NUL', '</samlp:Status>', '</samlp:Status><samlp:x\0/>'],
  ['a tag without a name', '</samlp:Status>', '</samlp:Status><>'],
  ['a space before a name', '<samlp:Status>', '< samlp:Status>'],
  ['a space after the slash of an end tag', '</samlp:Status>', '</ samlp:Status>'],
  ['a space before the end of an empty tag', '/></samlp:Status>', '/ ></samlp:Status>'],
  ['an attribute in an end tag', '</samlp:Status>', '</samlp:Status x="1">'],
  ['a slash in an end tag', '</samlp:Status>', '</samlp:Status/>'],
  ['an end tag in other letters', '</samlp:Status>', '</samlp:status>'],
  ['an end tag of another prefix', '</samlp:Status>', '</saml:Status>'],
  ['an end tag without a prefix', '</samlp:Status>', '</Status>'],
  ['end tags that cross', '/></samlp:Status>', '></samlp:Status></samlp:StatusCode>'],
  ['an end tag never begun', '</samlp:Status>', '</saml:NameID></samlp:Status>'],
  ['a tag never ended', '<samlp:Status>', '<samlp:Status><samlp:x>'],
  ['a tag without its >', '<samlp:Status>', '<samlp:Status'],
  [']]> in text', 'alice@acme.example</saml:NameID>', 'alice@acme.example]]></saml:NameID>'],
  ['> alone between elements', '</samlp:Status>', '></samlp:Status>'],
  ['text between elements', '</samlp:Status>', '</samlp:Status>evil'],
  ['text in Status', '<samlp:Status>', '<samlp:Status>evil'],
  ['a no-break space between elements', '</samlp:Status>', '</samlp:Status>\u00a0'],
  ['an element of no namespace', '</samlp:Status>', '</samlp:Status><x/>'],
  ['an attribute of nobody at the Response', '<samlp:Response ', '<samlp:Response Evil="1" '],
] as const) {
  attack(
    55,
    `not well formed, or more than it should be: ${name}`,
    () => inBase64(after(from, put)),
    'response_malformed',
  );
}
attack(
  55,
  ']]> in NameID, signed',
  () => idp.response({ edit: (xml) => xml.replace('alice@acme.example</saml:NameID>', 'alice]]></saml:NameID>') }),
  'response_malformed',
);
for (const [name, from, put] of [
  ['an ampersand alone', '&amp;', '&'],
  ['a reference without its end', '&amp;', '&amp'],
  ['an ampersand by a number without its end', '&amp;', '&#38'],
  ['an ampersand by X', '&amp;', '&#X26;'],
  ['an ampersand by a large number', '&amp;', '&#4294967334;'],
  ['> after ]]', ']]&gt;', ']]>'],
] as const) {
  attack(
    55,
    `${name} in NameID, where a lenient parser finds what was signed`,
    () => inBase64(after(from, put, { nameId: 'alice&amp; ]]&gt; bob' })),
    'response_malformed',
  );
}
control(
  'an ampersand and ]]> as they should be',
  () => idp.response({ nameId: 'alice&amp; ]]&gt; bob' }),
  'alice& ]]> bob',
);

// 55: base64

for (const [name, edit] of Object.entries({
  'no padding': (text) => text.replace(/=+$/, ''),
  'padding more': (text) => `${text}=`,
  'four more of padding': (text) => `${text}====`,
  'padding in the middle': (text) => `${text.slice(0, 40)}==${text.slice(40)}`,
  'other bits at its end': (text) =>
    text.replace(/(.)==$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`),
  base64url: (text) => text.replaceAll('+', '-').replaceAll('/', '_').replace('PHNhbWxw', 'PHNhbWx_'),
  'a space in it': (text) => `${text.slice(0, 40)} ${text.slice(40)}`,
  'a space after it': (text) => `${text} `,
  'a tab in it': (text) => `${text.slice(0, 40)}\t${text.slice(40)}`,
  'a carriage return alone in it': (text) => `${text.slice(0, 40)}\r${text.slice(40)}`,
  'a NUL in it': (text) => `${text.slice(0, 40)}\0${text.slice(40)}`,
  'a character of nobody': (text) => `${text.slice(0, 40)}*${text.slice(40)}`,
  'percent signs': (text) => encodeURIComponent(text),
  'plus signs as spaces': (text) => `${text.slice(0, 4)} ${text.slice(5)}`,
  'an address of data': (text) => `data:text/xml;base64,${text}`,
  'a second response after it': (text) => text + text,
  'XML as it is': (text) => xmlIn(text),
  hexadecimal: (text) => Buffer.from(text, 'base64').toString('hex'),
  'letters beyond ASCII': (text) => text.replace('A', '\uff21'),
  nothing: () => '',
  'a line end': () => '\n',
  'one character': () => 'A',
} satisfies Record<string, (text: string) => string>)) {
  attack(55, `base64 with ${name}`, () => edit(padded()), 'response_malformed');
}

/** In base64 with two signs of padding. */
function padded(): string {
  const xml = idp.responseXml();
  return inBase64(xml + ' '.repeat((4 - (xml.length % 3)) % 3));
}
control('base64 with two signs of padding', () => {
  if (!padded().endsWith('==')) throw new Error('padding of another length');
  return padded();
});

// 56: size; test/identity/saml/cost.test.ts has what they cost

const inStatus = (content: string) => inBase64(after('</samlp:Status>', `${content}</samlp:Status>`));
const nested = (depth: number) => times(depth, '<samlp:x>') + times(depth, '</samlp:x>');
for (const [name, make] of Object.entries({
  '100,001 characters': () => times(100_001, 'A'),
  '100,004 characters that are a response': () => {
    const xml = idp.responseXml();
    return inBase64(xml.replace('</samlp:Response>', `${' '.repeat(75_003 - xml.length)}</samlp:Response>`));
  },
  'a million characters': () => times(1_000_000, 'A'),
  'a million line ends': () => times(1_000_000, '\n'),
  '25 deep': () => inStatus(nested(23)),
  '1000 deep': () => inStatus(nested(1000)),
  '3500 deep': () => inStatus(nested(3500)),
  '3500 deep without an end': () => inBase64(times(3500, '<samlp:x>')),
  '1990 siblings': () => inStatus(times(1990, '<samlp:x/>')),
  '6000 siblings': () => inStatus(times(6000, '<samlp:x/>')),
  '17,000 siblings': () => inStatus(times(17_000, '<x/>')),
  '100,000 siblings': () => inStatus(times(100_000, '<x/>')),
  '25 attributes': () => inStatus(`<samlp:x ${Array.from({ length: 25 }, (_, at) => `a${at}=""`).join(' ')}/>`),
  '8000 attributes': () =>
    inStatus(`<samlp:x ${Array.from({ length: 8000 }, (_, at) => `${at.toString(36)}a=""`).join(' ')}/>`),
  '25 namespaces': () =>
    inStatus(`<samlp:x ${Array.from({ length: 25 }, (_, at) => `xmlns:a${at}="urn:x"`).join(' ')}/>`),
  '3000 namespaces': () =>
    inStatus(`<samlp:x ${Array.from({ length: 3000 }, (_, at) => `xmlns:${at.toString(36)}a="u:x"`).join(' ')}/>`),
  '20,000 namespaces': () =>
    inStatus(`<samlp:x ${Array.from({ length: 20_000 }, (_, at) => `xmlns:a${at}="u:x"`).join(' ')}/>`),
  'namespaces on every element': () =>
    inStatus(
      times(400, '<samlp:x xmlns:a="u:a" xmlns:b="u:b" xmlns:c="u:c" xmlns:d="u:d" xmlns:e="u:e" xmlns:f="u:f"/>'),
    ),
  'a name of 60,000 letters': () => inStatus(`<samlp:${times(60_000, 'x')}/>`),
  'an attribute of 60,000 letters': () => inStatus(`<samlp:x x="${times(60_000, 'x')}"/>`),
  '10,000 character references': () => inBase64(after('<samlp:Status>', `<samlp:Status>${times(10_000, '&#65;')}`)),
  '60,000 ampersands': () => inStatus(times(60_000, '&')),
  '60,000 opening brackets': () => inStatus(times(60_000, '<')),
  '60,000 closing brackets': () => inStatus(times(60_000, '>')),
  '60,000 quotes': () => inStatus(times(60_000, '"')),
  '60,000 equal signs': () => inStatus(times(60_000, '=')),
} satisfies Record<string, () => string>)) {
  attack(56, name, make, 'response_malformed');
}
