import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aSamlIdp, type ResponseSettings, samlProvidersOf, us } from '../../../kit/saml-idp.ts';
import { all, attribute, element, putAfter, putBefore, removing, replacing, twice } from './edits.ts';
import { attacksOn, verdictOn } from './families.ts';

const idp = await aSamlIdp();
const { attack, control } = attacksOn({ providers: samlProvidersOf(idp.provider()) });
const make = (settings: ResponseSettings) => () => idp.response(settings);

const leeway = 60;
const longest = 24 * 60 * 60;
const year = 365 * 24 * 60 * 60;
const millisecond = 0.001;

control('the response of the kit', make({}));
control('with a signed Response', make({ sign: 'both' }));

describe('case 57: Conditions', () => {
  attack(57, 'expired', make({ until: -300, from: -600 }), 'assertion_expired');
  attack(57, 'expired, in a signed Response', make({ until: -300, from: -600, sign: 'both' }), 'assertion_expired');
  attack(57, 'expired long ago', make({ until: -year, from: -year - 300 }), 'assertion_expired');
  attack(57, 'expired by the leeway to the millisecond', make({ until: -leeway, from: -300 }), 'assertion_expired');
  control('expired by less than the leeway', make({ until: -leeway + millisecond, from: -300 }));

  attack(57, 'future', make({ from: 120 }), 'assertion_not_yet_valid');
  attack(57, 'far future', make({ from: year, until: year + 300 }), 'assertion_not_yet_valid');
  attack(
    57,
    'future by a millisecond more than the leeway',
    make({ from: leeway + millisecond }),
    'assertion_not_yet_valid',
  );
  control('future by the leeway to the millisecond', make({ from: leeway }));
  control('without NotBefore', make({ from: null }));

  attack(57, 'without NotOnOrAfter', make({ until: null }), 'assertion_invalid');
  attack(57, 'without times', make({ from: null, until: null }), 'assertion_invalid');
  attack(57, 'absent', make({ edit: removing(element('Conditions')) }), 'assertion_invalid');
  attack(57, 'empty', make({ edit: replacing(element('Conditions'), '<saml:Conditions/>') }), 'assertion_invalid');
  attack(57, 'two', make({ edit: twice(element('Conditions')) }), 'assertion_invalid');
  attack(
    57,
    'two, and the second one is expired',
    make({
      edit: putAfter('</saml:Conditions>', '<saml:Conditions NotOnOrAfter="2020-01-01T00:00:00Z"/>'),
    }),
    'assertion_invalid',
  );
  attack(
    57,
    'after the statements',
    make({
      edit: (xml) => {
        const [conditions = ''] = element('Conditions').exec(xml) ?? [];
        return all(removing(conditions), putBefore('</saml:Assertion>', conditions))(xml);
      },
    }),
    'assertion_invalid',
  );
  attack(
    57,
    'of another namespace',
    make({ edit: (xml) => xml.replaceAll('saml:Conditions', 'samlp:Conditions') }),
    'assertion_invalid',
  );

  attack(57, 'that end as they begin', make({ from: 0, until: 0 }), 'assertion_invalid');
  attack(57, 'that end before they begin', make({ from: 30, until: 20 }), 'assertion_invalid');
  attack(57, 'that begin when the confirmation has ended', make({ from: 30, confirmedUntil: 20 }), 'assertion_invalid');
  attack(
    57,
    'that end before the assertion was issued',
    make({ from: null, issued: 30, until: 20 }),
    'assertion_invalid',
  );

  control('of the longest lifetime', make({ from: -30, until: longest - 30, confirmedUntil: longest - 30 }));
  attack(57, 'a second longer than allowed', make({ from: -30, until: longest - 29 }), 'assertion_invalid');
  attack(57, 'longer than allowed from IssueInstant', make({ from: null, until: longest + 1 }), 'assertion_invalid');
  attack(57, 'a window of 10 years', make({ until: 10 * year, confirmedUntil: 10 * year }), 'assertion_invalid');
  attack(57, 'a window of 10 years, mostly past', make({ from: -10 * year }), 'assertion_invalid');
  attack(57, 'only the confirmation lasts 10 years', make({ confirmedUntil: 10 * year }), 'assertion_invalid');
  attack(
    57,
    'until the year 9999',
    make({ edit: attribute('saml:Conditions', 'NotOnOrAfter', '9999-12-31T23:59:59Z') }),
    'assertion_invalid',
  );
  attack(
    57,
    'since the year 0',
    make({ edit: attribute('saml:Conditions', 'NotBefore', '0000-01-01T00:00:00Z') }),
    'assertion_invalid',
  );

  const condition = (xml: string) => make({ edit: putAfter('</saml:AudienceRestriction>', xml) });
  control('with OneTimeUse', condition('<saml:OneTimeUse/>'));
  control('with ProxyRestriction', condition('<saml:ProxyRestriction Count="0"/>'));
  for (const unknown of [
    '<saml:Condition/>',
    '<saml:Condition xmlns:x="urn:x" xsi:type="x:Weekdays"/>',
    '<x:OneTimeUse xmlns:x="urn:x"/>',
    '<x:AudienceRestriction xmlns:x="urn:x"/>',
    '<saml:audienceRestriction/>',
    '<saml:DoNotCacheCondition/>',
    '<saml:Audience>x</saml:Audience>',
    '<saml:Conditions/>',
  ]) {
    attack(57, `with the unknown condition ${unknown}`, condition(unknown), 'assertion_invalid');
  }
});

