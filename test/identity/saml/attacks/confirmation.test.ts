import { describe, expect, test } from 'vitest';
import { newBrowserSecret } from '../../../../lib/identity/saml/request-id.ts';
import { aMoment } from '../../../kit/issuer.ts';
import {
  aRequestId,
  aSamlIdp,
  browserSecret,
  type ResponseSettings,
  samlProvidersOf,
  us,
} from '../../../kit/saml-idp.ts';
import { all, attribute, element, putAfter, putBefore, removing, replacing, twice } from './edits.ts';
import { attacksOn, type Setting, verdictOn } from './families.ts';

const idp = await aSamlIdp();
const { attack, control } = attacksOn({ providers: samlProvidersOf(idp.provider()) });
const make = (settings: ResponseSettings) => () => idp.response(settings);

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);
const millisecond = 0.001;
const alice = 'alice@acme.example';
const awsSignIn = 'https://signin.aws.amazon.com/saml';
const frankfurt = 'https://eu-central-1.signin.aws.amazon.com/saml';

/** What nobody asked for, brought by who holds it. */
const byClient: Partial<Setting> = {
  providers: samlProvidersOf(idp.provider({ allowUnsolicited: true, recipients: [awsSignIn, frankfurt] })),
  arrival: { by: 'client' },
};
const unsolicited: ResponseSettings = { inResponseTo: null };
const forAws: ResponseSettings = { ...unsolicited, recipient: awsSignIn, destination: awsSignIn };

control('the response of the kit', make({}));
control('for AWS, by a client', make(forAws), alice, byClient);

describe('case 58: the confirmation', () => {
  attack(58, 'expired', make({ confirmedUntil: -120 }), 'assertion_expired');
  attack(58, 'expired by the leeway', make({ confirmedUntil: -60, from: -300 }), 'assertion_expired');
  control('expired by less than the leeway', make({ confirmedUntil: -60 + millisecond, from: -300 }));
  attack(
    58,
    'expired, and the conditions are not',
    make({ confirmedUntil: -120, until: 3000, from: -300 }),
    'assertion_expired',
  );
  attack(58, 'without NotOnOrAfter', make({ confirmedUntil: null }), 'assertion_invalid');
  attack(58, 'with NotBefore, past', make({ confirmedFrom: -60 }), 'assertion_invalid');
  attack(58, 'with NotBefore, future', make({ confirmedFrom: 120 }), 'assertion_invalid');
  attack(58, 'with NotBefore, now', make({ confirmedFrom: 0 }), 'assertion_invalid');

  const methods = 'urn:oasis:names:tc:SAML:2.0:cm';
  for (const method of [
    `${methods}:holder-of-key`,
    `${methods}:sender-vouches`,
    `${methods}:BEARER`,
    `${methods}:bearer `,
    ` ${methods}:bearer`,
    `${methods}:bearer#`,
    `${methods}:bearer ${methods}:holder-of-key`,
    'urn:oasis:names:tc:SAML:1.0:cm:bearer',
    'bearer',
    '',
    null,
  ]) {
    attack(58, `by the method ${method}`, make({ method }), 'assertion_invalid');
  }

  const data = element('SubjectConfirmationData');
  const confirmation = element('SubjectConfirmation');
  const other = `<saml:SubjectConfirmation Method="${methods}:sender-vouches"/>`;
  attack(58, 'none', make({ edit: removing(confirmation) }), 'assertion_invalid');
  attack(58, 'twice', make({ edit: twice(confirmation) }), 'assertion_invalid');
  attack(
    58,
    'and another one after',
    make({ edit: putAfter('</saml:SubjectConfirmation>', other) }),
    'assertion_invalid',
  );
  attack(58, 'and another one before', make({ edit: putBefore(confirmation, other) }), 'assertion_invalid');
  attack(58, 'without data', make({ edit: removing(data) }), 'assertion_invalid');
  attack(58, 'with data twice', make({ edit: twice(data) }), 'assertion_invalid');
  attack(
    58,
    'with empty data',
    make({ edit: replacing(data, '<saml:SubjectConfirmationData/>') }),
    'assertion_invalid',
  );
  attack(
    58,
    'with a NameID of its own',
    make({ edit: putBefore(data, '<saml:NameID>mallory</saml:NameID>') }),
    'assertion_invalid',
  );
  attack(
    58,
    'with a key in its data',
    make({
      edit: replacing(data, (found) =>
        found.replace(
          /\/>$/,
          '><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></saml:SubjectConfirmationData>',
        ),
      ),
    }),
    'assertion_invalid',
  );
  attack(
    58,
    'with data of another namespace',
    make({ edit: (xml) => xml.replaceAll('saml:SubjectConfirmationData', 'samlp:SubjectConfirmationData') }),
    'assertion_invalid',
  );
  attack(
    58,
    'of another namespace',
    make({ edit: (xml) => xml.replaceAll(/saml:SubjectConfirmation(?=[ >])/g, 'samlp:SubjectConfirmation') }),
    'assertion_invalid',
  );
  attack(
    58,
    'with attributes of another namespace',
    make({
      edit: replacing(data, (found) =>
        found.replace('NotOnOrAfter=', 'xmlns:x="urn:x" x:NotOnOrAfter=').replace('Recipient=', 'x:Recipient='),
      ),
    }),
    'assertion_invalid',
  );
});

