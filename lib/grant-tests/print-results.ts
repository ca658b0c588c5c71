import { printExplanation } from '../explain/print-explanation.ts';
import { inOneLine } from '../printable.ts';
import type { Difference, GrantTestResult } from './run-grant-tests.ts';

export function printResults(results: readonly GrantTestResult[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  const lines = results.flatMap((result) => (result.passed ? [`ok    ${result.name}`] : linesOf(result)));
  return `${[...lines.map(inOneLine), '', `${results.length - failed} passed, ${failed} failed`].join('\n')}\n`;
}

const linesOf = ({ name, differences, explanation }: GrantTestResult): readonly string[] => [
  `FAIL  ${name}`,
  ...differences.flatMap(diffOf).map((line) => `      ${line}`),
  ...(explanation.stages.length > 0
    ? printExplanation(explanation)
        .trimEnd()
        .split('\n')
        .map((line) => `      | ${line}`)
    : []),
];

function diffOf({ what, expected, got }: Difference): readonly string[] {
  if (!`${expected}${got}`.includes('\n')) return [what, `  - expected  ${expected}`, `  + got       ${got}`];
  return [what, ...lineDiff(expected.split('\n'), got.split('\n')).map((line) => `  ${line}`)];
}

/** Lines that both have stand once; around them what only one has (longest common subsequence). */
function lineDiff(expected: readonly string[], got: readonly string[]): readonly string[] {
  const lengths = commonLengths(expected, got);
  const lines: string[] = [];
  let e = 0;
  let g = 0;
  const at = (row: number, column: number) => lengths[row]?.[column] ?? 0;
  while (e < expected.length || g < got.length) {
    if (e < expected.length && expected[e] === got[g]) {
      lines.push(`  ${expected[e++]}`);
      g++;
    } else if (g >= got.length || (e < expected.length && at(e + 1, g) >= at(e, g + 1)))
      lines.push(`- ${expected[e++]}`);
    else lines.push(`+ ${got[g++]}`);
  }
  return lines;
}

function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const rows: number[][] = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = rows[i];
      if (!row) continue;
      row[j] = a[i] === b[j] ? (rows[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(rows[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return rows;
}
