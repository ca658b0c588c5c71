// Text with `*`, `?` and policy variables. No regular expression is ever built from a policy: matching costs at
// most pattern length times value length, whatever an author or a caller writes.

import type { Context } from './context.ts';

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'anyRun' }
  | { readonly kind: 'anyCharacter' }
  | Variable;

interface Variable {
  readonly kind: 'variable';
  readonly key: string;
  readonly fallback: string | undefined;
}

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
    tokens.push({ kind: 'text', text }, token);
    text = '';
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
  tokens.push({ kind: 'text', text });
  return { source, tokens };
}

function variableToken(inside: string, source: string): Variable {
  const [, key, fallback] = variable.exec(inside) ?? [];
  if (key === undefined) {
    throw new Error(`"${source}" has the variable \${${inside}}; allowed are \${key} and \${key, 'default'}`);
  }
  return { kind: 'variable', key, fallback };
}

/** The keys whose values a text with variables would bring in. */
export const variablesIn = (source: string): readonly string[] =>
  parsePattern(source, { wildcards: false, variables: true }).tokens.flatMap((token) =>
    token.kind === 'variable' ? [token.key] : [],
  );

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
  const pieces = resolve(pattern, context, options);
  return pieces && glob(pieces, fold(value, options));
}

/** Letter by letter: alone among letters, Σ has another lower case at the end of a word than within. */
const fold = (text: string, { ignoreCase }: MatchOptions) =>
  ignoreCase ? text.replaceAll('Σ', 'σ').toLowerCase() : text;

const RUN = Symbol('any run');
const ONE = Symbol('any character');
type Piece = string | typeof RUN | typeof ONE;

function resolve({ tokens }: Pattern, context: Context, options: MatchOptions): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const token of tokens) {
    if (token.kind === 'anyRun') pieces.push(RUN);
    else if (token.kind === 'anyCharacter') pieces.push(ONE);
    else {
      const text = token.kind === 'text' ? token.text : valueFor(token, context);
      if (text === undefined) return undefined;
      pieces.push(fold(text, options));
    }
  }
  return pieces;
}

/** A variable stands for single-valued keys only. */
function valueFor({ key, fallback }: Variable, context: Context): string | undefined {
  const values = context.values(key);
  if (values === undefined) return fallback;
  return values.length === 1 ? values[0] : undefined;
}

/** Greedy match that goes back only to the last run. */
function glob(pieces: readonly Piece[], value: string): boolean {
  let piece = 0;
  let at = 0;
  let run = -1;
  let resume = 0;
  while (piece < pieces.length || at < value.length) {
    const wanted = pieces[piece];
    if (wanted === RUN) {
      run = piece++;
      resume = at;
    } else if (wanted === ONE && at < value.length) {
      piece++;
      at = afterCharacter(value, at);
    } else if (typeof wanted === 'string' && value.startsWith(wanted, at)) {
      piece++;
      at += wanted.length;
    } else if (run >= 0 && resume < value.length) {
      piece = run + 1;
      resume = afterCharacter(value, resume);
      at = resume;
    } else {
      return false;
    }
  }
  return true;
}

/** Some characters, 😀 for one, take two places in a text. */
const afterCharacter = (text: string, at: number) => at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

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
      add({ kind: 'text', text: rest.slice(0, cut) });
      parts.push([]);
      rest = rest.slice(cut + separator.length);
    }
    add({ kind: 'text', text: rest });
  }
  return parts.map((tokens) => ({ source: pattern.source, tokens }));
}
