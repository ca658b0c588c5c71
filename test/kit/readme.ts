// The README, and the tables in it.

import { readFileSync } from 'node:fs';

export const readme = readFileSync('README.md', 'utf8');

/** The rows under the headings of one of its tables, cells trimmed. */
export function table(...headings: readonly string[]): readonly (readonly string[])[] {
  const lines = readme.split('\n');
  const start = lines.indexOf(`| ${headings.join(' | ')} |`);
  if (start < 0) throw new Error(`The README has no table with ${headings.join(', ')}.`);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
