import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../../../lib/identity/identity.ts';
import { requestCheck } from '../../../../lib/identity/saml/request-id.ts';
import { aMoment } from '../../../kit/issuer.ts';
import {
  anXmlId,
  aRequestId,
  aSamlIdp,
  browserSecret,
  inBase64,
  type ResponseSettings,
  samlProvidersOf,
  statusSuccess,
  xmlIn,
} from '../../../kit/saml-idp.ts';
import { attribute, element, putAfter, putBefore, removing, replacing, twice } from './edits.ts';
import { attacksOn, verdictOn } from './families.ts';

const idp = await aSamlIdp();
const other = await aSamlIdp({ entityId: 'https://idp.other.example/saml' });
const providers = samlProvidersOf(idp.provider(), other.provider({ name: 'other' }));
const { attack, control } = attacksOn({ providers });
const make = (settings: ResponseSettings) => () => idp.response(settings);

/** The identity, where the test is about what is in it. */
function accepted(samlResponse: string, setting: Partial<Parameters<typeof verdictOn>[1]> = {}): Identity {
  const verdict = verdictOn(samlResponse, { providers, ...setting });
  if (typeof verdict === 'string') throw new Error(`refused: ${verdict}`);
  return verdict;
}

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);

control('the response of the kit', make({}));
control('with a signed Response', make({ sign: 'both' }));

describe('case 62: the issuer', () => {
  const ours = idp.entityId;
  const near: readonly (readonly [name: string, issuer: string])[] = [
    ['another', 'https://idp.attacker.example/saml'],
    ['with a slash', `${ours}/`],
    ['in capitals', ours.toUpperCase()],
    ['with the host in capitals', ours.replace('idp', 'IDP')],
    ['with http', ours.replace('https', 'http')],
    ['with its port', ours.replace('.example', '.example:443')],
    ['with a space before', ` ${ours}`],
    ['with a space after', `${ours} `],
    ['with a line end after', `${ours}\n`],
    ['with more after it', `${ours}.attacker.example`],
    ['with a letter that looks the same', ours.replace('a', 'а')],
    ['inherited', '__proto__'],
    ['inherited too', 'constructor'],
    ['a space', ' '],
    ['empty', ''],
  ];
  for (const [name, issuer] of near) {
    attack(62, `of the assertion and the Response ${name}`, make({ issuer }), 'issuer_unknown');
    attack(62, `of the assertion ${name}`, make({ issuer, responseIssuer: ours }), 'issuer_unknown');
    attack(62, `of the Response ${name}`, make({ responseIssuer: issuer }), 'issuer_unknown');
    attack(62, `of the signed Response ${name}`, make({ responseIssuer: issuer, sign: 'both' }), 'issuer_unknown');
  }
  control('of the Response absent', make({ responseIssuer: null }));
  control(
    'as an entity',
    make({
      edit: replacing('<saml:Issuer>', '<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">'),
    }),
  );

  attack(62, 'the other provider, with our signature', make({ issuer: other.entityId }), 'signature_invalid');
  attack(
    62,
    'of the assertion the other provider, with our signature',
    make({ issuer: other.entityId, responseIssuer: ours }),
    'signature_invalid',
  );
  attack(62, 'of the Response the other provider', make({ responseIssuer: other.entityId }), 'issuer_unknown');
  attack(
    62,
    'of the signed Response the other provider',
    make({ responseIssuer: other.entityId, sign: 'both' }),
    'issuer_unknown',
  );
  attack(
    62,
    'of the Response the other provider, who signed it',
    () => {
      const id = anXmlId();
      return inBase64(other.signed(idp.responseXml({ id, responseIssuer: other.entityId }), id));
    },
    'signature_invalid',
  );
  attack(62, 'of the Response an element', make({ responseIssuer: `<saml:Issuer>${ours}</saml:Issuer>` }), [
    'issuer_unknown',
    'response_malformed',
  ]);
  attack(
    62,
    'of the signed Response an element',
    make({ responseIssuer: '<saml:NameID>x</saml:NameID>', sign: 'both' }),
    ['issuer_unknown', 'response_malformed'],
  );
  attack(
    62,
    'of the assertion an element',
    make({ issuer: `<saml:NameID>${ours}</saml:NameID>`, responseIssuer: ours }),
    'response_malformed',
  );

  const ofAssertion = /(?<=<saml:Assertion[^>]*>)<saml:Issuer>.*?<\/saml:Issuer>/s;
  attack(62, 'of the assertion absent', make({ edit: removing(ofAssertion), sign: 'none' }), 'response_malformed');
  attack(62, 'of the assertion twice', make({ edit: twice(ofAssertion) }), ['assertion_invalid', 'response_malformed']);
  attack(
    62,
    'of the assertion after the Subject',
    make({
      sign: 'none',
      edit: (xml) => {
        const [issuer = ''] = ofAssertion.exec(xml) ?? [];
        return putAfter('</saml:Subject>', issuer)(removing(ofAssertion)(xml));
      },
    }),
    'response_malformed',
  );
  attack(62, 'of the Response twice', make({ edit: twice(/<saml:Issuer>.*?<\/saml:Issuer>/s) }), 'response_malformed');
  attack(
    62,
    'of the Response of another namespace',
    make({ edit: replacing(/<saml:Issuer>(.*?)<\/saml:Issuer>/s, `<samlp:Issuer>${ours}</samlp:Issuer>`) }),
    'response_malformed',
  );
  // SAML Profiles §4.1.4.2: "the Format attribute MUST be omitted or have a value of …entity".
  attack(
    62,
    'of the assertion in another format',
    make({
      edit: replacing(
        ofAssertion,
        `<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">${ours}</saml:Issuer>`,
      ),
    }),
    ['assertion_invalid', 'issuer_unknown'],
  );
});

