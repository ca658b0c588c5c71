import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readForm } from '../../lib/dialects/form.ts';
import { refusalOf } from './kit.ts';
import { aPageRequest, fields, form, noOf } from './pages.ts';

const known = ['SAMLResponse', 'RelayState'];
const longest = 1000;

const read = (body: string | Buffer, headers: Readonly<Record<string, string>> = form) =>
  readForm(aPageRequest({ headers, body }), known, longest);
const entries = (body: string | Buffer) => Object.fromEntries(read(body));

describe('a form', () => {
  test("of more than 32 fields is nobody's", () => {
    expect(entries(`SAMLResponse=a${'&b=c'.repeat(31)}`)).toEqual({ SAMLResponse: 'a' });
    expect(refusalOf(() => read(`SAMLResponse=a${'&b=c'.repeat(32)}`))?.code).toBe('request_malformed');
  });

  test.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded;charset=UTF-8',
    'application/x-www-form-urlencoded ',
    'APPLICATION/X-WWW-FORM-URLENCODED',
  ])('may be %j', (type) => {
    expect(read('SAMLResponse=a', { 'content-type': type }).get('SAMLResponse')).toBe('a');
  });

  test('is read as a browser writes it', () => {
    const written = { SAMLResponse: 'a+b/c==', RelayState: 'ü & = %41 + \n\r ;?#"😀' };
    expect(entries(fields(written))).toEqual(written);
  });

  test.each<[body: string, expected: Readonly<Record<string, string>>]>([
    ['', {}],
    ['&&&', {}],
    ['=', {}],
    ['SAMLResponse', { SAMLResponse: '' }],
    ['SAMLResponse=', { SAMLResponse: '' }],
    ['SAMLResponse=a=b=', { SAMLResponse: 'a=b=' }],
    ['SAMLResponse=a+b', { SAMLResponse: 'a b' }],
    ['SAMLResponse=a%2Bb', { SAMLResponse: 'a+b' }],
    ['SAMLResponse=a%2bb', { SAMLResponse: 'a+b' }],
    ['%53AMLResponse=a', { SAMLResponse: 'a' }],
    ['SAMLResponse=a;RelayState=b', { SAMLResponse: 'a;RelayState=b' }],
    ['SAMLResponse=%2541', { SAMLResponse: '%41' }],
    ['&SAMLResponse=a&', { SAMLResponse: 'a' }],
  ])('%j comes to %j', (body, expected) => {
    expect(entries(body)).toEqual(expected);
  });

  test.each([
    'SAMLResponse[]=a',
    'SAMLResponse%5B%5D=a',
    'SAMLResponse[0]=a',
    'SAMLResponse[a][b]=a',
    'SAMLResponse.value=a',
    'samlresponse=a',
    'SAMLRESPONSE=a',
    ' SAMLResponse=a',
    '+SAMLResponse=a',
    'SAMLResponse+=a',
    'SAMLResponse%00=a',
    '%EF%BB%BFSAMLResponse=a',
    '\ufeffSAMLResponse=a',
    '?SAMLResponse=a',
    '__proto__[SAMLResponse]=a',
    '__proto__=a&constructor=b',
  ])('has no field that is known in %j', (body) => {
    expect(entries(body)).toEqual({});
  });

  test.each<[what: string, body: string]>([
    ['twice', 'SAMLResponse=a&SAMLResponse=b'],
    ['twice the same', 'SAMLResponse=a&SAMLResponse=a'],
    ['twice, empty first', 'SAMLResponse=&SAMLResponse=b'],
    ['twice, spelt otherwise', 'SAMLResponse=a&%53AMLResponse=b'],
    ['twice, without a value', 'SAMLResponse=a&SAMLResponse'],
    ['twice, with another between', 'SAMLResponse=a&x=y&RelayState=c&SAMLResponse=b'],
  ])('that has a known field %s is refused', (_, body) => {
    expect(noOf(() => read(body))).toEqual(['request_malformed', '"SAMLResponse" must be there once.']);
  });

  test('may have an unknown field twice: pages of others fill it', () => {
    expect(entries('x=a&x=b&SAMLResponse=c')).toEqual({ SAMLResponse: 'c' });
  });

  test.each(['%', '%4', '%zz', '%u0041', '%C3', '%C3%28', '%ED%A0%80', '%F8%88%80%80%80', '%C0%80', '%FF', 'a%'])(
    'with %j for a value is refused',
    (value) => {
      expect(noOf(() => read(`SAMLResponse=${value}`))).toEqual([
        'request_malformed',
        'The form is not encoded as a form.',
      ]);
    },
  );

  test.each(['%zz=a', 'x=%zz', '%C3=a'])('with %j, which is no encoding, is refused as a whole', (pair) => {
    expect(noOf(() => read(`SAMLResponse=a&${pair}`))?.[0]).toBe('request_malformed');
  });

  test.each([
    ['Latin-1', Buffer.from('RelayState=\xfc', 'latin1')],
    ['UTF-16', Buffer.from('RelayState=a', 'utf16le').subarray(0, -1)],
    ['an overlong NUL', Buffer.from([...Buffer.from('RelayState='), 0xc0, 0x80])],
    ['half a surrogate pair', Buffer.from([...Buffer.from('RelayState='), 0xed, 0xa0, 0x80])],
  ])('in %s is refused or has nothing known', (_, body) => {
    const refusal = refusalOf(() => expect(entries(body)).toEqual({}));
    if (refusal) expect(refusal.code).toBe('request_malformed');
  });

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ['no media type', {}],
    ['an empty media type', { 'content-type': '' }],
    ['JSON', { 'content-type': 'application/json' }],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=a' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['XML', { 'content-type': 'application/xml' }],
    ['a relative', { 'content-type': 'application/x-www-form-urlencoded2' }],
    ['two media types', { 'content-type': 'text/plain, application/x-www-form-urlencoded' }],
    ['two the other way', { 'content-type': 'application/x-www-form-urlencoded, text/plain' }],
    ['one inside another', { 'content-type': 'text/plain; x=application/x-www-form-urlencoded' }],
  ])('of %s is refused', (_, headers) => {
    expect(noOf(() => read('SAMLResponse=a', headers))).toEqual(['form_expected']);
  });

  test('may be exactly as long as it may be, and no byte longer', () => {
    const prefix = 'SAMLResponse=';
    const most = prefix + 'a'.repeat(longest - prefix.length);
    expect(read(most).get('SAMLResponse')).toHaveLength(longest - prefix.length);
    const refusal = refusalOf(() => read(`${most}a`));
    expect([refusal?.code, refusal?.detail]).toEqual(['request_too_large', { bytes: longest + 1 }]);
  });

  test('is measured in bytes, not characters', () => {
    expect(noOf(() => read(`RelayState=${'ü'.repeat(500)}`))?.[0]).toBe('request_too_large');
  });

  test('that is too long is refused before it is read', () => {
    const body = Buffer.alloc(longest + 1, 0xff);
    expect(noOf(() => read(body))?.[0]).toBe('request_too_large');
  });

  test('of another type sounds so, however long it is', () => {
    expect(noOf(() => read('a'.repeat(longest + 1), {}))?.[0]).toBe('form_expected');
  });
});

