import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionPolicyTemplate, SpecialCharacter } from '../../lib/grant/grant.ts';
import { awsContext } from '../../lib/policy/context.ts';
import { evaluate } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { Refusal } from '../../lib/refusal.ts';
import { longestPolicyCharacters, sessionPolicy } from '../../lib/session/session-policy.ts';
import { anIdentity, aSessionPolicy } from '../kit/builders.ts';

const bucket = 'arn:aws:s3:::privet';
const everything: readonly SpecialCharacter[] = ['/', ':', '*', '?', '$'];

/** The folder of the tenant, and a listing of it. */
const ofTenant = (valuesMayContain: readonly SpecialCharacter[] = []) =>
  aSessionPolicy(
    [
      { resources: [`${bucket}/{tenant}/*`] },
      { actions: ['s3:ListBucket'], resources: [bucket], conditions: { StringLike: { 's3:prefix': ['{tenant}/*'] } } },
    ],
    valuesMayContain,
  );

const render = (template: SessionPolicyTemplate, tenant: string) =>
  sessionPolicy(template, anIdentity({ attributes: { tenant } }));

const who = { 'aws:username': 'mallory', 'aws:userid': 'AROA:mallory' };

function allows(text: string, action: string, resource: string, keys: Readonly<Record<string, string>> = {}): boolean {
  const policy = parsePolicy({ name: 'session', kind: 'identity', document: text });
  const context = awsContext(Object.entries({ ...who, ...keys }));
  return evaluate([{ name: 'session policies', policies: [policy] }], { action, resource, context }).allowed;
}

const reads = (text: string, key: string) => allows(text, 's3:GetObject', `${bucket}/${key}`);
const lists = (text: string, prefix: string) => allows(text, 's3:ListBucket', bucket, { 's3:prefix': prefix });

