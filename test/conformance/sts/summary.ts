// What was asked of each operation, by which way, and how often the answer was AWS's.

const ways = ['SDK', 'HTTP', 'CLI'] as const;
export type Way = (typeof ways)[number];

interface Count {
  cases: number;
  passed: number;
}

export interface Summary {
  expected(group: string, way: Way): void;
  passed(group: string, way: Way): void;
  /** One line for each group, and one for all. */
  table(): string;
}

export function aSummary(): Summary {
  const counts = new Map<string, Count>();
  const groups = new Set<string>();
  const countOf = (group: string, way: Way) => {
    groups.add(group);
    const key = `${group} ${way}`;
    const count = counts.get(key) ?? { cases: 0, passed: 0 };
    counts.set(key, count);
    return count;
  };
  const sum = (list: readonly Count[]): Count => ({
    cases: list.reduce((total, { cases }) => total + cases, 0),
    passed: list.reduce((total, { passed }) => total + passed, 0),
  });
  const shown = ({ cases, passed }: Count) => (cases === 0 ? '' : `${passed}/${cases}`);
  return {
    expected: (group, way) => {
      countOf(group, way).cases += 1;
    },
    passed: (group, way) => {
      countOf(group, way).passed += 1;
    },
    table() {
      const names = [...groups];
      const row = (name: string, cells: readonly Count[]) => [name, ...cells.map(shown), shown(sum(cells))];
      const all = ways.map((way) => sum(names.map((group) => countOf(group, way))));
      const rows = [
        ['passed/cases', ...ways, 'all'],
        ...names.map((group) =>
          row(
            group,
            ways.map((way) => countOf(group, way)),
          ),
        ),
        row('all', all),
      ];
      const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
      const line = (cells: readonly string[]) =>
        cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
      return `${rows.map((cells) => line(cells).join('  ')).join('\n')}\n`;
    },
  };
}
