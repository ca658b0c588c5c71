import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTemplate } from '../../lib/grant/template.ts';

describe('a template', () => {
  test.each<[source: string, parts: readonly unknown[]]>([
    ['', []],
    ['text', ['text']],
    ['{sub}', [{ claim: 'sub' }]],
    ['a{sub}b', ['a', { claim: 'sub' }, 'b']],
    ['{a}{b}', [{ claim: 'a' }, { claim: 'b' }]],
    ['{https://acme.example/tenant}', [{ claim: 'https://acme.example/tenant' }]],
    ['${aws:userid}', ['${aws:userid}']],
    ['a/${aws:userid}/{sub}/*', ['a/${aws:userid}/', { claim: 'sub' }, '/*']],
    ["${a, 'b'}{c}", ["${a, 'b'}", { claim: 'c' }]],
    ['$ {sub}', ['$ ', { claim: 'sub' }]],
    ['${*}', ['${*}']],
  ])('%j has the parts %j', (source, parts) => {
    expect(parseTemplate(source)).toEqual({ source, parts });
  });

  test.each<[source: string, says: string]>([
    ['{', 'without a claim name and a }'],
    ['{sub', 'without a claim name and a }'],
    ['a{}', 'without a claim name and a }'],
    ['{a{b}}', 'without a claim name and a }'],
    ['${', 'without a claim name and a }'],
    ['${a{b}', 'without a claim name and a }'],
    ['}', 'closes a brace that it never opened'],
    ['{sub}}', 'closes a brace that it never opened'],
  ])('%j is refused', (source, says) => {
    expect(() => parseTemplate(source)).toThrow(`"${source}" `);
    expect(() => parseTemplate(source)).toThrow(says);
  });

  test('is its parts put together again', () => {
    const pieces = fc.array(fc.constantFrom('{', '}', '$', 'a', '/', '{sub}', '${aws:userid}'), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, (list) => {
        const source = list.join('');
        let parts: ReturnType<typeof parseTemplate>['parts'];
        try {
          ({ parts } = parseTemplate(source));
        } catch {
          return;
        }
        const again = parts.map((part) => (typeof part === 'string' ? part : `{${part.claim}}`)).join('');
        expect(again).toBe(source);
      }),
    );
  });
});