describe('case 57, 64: a time', () => {
  const places: readonly (readonly [place: string, of: string, name: string])[] = [
    ['NotBefore', 'saml:Conditions', 'NotBefore'],
    ['NotOnOrAfter', 'saml:Conditions', 'NotOnOrAfter'],
    ['NotOnOrAfter of the confirmation', 'saml:SubjectConfirmationData', 'NotOnOrAfter'],
    ['NotBefore of the confirmation', 'saml:SubjectConfirmationData', 'NotBefore'],
    ['IssueInstant', 'saml:Assertion', 'IssueInstant'],
    ['AuthnInstant', 'saml:AuthnStatement', 'AuthnInstant'],
    ['SessionNotOnOrAfter', 'saml:AuthnStatement', 'SessionNotOnOrAfter'],
  ];
  const none: readonly (readonly [what: string, text: string])[] = [
    ['nothing', ''],
    ['a space', ' '],
    ['a word', 'now'],
    ['NaN', 'NaN'],
    ['no zone', '2026-06-01T12:00:01'],
    ['no zone, with a fraction', '2026-06-01T12:00:01.000'],
    ['an offset of nothing', '2026-06-01T12:00:01+00:00'],
    ['an offset', '2026-06-01T14:00:01+02:00'],
    ['a zone by name', '2026-06-01T12:00:01UTC'],
    ['z', '2026-06-01T12:00:01z'],
    ['t', '2026-06-01t12:00:01Z'],
    ['two zones', '2026-06-01T12:00:01ZZ'],
    ['a space for T', '2026-06-01 12:00:01Z'],
    ['a date', '2026-06-01'],
    ['a date with a zone', '2026-06-01Z'],
    ['no seconds', '2026-06-01T12:00Z'],
    ['basic form', '20260601T120001Z'],
    ['a week', '2026-W23-1T12:00:01Z'],
    ['as HTTP writes it', 'Mon, 01 Jun 2026 12:00:01 GMT'],
    ['as JavaScript reads it', 'June 1, 2026 12:00:01 UTC'],
    ['with American slashes', '6/1/2026 12:00:01 PM'],
    ['seconds', '1780315201'],
    ['milliseconds', '1780315201000'],
    ['30 February', '2026-02-30T12:00:01Z'],
    ['29 February of a year without one', '2026-02-29T12:00:01Z'],
    ['31 June', '2026-06-31T12:00:01Z'],
    ['day 0', '2026-06-00T12:00:01Z'],
    ['month 13', '2026-13-01T12:00:01Z'],
    ['month 0', '2026-00-01T12:00:01Z'],
    ['hour 24', '2026-06-01T24:00:00Z'],
    ['hour 25', '2026-06-01T25:00:00Z'],
    ['minute 60', '2026-06-01T12:60:00Z'],
    ['second 60', '2026-06-01T12:00:60Z'],
    ['a point and no fraction', '2026-06-01T12:00:01.Z'],
    ['a comma', '2026-06-01T12:00:01,5Z'],
    ['an endless fraction', `2026-06-01T12:00:01.${'0'.repeat(10)}Z`],
    ['a year of 5 digits', '12026-06-01T12:00:01Z'],
    ['a year of 6 digits with a sign', '+002026-06-01T12:00:01Z'],
    ['a year before the first', '-2026-06-01T12:00:01Z'],
    ['a space before', ' 2026-06-01T12:00:01Z'],
    ['a space after', '2026-06-01T12:00:01Z '],
    ['a line end after', '2026-06-01T12:00:01Z&#10;'],
    ['digits of another script', '٢٠٢٦-06-01T12:00:01Z'],
    ['two times', '2026-06-01T12:00:01Z 2026-06-01T12:00:01Z'],
  ];
  for (const [place, of, name] of places) {
    for (const [what, text] of none) {
      attack(57, `${place} is ${what}`, make({ edit: attribute(of, name, text) }), 'assertion_invalid');
    }
  }

  for (const fraction of ['', '.5', '.25', '.123', '.1234567', '.123456789']) {
    const time = `2026-06-01T12:04:59${fraction}Z`;
    control(
      `NotOnOrAfter="${time}"`,
      make({
        edit: all(
          attribute('saml:Conditions', 'NotOnOrAfter', time),
          attribute('saml:SubjectConfirmationData', 'NotOnOrAfter', time),
        ),
      }),
    );
  }
  control(
    '29 February of a leap year',
    make({ edit: attribute('saml:AuthnStatement', 'SessionNotOnOrAfter', '2028-02-29T12:00:00Z') }),
  );
});