describe('a session policy', () => {
  test('is the JSON that STS is told, with claims in their places', () => {
    const template = aSessionPolicy([{ resources: [`${bucket}/{tenant}/*`, `${bucket}/\${aws:userid}`] }]);
    expect(render(template, 'acme')).toBe(
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],' +
        '"Resource":["arn:aws:s3:::privet/acme/*","arn:aws:s3:::privet/${aws:userid}"]}]}',
    );
  });

  test('has statement identifiers, denials and conditions', () => {
    const [read, list] = ofTenant().statements;
    if (!read || !list) throw new Error('two statements');
    const template = { valuesMayContain: [], statements: [{ ...read, sid: 'Read', effect: 'Deny' as const }, list] };
    expect(JSON.parse(render(template, 'acme'))).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'Read', Effect: 'Deny', Action: ['s3:GetObject'], Resource: [`${bucket}/acme/*`] },
        {
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: [bucket],
          Condition: { StringLike: { 's3:prefix': ['acme/*'] } },
        },
      ],
    });
  });

  test('allows what it says and nothing beside it', () => {
    const text = render(ofTenant(), 'acme');
    expect([reads(text, 'acme/a'), lists(text, 'acme/')]).toEqual([true, true]);
    expect([reads(text, 'other/a'), lists(text, 'other/'), reads(text, 'acme'), reads(text, 'acmeX/a')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('says characters beyond ASCII in escapes, for STS takes Latin-1 only', () => {
    const text = render(ofTenant(), 'zoë-东京-👩');
    expect(text).toContain(String.raw`zo\u00eb-\u4e1c\u4eac-\ud83d\udc69`);
    expect(reads(text, 'zoë-东京-👩/a')).toBe(true);
  });
});

describe('a claim value', () => {
  test.each<[attack: string, value: string, why: string]>([
    ['a wildcard', '*', 'has "*"'],
    ['a wildcard within', 'ac*e', 'has "*"'],
    ['a wildcard of one character', 'acm?', 'has "?"'],
    ['a policy variable', '${aws:username}', 'has a character that no policy value may have'],
    ['the beginning of a variable', 'a$', 'has "$"'],
    ['a quote', 'a"],"Effect":"Allow', 'has a character'],
    ['a backslash', 'a\\u002a', 'has a character'],
    ['a place of a template', '{sub}', 'has a character'],
    ['a slash', 'acme/other', 'has "/"'],
    ['another bucket', 'x:y', 'has ":"'],
    ['the folder itself', '.', 'has a segment of dots'],
    ['the folder above', '..', 'has a segment of dots'],
    ['a line feed', 'a\nb', 'has a character'],
    ['a zero byte', 'a\0', 'has a character'],
    ['a mark that turns the direction', 'a\u202eb', 'has a character'],
    ['a right-to-left mark', 'a\u200f', 'has a character'],
    ['an invisible space', 'a\u200bb', 'has a character'],
    ['a byte order mark', '\ufeffa', 'has a character'],
    ['a soft hyphen', 'a\u00adb', 'has a character'],
    ['a line separator', 'a\u2028', 'has a character'],
    ['half a character', 'a\ud800', 'has a character'],
    ['a character that is not assigned', '\u0378', 'has a character'],
    ['nothing', '', 'missing or empty'],
  ])('that is %s is refused, and not told', (_, value, why) => {
    expect(() => render(ofTenant(), value)).toThrow(
      expect.objectContaining({
        code: 'session_unrenderable',
        detail: { claim: 'tenant', why: expect.stringMatching(new RegExp(`^${why.replace(/[*?$"]/g, '\\$&')}`)) },
      }),
    );
  });

  test.each(['../other', 'acme/../other', 'acme/..', './acme', 'acme/./x', '..'])(
    'that climbs, %j, is refused even where it may have slashes',
    (value) => {
      expect(() => render(ofTenant(['/']), value)).toThrow(Refusal);
    },
  );

  test.each(['"', '\\', '{', '}', '\n', '\u200f'])('with %j is refused whatever it may contain', (character) => {
    expect(() => render(ofTenant(everything), `a${character}b`)).toThrow(Refusal);
  });

  test.each<[may: SpecialCharacter, value: string, other: string]>([
    ['*', 'a*', 'ab'],
    ['*', '*', 'anything'],
    ['?', 'a?', 'ab'],
    ['$', 'a$', 'a'],
  ])('that may contain %s brings it as a plain character: %j', (may, value, other) => {
    const text = render(ofTenant([may]), value);
    expect([reads(text, `${value}/x`), lists(text, `${value}/x`)]).toEqual([true, true]);
    expect([reads(text, `${other}/x`), lists(text, `${other}/x`)]).toEqual([false, false]);
  });

  test('that may contain them has special characters written as IAM wants them', () => {
    expect(render(ofTenant(['*', '?', '$']), 'a*b?c$')).toContain('privet/a${*}b${?}c${$}/*');
  });

  test('that may contain slashes names a folder within', () => {
    const text = render(ofTenant(['/']), 'acme/eu');
    expect([reads(text, 'acme/eu/a'), reads(text, 'acme/us/a')]).toEqual([true, false]);
  });

  test('may contain what its grant says and nothing else', () => {
    expect(() => render(ofTenant(['/']), 'a*')).toThrow(Refusal);
    expect(() => render(ofTenant(['*', '?', '$', ':']), 'a/b')).toThrow(Refusal);
  });
});

describe('whatever a claim says', () => {
  const hostile = fc.constantFrom(
    ...['${aws:username}', '${*}', '*', '?', '$', '{', '}', '"', '\\', '\n', '/', '..', '../', ':', "'", ',', '\u200f'],
    ...['\u202e', 'mallory', 'acme', 'ü', '👩', ' ', '%2e%2e', '\\u002a', ']', '\u2028', 'x'.repeat(700)],
  );
  const values = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.array(hostile, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
    fc
      .array(fc.constantFrom('a', 'b', '*', '?', '$', '/', ':', '.'), { minLength: 1, maxLength: 4 })
      .map((p) => p.join('')),
  );
  const others = fc.oneof(values, fc.constantFrom('', 'a', 'other', 'mallory', '*', 'acme', 'AROA:mallory'));
  const may = fc.subarray([...everything]);

  /** `undefined` when it is refused, which is always a fine answer. */
  function rendered(template: SessionPolicyTemplate, tenant: string): string | undefined {
    try {
      return render(template, tenant);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  test('the policy reaches only what has the value, to the letter, in its place', () => {
    let written = 0;
    fc.assert(
      fc.property(values, others, others, may, (value, other, tail, allowed) => {
        const text = rendered(ofTenant(allowed), value);
        if (text === undefined) return;
        written++;
        expect([reads(text, `${value}/${tail}`), lists(text, `${value}/${tail}`)]).toEqual([true, true]);
        for (const key of [
          `${other}/${tail}`,
          other,
          `${tail}${value}/`,
          value.toUpperCase(),
          `${other}/../${value}/x`,
        ]) {
          const within = key.startsWith(`${value}/`);
          expect([reads(text, key), lists(text, key)]).toEqual([within, within]);
        }
        expect(allows(text, 's3:GetObject', 'arn:aws:s3:::other/a')).toBe(false);
        expect(allows(text, 's3:PutObject', `${bucket}/${value}/a`)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
    expect(written, 'the property would be empty if everything were refused').toBeGreaterThan(200);
  });

  test('the text is short, of printable ASCII, JSON, and a policy of the same two statements', () => {
    fc.assert(
      fc.property(values, may, (value, allowed) => {
        const text = rendered(ofTenant(allowed), value);
        if (text === undefined) return;
        expect(text).toMatch(/^[ -~]+$/);
        expect(text.length).toBeLessThanOrEqual(longestPolicyCharacters);
        expect(parsePolicy({ name: 'session', kind: 'identity', document: text }).statements).toHaveLength(2);
        expect(Object.keys(JSON.parse(text))).toEqual(['Version', 'Statement']);
      }),
      { numRuns: 1_000 },
    );
  });

  test('two claims side by side never make syntax together', () => {
    const template = aSessionPolicy([{ resources: [`${bucket}/{tenant}{unit}/*`] }], everything);
    fc.assert(
      fc.property(values, values, (tenant, unit) => {
        let text: string;
        try {
          text = sessionPolicy(template, anIdentity({ attributes: { tenant, unit } }));
        } catch (error) {
          if (error instanceof Refusal) return;
          throw error;
        }
        expect(reads(text, `${tenant}${unit}/a`)).toBe(true);
        expect(reads(text, 'mallory/a')).toBe(`${tenant}${unit}` === 'mallory');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the length of a session policy', () => {
  const around = render(ofTenant(), 'x').length - 2;

  test('is at most 2,048 characters', () => {
    const longest = Math.floor((longestPolicyCharacters - around) / 2);
    expect(render(ofTenant(), 'x'.repeat(longest)).length).toBeGreaterThan(longestPolicyCharacters - 2);
    expect(() => render(ofTenant(), 'x'.repeat(longest + 1))).toThrow(
      expect.objectContaining({ code: 'session_too_large', detail: { characters: around + 2 * (longest + 1) } }),
    );
  });

  test('is counted as STS is told it, escapes included', () => {
    expect(() => render(ofTenant(), '东'.repeat(200))).toThrow(expect.objectContaining({ code: 'session_too_large' }));
  });
});
