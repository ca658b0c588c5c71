import { describe, expect, test } from 'vitest';
import { anAudience, anIssuer, base64url, signed } from '../../../kit/issuer.ts';
import { aProvider, now, providersOf, times, type Verdict, verdictOn } from '../../kit.ts';

const issuer = anIssuer();
const providers = providersOf(aProvider(issuer));
const verdictOf = (token: string) => verdictOn(token, providers);

const header = JSON.stringify({ alg: 'ES256', kid: issuer.keyId, typ: 'JWT' });
const payload = JSON.stringify({ iss: issuer.issuer, sub: 'alice', aud: anAudience, iat: now, exp: now + 300 });
/** Signed with the true key, so that nothing but the form can be at fault. */
const withTexts = (headerText: string | Buffer, payloadText: string | Buffer) =>
  signed(headerText, payloadText, 'ES256', issuer.privateKey);
const withHeader = (members: Readonly<Record<string, unknown>>) => issuer.token({}, members);

test('the token that all of these change is accepted', async () => {
  expect(await verdictOf(withTexts(header, payload))).toBe('accepted');
  expect(await verdictOf(issuer.token())).toBe('accepted');
});

describe('case 15: a header that changes what the token means', () => {
  test.each<[members: Readonly<Record<string, unknown>>]>([
    [{ crit: ['exp'], exp: 1 }],
    [{ crit: ['b64'], b64: false }],
    [{ crit: ['b64'], b64: true }],
    [{ crit: ['b64'] }],
    [{ crit: ['https://acme.example/unknown'] }],
    [{ crit: ['alg'] }],
    [{ crit: [] }],
    [{ crit: '' }],
    [{ crit: 'b64' }],
    [{ crit: {} }],
    [{ crit: null }],
    [{ crit: [1] }],
    [{ b64: false }],
    [{ b64: true }],
    [{ b64: null }],
    [{ zip: 'DEF' }],
    [{ zip: null }],
    [{ enc: 'A256GCM' }],
    [{ cty: 'JWT' }],
    [{ cty: '' }],
  ])('%j is refused', async (members) => {
    expect(await verdictOf(withHeader(members))).toBe('token_malformed');
  });
});

describe('case 16: another thing signed with the same key', () => {
  test.each<[typ: unknown]>([
    ['at+jwt'],
    ['AT+JWT'],
    ['application/at+jwt'],
    ['logout+jwt'],
    ['secevent+jwt'],
    ['dpop+jwt'],
    ['entity-statement+jwt'],
    ['oauth-authz-req+jwt'],
    ['token-introspection+jwt'],
    ['vc+sd-jwt'],
    ['JOSE'],
    ['JWE'],
    ['application/jwt'],
    ['JWT '],
    ['JWT\u0000'],
    [''],
    [null],
    [1],
    [['JWT']],
    [{}],
  ])('typ %j is refused', async (typ) => {
    expect(await verdictOf(withHeader({ typ }))).toBe('token_malformed');
  });

  test.each([[undefined], ['JWT'], ['jwt'], ['Jwt']])('typ %j is taken', async (typ) => {
    expect(await verdictOf(withHeader({ typ }))).toBe('accepted');
  });

  const good = issuer.token();
  const [first = '', second = '', third = ''] = good.split('.');
  test.each<[name: string, token: string]>([
    ['a JWE of five parts', `${base64url('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.AA.AA.AA.AA`],
    ['a JWE with a direct key', `${base64url('{"alg":"dir","enc":"A256GCM"}')}..AA.AA.AA`],
    [
      'a JWE with a password of a million rounds',
      `${base64url('{"alg":"PBES2-HS256+A128KW","p2c":1000000,"enc":"A256GCM"}')}.AA.AA.AA.AA`,
    ],
    ['a good token as a JWE', `${first}.${second}.${third}.AA.AA`],
    ['four parts', `${good}.AA`],
    ['four parts, the last empty', `${good}.`],
    ['a part before', `.${good}`],
    ['a part before that', `AA.${good}`],
    ['two parts', `${first}.${second}`],
    ['one part', first],
    ['two dots', '..'],
    ['nothing', ''],
    ['an empty header', `.${second}.${third}`],
    ['an empty payload', `${first}..${third}`],
    ['a detached payload', `${first}..${third}`],
    [
      'the JSON serialization',
      JSON.stringify({ payload: second, signatures: [{ protected: first, signature: third }] }),
    ],
    ['the flattened JSON serialization', JSON.stringify({ protected: first, payload: second, signature: third })],
    ['an SD-JWT', `${good}~AAAA~`],
    ['a Bearer in front', `Bearer ${good}`],
    ['two tokens', `${good},${good}`],
    ['two tokens in one', `${good}${good}`],
    ['other separators', `${first}:${second}:${third}`],
    ['a full-width dot', `${first}．${second}．${third}`],
  ])('%s is refused', async (_name, token) => {
    expect(await verdictOf(token)).toBe('token_malformed');
  });
});

