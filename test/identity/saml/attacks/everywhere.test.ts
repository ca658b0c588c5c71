// Wrapping without a catalogue: the forged assertion, or the genuine one, at every place that a document has; and small
// changes at random, none of which may come to another identity.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RefusalCode } from '../../../../lib/refusal.ts';
import { aSamlIdp, inBase64, samlProvidersOf } from '../../../kit/saml-idp.ts';
import { attacksOn, verdictOn } from './families.ts';
import { forged, partsOf, stillSigned } from './parts.ts';

const idp = await aSamlIdp();
const setting = { providers: samlProvidersOf(idp.provider()) };
const { attack, control } = attacksOn(setting);

const anyOfThem: readonly RefusalCode[] = ['response_malformed', 'signature_missing', 'signature_invalid'];

/** Between any two tags, or a tag and text. */
const placesOf = (xml: string) => [...xml.matchAll(/>/g)].map(({ index }) => index + 1).slice(0, -1);
const put = (xml: string, at: number, what: string) => xml.slice(0, at) + what + xml.slice(at);
const named = (xml: string, at: number) => /<[^<]*>$/.exec(xml.slice(0, at))?.[0].replace(/\s.*?(?=\/?>)/s, '') ?? '';

for (const sign of ['assertion', 'both'] as const) {
  const whole = idp.responseXml({ sign, keyInfo: 'own', id: '_response' });
  const parts = partsOf(whole);
  const evil = forged(parts.bare, '_evil');
  const wrong = {
    'with the genuine signature': whole.replace(parts.assertion, () =>
      evil.replace('</saml:Issuer>', `</saml:Issuer>${parts.signature}`),
    ),
    'without a signature': whole.replace(parts.assertion, evil),
  };

  control(`${sign} signed`, () => inBase64(whole));
  for (const at of placesOf(whole)) {
    attack(
      39,
      `${sign} signed, the forged one ${at} in, after ${named(whole, at)}`,
      () => inBase64(put(whole, at, evil)),
      anyOfThem,
    );
  }
  for (const [how, xml] of Object.entries(wrong)) {
    for (const at of placesOf(xml)) {
      attack(
        38,
        `${sign} signed, the genuine one ${at} in, after ${named(xml, at)}, the forged one ${how}`,
        () => {
          const hidden = how === 'without a signature' ? parts.assertion : parts.bare;
          const document = put(xml, at, hidden);
          return inBase64(stillSigned(document, parts.assertionId));
        },
        anyOfThem,
      );
    }
  }
}

const tokens = ['<', '>', '/', '"', "'", '=', '&', ';', ' ', '\n', '\r', '\t', '\0', ':', '#', '-', '.', 'a', '0', '_'];
const longer = [
  '&amp;',
  '&#0;',
  '&#10;',
  '<!---->',
  '<![CDATA[',
  ']]>',
  '<?x?>',
  '/>',
  '</',
  'xmlns="urn:x"',
  '\u00a0',
  '\ud83d\ude00',
  '\ufeff',
  '<x/>',
];

test.each(['assertion', 'both'] as const)('case 28: no small change comes to another identity, %s signed', (sign) => {
  const xml = idp.responseXml({ sign, keyInfo: 'own', nameId: 'alice&amp;bob' });
  const about = (samlResponse: string) => {
    const verdict = verdictOn(samlResponse, setting);
    if (typeof verdict === 'string') return verdict;
    const { evidence, ...identity } = verdict;
    return evidence.kind === 'saml' ? { ...identity, roles: evidence.roles, name: evidence.sessionName } : identity;
  };
  const genuine = about(inBase64(xml));
  expect(genuine).toMatchObject({ subject: 'alice&bob' });
  const place = fc.nat({ max: xml.length - 1 });
  const length = fc.nat({ max: 40 });
  const change = fc.oneof(
    fc.record({ at: place, less: fc.constant(0), more: fc.constantFrom(...tokens, ...longer) }),
    fc.record({ at: place, less: fc.constant(1), more: fc.constantFrom(...tokens, ...longer) }),
    fc.record({ at: place, less: length, more: fc.constant('') }),
    fc.record({ at: place, less: fc.constant(0), from: place, length }).map(({ at, less, from, length }) => ({
      at,
      less,
      more: xml.slice(from, from + length),
    })),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const changed = changes.reduce(
        (text, { at, less, more }) => text.slice(0, at) + more + text.slice(at + less),
        xml,
      );
      const is = about(inBase64(changed));
      if (typeof is !== 'string') expect(is).toEqual(genuine);
    }),
    { numRuns: 500 },
  );
});