describe('case 60: the audience', () => {
  const only = (audience: string) => make({ audience });
  const ours = us.entityId;
  const other = 'https://other.example/saml/metadata';

  attack(60, 'another', only(other), 'audience_mismatch');
  attack(60, 'another, in a signed Response', make({ audience: other, sign: 'both' }), 'audience_mismatch');
  attack(60, 'AWS', only('urn:amazon:webservices'), 'audience_mismatch');
  attack(60, 'our assertion consumer service', only(us.assertionConsumerService), 'audience_mismatch');
  attack(60, 'the identity provider', only(idp.entityId), 'audience_mismatch');
  attack(60, 'no restriction', make({ audiences: [] }), 'audience_mismatch');
  attack(60, 'a restriction to nobody', make({ audiences: [[]] }), 'audience_mismatch');
  attack(60, 'a restriction to us and one to nobody', make({ audiences: [[ours], []] }), 'audience_mismatch');
  attack(
    60,
    'restrictions to us and to another: both must hold',
    make({ audiences: [[ours], [other]] }),
    'audience_mismatch',
  );
  attack(
    60,
    'restrictions to another and to us: both must hold',
    make({ audiences: [[other], [ours]] }),
    'audience_mismatch',
  );
  attack(
    60,
    'restrictions to us and another, and to others',
    make({
      audiences: [
        [ours, other],
        [other, 'urn:third'],
      ],
    }),
    'audience_mismatch',
  );
  for (const [name, audience] of [
    ['in capitals', ours.toUpperCase()],
    ['with the host in capitals', ours.replace('daypass', 'Daypass')],
    ['with a slash', `${ours}/`],
    ['without its path', 'https://daypass.example'],
    ['with more path', `${ours}/more`],
    ['with a query', `${ours}?`],
    ['with a fragment', `${ours}#`],
    ['with http', ours.replace('https', 'http')],
    ['with its port', ours.replace('.example', '.example:443')],
    ['percent-encoded', ours.replace('saml', '%73aml')],
    ['with a dot segment', ours.replace('/saml', '/./saml')],
    ['with a space before', ` ${ours}`],
    ['with a space after', `${ours} `],
    ['with a line end after', `${ours}\n`],
    ['with another after it', `${ours} ${other}`],
    ['with a letter that looks the same', ours.replace('a', 'а')],
    ['with a star', '*'],
    ['with a star for the path', 'https://daypass.example/*'],
    ['with an ampersand', `${ours}&amp;`],
  ] as const) {
    attack(60, `ours ${name}`, only(audience), 'audience_mismatch');
  }
  attack(60, 'empty', only(''), 'assertion_invalid');
  attack(60, 'space', only('  '), 'assertion_invalid');
  attack(60, 'an element within', only(`<saml:Audience>${ours}</saml:Audience>`), 'assertion_invalid');
  attack(
    60,
    'something else than an Audience',
    make({ edit: putBefore('<saml:Audience>', `<saml:Issuer>${ours}</saml:Issuer>`) }),
    'assertion_invalid',
  );
  attack(
    60,
    'of another namespace',
    make({ edit: (xml) => xml.replaceAll('saml:Audience>', 'samlp:Audience>') }),
    'assertion_invalid',
  );
  attack(
    60,
    'ours, but beside the restriction',
    make({
      audiences: [],
      edit: replacing('</saml:Conditions>', `<saml:Audience>${ours}</saml:Audience></saml:Conditions>`),
    }),
    'assertion_invalid',
  );

  control('us among others', make({ audiences: [[other, ours]] }));
  control('us in every restriction', make({ audiences: [[ours], [other, ours], [ours, ours]] }));
});

