// Signature wrapping: something genuine is in the document, and somebody else is asked for. Wherever it says so, the
// genuine signature still holds for the genuine bytes.
// Source: Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (2012), XSW1 to XSW8.

import { generateKeyPairSync } from 'node:crypto';
import { aSamlIdp, inBase64, type ResponseSettings, samlNs, samlProvidersOf, us } from '../../../kit/saml-idp.ts';
import { encrypted } from '../../../kit/xml-encrypter.ts';
import { signXml, uris } from '../../../kit/xml-signer.ts';
import { attacksOn } from './families.ts';
import { forged, type Parts, partsOf, stillSigned } from './parts.ts';

const idp = await aSamlIdp();
const opener = generateKeyPairSync('rsa', { modulusLength: 2048 });
const providers = samlProvidersOf(idp.provider());
const { attack, control } = attacksOn({ providers, us: { ...us, decryptionKey: opener.privateKey } });

const genuine = (settings: ResponseSettings = {}) => partsOf(idp.responseXml(settings));
const wrapped = ({ head, responseIssuer, status }: Parts, ...content: readonly string[]) =>
  `${head}${responseIssuer}${status}${content.join('')}</samlp:Response>`;
const before = (xml: string, mark: string, put: string) => replaced(xml, mark, `${put}${mark}`);
const after = (xml: string, mark: string, put: string) => replaced(xml, mark, `${mark}${put}`);

function replaced(xml: string, mark: string | RegExp, put: string): string {
  const result = xml.replace(mark, () => put);
  if (result === xml) throw new Error(`nothing like ${mark}`);
  return result;
}

control('taken apart and put together', () => {
  const parts = genuine();
  return inBase64(stillSigned(wrapped(parts, parts.assertion), parts.assertionId));
});
control('both signed', () => idp.response({ sign: 'both' }));
control('encrypted', () => idp.response({ encrypt: { publicKey: opener.publicKey } }));

// 38: XSW1 to XSW8

/** What ID the forged assertion has. */
const ids = {
  'an ID of its own': () => '_evil',
  'the genuine ID': (id: string) => id,
  'no ID': () => null,
} as const;

const intoSignature = (signature: string, content: string) => before(signature, '</ds:Signature>', content);
const signedBy = (bare: string, signature: string) => after(bare, '</saml:Issuer>', signature);
const object = (content: string) => `<ds:Object>${content}</ds:Object>`;
const extensions = (content: string) => `<samlp:Extensions>${content}</samlp:Extensions>`;

/** The classic eight, and the same with the signature left where it was. */
const rearranged: Readonly<Record<string, (parts: Parts, evil: string) => string>> = {
  'XSW3: the forged one before the genuine one': (parts, evil) => wrapped(parts, evil, parts.assertion),
  'XSW4: the genuine one within the forged one': (parts, evil) =>
    wrapped(parts, before(evil, '</saml:Assertion>', parts.assertion)),
  'XSW4: the genuine one at the head of the forged one': (parts, evil) =>
    wrapped(parts, after(evil, '</saml:Issuer>', parts.assertion)),
  'XSW5: the genuine signature in the forged one, the genuine one after it': (parts, evil) =>
    wrapped(parts, signedBy(evil, parts.signature), parts.bare),
  'XSW5: the genuine signature in the forged one, the genuine one before it': (parts, evil) =>
    wrapped(parts, parts.bare, signedBy(evil, parts.signature)),
  'XSW6: the genuine one within its signature, within the forged one': (parts, evil) =>
    wrapped(parts, signedBy(evil, intoSignature(parts.signature, parts.bare))),
  'XSW7: the forged one in Extensions': (parts, evil) =>
    `${parts.head}${parts.responseIssuer}${extensions(evil)}${parts.status}${parts.assertion}</samlp:Response>`,
  'XSW7: the genuine one in Extensions': (parts, evil) =>
    `${parts.head}${parts.responseIssuer}${extensions(parts.assertion)}${parts.status}${evil}</samlp:Response>`,
  'XSW8: the genuine one in an Object of its signature': (parts, evil) =>
    wrapped(parts, signedBy(evil, intoSignature(parts.signature, object(parts.bare)))),
  'XSW8: the forged one in an Object of the genuine signature': (parts, evil) =>
    wrapped(parts, signedBy(parts.bare, intoSignature(parts.signature, object(evil)))),
};

