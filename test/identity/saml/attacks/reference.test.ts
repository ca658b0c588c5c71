// What a signature says that it is over: every one of these is signed by the genuine key as it stands.
// Source: XML Signature 1.1 §4.4; the corpus of `xml-crypto` CVE-2025-29774 and CVE-2025-29775.

import { aSamlIdp, inBase64, type ResponseSettings, samlProvidersOf, xmlIn } from '../../../kit/saml-idp.ts';
import {
  canonical,
  digestOf,
  elementWithId,
  everyPrefix,
  exactTransforms,
  hash,
  parse,
  type SignSettings,
  uris,
} from '../../../kit/xml-signer.ts';
import { attacksOn } from './families.ts';
import { forged, partsOf, stillSigned } from './parts.ts';

const idp = await aSamlIdp();
const { attack, control } = attacksOn({ providers: samlProvidersOf(idp.provider()) });

type Signing = Partial<SignSettings>;
const signed =
  (signing: Signing, settings: ResponseSettings = {}) =>
  () =>
    idp.response({ ...settings, signing });
const info = (edit: (xml: string) => string): Signing => ({ signedInfo: edit });
const times = (count: number, text: string) => Array.from({ length: count }, () => text).join('');

control('as it should be', signed({}));
control('with InclusiveNamespaces', signed({ prefixes: 'xs' }));

// 47: the reference

const wholeDigest = (xml: string) => hash(canonical(parse(xml).documentElement));