describe('case 64: the statement', () => {
  attack(64, 'SessionNotOnOrAfter passed', make({ sessionUntil: -300 }), 'assertion_expired');
  attack(64, 'SessionNotOnOrAfter passed by the leeway', make({ sessionUntil: -leeway }), 'assertion_expired');
  control('SessionNotOnOrAfter passed by less than the leeway', make({ sessionUntil: -leeway + millisecond }));
  control('a session that goes on for days', make({ sessionUntil: 30 * 24 * 60 * 60 }));

  attack(64, 'IssueInstant future', make({ issued: 120 }), 'assertion_not_yet_valid');
  attack(64, 'IssueInstant far future', make({ issued: year }), 'assertion_not_yet_valid');
  attack(
    64,
    'IssueInstant future by a millisecond more',
    make({ issued: leeway + millisecond }),
    'assertion_not_yet_valid',
  );
  control('IssueInstant future by the leeway', make({ issued: leeway }));
  attack(64, 'IssueInstant old', make({ issued: -600, from: -600 }), 'assertion_expired');
  attack(64, 'IssueInstant very old', make({ issued: -year, from: -30 }), 'assertion_expired');
  attack(
    64,
    'IssueInstant 5 minutes and the leeway ago',
    make({ issued: -300 - leeway, from: -400 }),
    'assertion_expired',
  );
  control('IssueInstant a millisecond less ago', make({ issued: -300 - leeway + millisecond, from: -400 }));
  attack(64, 'no IssueInstant', make({ edit: attribute('saml:Assertion', 'IssueInstant', null) }), 'assertion_invalid');
  attack(
    64,
    'IssueInstant old, and the Response is fresh',
    make({ issued: -600, from: -600, responseIssued: 0, sign: 'both' }),
    'assertion_expired',
  );

  attack(64, 'AuthnInstant future', make({ authenticated: 120 }), 'assertion_not_yet_valid');
  attack(
    64,
    'AuthnInstant future by a millisecond more',
    make({ authenticated: leeway + millisecond }),
    'assertion_not_yet_valid',
  );
  attack(64, 'no AuthnInstant', make({ authenticated: null }), 'assertion_invalid');
  control('AuthnInstant future by the leeway', make({ authenticated: leeway }));
  control(
    'AuthnInstant days ago, as a session at the identity provider has it',
    make({ authenticated: -7 * 24 * 60 * 60 }),
  );

  attack(64, 'no AuthnStatement', make({ edit: removing(element('AuthnStatement')) }), 'assertion_invalid');
  attack(64, 'two AuthnStatements', make({ edit: twice(element('AuthnStatement')) }), 'assertion_invalid');
  attack(
    64,
    'no statements',
    make({ edit: removing(/<saml:AuthnStatement.*<\/saml:AttributeStatement>/s) }),
    'assertion_invalid',
  );
  attack(
    64,
    'an AuthzDecisionStatement',
    make({ edit: putBefore('</saml:Assertion>', '<saml:AuthzDecisionStatement Resource="x" Decision="Permit"/>') }),
    'assertion_invalid',
  );
  attack(
    64,
    'a statement of nobody’s',
    make({ edit: putBefore('</saml:Assertion>', '<x:Statement xmlns:x="urn:x"/>') }),
    'assertion_invalid',
  );
  attack(
    64,
    'an AuthnStatement of another namespace',
    make({ edit: (xml) => xml.replaceAll('saml:AuthnStatement', 'samlp:AuthnStatement') }),
    'assertion_invalid',
  );

  const another = '<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:X509</saml:AuthnContextClassRef>';
  attack(
    64,
    'two AuthnContextClassRefs',
    make({ edit: putBefore('<saml:AuthnContextClassRef>', another) }),
    'assertion_invalid',
  );
  attack(
    64,
    'two AuthnContexts',
    make({ edit: putBefore('<saml:AuthnContext>', `<saml:AuthnContext>${another}</saml:AuthnContext>`) }),
    'assertion_invalid',
  );
  attack(64, 'an empty AuthnContextClassRef', make({ contextClass: '' }), 'assertion_invalid');
  attack(64, 'an AuthnContextClassRef with an element', make({ contextClass: '<saml:X/>' }), 'assertion_invalid');
});

