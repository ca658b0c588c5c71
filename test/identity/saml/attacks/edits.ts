// Edits of a response's XML that fail when they would change nothing: an attack that is none must not pass for one.

export type Edit = (xml: string) => string;

/** Puts one text, or what a pattern finds, in the place of another. */
export const replacing =
  (from: string | RegExp, to: string | ((found: string) => string)): Edit =>
  (xml) => {
    const edited = xml.replace(from, (found) => (typeof to === 'string' ? to : to(found)));
    if (edited === xml) throw new Error(`nothing to edit: ${from}`);
    return edited;
  };

export const removing = (from: string | RegExp): Edit => replacing(from, '');
export const twice = (from: string | RegExp): Edit => replacing(from, (found) => found + found);
export const putBefore = (from: string | RegExp, what: string): Edit => replacing(from, (found) => what + found);
export const putAfter = (from: string | RegExp, what: string): Edit => replacing(from, (found) => found + what);
export const all =
  (...edits: readonly Edit[]): Edit =>
  (xml) =>
    edits.reduce((edited, edit) => edit(edited), xml);

/** An element of the assertion from its start to its end. */
export const element = (name: string) => new RegExp(`<saml:${name}[ >].*</saml:${name}>|<saml:${name}[^>]*/>`, 's');

/** An attribute of the first element with this name. */
export const attribute = (of: string, name: string, value: string | null): Edit =>
  replacing(new RegExp(`<${of}[ >/][^>]*>`), (tag) => {
    const bare = tag.replace(new RegExp(` ${name}="[^"]*"`), '');
    return value === null ? bare : bare.replace(/^<[\w:]+/, (start) => `${start} ${name}="${value}"`);
  });
