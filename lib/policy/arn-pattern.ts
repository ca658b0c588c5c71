import type { Context } from './context.ts';
import { matchesPattern, type Pattern, type PatternSyntax, parsePattern, splitPattern } from './pattern.ts';

/** Six parts that match one by one, so that a `*` never crosses a colon before the resource; or everything. */
export interface ArnPattern {
  /** `undefined` stands for the lone `*`. */
  readonly parts: readonly Pattern[] | undefined;
}

const partCount = 6;

/** Throws a plain `Error` when the text is neither an ARN pattern nor `*`. */
export function parseArnPattern(source: string, syntax: PatternSyntax): ArnPattern {
  if (source === '*') return { parts: undefined };
  const parts = splitPattern(parsePattern(source, syntax), ':', partCount - 1);
  if (parts.length < partCount || !source.startsWith('arn:')) {
    throw new Error(`"${source}" is not an ARN; write arn:partition:service:region:account:resource or *`);
  }
  return { parts };
}

/** `undefined` when the value is no ARN or a variable has no single value. */
export function matchesArn(pattern: ArnPattern, arn: string, context: Context): boolean | undefined {
  if (pattern.parts === undefined) return true;
  const parts = arn.split(':');
  if (parts.length < partCount || parts[0] !== 'arn') return undefined;
  const split = [...parts.slice(0, partCount - 1), parts.slice(partCount - 1).join(':')];
  let matched: boolean | undefined = true;
  for (const [index, part] of pattern.parts.entries()) {
    const matches = matchesPattern(part, split[index] ?? '', context);
    if (matches === false) return false;
    if (matches === undefined) matched = undefined;
  }
  return matched;
}