for (const [name, uri] of Object.entries({
  'that is empty': '',
  'that is a hash': '#',
  'of two hashes': '##_good',
  'without a hash': '_good',
  'to another ID': '#_other',
  'to the Response': '#_response',
  'with a space after it': '#_good ',
  'with a space before it': ' #_good',
  'in percent signs': '%23_good',
  'of an address': 'https://evil.example/assertion.xml#_good',
  'of an address of ours': 'https://daypass.example/saml/acs',
  'of a file': 'file:///etc/passwd',
  'of data': 'data:text/xml;base64,PGEvPg==',
  'by cid': 'cid:assertion',
  'xpointer of the root': '#xpointer(/)',
  'xpointer of the ID': "#xpointer(id('_good'))",
  'with an XPath in it': "#_good' or '1'='1",
  'with an XPath of double quotes in it': '#_good&quot; or &quot;1&quot;=&quot;1',
  'with a bracket in it': "#_good'] | //*[@ID='_response",
  'with a NUL written out': '#_good&amp;#0;',
  'in upper case': '#_GOOD',
  'with a line end': '#_good&#10;',
  'of the whole ID and more': '#_good#_response',
})) {
  attack(47, `a reference ${name}`, signed({ uri }, { assertionId: '_good', id: '_response' }), 'response_malformed');
  attack(
    47,
    `a reference of the Response ${name}`,
    () => idp.response({ sign: 'both', id: '_good', assertionId: '_inner', responseSigning: { uri } }),
    'response_malformed',
  );
}
for (const [name, signing] of Object.entries({
  'without URI': info((xml) => xml.replace(/ URI="[^"]*"/, '')),
  'without URI, of the whole document': { ...info((xml) => xml.replace(/ URI="[^"]*"/, '')), digestValue: wholeDigest },
  'of the whole document': { uri: '', digestValue: wholeDigest },
  'with uri in small letters': info((xml) => xml.replace(' URI=', ' uri=')),
  'with URI of another namespace': info((xml) => xml.replace(' URI=', ` xmlns:x="urn:x" x:URI=`)),
  'of a type': info((xml) => xml.replace('<ds:Reference ', `<ds:Reference Type="${uris.xmldsig}Object" `)),
  'of the type Manifest': info((xml) => xml.replace('<ds:Reference ', `<ds:Reference Type="${uris.xmldsig}Manifest" `)),
  'with an attribute of nobody': info((xml) => xml.replace('<ds:Reference ', '<ds:Reference Good="_good" ')),
} satisfies Record<string, Signing>)) {
  attack(47, `a reference ${name}`, signed(signing), 'response_malformed');
}
attack(
  47,
  'the Response signature refers to the assertion',
  () =>
    idp.response({
      sign: 'both',
      assertionId: '_inner',
      responseSigning: { uri: '#_inner', digestValue: (xml) => digestOf(xml, '_inner') },
    }),
  'response_malformed',
);
attack(
  47,
  'the assertion signature refers to the Response',
  () => idp.response({ id: '_outer', signing: { uri: '#_outer', digestValue: (xml) => digestOf(xml, '_outer') } }),
  'response_malformed',
);
attack(
  47,
  'the assertion signature refers to its own Subject',
  () =>
    idp.response({
      edit: (xml) => xml.replace('<saml:Subject>', '<saml:Subject ID="_subject">'),
      signing: { uri: '#_subject', digestValue: (xml) => digestOf(xml, '_subject') },
    }),
  'response_malformed',
);

// 48: many references and transforms; test/identity/saml/cost.test.ts has what they cost

const [reference, transform] = [/<ds:Reference .*<\/ds:Reference>/s, /<ds:Transform .*?<\/ds:Transform>/s];
const repeated = (pattern: RegExp, count: number): Signing =>
  info((xml) => xml.replace(pattern, (one) => times(count, one)));
for (const count of [2, 3, 50, 200]) {
  attack(48, `${count} references to the same`, signed(repeated(reference, count)), 'response_malformed');
  attack(48, `${count} transforms more`, signed(repeated(transform, count)), 'response_malformed');
}
const to = (id: string, digest: string) =>
  `<ds:Reference URI="#${id}"><ds:Transforms>${exactTransforms()}</ds:Transforms><ds:DigestMethod Algorithm="${uris.sha256}"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
for (const order of ['after', 'before'] as const) {
  attack(
    48,
    `a second reference ${order} the genuine one, to what was swapped (CVE-2026-33487)`,
    () => {
      const other = partsOf(idp.responseXml({ nameId: 'root' }));
      const second = to(other.assertionId, hash(canonical(parse(other.bare).documentElement)));
      return idp.response({
        signing: info((xml) => xml.replace(reference, (one) => (order === 'after' ? one + second : second + one))),
      });
    },
    'response_malformed',
  );
}
attack(
  48,
  'no reference, and a Manifest',
  signed(info((xml) => xml.replace(reference, (one) => `<ds:Manifest>${one}</ds:Manifest>`))),
  'response_malformed',
);

// 49: transforms

const one = (uri: string, content = '') => `<ds:Transform Algorithm="${uri}">${content}</ds:Transform>`;
const enveloped = one(uris.enveloped);
const exclusive = one(uris.exclusive);
const inclusive = { digestValue: (xml: string, id: string) => hash(canonical(elementWithId(xml, id), everyPrefix)) };
const xslt =
  '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"><xsl:copy-of select="document(\'file:///etc/passwd\')"/></xsl:template></xsl:stylesheet>';
const xpath = '<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>';
const filter = '<f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</f:XPath>';

for (const [name, transforms, more] of [
  ['XSLT', enveloped + one('http://www.w3.org/TR/1999/REC-xslt-19991116', xslt) + exclusive],
  ['XSLT in place of exclusive canonicalization', enveloped + one('http://www.w3.org/TR/1999/REC-xslt-19991116', xslt)],
  ['XPath', one('http://www.w3.org/TR/1999/REC-xpath-19991116', xpath) + exclusive],
  ['XPath besides', enveloped + one('http://www.w3.org/TR/1999/REC-xpath-19991116', xpath) + exclusive],
  ['XPath filter 2', enveloped + one('http://www.w3.org/2002/06/xmldsig-filter2', filter) + exclusive],
  ['XPath filter 2 in place of enveloped', one('http://www.w3.org/2002/06/xmldsig-filter2', filter) + exclusive],
  ['base64', enveloped + one(`${uris.xmldsig}base64`)],
  ['decryption', one('http://www.w3.org/2002/07/decrypt#XML') + enveloped + exclusive],
  ['STR', one('http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform')],
  ['exclusive canonicalization twice', enveloped + exclusive + exclusive],
  ['enveloped twice', enveloped + enveloped + exclusive],
  ['enveloped twice in place of both', enveloped + enveloped],
  ['in the other order', exclusive + enveloped],
  ['enveloped only', enveloped],
  ['exclusive canonicalization only', exclusive],
  ['none', ''],
  ['exclusive with comments', enveloped + one(uris.exclusiveWithComments)],
  ['inclusive', enveloped + one(uris.inclusive), inclusive],
  ['inclusive with comments', enveloped + one(`${uris.inclusive}#WithComments`), inclusive],
  ['inclusive 1.1', enveloped + one('http://www.w3.org/2006/12/xml-c14n11'), inclusive],
  ['inclusive, then exclusive', enveloped + one(uris.inclusive) + exclusive],
  ['one of no algorithm', `${enveloped}<ds:Transform/>`],
  ['one of an empty algorithm', enveloped + one('')],
  ['an unknown one', enveloped + one('urn:evil')],
  ['an inherited one', enveloped + one('constructor')],
  ['with a space', enveloped + one(`${uris.exclusive} `)],
  ['enveloped with an XPath in it', one(uris.enveloped, xpath) + exclusive],
  [
    'enveloped with InclusiveNamespaces',
    one(uris.enveloped, `<ec:InclusiveNamespaces xmlns:ec="${uris.enveloped}" PrefixList="xs"/>`) + exclusive,
  ],
  ['exclusive with an XPath in it', enveloped + one(uris.exclusive, xpath)],
  [
    'InclusiveNamespaces twice',
    enveloped + one(uris.exclusive, times(2, `<ec:InclusiveNamespaces xmlns:ec="${uris.exclusive}" PrefixList="xs"/>`)),
  ],
  [
    'InclusiveNamespaces of another namespace',
    enveloped + one(uris.exclusive, '<ec:InclusiveNamespaces xmlns:ec="urn:evil" PrefixList="xs"/>'),
  ],
  ['InclusiveNamespaces of 5000 prefixes', exactTransforms(times(5000, 'xs ').trim())],
  ['InclusiveNamespaces of nothing', exactTransforms('')],
  ['InclusiveNamespaces with markup in it', exactTransforms('xs&lt;x')],
  [
    'of another namespace',
    exactTransforms()
      .replaceAll('<ds:Transform ', '<x:Transform xmlns:x="urn:x" ')
      .replaceAll('</ds:Transform>', '</x:Transform>'),
  ],
] as const satisfies readonly (readonly [string, string, Signing?])[]) {
  attack(49, `transforms: ${name}`, signed({ transforms, ...more }), 'response_malformed');
}
attack(
  49,
  'no Transforms',
  signed(info((xml) => xml.replace(/<ds:Transforms>.*<\/ds:Transforms>/s, ''))),
  'response_malformed',
);
attack(
  49,
  'Transforms twice',
  signed(info((xml) => xml.replace(/<ds:Transforms>.*<\/ds:Transforms>/s, (all) => all + all))),
  'response_malformed',
);
attack(
  49,
  'Transforms after DigestValue',
  signed(
    info((xml) => {
      const [all = ''] = /<ds:Transforms>.*<\/ds:Transforms>/s.exec(xml) ?? [];
      return xml.replace(all, '').replace('</ds:DigestValue>', `</ds:DigestValue>${all}`);
    }),
  ),
  'response_malformed',
);

// 50: the canonicalization of SignedInfo

for (const canonicalization of [
  uris.inclusive,
  `${uris.inclusive}#WithComments`,
  uris.exclusiveWithComments,
  'http://www.w3.org/2006/12/xml-c14n11',
  'http://www.w3.org/2010/xml-c14n2',
  uris.enveloped,
  `${uris.xmldsig}base64`,
  'http://www.w3.org/TR/1999/REC-xslt-19991116',
  'urn:evil',
  'constructor',
  '__proto__',
  '',
  `${uris.exclusive} `,
  uris.exclusive.replace('#', ''),
]) {
  attack(
    50,
    `SignedInfo canonicalized by ${JSON.stringify(canonicalization)}`,
    signed({ canonicalization }),
    'response_malformed',
  );
}
for (const [name, edit] of Object.entries({
  'without an algorithm': (xml) => xml.replace(/(<ds:CanonicalizationMethod) Algorithm="[^"]*"/, '$1'),
  'by nothing': (xml) => xml.replace(/<ds:CanonicalizationMethod[^>]*>/, ''),
  'by two': (xml) => xml.replace(/<ds:CanonicalizationMethod[^>]*>/, (all) => all + all),
  'with InclusiveNamespaces': (xml) =>
    xml.replace(
      /(<ds:CanonicalizationMethod[^>]*)\/>/,
      `$1><ec:InclusiveNamespaces xmlns:ec="${uris.exclusive}" PrefixList="ds"/></ds:CanonicalizationMethod>`,
    ),
  'with a stylesheet': (xml) =>
    xml.replace(/(<ds:CanonicalizationMethod[^>]*)\/>/, `$1>${xslt}</ds:CanonicalizationMethod>`),
} satisfies Record<string, (xml: string) => string>)) {
  attack(50, `SignedInfo canonicalized ${name}`, signed(info(edit)), 'response_malformed');
}

// 51: canonicalization that comes to nothing

const relative = ['1', 'evil', '../up', '//host/path', '?query', '#fragment', 'a b', ':', '1:2', ' urn:x'];
for (const address of relative) {
  for (const [where, tag] of Object.entries({
    Response: '<samlp:Response ',
    assertion: '<saml:Assertion ',
    Signature: '<ds:Signature ',
    SignedInfo: '<ds:SignedInfo',
    NameID: '<saml:NameID ',
  })) {
    attack(
      51,
      `the namespace "${address}" at the ${where}`,
      () => {
        const xml = idp.responseXml();
        const mark = tag.trimEnd();
        return inBase64(xml.replace(mark, `${mark} xmlns:x="${address}"`));
      },
      'response_malformed',
    );
  }
}
attack(
  51,
  'a namespace taken back',
  () => inBase64(idp.responseXml().replace('<saml:NameID ', '<saml:NameID xmlns:x="" ')),
  'response_malformed',
);
attack(
  51,
  'the default namespace taken back',
  () => inBase64(idp.responseXml().replace('<saml:NameID ', '<saml:NameID xmlns="" ')),
  'response_malformed',
);
attack(
  51,
  'an element of a relative namespace',
  () => inBase64(idp.responseXml().replace('</saml:NameID>', '</saml:NameID><x xmlns="evil"/>')),
  'response_malformed',
);

/** A genuine signature over the digest of nothing, which an attacker was given once, and a forged assertion. */
const ofNothing = (digest: string) => ({
  nameId: 'mallory',
  assertionId: '_evil',
  signing: { digestValue: () => hash('', digest), digest },
});
for (const digest of [uris.sha256, uris.sha384, uris.sha512]) {
  attack(
    51,
    `the digest of nothing (${digest.split('#')[1]})`,
    () => idp.response(ofNothing(digest)),
    'signature_invalid',
  );
  attack(
    51,
    `the digest of nothing (${digest.split('#')[1]}) with a relative namespace`,
    () => {
      const xml = idp.responseXml(ofNothing(digest));
      return inBase64(xml.replace('<saml:Subject', '<saml:Subject xmlns:x="1"'));
    },
    'response_malformed',
  );
}
attack(
  51,
  'the digest of a line end',
  () => idp.response({ signing: { digestValue: () => hash('\n') } }),
  'signature_invalid',
);
attack(
  51,
  'the digest of "undefined"',
  () => idp.response({ signing: { digestValue: () => hash('undefined') } }),
  'signature_invalid',
);
attack(
  51,
  'the digest of "null"',
  () => idp.response({ signing: { digestValue: () => hash('null') } }),
  'signature_invalid',
);

// 52: a digest or SignedInfo that reads in two ways

/** The genuine signature over the genuine digest; what a lenient reader finds is the digest of the forged assertion. */
function twoDigests(arrange: (genuine: string, evil: string) => string): string {
  const parts = partsOf(idp.responseXml());
  const [, genuine = ''] = /<ds:DigestValue>([^<]*)/.exec(parts.signature) ?? [];
  const bare = forged(parts.bare, parts.assertionId);
  const evil = hash(canonical(parse(bare).documentElement));
  const signature = parts.signature.replace(`<ds:DigestValue>${genuine}</ds:DigestValue>`, arrange(genuine, evil));
  const assertion = bare.replace('</saml:Issuer>', `</saml:Issuer>${signature}`);
  return inBase64(`${parts.head}${parts.responseIssuer}${parts.status}${assertion}</samlp:Response>`);
}
const value = (content: string) => `<ds:DigestValue>${content}</ds:DigestValue>`;
for (const [name, arrange] of Object.entries({
  'the forged one in a comment (CVE-2025-29775)': (genuine, evil) => value(`<!--${evil}-->${genuine}`),
  'the forged one in a comment after': (genuine, evil) => value(`${genuine}<!--${evil}-->`),
  'the genuine one in a comment': (genuine, evil) => value(`<!--${genuine}-->${evil}`),
  'a comment that cuts it in two': (genuine) => value(`${genuine.slice(0, 9)}<!-- -->${genuine.slice(9)}`),
  CDATA: (genuine) => value(`<![CDATA[${genuine}]]>`),
  'the forged one in CDATA': (genuine, evil) => value(`${genuine}<![CDATA[${evil}]]>`),
  'the forged one in a processing instruction': (genuine, evil) => value(`<?x ${evil}?>${genuine}`),
  'an element within': (genuine, evil) => value(`${genuine}<ds:x>${evil}</ds:x>`),
  'DigestValue within DigestValue': (genuine, evil) => value(value(evil) + value(genuine)),
  'two DigestValues': (genuine, evil) => value(genuine) + value(evil),
  'two DigestValues, the forged one first': (genuine, evil) => value(evil) + value(genuine),
  'a DigestValue of another namespace': (genuine, evil) =>
    `${value(genuine)}<x:DigestValue xmlns:x="urn:x">${evil}</x:DigestValue>`,
  'an entity': (genuine) => value(`&x;${genuine}`),
} satisfies Record<string, (genuine: string, evil: string) => string>)) {
  attack(52, `DigestValue: ${name}`, () => twoDigests(arrange), 'response_malformed');
}
attack(52, 'DigestValue: the forged one only', () => twoDigests((_genuine, evil) => value(evil)), 'signature_invalid');
attack(
  52,
  'DigestValue: both in one text',
  () => twoDigests((genuine, evil) => value(genuine + evil)),
  'response_malformed',
);

/** The genuine SignedInfo somewhere, and one of the attacker's somewhere else (CVE-2025-29774). */
function twoInfos(arrange: (signature: string, genuine: string, evil: string) => string): string {
  const parts = partsOf(idp.responseXml());
  const [genuine = ''] = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(parts.signature) ?? [];
  const bare = forged(parts.bare, parts.assertionId);
  const evil = genuine.replace(/(<ds:DigestValue>)[^<]*/, `$1${hash(canonical(parse(bare).documentElement))}`);
  const assertion = bare.replace('</saml:Issuer>', () => `</saml:Issuer>${arrange(parts.signature, genuine, evil)}`);
  return inBase64(`${parts.head}${parts.responseIssuer}${parts.status}${assertion}</samlp:Response>`);
}
const swap = (signature: string, from: string, put: string) => signature.replace(from, () => put);
for (const [name, arrange] of Object.entries({
  'two, the genuine one first': (signature, genuine, evil) => swap(signature, genuine, genuine + evil),
  'two, the forged one first': (signature, genuine, evil) => swap(signature, genuine, evil + genuine),
  'the forged one after SignatureValue': (signature, _genuine, evil) =>
    swap(signature, '</ds:SignatureValue>', `</ds:SignatureValue>${evil}`),
  'the genuine one at the end, the forged one in its place': (signature, genuine, evil) =>
    swap(swap(signature, genuine, evil), '</ds:Signature>', `${genuine}</ds:Signature>`),
  'the genuine one in an Object': (signature, genuine, evil) =>
    swap(swap(signature, genuine, evil), '</ds:Signature>', `<ds:Object>${genuine}</ds:Object></ds:Signature>`),
  'the forged one in KeyInfo': (signature, _genuine, evil) =>
    swap(signature, '</ds:Signature>', `<ds:KeyInfo>${evil}</ds:KeyInfo></ds:Signature>`),
  'the genuine one in KeyInfo': (signature, genuine, evil) =>
    swap(swap(signature, genuine, evil), '</ds:Signature>', `<ds:KeyInfo>${genuine}</ds:KeyInfo></ds:Signature>`),
  'one within the other': (signature, genuine, evil) =>
    swap(signature, genuine, evil.replace('</ds:SignedInfo>', `${genuine}</ds:SignedInfo>`)),
  'the genuine one within the other, first': (signature, genuine, evil) =>
    swap(signature, genuine, evil.replace('<ds:SignedInfo>', `<ds:SignedInfo>${genuine}`)),
  'the forged one in another namespace': (signature, genuine, evil) =>
    swap(signature, genuine, `<x:SignedInfo xmlns:x="urn:x">${evil}</x:SignedInfo>${genuine}`),
  'the genuine one in another namespace': (signature, genuine) =>
    swap(signature, genuine, genuine.replaceAll('ds:SignedInfo', 'saml:SignedInfo')),
  'a Reference outside it': (signature, genuine, evil) =>
    swap(signature, genuine, genuine + (/<ds:Reference .*<\/ds:Reference>/s.exec(evil)?.[0] ?? '')),
  'SignatureMethod outside it': (signature, genuine) =>
    swap(
      signature,
      genuine,
      genuine.replace(/<ds:SignatureMethod[^>]*>/, '') + (/<ds:SignatureMethod[^>]*>/.exec(genuine)?.[0] ?? ''),
    ),
  'SignatureMethod outside it too': (signature, genuine) =>
    swap(signature, genuine, genuine + (/<ds:SignatureMethod[^>]*>/.exec(genuine)?.[0] ?? '')),
  'CanonicalizationMethod outside it': (signature, genuine) =>
    swap(
      signature,
      genuine,
      (/<ds:CanonicalizationMethod[^>]*>/.exec(genuine)?.[0] ?? '') +
        genuine.replace(/<ds:CanonicalizationMethod[^>]*>/, ''),
    ),
  'after SignatureValue': (signature, genuine) =>
    swap(swap(signature, genuine, ''), '</ds:SignatureValue>', `</ds:SignatureValue>${genuine}`),
  'in a comment': (signature, genuine, evil) => swap(signature, genuine, `${evil}<!--${genuine}-->`),
} satisfies Record<string, (signature: string, genuine: string, evil: string) => string>)) {
  const where = name.endsWith('in KeyInfo')
    ? (['response_malformed', 'signature_invalid'] as const)
    : 'response_malformed';
  attack(52, `SignedInfo: ${name}`, () => twoInfos(arrange), where);
}
attack(
  52,
  'SignedInfo: the forged one only',
  () => twoInfos((signature, genuine, evil) => swap(signature, genuine, evil)),
  'signature_invalid',
);
for (const [name, edit] of Object.entries({
  'two SignatureMethods': (xml) => xml.replace(/<ds:SignatureMethod[^>]*>/, (all) => all + all),
  'two DigestMethods': (xml) => xml.replace(/<ds:DigestMethod[^>]*>/, (all) => all + all),
  'SignatureMethod before CanonicalizationMethod': (xml) =>
    xml.replace(/(<ds:CanonicalizationMethod[^>]*>)(<ds:SignatureMethod[^>]*>)/, '$2$1'),
  'the Reference first': (xml) =>
    xml.replace(reference, '').replace('<ds:SignedInfo>', `<ds:SignedInfo>${reference.exec(xml)?.[0]}`),
  'an element of nobody': (xml) => xml.replace('</ds:SignedInfo>', '<x:x xmlns:x="urn:x"/></ds:SignedInfo>'),
} satisfies Record<string, (xml: string) => string>)) {
  attack(52, `signed as it stands: ${name}`, signed(info(edit)), 'response_malformed');
}
attack(
  52,
  'two SignatureValues',
  () => inBase64(xmlIn(idp.response()).replace(/<ds:SignatureValue>.*<\/ds:SignatureValue>/s, (all) => all + all)),
  'response_malformed',
);
attack(
  52,
  'a comment in SignatureValue',
  () => inBase64(xmlIn(idp.response()).replace('<ds:SignatureValue>', '<ds:SignatureValue><!-- -->')),
  'response_malformed',
);
attack(
  52,
  'a Signature with an attribute of nobody',
  () => {
    const parts = partsOf(idp.responseXml());
    const xml = `${parts.head}${parts.responseIssuer}${parts.status}${parts.assertion.replace('<ds:Signature ', '<ds:Signature Target="#_x" ')}</samlp:Response>`;
    return inBase64(stillSigned(xml, parts.assertionId));
  },
  'response_malformed',
);