for (const [name, rearrange] of Object.entries(rearranged)) {
  for (const [which, idOf] of Object.entries(ids)) {
    attack(
      38,
      `${name}; it has ${which}`,
      () => {
        const parts = genuine();
        const xml = rearrange(parts, forged(parts.bare, idOf(parts.assertionId)));
        return inBase64(which === 'the genuine ID' ? xml : stillSigned(xml, parts.assertionId));
      },
      ['response_malformed', 'signature_missing'],
    );
  }
}

/** A Response that is signed, taken apart: the genuine document, its signature, and the same without it. */
function signedResponse(sign: 'response' | 'both') {
  const id = '_response';
  const whole = idp.responseXml({ sign, id });
  const [signature = ''] = /<ds:Signature .*?<\/ds:Signature>/s.exec(whole) ?? [];
  return { id, whole, signature, bare: whole.replace(signature, '') };
}

for (const sign of ['response', 'both'] as const) {
  for (const [which, evilId] of [
    ['an ID of its own', '_evil'],
    ['the genuine ID', '_response'],
    ['no ID', null],
  ] as const) {
    const evilOf = (bare: string) => forged(bare.replace(/<ds:Signature .*?<\/ds:Signature>/s, ''), evilId);
    const make = (arrange: (parts: ReturnType<typeof signedResponse>, evil: string) => string) => () => {
      const parts = signedResponse(sign);
      const xml = arrange(parts, evilOf(parts.bare));
      return inBase64(evilId === parts.id ? xml : stillSigned(xml, parts.id));
    };
    attack(
      38,
      `XSW1: the genuine Response in its signature, ${sign} signed; the forged one has ${which}`,
      make(({ bare, signature }, evil) => signedBy(evil, intoSignature(signature, bare))),
      ['response_malformed', 'signature_missing'],
    );
    attack(
      38,
      `XSW1 in an Object, ${sign} signed; the forged one has ${which}`,
      make(({ bare, signature }, evil) => signedBy(evil, intoSignature(signature, object(bare)))),
      ['response_malformed', 'signature_missing'],
    );
    attack(
      38,
      `XSW2: the genuine Response before its signature, ${sign} signed; the forged one has ${which}`,
      make(({ bare, signature }, evil) => signedBy(evil, bare + signature)),
      ['response_malformed', 'signature_missing'],
    );
    attack(
      38,
      `XSW2 after it, ${sign} signed; the forged one has ${which}`,
      make(({ bare, signature }, evil) => signedBy(evil, signature + bare)),
      ['response_malformed', 'signature_missing'],
    );
    attack(
      38,
      `the genuine Response at the end of the forged one, ${sign} signed; it has ${which}`,
      make(({ whole }, evil) => before(evil, '</samlp:Response>', whole)),
      ['response_malformed', 'signature_missing'],
    );
    attack(
      38,
      `the genuine Response in Extensions, ${sign} signed; the forged one has ${which}`,
      make(({ bare, signature }, evil) => signedBy(evil, signature + extensions(bare))),
      ['response_malformed', 'signature_missing'],
    );
  }
}

// 39: the forged one comes second

for (const [name, arrange] of Object.entries({
  'after the genuine one': (parts, evil) => wrapped(parts, parts.assertion, evil),
  'after it, with the same signature': (parts, evil) =>
    wrapped(parts, parts.assertion, signedBy(evil, parts.signature)),
  'between two genuine ones': (parts, evil) => wrapped(parts, genuine().assertion, evil, parts.assertion),
  'after the Response': (parts, evil) => wrapped(parts, parts.assertion) + evil,
  'in a Response after the Response': (parts, evil) => wrapped(parts, parts.assertion) + wrapped(parts, evil),
  'in a Response within the Response': (parts, evil) => wrapped(parts, parts.assertion, wrapped(parts, evil)),
  'before Status': (parts, evil) =>
    `${parts.head}${parts.responseIssuer}${evil}${parts.status}${parts.assertion}</samlp:Response>`,
  'before Issuer': (parts, evil) =>
    `${parts.head}${evil}${parts.responseIssuer}${parts.status}${parts.assertion}</samlp:Response>`,
  'in another namespace': (parts, evil) =>
    wrapped(parts, parts.assertion, evil.replace(samlNs.assertion, 'urn:oasis:names:tc:SAML:1.0:assertion')),
  'with a prefix of its own': (parts, evil) =>
    wrapped(parts, parts.assertion, evil.replaceAll('saml:', 'saml2:').replace('xmlns:saml=', 'xmlns:saml2=')),
} satisfies Record<string, (parts: Parts, evil: string) => string>)) {
  attack(
    39,
    `the forged one ${name}`,
    () => {
      const parts = genuine();
      return inBase64(arrange(parts, forged(parts.bare, '_evil')));
    },
    'response_malformed',
  );
}

