// ~/.aws/config, changed without harming what is there: every line that is not ours stays as it is.

export interface ProfileLines {
  readonly name: string;
  /** In their order; a key that is there already is replaced in its place. */
  readonly lines: readonly (readonly [key: string, value: string])[];
}

const headerOf = (name: string) => (name === 'default' ? '[default]' : `[profile ${name}]`);
const isHeader = (line: string) => /^\s*\[/.test(line);
const keyIn = (line: string) => /^([\w.-]+)\s*=/.exec(line)?.[1]?.toLowerCase();
/** What stands between the brackets, without quotes and spare spaces, as AWS's tools read it. */
const titleIn = (line: string) => /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.replace(/["']/g, '').trim().replace(/\s+/g, ' ');

/**
 * Whether the profile is written in a way that this cannot change without harm, though AWS's tools may read it: twice,
 * or with keys that are indented or end in a colon.
 */
export function isBeyondUs(text: string, name: string): boolean {
  const lines = text.split(/\r?\n/);
  const isOurs = (line: string) => isHeader(line) && `[${titleIn(line)}]` === headerOf(name);
  if (lines.filter(isOurs).length > 1) return true;
  const { lines: within } = sectionOf(lines, name) ?? { lines: [] };
  return within.some((line, at) => /^[\w.-]+\s*:/.test(line) || (/^\s+\S/.test(line) && !belongsAbove(within, at)));
}

/** An indented line is part of a key above it that has no value of its own, as of `s3 =`. */
function belongsAbove(lines: readonly string[], at: number): boolean {
  const above = lines.slice(0, at).findLast((line) => /^\S/.test(line) && !/^[#;]/.test(line));
  return above !== undefined && /=\s*$/.test(above);
}

/** The keys of a profile and their values; `undefined` where there is no such profile. */
export function profileIn(text: string, name: string): ReadonlyMap<string, string> | undefined {
  const section = sectionOf(text.split(/\r?\n/), name);
  if (!section) return undefined;
  return new Map(
    section.lines.flatMap((line) => {
      const [, key, value] = /^([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return key === undefined ? [] : [[key.toLowerCase(), value ?? ''] as const];
    }),
  );
}

function sectionOf(lines: readonly string[], name: string) {
  const wanted = headerOf(name);
  const start = lines.findIndex((line) => isHeader(line) && `[${titleIn(line)}]` === wanted);
  if (start < 0) return undefined;
  const next = lines.findIndex((line, at) => at > start && isHeader(line));
  const end = next < 0 ? lines.length : next;
  return { start, end, lines: lines.slice(start + 1, end) };
}

/** The whole file with the profile in it. */
export function withProfile(text: string, { name, lines: wanted }: ProfileLines): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const written = (key: string, value: string) => `${key} = ${value}`;
  const section = sectionOf(lines, name);
  if (!section) {
    const before = text === '' || text.endsWith('\n') ? text : text + eol;
    const blank = before === '' ? '' : eol;
    return before + blank + [headerOf(name), ...wanted.map((pair) => written(...pair)), ''].join(eol);
  }
  const left = new Map(wanted);
  const kept = section.lines.map((line) => {
    const key = keyIn(line);
    const value = key === undefined ? undefined : left.get(key);
    if (key === undefined || value === undefined) return line;
    left.delete(key);
    return written(key, value);
  });
  // Before the blank lines that separate it from the next.
  const last = kept.findLastIndex((line) => line.trim() !== '') + 1;
  kept.splice(last, 0, ...[...left].map((pair) => written(...pair)));
  return [...lines.slice(0, section.start + 1), ...kept, ...lines.slice(section.end)].join(eol);
}