describe('case 64: the version', () => {
  for (const version of ['1.0', '1.1', '2.1', '3.0', '2', '2.00', '2.0 ', ' 2.0', '', 'v2.0', null]) {
    attack(64, `of the assertion is ${version}`, make({ assertionVersion: version }), 'assertion_invalid');
    attack(64, `of the Response is ${version}`, make({ version }), 'assertion_invalid');
    attack(64, `of the signed Response is ${version}`, make({ version, sign: 'both' }), 'assertion_invalid');
  }
});

describe('the clocks', () => {
  const strict = { providers: samlProvidersOf(idp.provider({ clockLeewaySeconds: 0 })) };

  control('without leeway: at the first moment', make({ from: 0 }), undefined, strict);
  attack(
    57,
    'without leeway: a millisecond before NotBefore',
    make({ from: millisecond }),
    'assertion_not_yet_valid',
    strict,
  );
  attack(57, 'without leeway: at NotOnOrAfter', make({ until: 0 }), 'assertion_expired', strict);
  control('without leeway: a millisecond before NotOnOrAfter', make({ until: millisecond }), undefined, strict);
  attack(
    64,
    'without leeway: issued in a millisecond',
    make({ issued: millisecond }),
    'assertion_not_yet_valid',
    strict,
  );
  attack(64, 'without leeway: issued 5 minutes ago', make({ issued: -300 }), 'assertion_expired', strict);
  control('without leeway: issued a millisecond less ago', make({ issued: -300 + millisecond }), undefined, strict);
  attack(
    58,
    'without leeway: at the end of the confirmation',
    make({ confirmedUntil: 0 }),
    'assertion_expired',
    strict,
  );
  attack(64, 'without leeway: at the end of the session', make({ sessionUntil: 0 }), 'assertion_expired', strict);

  const some = fc.integer({ min: -500, max: 500 });
  const often = fc.constantFrom(0, 10, 60);
  const times = fc.record({
    from: fc.option(some),
    until: some,
    confirmedUntil: some,
    sessionUntil: fc.option(some),
    issued: some,
    authenticated: some,
  });

  test('whatever they say, an assertion is accepted within all of its times and in no other moment', () => {
    fc.assert(
      fc.property(times, often, (given, clockLeewaySeconds) => {
        const { from, until, confirmedUntil, sessionUntil, issued, authenticated } = given;
        const ends = [until, confirmedUntil, issued + 300, ...(sessionUntil === null ? [] : [sessionUntil])];
        const begins = [issued, authenticated, ...(from === null ? [] : [from])];
        const isWithin =
          ends.every((end) => 0 < end + clockLeewaySeconds) && begins.every((begin) => begin - clockLeewaySeconds <= 0);
        const isOrdered = Math.min(until, confirmedUntil) > (from ?? issued);
        const providers = samlProvidersOf(idp.provider({ clockLeewaySeconds }));
        const verdict = verdictOn(idp.response(given), { providers });
        if (isWithin && isOrdered) expect(verdict).toMatchObject({ subject: 'alice@acme.example' });
        else expect(['assertion_expired', 'assertion_not_yet_valid', 'assertion_invalid']).toContain(verdict);
      }),
      { numRuns: 500 },
    );
  });
});
