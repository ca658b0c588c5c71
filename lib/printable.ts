/** In one line, with nothing in it that a terminal obeys or that turns the direction of text: that becomes `\u{…}`. */
export const inOneLine = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

/** A token or assertion that stands where none belongs must not be repeated. */
export const withoutProofs = (text: string) =>
  text.replace(
    /eyJ[\w-]{8,}[\w.-]*|[\w-]{12,}\.[\w-]{12,}\.[\w-]{12,}|[\w+/=-]{200,}/g,
    (found) => `${found.slice(0, 6)}…`,
  );

/** Whatever is long and of the letters of a secret: no name, version or message of ours is, and hardly a secret is shorter. */
export const withoutSecrets = (text: string) => text.replace(/[\w+/=.~-]{40,}/g, '…');