describe('case 58: the recipient', () => {
  const ours = us.assertionConsumerService;
  const near: readonly (readonly [name: string, url: string])[] = [
    ['another', 'https://other.example/saml/acs'],
    ['empty', ''],
    ['our name', us.entityId],
    ['AWS', awsSignIn],
    ['with a slash', `${ours}/`],
    ['in capitals', ours.toUpperCase()],
    ['with the host in capitals', ours.replace('daypass', 'Daypass')],
    ['with http', ours.replace('https', 'http')],
    ['with its port', ours.replace('.example', '.example:443')],
    ['with a query', `${ours}?provider=corp`],
    ['with a fragment', `${ours}#`],
    ['with a user', ours.replace('//', '//daypass.example@')],
    ['with a space after', `${ours} `],
    ['with another after it', `${ours} https://other.example/saml/acs`],
    ['percent-encoded', ours.replace('acs', '%61cs')],
    ['with a dot segment', ours.replace('/acs', '/./acs')],
    ['without its scheme', ours.replace('https:', '')],
    ['its start', ours.slice(0, -1)],
    ['longer', `${ours}x`],
    ['with a letter that looks the same', ours.replace('a', 'а')],
  ];
  for (const [name, url] of near) {
    attack(58, name, make({ recipient: url }), 'recipient_mismatch');
    attack(58, `${name}, and so is the Destination`, make({ recipient: url, destination: url }), 'recipient_mismatch');
    attack(61, `Destination ${name}`, make({ destination: url }), 'recipient_mismatch');
    attack(61, `Destination ${name}, signed`, make({ destination: url, sign: 'both' }), 'recipient_mismatch');
  }
  attack(58, 'absent', make({ recipient: null }), 'recipient_mismatch');
  attack(58, 'absent, and so is the Destination', make({ recipient: null, destination: null }), 'recipient_mismatch');
  attack(61, 'Destination absent', make({ destination: null }), 'recipient_mismatch');
  attack(61, 'Destination absent, signed', make({ destination: null, sign: 'both' }), 'recipient_mismatch');
  attack(
    61,
    'Destination ours in the wrapper, and the assertion is for AWS',
    make({ recipient: awsSignIn, destination: ours }),
    'recipient_mismatch',
  );
  attack(
    61,
    'Destination made ours when it was signed',
    make({ destination: awsSignIn, sign: 'both', after: attribute('samlp:Response', 'Destination', ours) }),
    'signature_invalid',
  );
});

describe('case 58, 61: by client and by browser', () => {
  control(
    'for another region, by a client',
    make({ ...forAws, recipient: frankfurt, destination: frankfurt }),
    alice,
    byClient,
  );
  attack(58, 'for us, by a client', make(unsolicited), 'recipient_mismatch', byClient);
  attack(58, 'for AWS, by a browser', make({ recipient: awsSignIn, destination: awsSignIn }), 'recipient_mismatch', {
    ...byClient,
    arrival: { by: 'browser', secret: browserSecret },
  });
  attack(58, 'for AWS, by a browser, unsolicited', make(forAws), 'recipient_mismatch', {
    ...byClient,
    arrival: { by: 'browser', secret: browserSecret },
  });
  attack(
    58,
    'for AWS with a slash, by a client',
    make({ ...forAws, recipient: `${awsSignIn}/` }),
    'recipient_mismatch',
    byClient,
  );
  attack(
    58,
    'for a region not told of',
    make({ ...forAws, recipient: awsSignIn.replace('signin', 'us-east-1.signin') }),
    'recipient_mismatch',
    byClient,
  );
  attack(
    61,
    'Recipient and Destination are two of ours, by a client',
    make({ ...forAws, destination: frankfurt }),
    'recipient_mismatch',
    byClient,
  );
  attack(61, 'Destination absent, by a client', make({ ...forAws, destination: null }), 'recipient_mismatch', byClient);
  attack(58, 'by a client of a provider without recipients', make(unsolicited), 'recipient_mismatch', {
    providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })),
    arrival: { by: 'client' },
  });
  attack(
    58,
    'with no recipient, by a client of a provider without any',
    make({ ...unsolicited, recipient: null, destination: null }),
    'recipient_mismatch',
    {
      providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })),
      arrival: { by: 'client' },
    },
  );
});

