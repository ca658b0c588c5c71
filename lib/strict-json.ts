// JSON that means one thing only: no member twice, bounded depth, well-formed text, an object at the top.
// Parsers disagree about which of two members counts (RFC 8259 §4), and a verifier must not.

const defaultDeepest = 16;

/** The members of the one object that the text holds. Throws a plain `Error` that never quotes the text. */
export function parseStrictJson(text: string, deepest = defaultDeepest): ReadonlyMap<string, unknown> {
  const { members, plain } = scan(text, deepest);
  const value = parse(plain);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is not a JSON object');
  // JSON.parse keeps one of two members with the same name, so a repeated one is missing from the count.
  if (countMembers(value) !== members) throw new Error('has an object with a member twice');
  return new Map(Object.entries(value));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message quotes the text, and with it what must not reach a log.
    throw new Error('is not JSON');
  }
}

/**
 * Counts the members as written, before anything is built, and refuses depth that would cost a stack. Names come
 * out without escapes: V8 may take an escaped name for one that it met in an earlier document (nodejs/node#63785),
 * and then two members of one name look like two names.
 */
function scan(text: string, deepest: number): { readonly members: number; readonly plain: string } {
  const escapes = text.includes('\\');
  let members = 0;
  let depth = 0;
  let plain = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const { end, escaped } = escapes ? endOfString(text, at) : { end: closingQuote(text, at), escaped: false };
        if (escaped && isName(text, end)) {
          plain += text.slice(copied, at) + plainName(text.slice(at, end + 1));
          copied = end + 1;
        }
        at = end;
        break;
      }
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
  return { members, plain: plain + text.slice(copied) };
}

/** Where no escape stands in the whole text, the next quote ends the string. */
function closingQuote(text: string, start: number): number {
  const end = text.indexOf('"', start + 1);
  return end < 0 ? text.length : end;
}

function endOfString(text: string, start: number): { readonly end: number; readonly escaped: boolean } {
  let escaped = false;
  let end = start + 1;
  for (; end < text.length && text[end] !== '"'; end++) {
    if (text[end] !== '\\') continue;
    escaped = true;
    end++;
  }
  return { end, escaped };
}

/** Whether a colon follows the string. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at++;
  return text[at] === ':';
}

/** A name may be written with escapes it does not need, as PHP writes `https:\/\/`; no honest name needs one. */
function plainName(written: string): string {
  const name = JSON.stringify(parse(written));
  if (name.includes('\\')) throw new Error('has a member whose name needs an escape');
  return name;
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
