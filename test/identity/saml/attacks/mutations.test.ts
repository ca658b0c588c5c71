import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../../../../lib/identity/identity.ts';
import { aSamlIdp, inBase64, type ResponseSettings, type SamlIdp, samlProvidersOf, us } from '../../../kit/saml-idp.ts';
import { verdictOn } from './families.ts';

const idp = await aSamlIdp();
const elliptic = await aSamlIdp({ kind: 'ec', entityId: 'https://ec.acme.example/saml' });
const { privateKey: decryptionKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const setting = { providers: samlProvidersOf(idp.provider(), elliptic.provider()), us: { ...us, decryptionKey } };

/** Who a response proves, without the response itself. */
function proved(samlResponse: string): Omit<Identity, 'evidence'> | string {
  const verdict = verdictOn(samlResponse, setting);
  if (typeof verdict === 'string') return verdict;
  const { evidence, ...identity } = verdict;
  if (evidence.kind !== 'saml') throw new Error('other evidence');
  return Object.assign(identity, { roles: evidence.roles, sessionName: evidence.sessionName });
}

interface Genuine {
  readonly xml: string;
  readonly identity: ReturnType<typeof proved>;
}

function genuine(settings: ResponseSettings, by: SamlIdp): Genuine {
  const xml = by.responseXml(settings);
  const identity = proved(inBase64(xml));
  if (typeof identity === 'string') throw new Error(`refused: ${identity}`);
  return { xml, identity };
}

/** Refused, or accepted as exactly the one that the identity provider signed. Whatever else is thrown fails the test. */
function expectNobodyElse(samlResponse: string, { identity }: Genuine): void {
  const verdict = proved(samlResponse);
  if (typeof verdict !== 'string') expect(verdict).toEqual(identity);
}

/** Where each element starts and ends. */
function elementsIn(xml: string): readonly (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  const open: number[] = [];
  for (const { 0: tag, index } of xml.matchAll(/<[^>]*>/g)) {
    if (tag.startsWith('</')) found.push([open.pop() ?? 0, index + tag.length]);
    else if (tag.endsWith('/>')) found.push([index, index + tag.length]);
    else open.push(index);
  }
  return found;
}

const placesIn = (xml: string) => [...xml.matchAll(/(?=<)|(?<=>)/g)].map(({ index }) => index);

const forgeries: readonly ((xml: string) => string)[] = [
  (xml) => xml,
  (xml) => xml.replaceAll('alice@', 'mallory@'),
  (xml) => xml.replaceAll('editors-blue', 'admins'),
  (xml) => xml.replaceAll('role/daypass-files', 'role/daypass-admin'),
  (xml) => xml.replaceAll('alice@', 'mallory@').replaceAll(/ ID="_[^"]*"/g, (id) => id.replace('_', '_x')),
  (xml) => xml.replaceAll('alice@', 'mallory@').replaceAll(/ ID="[^"]*"/g, ''),
  (xml) => xml.replaceAll('alice@', 'mallory@').replaceAll(/<ds:Signature .*?<\/ds:Signature>/gs, ''),
];

describe.each<[name: string, settings: ResponseSettings, by?: SamlIdp]>([
  ['whose assertion is signed', {}],
  ['whose assertion is signed with ECDSA', {}, elliptic],
  ['that is signed, and its assertion too', { sign: 'both' }],
  ['whose assertion is encrypted', { encrypt: { publicKey } }],
  ['that is signed around an encrypted assertion', { encrypt: { publicKey }, sign: 'both' }],
])('a genuine response %s', (_name, settings, by = idp) => {
  const original = genuine(settings, by);
  const { xml } = original;
  const bytes = Buffer.from(xml);
  const base64 = inBase64(xml);
  const within = fc.nat({ max: bytes.length - 1 });

  test('with bytes changed proves nobody else', () => {
    const changes = fc.array(fc.tuple(within, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(changes, (several) => {
        const changed = Buffer.from(bytes);
        for (const [at, byte] of several) changed[at] = byte;
        expectNobodyElse(inBase64(changed), original);
      }),
      { numRuns: 200 },
    );
  });

  test('with a letter changed proves nobody else', () => {
    const letters = fc.constantFrom(...'aAzZ09_-:/<>="\' &;\n\t#.@');
    fc.assert(
      fc.property(within, letters, (at, letter) => {
        expectNobodyElse(inBase64(xml.slice(0, at) + letter + xml.slice(at + 1)), original);
        expectNobodyElse(inBase64(xml.slice(0, at) + letter + xml.slice(at)), original);
      }),
      { numRuns: 200 },
    );
  });

  test('cut, doubled or with a part gone proves nobody else', () => {
    fc.assert(
      fc.property(within, within, (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        expectNobodyElse(inBase64(xml.slice(0, from)), original);
        expectNobodyElse(inBase64(xml.slice(0, from) + xml.slice(to)), original);
        expectNobodyElse(inBase64(xml.slice(0, to) + xml.slice(from)), original);
      }),
      { numRuns: 200 },
    );
  });

  test('with an element copied or moved to any other place, forged or not, proves nobody else', () => {
    const elements = elementsIn(xml);
    const places = placesIn(xml);
    const moves = fc.record({
      element: fc.constantFrom(...elements),
      place: fc.constantFrom(...places),
      inside: fc.constantFrom(...forgeries),
      outside: fc.constantFrom(...forgeries),
      stays: fc.boolean(),
    });
    fc.assert(
      fc.property(moves, ({ element: [start, end], place, inside, outside, stays }) => {
        const rest = stays ? xml : xml.slice(0, start) + xml.slice(end);
        const at = stays || place <= start ? place : Math.max(start, place - (end - start));
        const moved = rest.slice(0, at) + inside(xml.slice(start, end)) + rest.slice(at);
        expectNobodyElse(inBase64(moved), original);
        expectNobodyElse(inBase64(outside(moved)), original);
      }),
      { numRuns: 250 },
    );
  });

  test('with an attribute changed proves nobody else', () => {
    const attributes = [...xml.matchAll(/ [\w:]+="[^"]*"/g)].map(({ 0: text, index }) => [index, text.length] as const);
    const values = fc.constantFrom(
      '',
      '2.0',
      '#',
      us.entityId,
      us.assertionConsumerService,
      idp.entityId,
      'mallory',
      '__proto__',
    );
    fc.assert(
      fc.property(fc.constantFrom(...attributes), values, fc.boolean(), ([at, length], value, isGone) => {
        const [name] = xml.slice(at, at + length).split('=');
        const changed = xml.slice(0, at) + (isGone ? '' : `${name}="${value}"`) + xml.slice(at + length);
        expectNobodyElse(inBase64(changed), original);
      }),
      { numRuns: 200 },
    );
  });

  test('in other base64 is refused or the same', () => {
    const letters = fc.constantFrom(...'ABab01+/=-_ \n\r\t.é\u0000');
    const inside = fc.nat({ max: base64.length - 1 });
    fc.assert(
      fc.property(inside, letters, fc.constantFrom(0, 1), (at, letter, gone) => {
        expectNobodyElse(base64.slice(0, at) + letter + base64.slice(at + gone), original);
      }),
      { numRuns: 200 },
    );
  });

  test('any other text proves nobody', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        expect(proved(text)).toBe('response_malformed');
        expect(proved(inBase64(text))).toBe('response_malformed');
      }),
    );
  });
});
