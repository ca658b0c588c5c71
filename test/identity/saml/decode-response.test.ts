import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeResponse, longestResponseCharacters } from '../../../lib/identity/saml/decode-response.ts';
import { Refusal } from '../../../lib/refusal.ts';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const xml = '<a xmlns="urn:a">ü€𝒳</a>';

const verdictOn = (samlResponse: string) => {
  try {
    decodeResponse(samlResponse);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

describe('a response is decoded', () => {
  test('from base64 of UTF-8', () => {
    expect(decodeResponse(base64(xml))).toBe(xml);
  });

  test.each([64, 76])('with line ends every %i characters', (width) => {
    const lines = base64(xml.repeat(9)).match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    expect(decodeResponse(lines.join('\r\n'))).toBe(xml.repeat(9));
    expect(decodeResponse(`${lines.join('\n')}\n`)).toBe(xml.repeat(9));
  });

  test.each([
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<?xml version="1.0" encoding="utf-8" standalone="no" ?>\n',
    '\n  ',
  ])('without its declaration %j', (before) => {
    expect(decodeResponse(base64(`${before}${xml}\n`))).toBe(xml);
  });

  test('of the longest length, and not of one more', () => {
    const longest = '<'.padEnd((longestResponseCharacters / 4) * 3, 'a');
    expect(base64(longest)).toHaveLength(longestResponseCharacters);
    expect(verdictOn(base64(longest))).toBe('accepted');
    expect(verdictOn(`${base64(longest)}\n`)).toBe('response_malformed');
  });
});

describe('case 55: a response that is', () => {
  const good = base64('<a xmlns="urn:a">b</a>');
  const padded = base64('<a xmlns="urn:a">bb</a>');

  test.each<[name: string, samlResponse: string]>([
    ['empty', ''],
    ['only line ends', '\r\n\n'],
    ['not base64', '<a/>'],
    [
      'base64url',
      base64(Buffer.from([0xfb, 0xff, 0xfe]))
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
    ],
    ['without its padding', padded.replaceAll('=', '')],
    ['with padding too much', `${good}=`],
    ['with a quantum of padding', `${good}====`],
    ['padded within', `${padded}${good}`],
    ['with bits left over', padded.replace(/.=$/, (end) => `${end[0] === '9' ? '+' : '9'}=`)],
    ['with a space', `${good.slice(0, 8)} ${good.slice(8)}`],
    ['with a tab', `${good.slice(0, 8)}\t${good.slice(8)}`],
    ['with a carriage return alone', `${good.slice(0, 8)}\r${good.slice(8)}`],
    ['with a form feed', `${good}\f`],
    ['with a NUL', `${good}\u0000`],
    ['with something after', `${good}.`],
    ['percent-encoded', encodeURIComponent(padded)],
    ['with a letter that looks the same', good.replace('P', 'Р')],
    ['a data URL', `data:text/xml;base64,${good}`],
    ['UTF-16', base64(Buffer.from('\ufeff<a xmlns="urn:a"/>\u00ff', 'utf16le'))],
    ['Latin-1', base64(Buffer.from('<a>ü</a>', 'latin1'))],
    ['overlong UTF-8', base64(Buffer.from([0x3c, 0x61, 0xc0, 0xaf, 0x3e]))],
    ['a surrogate in UTF-8', base64(Buffer.from([0x3c, 0x61, 0xed, 0xa0, 0x80, 0x3e]))],
    ['cut within a character', base64(Buffer.from(xml).subarray(0, -6))],
    ['deflated', base64(Buffer.from([0x78, 0x9c, 0xb3, 0x49, 0xd4, 0xb7, 0x03]))],
  ])('%s is malformed', (_name, samlResponse) => {
    expect(verdictOn(samlResponse)).toBe('response_malformed');
  });

  // Space in XML is tab, line feed, carriage return and U+0020: what else JavaScript trims must not go unseen.
  test.each(['\ufeff', '\u00a0', '\u2028', '\u3000', '\u000b'])('%j before or after the root stays', (character) => {
    expect(decodeResponse(base64(`${character}<a/>`)).startsWith('<')).toBe(false);
    expect(decodeResponse(base64(`<a/>${character}`)).endsWith('>')).toBe(false);
  });

  test.each([
    '<?xml version="1.1"?>',
    '<?xml version="1.0" encoding="UTF-7"?>',
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    ' <?xml version="1.0"?>',
    '<?xml version="1.0"?><?xml version="1.0"?>',
    '<?xml version="1.0" ?',
    '<?xml-stylesheet href="a"?>',
  ])('the declaration %j stays, for the parser to refuse', (declaration) => {
    expect(decodeResponse(base64(`${declaration}<a/>`))).toContain('<?');
  });

  test('any text at all is decoded or refused, and what is decoded has one encoding', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        const verdict = verdictOn(text);
        expect(['accepted', 'response_malformed']).toContain(verdict);
      }),
    );
  });

  test('bytes that come out as a text went in as that text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const encoded = base64(bytes);
        if (verdictOn(encoded) !== 'accepted') return;
        expect(Buffer.from(bytes).toString('utf8')).toContain(decodeResponse(encoded));
      }),
    );
  });

  test.each([
    'A'.repeat(99_999),
    '='.repeat(99_999),
    `${'A'.repeat(99_999)}!`,
    '\n'.repeat(100_000),
    '\r'.repeat(100_000),
  ])('a long one that is none costs little', (text) => {
    const before = performance.now();
    expect(verdictOn(text)).toBe('response_malformed');
    expect(performance.now() - before).toBeLessThan(100);
  });
});