// 40: the genuine one hidden in the forged one, and the other way round

const places: Readonly<Record<string, (evil: string, hidden: string) => string>> = {
  'SubjectConfirmationData (CVE-2025-47949)': (evil, hidden) =>
    replaced(
      evil,
      /(<saml:SubjectConfirmationData[^>]*)\/>/,
      `${/<saml:SubjectConfirmationData[^>]*(?=\/>)/.exec(evil)?.[0]}>${hidden}</saml:SubjectConfirmationData>`,
    ),
  SubjectConfirmation: (evil, hidden) => before(evil, '</saml:SubjectConfirmation>', hidden),
  Subject: (evil, hidden) => before(evil, '</saml:Subject>', hidden),
  'Subject, first': (evil, hidden) => after(evil, '<saml:Subject>', hidden),
  NameID: (evil, hidden) => before(evil, '</saml:NameID>', hidden),
  Issuer: (evil, hidden) => before(evil, '</saml:Issuer>', hidden),
  Advice: (evil, hidden) => after(evil, '</saml:Conditions>', `<saml:Advice>${hidden}</saml:Advice>`),
  Conditions: (evil, hidden) => before(evil, '</saml:Conditions>', hidden),
  Audience: (evil, hidden) => before(evil, '</saml:Audience>', hidden),
  AuthnContext: (evil, hidden) =>
    before(evil, '</saml:AuthnContext>', `<saml:AuthnContextDecl>${hidden}</saml:AuthnContextDecl>`),
  AuthnStatement: (evil, hidden) => before(evil, '</saml:AuthnStatement>', hidden),
  AttributeValue: (evil, hidden) =>
    before(
      evil,
      '</saml:AttributeStatement>',
      `<saml:Attribute Name="x"><saml:AttributeValue>${hidden}</saml:AttributeValue></saml:Attribute>`,
    ),
  AttributeStatement: (evil, hidden) => before(evil, '</saml:AttributeStatement>', hidden),
  'a statement of its own': (evil, hidden) =>
    before(evil, '</saml:Assertion>', `<saml:Statement>${hidden}</saml:Statement>`),
};
for (const [place, hide] of Object.entries(places)) {
  attack(
    40,
    `the genuine one in ${place} of the forged one`,
    () => {
      const parts = genuine();
      const evil = hide(forged(parts.bare, '_evil'), parts.assertion);
      return inBase64(stillSigned(wrapped(parts, evil), parts.assertionId));
    },
    ['response_malformed', 'signature_missing'],
  );
  attack(
    40,
    `the genuine one in ${place} of the forged one, which has its signature`,
    () => {
      const parts = genuine();
      const evil = signedBy(hide(forged(parts.bare, '_evil'), parts.bare), parts.signature);
      return inBase64(place === 'Issuer' ? wrapped(parts, evil) : stillSigned(wrapped(parts, evil), parts.assertionId));
    },
    'response_malformed',
  );
}
const inStatus = (status: string, element: string, hidden: string) =>
  before(status, '</samlp:Status>', `<samlp:${element}>${hidden}</samlp:${element}>`);
for (const element of ['StatusDetail', 'StatusMessage'] as const) {
  attack(
    40,
    `the genuine one in ${element}`,
    () => {
      const parts = genuine();
      const evil = signedBy(forged(parts.bare, '_evil'), parts.signature);
      return inBase64(
        stillSigned(
          wrapped({ ...parts, status: inStatus(parts.status, element, parts.bare) }, evil),
          parts.assertionId,
        ),
      );
    },
    'response_malformed',
  );
  attack(
    40,
    `the forged one in ${element}`,
    () => {
      const parts = genuine();
      const status = inStatus(parts.status, element, forged(parts.bare, '_evil'));
      return inBase64(stillSigned(wrapped({ ...parts, status }, parts.assertion), parts.assertionId));
    },
    'response_malformed',
  );
}
attack(
  40,
  'the forged one in StatusCode',
  () => {
    const parts = genuine();
    const status = parts.status.replace(
      '/></samlp:Status>',
      `>${forged(parts.bare, '_evil')}</samlp:StatusCode></samlp:Status>`,
    );
    return inBase64(stillSigned(wrapped({ ...parts, status }, parts.assertion), parts.assertionId));
  },
  'response_malformed',
);
attack(
  40,
  'the forged one in the Issuer of the Response',
  () => {
    const parts = genuine();
    const responseIssuer = before(parts.responseIssuer, '</saml:Issuer>', forged(parts.bare, '_evil'));
    return inBase64(stillSigned(wrapped({ ...parts, responseIssuer }, parts.assertion), parts.assertionId));
  },
  'response_malformed',
);

