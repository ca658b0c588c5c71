import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../lib/strict-json.ts';

const deepest = 1000;
const read = (text: string) => Object.fromEntries(parseStrictJson(text, deepest));

describe('an object', () => {
  test.each<[text: string, value: Readonly<Record<string, unknown>>]>([
    ['{}', {}],
    [' {"a" : 1 } \r\n\t', { a: 1 }],
    ['{"a":{"a":{"a":[]}},"b":[{"a":1},{"a":2}]}', { a: { a: { a: [] } }, b: [{ a: 1 }, { a: 2 }] }],
    ['{"a:b":"c:d","e\\/":"{:[:\\\\"}', { 'a:b': 'c:d', 'e/': '{:[:\\' }],
    ['{"a":"\\"","b":"\\\\"}', { a: '"', b: '\\' }],
    ['{"":0}', { '': 0 }],
    ['{"a":"\\ud83d\\ude42","🙂":"\\u0000"}', { a: '🙂', '🙂': '\u0000' }],
    ['{"2":1,"1":2}', { 1: 2, 2: 1 }],
  ])('%s is read', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test('keeps a member named like something inherited as its own', () => {
    expect([...parseStrictJson('{"__proto__":{"a":1}}')]).toEqual([['__proto__', { a: 1 }]]);
  });
});

describe('a member twice', () => {
  test.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"\\u0061":2}',
    '{"/":1,"\\/":2}',
    '{"🙂":1,"\\ud83d\\ude42":2}',
    '{"a":{"b":1,"b":2}}',
    '{"a":[[{"b":1,"b":2}]]}',
    '{"a":{"b":1,"b":2},"a":3}',
    '{"a":{"b":1},"a":{"b":1,"c":2}}',
    '{"":1,"":2}',
    '{"1":1,"1":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a:":1,"a:":2}',
  ])('%s is refused', (text) => {
    expect(() => parseStrictJson(text)).toThrow('has an object with a member twice');
  });

  // V8 takes an escaped name for another one that it has met after the same members (nodejs/node#63785).
  test.each([
    ['{"user":1,"us\\\\u":2}', '{"user":"alice","us\\u0065r":"victim"}'],
    ['{"user":1,"\\\\u00":2}', '{"user":"alice","\\u0075ser":"victim"}'],
    ['{"b":1,"\\\\":2}', '{"b":1,"\\u0062":2}'],
  ])('is refused, and no document before it changes that: %s then %s', (before, text) => {
    JSON.parse(before);
    expect(() => parseStrictJson(text)).toThrow('has an object with a member twice');
  });

  test.each(['{"é":1,"e\u0301":2}', '{"a":1,"A":2}', '{"a":1,"a ":2}', '{"1":1,"01":2}'])('is not %s', (text) => {
    expect(parseStrictJson(text).size).toBe(2);
  });
});

describe('an escaped name', () => {
  test.each(['{"\\"":1}', '{"\\\\":1}', '{"\\n":1}', '{"\\u0000":1}', '{"a":{"\\ud800":1}}'])(
    'that needs its escape is refused: %s',
    (text) => {
      expect(() => parseStrictJson(text)).toThrow('has a member whose name needs an escape');
    },
  );

  test('is never read as another, whatever was read before (nodejs/node#63785)', () => {
    JSON.parse('{"h":[],"\\\\":0}');
    JSON.parse('{"h":[],"\\\\u0":0}');
    for (const [text, name] of [
      ['{"h":1,"\\"":2}', '"'],
      ['{"h":1,"\\n":2}', '\n'],
      ['{"h":1,"\\u0061":2}', 'a'],
      ['{"h":1,"\\u0061bc":2}', 'abc'],
    ] as const) {
      // Refusing such a name is as good as reading it.
      let names: readonly string[] = ['h', name];
      try {
        names = [...parseStrictJson(text).keys()];
      } catch {}
      expect(names).toEqual(['h', name]);
    }
  });
});