describe('case 63: the subject', () => {
  const nameId = element('NameID');

  attack(63, 'absent', make({ edit: removing(element('Subject')) }), 'assertion_invalid');
  attack(63, 'empty', make({ edit: replacing(element('Subject'), '<saml:Subject/>') }), 'assertion_invalid');
  attack(63, 'twice', make({ edit: twice(element('Subject')) }), 'assertion_invalid');
  attack(
    63,
    'and another one at the end',
    make({ edit: putBefore('</saml:Assertion>', '<saml:Subject><saml:NameID>mallory</saml:NameID></saml:Subject>') }),
    'assertion_invalid',
  );
  attack(63, 'without a NameID', make({ nameId: null }), 'assertion_invalid');
  attack(63, 'with two', make({ edit: twice(nameId) }), 'assertion_invalid');
  attack(
    63,
    'with another one before',
    make({ edit: putBefore(nameId, '<saml:NameID>mallory</saml:NameID>') }),
    'assertion_invalid',
  );
  attack(
    63,
    'with another one after',
    make({ edit: putAfter('</saml:SubjectConfirmation>', '<saml:NameID>m</saml:NameID>') }),
    'assertion_invalid',
  );
  attack(63, 'with a BaseID', make({ edit: replacing(nameId, '<saml:BaseID/>') }), 'assertion_invalid');
  attack(63, 'with an EncryptedID', make({ edit: replacing(nameId, '<saml:EncryptedID/>') }), 'assertion_invalid');
  attack(
    63,
    'with a NameID of another namespace',
    make({ edit: (xml) => xml.replaceAll('saml:NameID', 'samlp:NameID') }),
    'assertion_invalid',
  );
  attack(
    63,
    'with a nameid',
    make({ edit: (xml) => xml.replaceAll('saml:NameID', 'saml:nameid') }),
    'assertion_invalid',
  );

  for (const [name, text] of [
    ['empty', ''],
    ['a space', ' '],
    ['a line end', '\n'],
    ['a tab, referred to', '&#9;'],
    ['a no-break space', '\u00a0'],
    ['with a space before', ' alice@acme.example'],
    ['with a space after', 'alice@acme.example '],
    ['with a line end after', 'alice@acme.example\n'],
    ['with a line end after, referred to', 'alice@acme.example&#10;'],
    ['with a no-break space after', 'alice@acme.example\u00a0'],
    ['with a byte order mark before', '\ufeffalice@acme.example'],
    ['of 257 characters', 'a'.repeat(257)],
    ['an element', '<saml:NameID>alice@acme.example</saml:NameID>'],
    ['an empty element', '<saml:X/>'],
  ] as const) {
    attack(63, `with a NameID that is ${name}`, make({ nameId: text }), 'assertion_invalid');
  }
  for (const [name, text] of [
    ['text and an element', 'alice@acme.example<saml:X/>'],
    ['text, an element and text', 'alice@acme.example<saml:X/>.attacker.example'],
    ['text around a NUL, referred to', 'alice@acme.example&#0;.attacker.example'],
    ['text and a control character, referred to', 'alice&#x1b;[2J'],
    ['half a character, referred to', 'alice&#xD83D;'],
  ] as const) {
    attack(63, `with a NameID that is ${name}`, make({ nameId: text }), 'response_malformed');
  }
  control('with a NameID of 256 characters', make({ nameId: 'a'.repeat(256) }), 'a'.repeat(256));
  control('with a NameID in any script', make({ nameId: 'Zoë Müller-日本 &amp; 𝒳' }), 'Zoë Müller-日本 & 𝒳');
  control('with a NameID that is inherited', make({ nameId: '__proto__' }), '__proto__');
  control('with a NameID in two pieces', make({ nameId: 'alice&#64;acme.example' }));

  test('case 63: the format is told as AWS tells it, and absent is unspecified', () => {
    const formatOf = (format: string | null) => accepted(idp.response({ format })).attributes.texts.get('sub_type');
    expect(formatOf(null)).toEqual(['urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified']);
    expect(formatOf('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')).toEqual(['persistent']);
    expect(formatOf('urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress')).toEqual([
      'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    ]);
    expect(formatOf('x urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')).toEqual([
      'x urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    ]);
  });
});

describe('case 65: the status', () => {
  const status = 'urn:oasis:names:tc:SAML:2.0:status';
  const code = (value: string, inside = '') => `<samlp:StatusCode Value="${value}">${inside}</samlp:StatusCode>`;
  const withStatus = (inside: string, more: ResponseSettings = {}) =>
    make({ ...more, edit: replacing(/(?<=<samlp:Status>).*(?=<\/samlp:Status>)/s, inside) });
  const assertion = /<saml:Assertion[ >].*<\/saml:Assertion>/s;

  for (const value of [
    `${status}:Requester`,
    `${status}:Responder`,
    `${status}:VersionMismatch`,
    `${status}:AuthnFailed`,
    `${status}:NoPassive`,
    `${status}:success`,
    `${status}:Success `,
    ` ${status}:Success`,
    `${status}:SuccessX`,
    'urn:oasis:names:tc:SAML:1.1:status:Success',
    'samlp:Success',
    'Success',
    '',
  ]) {
    attack(65, `is ${value || 'empty'}, with an assertion`, make({ status: value }), 'sign_in_declined');
    attack(65, `is ${value || 'empty'}, signed`, make({ status: value, sign: 'both' }), 'sign_in_declined');
    attack(
      65,
      `is ${value || 'empty'}, without an assertion`,
      make({ status: value, sign: 'none', edit: removing(assertion) }),
      'sign_in_declined',
    );
  }
  attack(65, 'has Success within', withStatus(code(`${status}:Responder`, code(statusSuccess))), 'sign_in_declined');
  attack(
    65,
    'has Success within, signed',
    withStatus(code(`${status}:Responder`, code(statusSuccess)), { sign: 'both' }),
    'sign_in_declined',
  );
  attack(
    65,
    'has Success within what has no value',
    withStatus(`<samlp:StatusCode>${code(statusSuccess)}</samlp:StatusCode>`),
    'sign_in_declined',
  );
  attack(65, 'has no value', withStatus('<samlp:StatusCode/>'), 'sign_in_declined');
  attack(
    65,
    'is of another namespace',
    withStatus(`<saml:StatusCode Value="${statusSuccess}"/>`),
    'response_malformed',
  );
  attack(
    65,
    'is in an attribute of another namespace',
    withStatus(`<samlp:StatusCode xmlns:x="urn:x" x:Value="${statusSuccess}"/>`),
    'sign_in_declined',
  );
  attack(65, 'is empty', withStatus(''), 'response_malformed');
  attack(65, 'is text', withStatus(statusSuccess), 'response_malformed');
  attack(65, 'has two codes', withStatus(code(`${status}:Responder`) + code(statusSuccess)), 'response_malformed');
  attack(
    65,
    'has two codes the other way round',
    withStatus(code(statusSuccess) + code(`${status}:Responder`)),
    'response_malformed',
  );
  attack(65, 'has two codes within', withStatus(code(statusSuccess, code('x') + code('y'))), 'response_malformed');
  attack(65, 'has something else within', withStatus(code(statusSuccess, '<samlp:X/>')), 'response_malformed');
  attack(
    65,
    'begins with a message',
    withStatus(`<samlp:StatusMessage>x</samlp:StatusMessage>${code(statusSuccess)}`),
    'response_malformed',
  );
  attack(
    65,
    'has two messages',
    withStatus(`${code(statusSuccess)}<samlp:StatusMessage/><samlp:StatusMessage/>`),
    'response_malformed',
  );
  attack(65, 'is absent', make({ edit: removing(/<samlp:Status>.*<\/samlp:Status>/s) }), 'response_malformed');
  attack(65, 'is there twice', make({ edit: twice(/<samlp:Status>.*<\/samlp:Status>/s) }), 'response_malformed');
  attack(
    65,
    'is there twice, around the assertion',
    make({ edit: putBefore('</samlp:Response>', `<samlp:Status>${code(`${status}:Responder`)}</samlp:Status>`) }),
    'response_malformed',
  );
  attack(
    65,
    'stands after the assertion',
    make({
      edit: (xml) => xml.replace(/(<samlp:Status>.*<\/samlp:Status>)(<saml:Assertion.*<\/saml:Assertion>)/s, '$2$1'),
    }),
    'response_malformed',
  );
  attack(
    65,
    'says Success, and nobody signed in',
    make({ sign: 'none', edit: removing(assertion) }),
    'response_malformed',
  );
  attack(
    65,
    'was made Success after it was signed',
    make({
      status: `${status}:Responder`,
      sign: 'both',
      after: (xml) => xml.replace('status:Responder', 'status:Success'),
    }),
    'signature_invalid',
  );
  control('with a message', withStatus(`${code(statusSuccess)}<samlp:StatusMessage>welcome</samlp:StatusMessage>`));
});

describe('case 66: what must not be seen twice', () => {
  const keysOf = ({ once }: Identity) => once.map(({ key }) => key);
  const wrappedAnew = (samlResponse: string) =>
    inBase64(
      attribute(
        'samlp:Response',
        'IssueInstant',
        later(30).toISOString(),
      )(attribute('samlp:Response', 'ID', anXmlId())(xmlIn(samlResponse))),
    );

  test('is claimed alike by the same response, whenever it is shown', () => {
    const response = idp.response();
    expect(accepted(response, { now: later(200) }).once).toEqual(accepted(response).once);
  });

  test('is claimed alike by a response in new line ends', () => {
    const response = idp.response();
    expect(accepted(response.replaceAll(/.{76}/g, '$&\r\n')).once).toEqual(accepted(response).once);
  });

  test('is claimed alike by the assertion in a new wrapper', () => {
    const response = idp.response();
    const again = wrappedAnew(response);
    expect(again).not.toBe(response);
    expect(accepted(again).once).toEqual(accepted(response).once);
  });

  test('is claimed alike by the assertion with and without the signature of the Response', () => {
    const assertionId = anXmlId();
    const inResponseTo = aRequestId();
    const keys = [
      idp.response({ assertionId, inResponseTo }),
      idp.response({ assertionId, inResponseTo, sign: 'both' }),
    ];
    expect(keysOf(accepted(keys[0] ?? ''))).toEqual(keysOf(accepted(keys[1] ?? '')));
  });

  test('is the request and the assertion, each by itself', () => {
    const inResponseTo = aRequestId();
    const assertionId = anXmlId();
    const base = keysOf(accepted(idp.response({ inResponseTo, assertionId })));
    const sameRequest = keysOf(accepted(idp.response({ inResponseTo })));
    const sameAssertion = keysOf(accepted(idp.response({ assertionId })));
    expect(base).toHaveLength(2);
    expect([base[0] === sameRequest[0], base[1] === sameRequest[1]]).toEqual([true, false]);
    expect([base[0] === sameAssertion[0], base[1] === sameAssertion[1]]).toEqual([false, true]);
  });

  test('an assertion of another issuer with the same ID is another one', () => {
    const assertionId = anXmlId();
    const ours = keysOf(accepted(idp.response({ assertionId })));
    const theirs = keysOf(accepted(other.response({ assertionId, inResponseTo: aRequestId('other') })));
    expect(ours.filter((key) => theirs.includes(key))).toEqual([]);
  });

  test('a provider that has another name now is still the same issuer', () => {
    const assertionId = anXmlId();
    const renamed = samlProvidersOf(idp.provider({ name: 'renamed', allowUnsolicited: true }));
    const before = accepted(idp.response({ assertionId }));
    const now = accepted(idp.response({ assertionId, inResponseTo: null }), { providers: renamed });
    expect(keysOf(before)).toContain(keysOf(now)[0]);
  });

  test('an issuer and an ID cannot be cut at another place', async () => {
    const longer = await aSamlIdp({ entityId: `${idp.entityId}","_x` });
    const provider = longer.provider({ allowUnsolicited: true });
    const settings = { issuer: longer.entityId.replaceAll('"', '&quot;'), inResponseTo: null };
    const theirs = accepted(longer.response({ ...settings, assertionId: '_y' }), {
      providers: samlProvidersOf(provider),
    });
    const ours = accepted(idp.response({ inResponseTo: null, assertionId: '_y' }), {
      providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })),
    });
    expect(keysOf(theirs)).not.toEqual(keysOf(ours));
  });

  test('OneTimeUse is claimed like any other', () => {
    const edit = putAfter('</saml:AudienceRestriction>', '<saml:OneTimeUse/>');
    expect(keysOf(accepted(idp.response({ edit })))).toHaveLength(2);
  });

  test('is a digest: nothing that a caller chose stands in it', () => {
    const keys = keysOf(accepted(idp.response({ assertionId: '_chosen', inResponseTo: aRequestId() })));
    expect(keys).toEqual([
      expect.stringMatching(/^request#[0-9a-f]{64}$/),
      expect.stringMatching(/^assertion#[0-9a-f]{64}$/),
    ]);
  });

  attack(66, 'an assertion without an ID', make({ assertionId: null, sign: 'none' }), [
    'signature_missing',
    'response_malformed',
  ]);
  attack(66, 'a Response without an ID', make({ id: null }), 'response_malformed');
  attack(
    66,
    'a Response with the ID of its assertion',
    make({ id: '_same', assertionId: '_same' }),
    'response_malformed',
  );
  attack(
    66,
    'the assertion with another ID',
    make({ assertionId: '_first', after: (xml) => xml.replaceAll('_first', '_second') }),
    ['signature_invalid'],
  );

  test('is kept until every clock within the leeway refuses the response', () => {
    const offsets = fc.record({ issued: fc.integer({ min: -300, max: 60 }), asked: fc.integer({ min: -599, max: 0 }) });
    fc.assert(
      fc.property(offsets, fc.constantFrom(0, 10, 60), ({ issued, asked }, clockLeewaySeconds) => {
        const provider = idp.provider({ clockLeewaySeconds });
        const inResponseTo = aRequestId('corp', later(asked));
        const settings = {
          issued: Math.min(issued, clockLeewaySeconds),
          inResponseTo,
          from: -600,
          until: 7200,
          confirmedUntil: 7200,
        };
        const response = idp.response(settings);
        const setting = { providers: samlProvidersOf(provider) };
        const verdict = verdictOn(response, setting);
        if (typeof verdict === 'string') return;
        const [request, assertion] = verdict.once;
        if (!request || !assertion) throw new Error('nothing reserved');
        // A clock that is behind by the leeway, in the moment when the store forgets.
        const slow = (until: Date) => new Date(until.getTime() - clockLeewaySeconds * 1000);
        const check = requestCheck({ provider: 'corp', browserSecret, now: slow(request.until) });
        expect(check(inResponseTo)).toBe('expired');
        expect(verdictOn(response, { ...setting, now: slow(assertion.until) })).toBe('assertion_expired');
        // And not for ever.
        expect(assertion.until.getTime()).toBeLessThanOrEqual(aMoment.getTime() + (60 + 300 + 120) * 1000);
        expect(request.until.getTime()).toBeLessThanOrEqual(aMoment.getTime() + (600 + 120) * 1000);
      }),
      { numRuns: 200 },
    );
  });

  test('of a request of the future is not kept for ever', () => {
    const response = idp.response({ inResponseTo: aRequestId('corp', later(10 * 365 * 24 * 60 * 60)) });
    const verdict = verdictOn(response, { providers });
    expect(typeof verdict === 'string' ? verdict : verdict.once).toBe('sign_in_not_begun_here');
  });
});

describe('an identity from a response', () => {
  const provenUntil = (settings: ResponseSettings) => accepted(idp.response(settings)).provenUntil;

  test('is proved until the first of its ends, without leeway', () => {
    expect(provenUntil({ until: 3600, confirmedUntil: 3600 })).toEqual(later(300));
    expect(provenUntil({ issued: -100, from: -200, until: 3600, confirmedUntil: 3600 })).toEqual(later(200));
    expect(provenUntil({ until: 100, confirmedUntil: 200 })).toEqual(later(100));
    expect(provenUntil({ until: 200, confirmedUntil: 100 })).toEqual(later(100));
    expect(provenUntil({ sessionUntil: 50 })).toEqual(later(50));
    expect(provenUntil({ sessionUntil: 5000 })).toEqual(later(300));
    expect(provenUntil({ from: -300, until: -30 })).toEqual(later(-30));
  });

  test('names the provider, its issuer and the subject, and hands on the response as it came', () => {
    const samlResponse = idp.response();
    expect(accepted(samlResponse)).toMatchObject({
      provider: 'corp',
      issuer: idp.entityId,
      subject: 'alice@acme.example',
      unannounced: [],
      evidence: {
        kind: 'saml',
        samlResponse,
        roles: [
          {
            roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
            principalArn: 'arn:aws:iam::111122223333:saml-provider/daypass-corp',
          },
        ],
        sessionName: 'alice@acme.example',
      },
    });
  });

  test('is of the provider whose keys signed, whoever else is configured', () => {
    const response = other.response({ inResponseTo: aRequestId('other') });
    expect(accepted(response)).toMatchObject({ provider: 'other', issuer: other.entityId });
  });
});
