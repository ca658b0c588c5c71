/** Text with places for claims: `{tenant_id}`. Policy variables, `${aws:userid}`, stay as they are. */
export interface Template {
  readonly source: string;
  readonly parts: readonly (string | { readonly claim: string })[];
}

/** Throws a plain `Error` that says which brace is wrong. */
export function parseTemplate(source: string): Template {
  const parts: (string | { claim: string })[] = [];
  let text = '';
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '}') throw new Error(`"${source}" closes a brace that it never opened`);
    if (character !== '{') {
      text += character;
      continue;
    }
    const end = source.indexOf('}', at);
    const name = source.slice(at + 1, end);
    if (end < 0 || name === '' || name.includes('{')) {
      throw new Error(`"${source}" has a { without a claim name and a }`);
    }
    if (source[at - 1] === '$') {
      text += `{${name}}`;
    } else {
      if (text !== '') parts.push(text);
      text = '';
      parts.push({ claim: name });
    }
    at = end;
  }
  if (text !== '') parts.push(text);
  return { source, parts };
}