describe('text', () => {
  test.each(['"\\ud800"', '["\\udfff"]', '"\\udc00\\ud800"', '[[["x\\ud83d"]]]'])(
    'that is not well-formed Unicode is refused: %s',
    (value) => {
      expect(() => parseStrictJson(`{"a":${value}}`)).toThrow('not well-formed Unicode');
    },
  );

  test('that is a lone surrogate itself, not escaped, is refused', () => {
    expect(() => parseStrictJson('{"a":"\ud800"}')).toThrow('not well-formed Unicode');
  });
});

describe('what is no object', () => {
  test.each(['[]', '[{}]', '"a"', '1', 'true', 'null'])('%s is refused', (text) => {
    expect(() => parseStrictJson(text)).toThrow('is not a JSON object');
  });

  test.each([
    '',
    ' ',
    '{',
    '}',
    '{}x',
    '{}{}',
    '\ufeff{}',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":NaN}',
    '{"a',
    '{"a":"\\',
    '{}\u0000',
    '//\n{}',
    '{"a":"\t"}',
  ])('%j is refused', (text) => {
    expect(() => parseStrictJson(text)).toThrow();
  });

  test.each(['secret', '{"password":secret}', '{"password":"secret', '{"a":1}secret', '{"secret":1,"secret":2}'])(
    'is not quoted in the error: %s',
    (text) => {
      expect(() => parseStrictJson(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
    },
  );
});

describe('depth', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}`;

  test('of 16 is read and of 17 is refused', () => {
    expect(parseStrictJson(nested(16)).size).toBe(1);
    expect(() => parseStrictJson(nested(17))).toThrow('nested deeper than 16 levels');
  });

  test('is counted as it is, not as brackets in text or side by side', () => {
    expect(parseStrictJson(`{"a":"${'['.repeat(100)}","b":[${'[],'.repeat(100)}[]]}`).size).toBe(2);
  });

  test.each([
    ['lists', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['objects', nested(50_000)],
    ['lists never closed', '['.repeat(50_000)],
    ['a million lists', '['.repeat(1_000_000)],
    ['closing brackets first', ']'.repeat(50_000) + '['.repeat(50_000)],
  ])('of 50,000 %s costs no stack and no time', (_name, text) => {
    const start = performance.now();
    expect(() => parseStrictJson(text)).toThrow(Error);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('any document', () => {
  const documents = fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom('__proto__', 'a:b', '[', '{', '1')),
    fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }),
    { noNullPrototype: true },
  );
  // Escaped names have tests of their own, for JSON.parse itself misreads them (nodejs/node#63785).
  const isPlain = (text: string) => !text.includes('\\');

  test('without a repeated member is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(isPlain(text));
        expect([...parseStrictJson(text, deepest)]).toEqual(Object.entries(JSON.parse(text)));
      }),
    );
  });

  test('of any kind is read as JSON.parse reads it, inside an object', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        fc.pre(isPlain(text));
        expect(parseStrictJson(`{"value":${text}}`, deepest).get('value')).toEqual(JSON.parse(text));
      }),
    );
  });

  test('with one member repeated, anywhere and however spelled, is refused', () => {
    const escaped = (name: string) =>
      `"${Array.from({ length: name.length }, (_, at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
    const wrappings = fc.array(fc.constantFrom('{"x":#}', '[#]', '[0,#]', '{"y":[],"x":#,"z":{}}'), { maxLength: 5 });
    fc.assert(
      fc.property(
        documents,
        fc.nat(),
        fc.boolean(),
        fc.json({ maxDepth: 2 }),
        wrappings,
        (object, which, spell, value, around) => {
          const names = Object.keys(object);
          fc.pre(names.length > 0 && isPlain(JSON.stringify(object) + value));
          const name = names[which % names.length] ?? '';
          const repeated = `${JSON.stringify(object).slice(0, -1)},${spell ? escaped(name) : JSON.stringify(name)}:${value}}`;
          const text = around.reduce((inner, wrapping) => wrapping.split('#').join(inner), repeated);
          expect(() => parseStrictJson(`{"top":${text}}`, deepest)).toThrow('has an object with a member twice');
        },
      ),
    );
  });

  test('that JSON.parse refuses is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0041 dtrue\n') }), (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) expect(() => parseStrictJson(text)).toThrow(Error);
      }),
      { numRuns: 2000 },
    );
  });
});
