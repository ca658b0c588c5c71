const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot carry becomes the replacement character. */
const unfit = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const escaped = (text: string) =>
  text.replace(unfit, '\uFFFD').replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** A value of an XML answer: text, or elements by name; what is undefined is left out. */
export type XmlValue = string | number | { readonly [name: string]: XmlValue | undefined };

export function element(name: string, value: XmlValue, attributes = ''): string {
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, inside]) => (inside === undefined ? '' : element(child, inside)))
          .join('')
      : escaped(String(value));
  return `<${name}${attributes}>${inner}</${name}>`;
}