describe('case 59: InResponseTo', () => {
  const data = 'saml:SubjectConfirmationData';
  const tampered = (at: number) => {
    const id = aRequestId();
    return id.slice(0, at) + (id[at] === '0' ? '1' : '0') + id.slice(at + 1);
  };

  attack(59, 'absent', make(unsolicited), 'sign_in_unsolicited');
  attack(59, 'absent, in a signed Response', make({ ...unsolicited, sign: 'both' }), 'sign_in_unsolicited');
  attack(59, 'absent, in a browser without a cookie', make(unsolicited), 'sign_in_unsolicited', {
    arrival: { by: 'browser', secret: undefined },
  });
  for (const [name, id] of [
    ['unknown', '_5d41402abc4b2a76b9719d911017c592'],
    ['of our form', `_${'0'.repeat(72)}`],
    ['empty', ''],
    ['a space', ' '],
    ['inherited', '__proto__'],
    ['with a space after', `${aRequestId()} `],
    ['in capitals', aRequestId().toUpperCase()],
    ['two', `${aRequestId()} ${aRequestId()}`],
    ['with another time', tampered(8)],
    ['with another number', tampered(20)],
    ['with another digest', tampered(72)],
    ['of another browser', aRequestId('corp', aMoment, newBrowserSecret())],
    ['for another provider', aRequestId('other')],
    ['for this provider in capitals', aRequestId('CORP')],
    ['of 10 minutes ago', aRequestId('corp', later(-600))],
    ['of a year ago', aRequestId('corp', later(-365 * 24 * 60 * 60))],
  ] as const) {
    attack(59, name, make({ inResponseTo: id }), 'sign_in_not_begun_here');
    attack(59, `${name}, in a signed Response`, make({ inResponseTo: id, sign: 'both' }), 'sign_in_not_begun_here');
    attack(59, `${name}, though unsolicited ones are taken`, make({ inResponseTo: id }), 'sign_in_not_begun_here', {
      providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })),
    });
    attack(
      59,
      `${name}, and the Response says ours`,
      make({ inResponseTo: id, responseInResponseTo: aRequestId() }),
      'assertion_invalid',
    );
  }
  control('of almost 10 minutes ago', make({ inResponseTo: aRequestId('corp', later(-599)) }));

  attack(59, 'in the wrapper only', make({ edit: attribute(data, 'InResponseTo', null) }), 'assertion_invalid');
  attack(
    59,
    'in the signed Response only',
    make({ edit: attribute(data, 'InResponseTo', null), sign: 'both' }),
    'assertion_invalid',
  );
  attack(
    59,
    'put into the wrapper of what nobody asked for',
    make({ ...unsolicited, after: attribute('samlp:Response', 'InResponseTo', aRequestId()) }),
    'assertion_invalid',
  );
  attack(
    59,
    'put into the wrapper, though unsolicited ones are taken',
    make({ ...unsolicited, after: attribute('samlp:Response', 'InResponseTo', aRequestId()) }),
    'assertion_invalid',
    { providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })) },
  );
  attack(59, 'in the assertion only', make({ responseInResponseTo: null }), 'assertion_invalid');
  attack(
    59,
    'taken from the wrapper',
    make({ after: attribute('samlp:Response', 'InResponseTo', null) }),
    'assertion_invalid',
    { providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })) },
  );
  attack(
    59,
    'both ours and different',
    make({ inResponseTo: aRequestId(), responseInResponseTo: aRequestId() }),
    'assertion_invalid',
  );
  attack(
    59,
    'changed in the assertion after it was signed',
    make({ inResponseTo: '_stolen', after: (xml) => xml.replaceAll('_stolen', aRequestId()) }),
    'signature_invalid',
  );

  for (const secret of [undefined, '', browserSecret.slice(1), `${browserSecret}=`, newBrowserSecret()]) {
    attack(
      59,
      `ours, in a browser whose cookie is ${secret?.length ?? 'not there'} long`,
      make({}),
      'sign_in_not_begun_here',
      {
        arrival: { by: 'browser', secret },
      },
    );
  }
  attack(59, 'ours, by a client', make({ ...forAws, inResponseTo: aRequestId() }), 'sign_in_not_begun_here', byClient);
  attack(59, 'unknown, by a client', make({ ...forAws, inResponseTo: '_unknown' }), 'sign_in_not_begun_here', byClient);
  attack(
    59,
    'in the wrapper only, by a client',
    make({ ...forAws, responseInResponseTo: '_unknown' }),
    'assertion_invalid',
    byClient,
  );
  attack(59, 'absent, by a client, where unsolicited ones are not taken', make(forAws), 'sign_in_unsolicited', {
    ...byClient,
    providers: samlProvidersOf(idp.provider({ recipients: [awsSignIn] })),
  });

  test('case 59: consumed twice at once, both claim the same request', () => {
    const inResponseTo = aRequestId();
    const setting = { providers: samlProvidersOf(idp.provider()) };
    const [one, other] = [0, 1].map(() => verdictOn(idp.response({ inResponseTo }), setting));
    if (typeof one !== 'object' || typeof other !== 'object') throw new Error('refused');
    expect(one.once.filter(({ key }) => other.once.some((each) => each.key === key))).toHaveLength(1);
  });

  describe('of another tenant', async () => {
    const other = await aSamlIdp({ entityId: 'https://idp.other.example/saml' });
    const providers = samlProvidersOf(idp.provider(), other.provider({ name: 'other' }));

    control('its own', () => other.response({ inResponseTo: aRequestId('other') }), alice, { providers });
    attack(59, 'begun with us, answered by the other', () => other.response(), 'sign_in_not_begun_here', { providers });
    attack(
      59,
      'begun with the other, answered by us',
      make({ inResponseTo: aRequestId('other') }),
      'sign_in_not_begun_here',
      { providers },
    );
  });
});

