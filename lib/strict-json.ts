// JSON that means one thing only: no member twice, bounded depth, well-formed text, an object at the top.
// Parsers disagree about which of two members counts (RFC 8259 §4), and a verifier must not.

const defaultDeepest = 16;

/** The members of the one object that the text holds. Throws a plain `Error`, without quoting the text. */
export function parseStrictJson(text: string, deepest = defaultDeepest): ReadonlyMap<string, unknown> {
  const members = scan(text, deepest);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is not a JSON object');
  // JSON.parse keeps one of two members with the same name, so a repeated one is missing from the count.
  if (countMembers(value) !== members) throw new Error('has an object with a member twice');
  return new Map(Object.entries(value));
}

/** Counts the members as written, before anything is built, and refuses depth that would cost a stack. */
function scan(text: string, deepest: number): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at);
        break;
      case 0x7b:
      case 0x5b:
        if (++depth > deepest) throw new Error(`is nested deeper than ${deepest} levels`);
        break;
      case 0x7d:
      case 0x5d:
        depth--;
        break;
      case 0x3a:
        members++;
        break;
    }
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function countMembers(value: unknown): number {
  if (typeof value === 'string') {
    // A lone surrogate becomes another character in UTF-8: two subjects would share one name.
    if (!value.isWellFormed()) throw new Error('has text that is not well-formed Unicode');
    return 0;
  }
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countMembers(item), 0);
  let sum = 0;
  for (const [name, member] of Object.entries(value)) sum += 1 + countMembers(name) + countMembers(member);
  return sum;
}
