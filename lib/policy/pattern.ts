// Text with `*`, `?` and policy variables. No regular expression is ever built from a policy: matching costs at
// most pattern length times value length, whatever an author or a caller writes.

import type { Context } from './context.ts';

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'anyRun' }
  | { readonly kind: 'anyCharacter' }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback?: string };

export interface Pattern {
  /** As the author wrote it. */
  readonly source: string;
  readonly tokens: readonly Token[];
}

/** What is special in a text besides plain characters. */
export interface PatternSyntax {
  readonly wildcards: boolean;
  /** Only documents of version 2012-10-17 have variables; in older ones `${…}` is plain text. */
  readonly variables: boolean;
}

const anyRun: Token = { kind: 'anyRun' };
const anyCharacter: Token = { kind: 'anyCharacter' };
const variable = /^\s*([^\s,{}'"]+(?: +[^\s,{}'"]+)*)\s*(?:,\s*'([^']*)'\s*)?$/;

/** Throws a plain `Error` whose message says what is wrong with a variable. */
export function parsePattern(source: string, syntax: PatternSyntax): Pattern {
  const tokens: Token[] = [];
  let text = '';
  const push = (token: Token) => {
    if (text !== '') tokens.push({ kind: 'text', text });
    text = '';
    tokens.push(token);
  };
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (syntax.variables && character === '$' && source[at + 1] === '{') {
      const end = source.indexOf('}', at);
      if (end < 0) throw new Error(`"${source}" opens a policy variable with \${ and never closes it`);
      const inside = source.slice(at + 2, end);
      // IAM's own way to write the special characters themselves.
      if (inside === '*' || inside === '?' || inside === '$') text += inside;
      else push(variableToken(inside, source));
      at = end;
    } else if (syntax.wildcards && character === '*') {
      push(anyRun);
    } else if (syntax.wildcards && character === '?') {
      push(anyCharacter);
    } else {
      text += character;
    }
  }
  if (text !== '') tokens.push({ kind: 'text', text });
  return { source, tokens };
}

function variableToken(inside: string, source: string): Token {
  const [, key, fallback] = variable.exec(inside) ?? [];
  if (key === undefined) {
    throw new Error(`"${source}" has the variable \${${inside}}; allowed are \${key} and \${key, 'default'}`);
  }
  return fallback === undefined ? { kind: 'variable', key } : { kind: 'variable', key, fallback };
}

export interface MatchOptions {
  readonly ignoreCase?: boolean;
}

/**
 * Whether the whole value matches; `undefined` when a variable has no single value in the context.
 * What a variable brings in is compared as plain text: a tag value of `*` opens nothing.
 */
export function matchesPattern(
  pattern: Pattern,
  value: string,
  context: Context,
  options: MatchOptions = {},
): boolean | undefined {
  const [only] = pattern.tokens;
  if (pattern.tokens.length === 1 && only?.kind === 'text') return fold(only.text, options) === fold(value, options);
  const resolved = resolve(pattern, context, options);
  return resolved && glob(resolved, [...fold(value, options)]);
}

/** Character by character: whole texts fold by context, a Σ at the end otherwise than one within. */
const fold = (text: string, { ignoreCase }: MatchOptions) =>
  ignoreCase ? Array.from(text, (character) => character.toLowerCase()).join('') : text;

const RUN = Symbol('any run');
const ONE = Symbol('any character');
type Element = string | typeof RUN | typeof ONE;

function resolve({ tokens }: Pattern, context: Context, options: MatchOptions): Element[] | undefined {
  const elements: Element[] = [];
  for (const token of tokens) {
    if (token.kind === 'anyRun') elements.push(RUN);
    else if (token.kind === 'anyCharacter') elements.push(ONE);
    else {
      const text = token.kind === 'text' ? token.text : valueFor(token, context);
      if (text === undefined) return undefined;
      elements.push(...fold(text, options));
    }
  }
  return elements;
}

/** A variable stands for single-valued keys only. */
function valueFor({ key, fallback }: { key: string; fallback?: string }, context: Context): string | undefined {
  const values = context.values(key);
  if (values === undefined) return fallback;
  return values.length === 1 ? values[0] : undefined;
}

/** Greedy match that goes back only to the last run. */
function glob(elements: readonly Element[], characters: readonly string[]): boolean {
  let element = 0;
  let character = 0;
  let run = -1;
  let resume = 0;
  while (character < characters.length) {
    const wanted = elements[element];
    if (wanted === RUN) {
      run = element++;
      resume = character;
    } else if (wanted !== undefined && (wanted === ONE || wanted === characters[character])) {
      element++;
      character++;
    } else if (run >= 0) {
      element = run + 1;
      character = ++resume;
    } else {
      return false;
    }
  }
  while (elements[element] === RUN) element++;
  return element === elements.length;
}

/** Cuts at the first `times` separators that stand in plain text, never at one inside a variable's name. */
export function splitPattern(pattern: Pattern, separator: string, times: number): Pattern[] {
  const parts: Token[][] = [[]];
  const add = (token: Token) => parts.at(-1)?.push(token);
  for (const token of pattern.tokens) {
    if (token.kind !== 'text') {
      add(token);
      continue;
    }
    let rest = token.text;
    for (let cut = rest.indexOf(separator); cut >= 0 && parts.length <= times; cut = rest.indexOf(separator)) {
      if (cut > 0) add({ kind: 'text', text: rest.slice(0, cut) });
      parts.push([]);
      rest = rest.slice(cut + separator.length);
    }
    if (rest !== '') add({ kind: 'text', text: rest });
  }
  return parts.map((tokens) => ({ source: pattern.source, tokens }));
}