describe('case 59: what nobody asked for, where it is taken,', () => {
  const taken: Partial<Setting> = { providers: samlProvidersOf(idp.provider({ allowUnsolicited: true })) };
  control('is accepted', make(unsolicited), alice, taken);
  control('is accepted in a browser without a cookie', make(unsolicited), alice, {
    ...taken,
    arrival: { by: 'browser', secret: undefined },
  });

  for (const [name, setting, base] of [
    ['by browser', taken, unsolicited],
    ['by client', byClient, forAws],
  ] as const) {
    const still = (what: string, settings: ResponseSettings, code: Parameters<typeof attack>[3], family: number) =>
      attack(family, `${name} it is still refused: ${what}`, make({ ...base, ...settings }), code, setting);
    still('no signature', { sign: 'none' }, 'signature_missing', 59);
    still('only the Response is signed', { sign: 'response' }, 'signature_missing', 59);
    still('expired', { until: -300, from: -600 }, 'assertion_expired', 57);
    still('future', { from: 300, until: 600 }, 'assertion_not_yet_valid', 57);
    still('10 years', { until: 10 * 365 * 86_400 }, 'assertion_invalid', 57);
    still('confirmation expired', { confirmedUntil: -300 }, 'assertion_expired', 58);
    still('not bearer', { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }, 'assertion_invalid', 58);
    still('another audience', { audience: 'urn:amazon:webservices' }, 'audience_mismatch', 60);
    still('another recipient', { recipient: 'https://other.example/acs' }, 'recipient_mismatch', 58);
    still('another destination', { destination: 'https://other.example/acs' }, 'recipient_mismatch', 61);
    still('another issuer of the Response', { responseIssuer: 'https://other.example' }, 'issuer_unknown', 62);
    still('issued too long ago', { issued: -600, from: -600 }, 'assertion_expired', 64);
    still('not of version 2.0', { assertionVersion: '1.1' }, 'assertion_invalid', 64);
    still('no success', { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }, 'sign_in_declined', 65);
    still('no name', { nameId: null }, 'assertion_invalid', 63);
  }

  test('is reserved by its assertion alone', () => {
    const verdict = verdictOn(idp.response(unsolicited), { providers: samlProvidersOf(), ...taken });
    expect(verdict).toMatchObject({ once: [{ key: expect.stringMatching(/^assertion#[0-9a-f]{64}$/) }] });
  });

  test('a request id that stands nowhere in the assertion is never consumed', () => {
    const edit = all(
      attribute('saml:SubjectConfirmationData', 'InResponseTo', null),
      attribute('samlp:Response', 'InResponseTo', null),
      attribute('saml:AuthnStatement', 'InResponseTo', aRequestId()),
    );
    const verdict = verdictOn(idp.response({ edit }), { providers: samlProvidersOf(), ...taken });
    expect(verdict).toMatchObject({ once: [{ key: expect.stringMatching(/^assertion#/) }] });
  });
});