describe('case 21: JSON that two readers read differently', () => {
  const twice = (text: string, member: string) => `${text.slice(0, -1)},${member}}`;

  test.each<[name: string, header: string]>([
    ['alg', twice(header, '"alg":"ES256"')],
    ['alg, another one', twice(header, '"alg":"none"')],
    ['kid', twice(header, '"kid":"key-2"')],
    ['kid, escaped', twice(header, '"\\u006bid":"key-1"')],
    ['kid, escaped in capitals', twice(header, '"\\u006Bid":"key-1"')],
    ['a member nobody reads', twice(header, '"x":1,"x":2')],
    ['a member inside a member', twice(header, '"x":{"y":1,"y":2}')],
    ['a member inside a list', twice(header, '"x":[[{"y":1,"y":1}]]')],
    ['__proto__', twice(header, '"__proto__":1,"__proto__":2')],
  ])('a header with %s twice is refused', async (_name, text) => {
    expect(await verdictOf(withTexts(text, payload))).toBe('token_malformed');
  });

  test.each<[name: string, payload: string]>([
    ['sub', twice(payload, '"sub":"victim"')],
    ['sub, the same', twice(payload, '"sub":"alice"')],
    ['sub, escaped', twice(payload, '"s\\u0075b":"victim"')],
    ['iss', twice(payload, '"iss":"https://attacker.example"')],
    ['exp', twice(payload, '"exp":9999999999')],
    ['aud', twice(payload, '"aud":"web"')],
    ['groups', twice(payload, '"groups":["a"],"groups":["admin"]')],
    ['a member of a claim', twice(payload, '"realm_access":{"roles":["a"],"roles":["admin"]}')],
    ['a member of a claim, escaped', twice(payload, '"realm_access":{"roles":["a"],"rol\\u0065s":["admin"]}')],
    ['a member with a colon in its name', twice(payload, '"a:b":1,"a:b":2')],
    ['a member with a quote in its name', twice(payload, '"a\\"b":1,"a\\"b":2')],
    ['the empty name', twice(payload, '"":1,"":2')],
  ])('a payload with %s twice is refused', async (_name, text) => {
    expect(await verdictOf(withTexts(header, text))).toBe('token_malformed');
  });

  // V8 takes an escaped name for another one that it has met after the same members (nodejs/node#63785).
  test('sub twice, escaped, is refused even after an unsigned token that prepares the JSON reader for it', async () => {
    const unsigned = `${base64url(header)}.${base64url(twice(payload, '"s\\\\u":1'))}.AA`;
    expect(await verdictOf(unsigned)).toBe('token_malformed');
    const text = twice(payload, '"s\\u0075b":"victim"');
    expect(await verdictOf(withTexts(header, text))).toBe('token_malformed');
  });

  test('the same name in different objects is not twice', async () => {
    expect(await verdictOf(withTexts(header, twice(payload, '"a":{"sub":1},"b":[{"sub":2},{"sub":3}]')))).toBe(
      'accepted',
    );
  });

  test.each<[name: string, before: string, after: string]>([
    ['a byte order mark', '\ufeff', ''],
    ['a letter behind', '', 'x'],
    ['a brace behind', '', '}'],
    ['a second object behind', '', '{}'],
    ['a NUL behind', '', '\u0000'],
    ['a NUL in front', '\u0000', ''],
    ['a comma behind', '', ','],
    ['a comment', '/* */', ''],
    ['a no-break space', '\u00a0', ''],
    ['a list around', '[', ']'],
    ['quotes around', '"', '"'],
  ])('%s is refused', async (_name, before, after) => {
    expect(await verdictOf(withTexts(before + header + after, payload))).toBe('token_malformed');
    expect(await verdictOf(withTexts(header, before + payload + after))).toBe('token_malformed');
  });

  test('white space of JSON around and inside is taken', async () => {
    expect(await verdictOf(withTexts(` \n${header}\t`, `\r\n${payload.replaceAll(',', ' ,\n')}\n`))).toBe('accepted');
  });

  test.each([
    '[]',
    '[{}]',
    '"text"',
    '"iss"',
    '1',
    'true',
    'null',
    'NaN',
    '{',
    '{}}',
    "{'iss':1}",
    '{"iss":1,}',
    '{iss:1}',
    ' ',
  ])('%s instead of an object is refused', async (text) => {
    expect(await verdictOf(withTexts(text, payload))).toBe('token_malformed');
    expect(await verdictOf(withTexts(header, text))).toBe('token_malformed');
  });

  test('an object without members lacks everything', async () => {
    expect(await verdictOf(withTexts('{}', payload))).toBe('algorithm_not_allowed');
    expect(await verdictOf(withTexts(header, '{}'))).toBe('issuer_unknown');
  });
});

