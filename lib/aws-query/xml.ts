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

/** A value of an XML answer: text, a list, or elements by name; what is undefined is left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue | undefined };

export interface XmlStyle {
  /** What stands within the tag after the name. */
  readonly attributes?: string;
  /** The element around each item of a list; without one the list's own element is repeated. */
  readonly item?: string;
}

/** The Query protocol's own: `<Tags><member>…</member></Tags>`. */
export function element(name: string, value: XmlValue, { attributes = '', item }: XmlStyle = {}): string {
  if (isList(value)) {
    if (item === undefined) return value.map((each) => element(name, each, { attributes })).join('');
    return `<${name}${attributes}>${value.map((each) => element(item, each, { item })).join('')}</${name}>`;
  }
  const style = item === undefined ? {} : { item };
  const inner =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, inside]) => (inside === undefined ? '' : element(child, inside, style)))
          .join('')
      : escaped(String(value));
  return `<${name}${attributes}>${inner}</${name}>`;
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);
