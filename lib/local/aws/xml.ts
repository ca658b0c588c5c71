const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

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