describe('whatever is sent', () => {
  const pieces = fc.constantFrom('SAMLResponse', 'RelayState', '=', '&', '%', '%4', '%53', '+', '[]', '__proto__', 'é');
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes)),
    fc.array(pieces, { maxLength: 20 }).map((parts) => Buffer.from(parts.join(''))),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.webQueryParameters().map((text) => Buffer.from(text)),
  );

  test('is read or refused', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom(form, {}), (body, headers) => {
        const refusal = refusalOf(() => {
          for (const name of read(body, headers).keys()) expect(known).toContain(name);
        });
        if (refusal) expect(['form_expected', 'request_too_large', 'request_malformed']).toContain(refusal.code);
      }),
      { numRuns: 2_000 },
    );
  });

  test('in any two fields comes back as it was', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, text, (samlResponse, relayState) => {
        const written = { SAMLResponse: samlResponse, RelayState: relayState };
        expect(entries(fields(written))).toEqual(written);
      }),
    );
  });

  test('costs next to nothing, at the length of a response', () => {
    const most = 320 * 1024;
    const bodies = ['&', '&a', '=', '+', '%', '%41', 'x=%41&', 'SAMLResponse&'];
    const spent = bodies.map((unit) => {
      const body = Buffer.from(unit.repeat(Math.floor(most / unit.length)));
      const before = process.cpuUsage();
      refusalOf(() => readForm(aPageRequest({ headers: form, body }), known, most));
      return process.cpuUsage(before).user / 1000;
    });
    expect(Math.max(...spent)).toBeLessThan(1000);
  });
});