describe('case 22: a second spelling of the same bytes', () => {
  /** Parts with two bits to spare in header and payload, four in the signature, and both special letters in the latter. */
  const [head = '', body = '', signature = ''] = (() => {
    const padded = (text: string) => text + ' '.repeat((4 - (text.length % 3)) % 3);
    for (;;) {
      const parts = withTexts(padded(header), padded(payload)).split('.');
      if (/-.*_|_.*-/.test(parts[2] ?? '')) return parts;
    }
  })();
  const good = `${head}.${body}.${signature}`;
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  /** The last letter with a bit set that no byte gets. */
  const withSpareBit = (part: string) => part.slice(0, -1) + letters.charAt(letters.indexOf(part.at(-1) ?? '') | 1);

  test('the first spelling is accepted', async () => {
    expect(Buffer.from(withSpareBit(signature), 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    expect(await verdictOf(good)).toBe('accepted');
  });

  test.each<[name: string, token: string]>([
    ['a spare bit in the header', `${withSpareBit(head)}.${body}.${signature}`],
    ['a spare bit in the payload', `${head}.${withSpareBit(body)}.${signature}`],
    ['a spare bit in the signature', `${head}.${body}.${withSpareBit(signature)}`],
    ['padding of the header', `${head}==.${body}.${signature}`],
    ['padding of the payload', `${head}.${body}==.${signature}`],
    ['padding of the signature', `${good}==`],
    ['half the padding of the signature', `${good}=`],
    ['three letters too many', `${good}AAA`],
    ['the standard alphabet', good.replaceAll('-', '+').replaceAll('_', '/')],
    ['the standard minus', `${head}.${body}.${signature.replaceAll('-', '+')}`],
    ['the standard underscore', `${head}.${body}.${signature.replaceAll('_', '/')}`],
    ['a line break behind', `${good}\n`],
    ['a line break in front', `\n${good}`],
    ['CRLF behind', `${good}\r\n`],
    ['a space behind', `${good} `],
    ['a space in front', ` ${good}`],
    ['a tab at a dot', `${head}\t.${body}.${signature}`],
    ['a line break inside', `${head}.${body}.${signature.slice(0, 20)}\n${signature.slice(20)}`],
    ['a NUL behind', `${good}\u0000`],
    ['a soft hyphen', `${head}.${body}.${signature.slice(0, 20)}\u00ad${signature.slice(20)}`],
    ['a letter outside the alphabet', `${head}.${body}.${signature}é`],
    ['percent encoding', `${head}%2E${body}%2E${signature}`],
    ['quotes', `"${good}"`],
  ])('%s is refused', async (_name, token) => {
    expect(token).not.toBe(good);
    expect(await verdictOf(token)).toBe('token_malformed');
  });
});

describe('case 23: a token made to cost', () => {
  /** A good token of exactly this many characters. */
  const ofLength = (length: number): string => {
    // Base64url has no parts of 4n + 1 letters, so header and payload share what is missing.
    for (let inHeader = 0; inHeader < 3; inHeader++) {
      for (let size = Math.floor(length * 0.75) - 400, at = 0; at < length; size++) {
        const token = issuer.token({ filler: 'x'.repeat(size) }, { filler: 'x'.repeat(inHeader) });
        at = token.length;
        if (at === length) return token;
      }
    }
    throw new Error(`no token of ${length} characters`);
  };

  test('of 20,000 characters is still accepted and of one more is not', async () => {
    const longest = ofLength(20_000);
    expect(longest).toHaveLength(20_000);
    expect(await verdictOf(longest)).toBe('accepted');
    expect(await verdictOf(ofLength(20_001))).toBe('token_malformed');
  });

  test.each<[name: string, token: string]>([
    ['1.5 MB of a good token', issuer.token({ filler: 'x'.repeat(1_500_000) })],
    ['100 MB of dots', '.'.repeat(100_000_000)],
    ['100 MB of letters', 'A'.repeat(100_000_000)],
  ])('%s is refused before it is read', async (_name, token) => {
    const start = performance.now();
    expect(await verdictOf(token)).toBe('token_malformed');
    expect(performance.now() - start).toBeLessThan(500);
  });

  const deep = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);
  test.each<[name: string, text: string]>([
    ['17 lists', `{"a":${deep(16)}}`],
    ['3,000 lists', `{"a":${deep(3000)}}`],
    ['2,000 objects', `{"a":${'{"a":'.repeat(2000)}1${'}'.repeat(2001)}`],
    ['7,000 lists never closed', '['.repeat(7000)],
  ])('%s inside each other are refused', async (_name, text) => {
    const start = performance.now();
    expect(await verdictOf(withTexts(header, text))).toBe('token_malformed');
    expect(await verdictOf(withTexts(text, payload))).toBe('token_malformed');
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('16 levels are accepted', async () => {
    const text = `${payload.slice(0, -1)},"a":${deep(15)}}`;
    expect(await verdictOf(withTexts(header, text))).toBe('accepted');
  });

  test('a thousand members are accepted: nothing in it grows faster than the text', async () => {
    const members = Object.fromEntries(times(1000, (index) => [`c${index}`, index]));
    expect(await verdictOf(issuer.token(members))).toBe('accepted');
  });

  // Refused before the issuer is asked for a key, let alone a signature checked.
  test.each<[name: string, token: string, verdict: Verdict]>([
    ['not a token', 'x', 'token_malformed'],
    ['no algorithm', issuer.token({}, { alg: 'none' }), 'algorithm_not_allowed'],
    ['another issuer', issuer.token({ iss: 'https://attacker.example' }), 'issuer_unknown'],
  ])('%s causes no request', async (_name, token, verdict) => {
    const network = issuer.network();
    expect(await verdictOn(token, providersOf(aProvider(issuer, { network })))).toBe(verdict);
    expect(network.requests).toEqual([]);
  });
});
