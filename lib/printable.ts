/** In one line, with nothing in it that a terminal obeys or that turns the direction of text: that becomes `\u{…}`. */
export const inOneLine = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
