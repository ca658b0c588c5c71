/** JSON, with what a terminal would obey and what ends lines elsewhere written as escapes. */
export const lineOf = (record: Readonly<Record<string, unknown>>): string => {
  const text = JSON.stringify(record);
  // Nearly every line is plain, and looking for the rest costs more than all of it.
  return plain.test(text) ? text : text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
};

const plain = /^[ -~]*$/;
const escaped = (found: string) =>
  Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