/** The enveloped transform takes the signature away: what stands in it is signed by nobody, and breaks nothing. */
for (const [name, hide] of Object.entries({
  KeyInfo: (signature, evil) => intoSignature(signature, `<ds:KeyInfo>${evil}</ds:KeyInfo>`),
  'an X509Data of KeyInfo': (signature, evil) =>
    intoSignature(signature, `<ds:KeyInfo><ds:X509Data>${evil}</ds:X509Data></ds:KeyInfo>`),
  'its end': (signature, evil) => intoSignature(signature, evil),
  'its beginning': (signature, evil) => before(signature, '<ds:SignedInfo>', evil),
  SignatureValue: (signature, evil) => before(signature, '</ds:SignatureValue>', evil),
  'an Object': (signature, evil) => intoSignature(signature, object(evil)),
  'a Manifest': (signature, evil) => intoSignature(signature, object(`<ds:Manifest>${evil}</ds:Manifest>`)),
} satisfies Record<string, (signature: string, evil: string) => string>)) {
  for (const id of ['_evil', null]) {
    attack(
      40,
      `the forged one, ${id ? 'with' : 'without'} an ID, in the genuine signature: ${name}`,
      () => {
        const parts = genuine();
        const assertion = parts.assertion.replace(parts.signature, () => hide(parts.signature, forged(parts.bare, id)));
        return inBase64(stillSigned(wrapped(parts, assertion), parts.assertionId));
      },
      'response_malformed',
    );
  }
}

// 41: IDs

for (const [name, attribute] of Object.entries({
  'an ID twice': 'ID="genuine"',
  Id: 'Id="genuine"',
  id: 'id="genuine"',
  iD: 'iD="genuine"',
  'xml:id': 'xml:id="genuine"',
  'x:ID': 'xmlns:x="urn:x" x:ID="genuine"',
  'saml:ID': 'saml:ID="genuine"',
  'wsu:Id':
    'xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" wsu:Id="genuine"',
  AssertionID: 'AssertionID="genuine" ID="genuine"',
  'an ID of the namespace of xmlns': 'xmlns:x="http://www.w3.org/2000/xmlns/" x:ID="genuine"',
})) {
  attack(
    41,
    `${name}, on Status`,
    () => {
      const parts = genuine();
      const status = parts.status.replace(
        '<samlp:Status>',
        `<samlp:Status ${attribute.replaceAll('genuine', parts.assertionId)}>`,
      );
      return inBase64(stillSigned(wrapped({ ...parts, status }, parts.assertion), parts.assertionId));
    },
    'response_malformed',
  );
  attack(
    41,
    `${name}, on the Response`,
    () => {
      const parts = genuine();
      const without = parts.head.replace(/ ID="[^"]*"/, '');
      const head = without.replace(' Version', ` ${attribute.replaceAll('genuine', parts.assertionId)} Version`);
      return inBase64(wrapped({ ...parts, head }, parts.assertion));
    },
    'response_malformed',
  );
  attack(
    41,
    `${name}, on the Signature`,
    () => {
      const parts = genuine();
      const xml = wrapped(
        parts,
        parts.assertion.replace(
          '<ds:Signature ',
          `<ds:Signature ${attribute.replaceAll('genuine', parts.assertionId)} `,
        ),
      );
      return inBase64(stillSigned(xml, parts.assertionId));
    },
    'response_malformed',
  );
  if (name === 'an ID twice' || name === 'AssertionID') continue;
  attack(
    41,
    `${name} beside ID, signed`,
    () =>
      idp.response({
        edit: (xml) => xml.replace('<saml:Assertion ', `<saml:Assertion ${attribute.replace('genuine', '_other')} `),
      }),
    'response_malformed',
  );
  attack(
    41,
    `${name} in place of ID`,
    () => {
      const xml = idp.responseXml({ assertionId: '_genuine' });
      return inBase64(
        replaced(xml, /(?<=<saml:Assertion [^>]*)ID="_genuine"/, attribute.replace('genuine', '_genuine')),
      );
    },
    'response_malformed',
  );
}
attack(
  41,
  'Response and assertion have the same ID',
  () => idp.response({ id: '_same', assertionId: '_same' }),
  'response_malformed',
);
attack(
  41,
  'Response and assertion have the same ID, both signed',
  () => {
    const xml = idp.responseXml({ id: '_same', assertionId: '_inner' });
    const both = signXml(xml, '_same', { key: idp.privateKey });
    return inBase64(both.replaceAll('_inner', '_same'));
  },
  'response_malformed',
);
for (const [name, assertionId] of Object.entries({
  empty: '',
  'with a quote': "_x' or '1'='1",
  'with a bracket': "_x'] | //*['",
  'with a space': '_x y',
  'with space before it': ' _x',
  'with a line end': '_x&#10;',
  'with a colon': 'a:b',
  'a digit': '1',
  'a hash': '#_x',
  'of 300 characters': `_${'x'.repeat(300)}`,
  'of letters like ours': '_\u0430',
})) {
  attack(
    41,
    `an ID ${name}`,
    () => {
      const xml = idp.responseXml({ assertionId: '_good' });
      return inBase64(xml.replaceAll('"_good"', `"${assertionId}"`).replaceAll('"#_good"', `"#${assertionId}"`));
    },
    'response_malformed',
  );
}
attack(
  41,
  'an assertion without an ID, and an empty reference',
  () => {
    const xml = idp.responseXml({ assertionId: '_good' });
    return inBase64(replaced(xml, ' ID="_good"', '').replace('"#_good"', '"#"'));
  },
  'response_malformed',
);
attack(41, 'a Response without an ID', () => idp.response({ id: null }), 'response_malformed');
attack(
  41,
  'an ID on NameID, genuine as it is',
  () => idp.response({ assertionId: '_a', edit: (xml) => xml.replace('<saml:NameID ', '<saml:NameID ID="_a" ') }),
  'response_malformed',
);

