// STS's answers in its Query protocol. They are flat lists of text elements from one trusted sender, so they are
// read by name; a parser for any XML would cost the hot door more than all the rest of it.

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of the first element of this name; `undefined` when there is none. */
export function elementText(xml: string, name: string): string | undefined {
  const open = `<${name}>`;
  const start = xml.indexOf(open);
  const end = xml.indexOf(`</${name}>`, start);
  if (start < 0 || end < 0) return undefined;
  const text = xml.slice(start + open.length, end);
  return text.includes('<')
    ? undefined
    : text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, name) => {
        const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
        return name === undefined ? String.fromCodePoint(code) : (entities[name] ?? '');
      });
}

/** Throws a plain `Error` when STS, against its contract, left the element out. */
export function requiredText(xml: string, name: string): string {
  const text = elementText(xml, name);
  if (text === undefined || text === '') throw new Error(`STS answered without ${name}`);
  return text;
}
