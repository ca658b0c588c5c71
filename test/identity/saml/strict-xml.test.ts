import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ns } from '../../../lib/identity/saml/names.ts';
import {
  attributeOf,
  childrenOf,
  isNamed,
  onlyAttributes,
  parseStrictXml,
  textOf,
} from '../../../lib/identity/saml/strict-xml.ts';
import { Refusal } from '../../../lib/refusal.ts';

/** Anything thrown that is not a `Refusal` fails the test. */
const verdictOn = (text: string) => {
  try {
    parseStrictXml(text);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

const root = (content: string, attributes = '') => `<a xmlns="urn:a"${attributes}>${content}</a>`;
const nested = (depth: number) => root(`${'<b>'.repeat(depth - 1)}${'</b>'.repeat(depth - 1)}`);
const signature = (content: string, attributes = '') =>
  root(`<ds:Signature xmlns:ds="${ns.signature}"${attributes}>${content}</ds:Signature>`);

describe('strict XML', () => {
  test.each<[name: string, text: string]>([
    ['an empty element', '<a xmlns="urn:a"/>'],
    ['text', root('b')],
    ['text in any script', root('ü€𝒳')],
    ['elements with space between them', root('\n <b/>\t<c/>\r\n')],
    ['prefixes', '<x:a xmlns:x="urn:x" xmlns:y="http://y" x:b="" y:b=""><y:c/></x:a>'],
    ['references to characters', root('&lt;&amp;&gt;&#13;&#xA;&quot;&apos;', ' b="&quot;"')],
    ['an ID', root('<b ID="_1"/>', ' ID="a-b.c_2"')],
    ['the Id of a signature', signature('', ' Id="s"')],
    ['xml:lang', root('', ' xml:lang="en"')],
    ['a greater-than sign in an attribute', root('', ' b=">"')],
    ['quotes of the other kind', root('', ` b='"'`)],
    ['a digit at the end of a name', '<a1 xmlns="urn:a"/>'],
  ])('has %s', (_name, text) => {
    expect(verdictOn(text)).toBe('accepted');
  });

  test('is deep, wide and large to a limit', () => {
    expect(verdictOn(nested(24))).toBe('accepted');
    expect(verdictOn(nested(25))).toBe('response_malformed');
    expect(verdictOn(root('<b/>'.repeat(1999)))).toBe('accepted');
    expect(verdictOn(root('<b/>'.repeat(2000)))).toBe('response_malformed');
    expect(verdictOn(root('<b></b>'.repeat(1999)))).toBe('accepted');
    const attributes = (count: number) => Array.from({ length: count }, (_, index) => ` b${index}=""`).join('');
    expect(verdictOn(root('', attributes(23)))).toBe('accepted');
    expect(verdictOn(root('', attributes(24)))).toBe('response_malformed');
  });

  test.each<[name: string, text: string]>([
    ['nothing', ''],
    ['space', '  '],
    ['text', 'a'],
    ['JSON', '{"a":1}'],
    ['an element that does not end', '<a xmlns="urn:a">'],
    ['a tag that does not end', '<a xmlns="urn:a"'],
    ['an end without its start', '</a>'],
    ['an end without its start, within', root('</b>')],
    ['an end twice', root('<b></b></b>')],
    ['an end of an empty element', root('<b/></b>')],
    ['an end of another name, within', root('<b></c></b>')],
    ['two slashes', root('<b//>')],
    ['a slash and a space', root('<b / >')],
    ['tags crossed', root('<b><c></b></c>')],
    ['an end of another name', '<a xmlns="urn:a"></b>'],
    ['an end of another case', '<a xmlns="urn:a"></A>'],
    ['an attribute without quotes', '<a xmlns=urn:a/>'],
    ['an attribute without a value', '<a xmlns="urn:a" b/>'],
    ['no space between attributes', '<a xmlns="urn:a"b=""/>'],
    ['an attribute twice', root('', ' b="1" b="2"')],
    ['an attribute twice by two prefixes', '<a xmlns="urn:a" xmlns:x="urn:x" xmlns:y="urn:x" x:b="" y:b=""/>'],
    ['a namespace declared twice', '<a xmlns="urn:a" xmlns="urn:b"/>'],
    ['a bare ampersand', root('a & b')],
    ['an entity nobody declared', root('&evil;')],
    ['an entity nobody declared, in an attribute', root('', ' b="&evil;"')],
    ['a bare ampersand in an attribute', root('', ' b="a&b"')],
    ['a reference to nothing', root('&#;')],
    ['a reference to nothing, in an attribute', root('', ' b="&#x;"')],
    ['an entity of HTML', root('&nbsp;')],
    ['a reference that does not end', root('&amp')],
    ['a reference to NUL', root('&#0;')],
    ['a reference to a control character', root('&#1;')],
    ['a reference to a surrogate', root('&#xD800;')],
    ['a reference beyond Unicode', root('&#x110000;')],
    ['a less-than sign in an attribute', root('', ' b="<"')],
    ['two roots', '<a xmlns="urn:a"/><b xmlns="urn:b"/>'],
    ['text after the root', '<a xmlns="urn:a"/>b<c xmlns="urn:a"/>'],
    ['text before the root', 'b<a xmlns="urn:a"/>'],
    ['a byte order mark', '\ufeff<a xmlns="urn:a"/>'],
    ['a NUL', root('\u0000')],
    ['a control character', root('\u0001')],
    ['a vertical tab', root('\u000b')],
    ['a lone surrogate', root('\ud800')],
    ['U+FFFE', root('\ufffe')],
    ['U+FFFF', root('\uffff')],
  ])('is not %s', (_name, text) => {
    expect(verdictOn(text)).toBe('response_malformed');
  });

  test.each<[name: string, text: string]>([
    ['a bare DOCTYPE', '<!DOCTYPE a><a xmlns="urn:a"/>'],
    ['a DOCTYPE in lower case', '<!doctype a><a xmlns="urn:a"/>'],
    ['an internal entity', '<!DOCTYPE a [<!ENTITY e "x">]><a xmlns="urn:a">&e;</a>'],
    ['an external entity', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a xmlns="urn:a">&e;</a>'],
    ['a DOCTYPE within', root('<!DOCTYPE a>')],
    ['a DOCTYPE after', '<a xmlns="urn:a"/><!DOCTYPE a>'],
    ['a comment', root('a<!-- -->b')],
    ['a comment before', '<!-- --><a xmlns="urn:a"/>'],
    ['a comment after', '<a xmlns="urn:a"/><!-- -->'],
    ['a CDATA section', root('<![CDATA[a]]>')],
    ['a comment’s start in an attribute', root('', ' b="<!--"')],
    ['a processing instruction', root('<?a b?>')],
    ['a processing instruction before', '<?a b?><a xmlns="urn:a"/>'],
    ['an XML declaration within', root('<?xml version="1.0"?>')],
    ['XML 1.1', '<?xml version="1.1"?><a xmlns="urn:a"/>'],
  ])('case 53, 54: has no %s', (_name, text) => {
    expect(verdictOn(text)).toBe('response_malformed');
  });

  test.each<[name: string, text: string]>([
    ['no namespace', '<a/>'],
    ['no namespace for a child', '<x:a xmlns:x="urn:x"><b/></x:a>'],
    ['the namespace taken away', root('<b xmlns=""/>')],
    ['a prefix that is not declared', '<x:a/>'],
    ['an attribute’s prefix that is not declared', root('', ' x:b=""')],
    ['a prefix declared elsewhere', root('<b xmlns:x="urn:x"/><x:c/>')],
    ['a prefix taken away', '<a xmlns="urn:a" xmlns:x="urn:x"><b xmlns:x="" x:c=""/></a>'],
    ['a relative namespace', root('<b xmlns:x="1"/>')],
    ['a relative namespace as default', '<a xmlns="a"/>'],
    ['a namespace that is a path', root('', ' xmlns:x="/x"')],
    ['a namespace that is a host', root('', ' xmlns:x="//x"')],
    ['a namespace with space', root('', ' xmlns:x="urn:x y"')],
    ['a namespace that is only a scheme', root('', ' xmlns:x="urn:"')],
    ['an element in the namespace of namespaces', '<xmlns:a xmlns="urn:a"/>'],
    ['two colons', '<x:y:a xmlns:x="urn:x"/>'],
    ['an empty prefix', '<:a xmlns="urn:a"/>'],
  ])('case 51, 55: a document with %s is refused', (_name, text) => {
    expect(verdictOn(text)).toBe('response_malformed');
  });

  test.each<[name: string, text: string]>([
    ['twice', root('<b ID="_1"/><c ID="_1"/>')],
    ['of parent and child', root('<b ID="_1"/>', ' ID="_1"')],
    ['of the signature and its parent', signature('', ' Id="_1"').replace('<a', '<a ID="_1"')],
    ['spelt Id', root('', ' Id="_1"')],
    ['spelt id', root('', ' id="_1"')],
    ['spelt iD', root('', ' iD="_1"')],
    ['spelt ID on a signature', signature('', ' ID="_1"')],
    ['of XML', root('', ' xml:id="_1"')],
    ['with a prefix', '<a xmlns="urn:a" xmlns:x="urn:x" x:ID="_1"/>'],
    ['with a prefix, besides one without', '<a xmlns="urn:a" xmlns:x="urn:x" ID="_1" x:ID="_2"/>'],
    ['with the namespace of the element', '<x:a xmlns:x="urn:x" x:ID="_1"/>'],
    ['that is empty', root('', ' ID=""')],
    ['that begins with a digit', root('', ' ID="1"')],
    ['with a space', root('', ' ID="_1 _2"')],
    ['with a quote', root('', ` ID="_1'"`)],
    ['with a line end after', root('', ' ID="_1&#10;"')],
    ['with a letter that is not ASCII', root('', ' ID="_é"')],
    ['that is too long', root('', ` ID="_${'a'.repeat(256)}"`)],
  ])('case 41: an ID %s is refused', (_name, text) => {
    expect(verdictOn(text)).toBe('response_malformed');
  });

  test.each(['Extensions', 'StatusDetail', 'Advice', 'Object', 'Manifest'])('case 40: %s is refused', (name) => {
    expect(verdictOn(root(`<${name}/>`))).toBe('response_malformed');
    expect(verdictOn(root(`<x:${name} xmlns:x="urn:x"/>`))).toBe('response_malformed');
  });

  test.each(['xml:base="http://a"', 'xml:space="preserve"'])('%s is refused', (attribute) => {
    expect(verdictOn(root('', ` ${attribute}`))).toBe('response_malformed');
  });

  test.each<[name: string, text: string]>([
    ['before', root('a<b/>')],
    ['after', root('<b/>a')],
    ['between', root('<b/>a<c/>')],
    ['that is a reference', root('<b/>&#97;')],
  ])('case 53: text %s elements is refused', (_name, text) => {
    expect(verdictOn(text)).toBe('response_malformed');
  });

  describe('case 56: costs little, though it is', () => {
    test.each<[name: string, text: string]>([
      ['deep', nested(14_000)],
      ['deep without an end', `<a xmlns="urn:a">${'<b>'.repeat(30_000)}`],
      ['deep by tags that look closed', root('<b c="/>">'.repeat(1990) + '</b>'.repeat(1990))],
      ['deep by ends of nothing', root('<b></x>'.repeat(1300) + '</b>'.repeat(1300))],
      ['wide', root('<b/>'.repeat(24_000))],
      ['full of attributes', root('', Array.from({ length: 9000 }, (_, index) => ` b${index}=""`).join(''))],
      ['full of namespaces', root('', Array.from({ length: 4000 }, (_, i) => ` xmlns:n${i}="urn:${i}"`).join(''))],
      ['full of references', root('&#97;'.repeat(19_000))],
      ['full of less-than signs', '<'.repeat(100_000)],
      ['full of ampersands', root('&'.repeat(99_000))],
      ['full of quotes', root('', ` b=${'"'.repeat(99_000)}`)],
      ['full of equal signs', root('', '='.repeat(99_000))],
      ['full of spaces in a tag', root('', ' '.repeat(99_000))],
      ['full of greater-than signs', root('>'.repeat(99_000))],
      ['one long name', `<${'a'.repeat(99_000)} xmlns="urn:a"/>`],
      ['one long attribute', root('', ` b="${'a'.repeat(99_000)}"`)],
      ['one long text', root('a'.repeat(99_000))],
      ['full of slashes', root(`<b${'/'.repeat(99_000)}>`)],
    ])('%s', (_name, text) => {
      const before = performance.now();
      verdictOn(text);
      expect(performance.now() - before).toBeLessThan(250);
    });
  });

  const pieces = fc.constantFrom(
    ...['<a xmlns="urn:a">', '</a>', '<b/>', '<b ID="_1"/>', '<b ID="_2">', '</b>', '<x:b xmlns:x="urn:x"/>'],
    ...['text', ' ', '&amp;', '&', '<', '>', '"', "'", '=', '/', ':', 'xmlns', '<!--', '-->', '<![CDATA[', ']]>'],
    ...['<?', '?>', '\u0000', '\ufeff', '\ud800', '&#0;', '&#x41;', ' a="b"', ' a="', '__proto__', 'constructor'],
  );
  const documents = fc.array(pieces, { maxLength: 20 }).map((several) => several.join(''));

  test('any text is a tree or a refusal, and never anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          documents,
          documents.map((text) => root(text)),
          fc.string(),
        ),
        (text) => {
          expect(['accepted', 'response_malformed']).toContain(verdictOn(text));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what is read of it', () => {
  const element = parseStrictXml(
    '<a xmlns="urn:a" xmlns:x="urn:x" b="" x:c="d" e=" f&#10;"><x:a>  t&lt;\n</x:a><b/><c> <d/> </c></a>',
  );
  const [first, second, third] = childrenOf(element);

  test('children are elements only', () => {
    expect(childrenOf(element).map(({ localName }) => localName)).toEqual(['a', 'b', 'c']);
  });

  test('a name is a namespace and a local name', () => {
    expect(isNamed(element, 'urn:a', 'a')).toBe(true);
    expect(isNamed(first, 'urn:x', 'a')).toBe(true);
    expect(isNamed(first, 'urn:a', 'a')).toBe(false);
    expect(isNamed(first, 'urn:x', 'x:a')).toBe(false);
    expect(isNamed(first, 'urn:x', 'A')).toBe(false);
    expect(isNamed(undefined, 'urn:x', 'a')).toBe(false);
  });

  test('text is whole, and elements have none', () => {
    expect(first && textOf(first)).toBe('  t<\n');
    expect(second && textOf(second)).toBe('');
    expect(third && textOf(third)).toBeUndefined();
  });

  test('an attribute that is empty is not absent, and a prefix is not overlooked', () => {
    expect(attributeOf(element, 'b')).toBe('');
    expect(attributeOf(element, 'c')).toBeUndefined();
    expect(attributeOf(element, 'e')).toBe(' f\n');
    expect(attributeOf(element, 'constructor')).toBeUndefined();
    expect(attributeOf(element, '__proto__')).toBeUndefined();
  });

  test('attributes besides those allowed are refused; namespaces do not count', () => {
    expect(() => onlyAttributes(element, ['b', 'x:c', 'e'])).not.toThrow();
    expect(() => onlyAttributes(element, ['b', 'c', 'e'])).toThrow(Refusal);
    expect(() => onlyAttributes(element, ['b', 'x:c'])).toThrow(Refusal);
  });
});
