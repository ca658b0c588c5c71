// ~/.aws/config, changed without harming what is there: every line that is not ours stays as it is.

export interface ProfileLines {
  readonly name: string;
  /** In their order; a key that is there already is replaced in its place. */
  readonly lines: readonly (readonly [key: string, value: string])[];
}

const headerOf = (name: string) => (name === 'default' ? '[default]' : `[profile ${name}]`);
const isHeader = (line: string) => /^\s*\[/.test(line);
const keyIn = (line: string) => /^([\w.-]+)\s*=/.exec(line)?.[1]?.toLowerCase();

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
  const start = lines.findIndex(
    (line) => line.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']').trim() === wanted,
  );
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