// 42: two genuine ones

for (const [name, make] of Object.entries({
  'for two people': () => [genuine().assertion, genuine({ nameId: 'bob' }).assertion],
  'for the same person': () => [genuine().assertion, genuine().assertion],
  'the same twice': () => {
    const { assertion } = genuine();
    return [assertion, assertion];
  },
  'one for another service': () => [genuine({ audience: 'https://other.example' }).assertion, genuine().assertion],
  'one that has expired': () => [genuine().assertion, genuine({ until: -3600, confirmedUntil: -3600 }).assertion],
})) {
  attack(42, `two genuine ones, ${name}`, () => inBase64(wrapped(genuine(), ...make())), 'response_malformed');
  attack(
    42,
    `two genuine ones, ${name}, in a signed Response`,
    () => {
      const parts = genuine({ id: '_response' });
      return inBase64(idp.signed(wrapped(parts, ...make()), '_response'));
    },
    'response_malformed',
  );
}

// 43: another root

for (const [name, root] of Object.entries({
  'the assertion alone': (parts) => parts.assertion,
  'a Response of no namespace': (parts) =>
    `<Response ID="_r" Version="2.0">${parts.responseIssuer.replace('<saml:Issuer', `<saml:Issuer xmlns:saml="${samlNs.assertion}"`)}${parts.assertion}</Response>`,
  'a Response of another namespace': (parts) =>
    wrapped({ ...parts, head: parts.head.replace(samlNs.protocol, 'urn:evil') }, parts.assertion),
  'a Response of SAML 1.1': (parts) =>
    wrapped(
      { ...parts, head: parts.head.replace(samlNs.protocol, 'urn:oasis:names:tc:SAML:1.0:protocol') },
      parts.assertion,
    ),
  'a namespace in upper case': (parts) =>
    wrapped({ ...parts, head: parts.head.replace(samlNs.protocol, samlNs.protocol.toUpperCase()) }, parts.assertion),
  ...Object.fromEntries(
    ['LogoutResponse', 'LogoutRequest', 'AuthnRequest', 'ArtifactResponse', 'StatusResponse', 'response'].map(
      (name) => [
        `a ${name}`,
        (parts: Parts) => wrapped(parts, parts.assertion).replaceAll('samlp:Response', `samlp:${name}`),
      ],
    ),
  ),
  'an ArtifactResponse with the Response in it': (parts) =>
    `<samlp:ArtifactResponse xmlns:samlp="${samlNs.protocol}" ID="_artifact" Version="2.0">${parts.status}${wrapped(parts, parts.assertion)}</samlp:ArtifactResponse>`,
  'a SOAP envelope': (parts) =>
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${wrapped(parts, parts.assertion)}</s:Body></s:Envelope>`,
  'an EncryptedAssertion': (parts) => encrypted(parts.assertion, { publicKey: opener.publicKey }),
  HTML: () => '<html><body>Sign in</body></html>',
} satisfies Record<string, (parts: Parts) => string>)) {
  attack(
    43,
    `the root is ${name}`,
    () => {
      const parts = genuine();
      const xml = root(parts);
      return inBase64(xml.includes(parts.signature) ? stillSigned(xml, parts.assertionId) : xml);
    },
    'response_malformed',
  );
}
attack(
  43,
  'a signed LogoutResponse',
  () => {
    const xml = replaced(
      idp.responseXml({ id: '_logout', sign: 'none' }),
      /<saml:Assertion .*<\/saml:Assertion>/s,
      '',
    ).replaceAll('samlp:Response', 'samlp:LogoutResponse');
    return inBase64(idp.signed(xml, '_logout'));
  },
  'response_malformed',
);

// 44: something else that the identity provider signed

/** A genuine document that is no assertion for us, with its ID. */
const signedElsewhere: Readonly<Record<string, () => { readonly id: string; readonly xml: string }>> = {
  'its metadata': () => {
    const issuer = `<saml:Issuer xmlns:saml="${samlNs.assertion}">${idp.entityId}</saml:Issuer>`;
    const xml = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_metadata" entityID="${idp.entityId}">${issuer}<md:IDPSSODescriptor protocolSupportEnumeration="${samlNs.protocol}"/></md:EntityDescriptor>`;
    return { id: '_metadata', xml: idp.signed(xml, '_metadata') };
  },
  'a LogoutResponse': () => {
    const xml = `<samlp:LogoutResponse xmlns:samlp="${samlNs.protocol}" ID="_logout" Version="2.0"><saml:Issuer xmlns:saml="${samlNs.assertion}">${idp.entityId}</saml:Issuer></samlp:LogoutResponse>`;
    return { id: '_logout', xml: idp.signed(xml, '_logout') };
  },
  'an assertion for another service': () => {
    const { assertion, assertionId } = genuine({
      audience: 'https://other.example',
      recipient: 'https://other.example/acs',
    });
    return { id: assertionId, xml: assertion };
  },
};
const takenApart = (xml: string) => {
  const [signature = ''] = /<ds:Signature .*?<\/ds:Signature>/s.exec(xml) ?? [];
  return { signature, bare: xml.replace(signature, '') };
};
for (const [what, make] of Object.entries(signedElsewhere)) {
  for (const [place, hide] of Object.entries({
    'in Extensions, its signature in the forged assertion': (parts, evil, { bare, signature }) =>
      `${parts.head}${parts.responseIssuer}${extensions(bare)}${parts.status}${signedBy(evil, signature)}</samlp:Response>`,
    'in Extensions, its signature at the Response (split brain)': (parts, evil, { bare, signature }) =>
      `${parts.head}${parts.responseIssuer}${signature}${extensions(bare)}${parts.status}${evil}</samlp:Response>`,
    'in Extensions, its signature at both': (parts, evil, { bare, signature }) =>
      `${parts.head}${parts.responseIssuer}${signature}${extensions(bare)}${parts.status}${signedBy(evil, signature)}</samlp:Response>`,
    'in StatusMessage, its signature in the forged assertion': (parts, evil, { bare, signature }) =>
      wrapped({ ...parts, status: inStatus(parts.status, 'StatusMessage', bare) }, signedBy(evil, signature)),
    'in StatusMessage, its signature at the Response': (parts, evil, { bare, signature }) =>
      wrapped(
        {
          ...parts,
          responseIssuer: parts.responseIssuer + signature,
          status: inStatus(parts.status, 'StatusMessage', bare),
        },
        evil,
      ),
    'in an Object of its signature': (parts, evil, { bare, signature }) =>
      wrapped(parts, signedBy(evil, intoSignature(signature, object(bare)))),
    'in KeyInfo of its signature': (parts, evil, { bare, signature }) =>
      wrapped(parts, signedBy(evil, intoSignature(signature, `<ds:KeyInfo>${bare}</ds:KeyInfo>`))),
    'in an AttributeValue of the forged assertion': (parts, evil, { bare, signature }) =>
      wrapped(parts, signedBy(places.AttributeValue?.(evil, bare) ?? '', signature)),
    'after the forged assertion': (parts, evil, { bare, signature }) => wrapped(parts, signedBy(evil, signature), bare),
  } satisfies Record<string, (parts: Parts, evil: string, signed: ReturnType<typeof takenApart>) => string>)) {
    attack(
      44,
      `${what} ${place}`,
      () => {
        const { id, xml } = make();
        const parts = genuine();
        return inBase64(stillSigned(hide(parts, forged(parts.bare, '_evil'), takenApart(xml)), id));
      },
      'response_malformed',
    );
  }
  attack(
    44,
    `the signature of ${what}, whose ID the forged assertion takes`,
    () => {
      const { id, xml } = make();
      const parts = genuine();
      return inBase64(wrapped(parts, signedBy(forged(parts.bare, id), takenApart(xml).signature)));
    },
    'signature_invalid',
  );
}
attack(
  44,
  'an assertion for another service in Extensions, its signature at the Response, before a genuine one for us',
  () => {
    const elsewhere = genuine({ audience: 'https://other.example', nameId: 'root' });
    const parts = genuine();
    const xml = `${parts.head}${parts.responseIssuer}${elsewhere.signature}${extensions(elsewhere.bare)}${parts.status}${parts.assertion}</samlp:Response>`;
    return inBase64(stillSigned(stillSigned(xml, parts.assertionId), elsewhere.assertionId));
  },
  'response_malformed',
);

// 45: two signatures, and decoys

const decoy = `<Signature xmlns="urn:decoy"><SignedInfo/><SignatureValue>AAAA</SignatureValue></Signature>`;
const empty = `<ds:Signature xmlns:ds="${uris.xmldsig}"/>`;
for (const [name, arrange] of Object.entries({
  'two of the same in the assertion': (parts) => wrapped(parts, signedBy(parts.assertion, parts.signature)),
  'an empty one before': (parts) => wrapped(parts, signedBy(parts.assertion, empty)),
  'an empty one at its end': (parts) => wrapped(parts, before(parts.assertion, '</saml:Assertion>', empty)),
  'an empty one after the Status': (parts) => wrapped(parts, empty, parts.assertion),
  'an empty one at the end of the Response': (parts) => wrapped(parts, parts.assertion, empty),
  'an empty one in KeyInfo': (parts) =>
    wrapped(
      parts,
      parts.assertion.replace(parts.signature, intoSignature(parts.signature, `<ds:KeyInfo>${empty}</ds:KeyInfo>`)),
    ),
  'the genuine one in KeyInfo of an empty one': (parts) =>
    wrapped(
      parts,
      signedBy(
        parts.bare,
        `<ds:Signature xmlns:ds="${uris.xmldsig}"><ds:KeyInfo>${parts.signature}</ds:KeyInfo></ds:Signature>`,
      ),
    ),
  'a decoy of another namespace before': (parts) => wrapped(parts, signedBy(parts.assertion, decoy)),
  'a decoy of another namespace in KeyInfo': (parts) =>
    wrapped(
      parts,
      parts.assertion.replace(parts.signature, intoSignature(parts.signature, `<ds:KeyInfo>${decoy}</ds:KeyInfo>`)),
    ),
  'a decoy at the Response': (parts) =>
    wrapped({ ...parts, responseIssuer: parts.responseIssuer + decoy }, parts.assertion),
  'the namespace without its #': (parts) =>
    wrapped(
      parts,
      parts.assertion.replaceAll('"http://www.w3.org/2000/09/xmldsig#"', '"http://www.w3.org/2000/09/xmldsig"'),
    ),
  'that of the assertion at the Response': (parts) =>
    wrapped({ ...parts, responseIssuer: parts.responseIssuer + parts.signature }, parts.bare),
  'that of the assertion at both': (parts) =>
    wrapped({ ...parts, responseIssuer: parts.responseIssuer + parts.signature }, parts.assertion),
  'before Issuer': (parts) => wrapped(parts, before(parts.bare, '<saml:Issuer>', parts.signature)),
  'after Subject': (parts) => wrapped(parts, after(parts.bare, '</saml:Subject>', parts.signature)),
  'at the end of the assertion': (parts) => wrapped(parts, before(parts.bare, '</saml:Assertion>', parts.signature)),
  'in Subject': (parts) => wrapped(parts, before(parts.bare, '</saml:Subject>', parts.signature)),
  'within Issuer': (parts) => wrapped(parts, before(parts.bare, '</saml:Issuer>', parts.signature)),
  'beside the assertion': (parts) => wrapped(parts, parts.bare, parts.signature),
  'around the assertion': (parts) => wrapped(parts, intoSignature(parts.signature, object(parts.bare))),
  'around the Response': (parts) => intoSignature(parts.signature, object(wrapped(parts, parts.bare))),
} satisfies Record<string, (parts: Parts) => string>)) {
  attack(
    45,
    `signatures: ${name}`,
    () => {
      const parts = genuine();
      return inBase64(arrange(parts));
    },
    ['response_malformed', 'signature_missing'],
  );
}
attack(
  45,
  'a good one and one by a stranger',
  async () => {
    const stranger = await aSamlIdp();
    const { assertion, assertionId, ...parts } = genuine();
    const twice = signXml(wrapped({ ...parts, assertion, assertionId }, assertion), assertionId, {
      key: stranger.privateKey,
    });
    return inBase64(twice);
  },
  'response_malformed',
);

// 46: in clear and encrypted

const sealedFor = (xml: string) => encrypted(xml, { publicKey: opener.publicKey });
for (const [name, arrange] of Object.entries({
  'the genuine one encrypted, then the forged one': (parts, evil) => wrapped(parts, sealedFor(parts.assertion), evil),
  'the forged one, then the genuine one encrypted': (parts, evil) => wrapped(parts, evil, sealedFor(parts.assertion)),
  'the genuine one, then the forged one encrypted': (parts, evil) => wrapped(parts, parts.assertion, sealedFor(evil)),
  'the forged one encrypted, then the genuine one': (parts, evil) => wrapped(parts, sealedFor(evil), parts.assertion),
  'both encrypted': (parts, evil) => wrapped(parts, sealedFor(parts.assertion), sealedFor(evil)),
  'two genuine ones encrypted': (parts) => wrapped(parts, sealedFor(parts.assertion), sealedFor(genuine().assertion)),
} satisfies Record<string, (parts: Parts, evil: string) => string>)) {
  attack(
    46,
    name,
    () => {
      const parts = genuine();
      return inBase64(arrange(parts, forged(parts.bare, '_evil')));
    },
    'response_malformed',
  );
}
for (const [name, arrange] of Object.entries({
  'the forged one beside EncryptedData': (parts, evil) =>
    wrapped(parts, before(sealedFor(parts.assertion), '</saml:EncryptedAssertion>', evil)),
  'the forged one before EncryptedData': (parts, evil) =>
    wrapped(parts, before(sealedFor(parts.assertion), '<xenc:EncryptedData', evil)),
  'the forged one in KeyInfo of EncryptedData': (parts, evil) =>
    wrapped(parts, before(sealedFor(parts.assertion), '<xenc:EncryptedKey', evil)),
  'the genuine one in clear in the KeyInfo of the forged one': (parts, evil) =>
    wrapped(parts, before(sealedFor(signedBy(evil, parts.signature)), '<xenc:EncryptedKey', parts.bare)),
  'the forged one around the genuine one, encrypted': (parts, evil) =>
    wrapped(parts, sealedFor(before(evil, '</saml:Assertion>', parts.assertion))),
  'the forged one with the genuine signature, around the genuine one, encrypted': (parts, evil) =>
    wrapped(parts, sealedFor(before(signedBy(evil, parts.signature), '</saml:Assertion>', parts.bare))),
  'two in one encryption': (parts, evil) => wrapped(parts, sealedFor(parts.assertion + evil)),
  'an encrypted one within an encrypted one': (parts) => wrapped(parts, sealedFor(sealedFor(parts.assertion))),
  'a whole Response encrypted': (parts) => wrapped(parts, sealedFor(wrapped(parts, parts.assertion))),
} satisfies Record<string, (parts: Parts, evil: string) => string>)) {
  attack(
    46,
    name,
    () => {
      const parts = genuine();
      return inBase64(arrange(parts, forged(parts.bare, '_evil')));
    },
    ['assertion_not_decrypted', 'response_malformed', 'signature_missing'],
  );
}
