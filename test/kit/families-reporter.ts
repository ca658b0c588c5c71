// Counts the attacks by the number of their family, 1 to 70, and prints one table when all tests are done.

import type { Reporter, TestModule } from 'vitest/node';

/** `case 39: …` or `case 48 and 56: …`, wherever it stands in a test's whole name. */
const families = /\bcases? (\d+)(?: and (\d+))?:/g;

export default class FamiliesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<number, { cases: number; refused: number }>();
    for (const each of modules) {
      for (const test of each.children.allTests()) {
        for (const [, ...numbers] of test.fullName.matchAll(families)) {
          for (const family of numbers.filter((number) => number !== undefined).map(Number)) {
            const count = counts.get(family) ?? { cases: 0, refused: 0 };
            count.cases += 1;
            if (test.result().state === 'passed') count.refused += 1;
            counts.set(family, count);
          }
        }
      }
    }
    if (counts.size > 1) process.stdout.write(`\n${tableOf(counts)}\n`);
  }
}

function tableOf(counts: ReadonlyMap<number, { readonly cases: number; readonly refused: number }>): string {
  const rows = [...counts].toSorted(([one], [other]) => one - other);
  const sum = (key: 'cases' | 'refused') => rows.reduce((total, [, count]) => total + count[key], 0);
  const line = (...cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(7)).join(' |');
  return [
    'Attacks by family: tokens 1 to 26, SAML 27 to 70',
    line('family', 'cases', 'refused'),
    ...rows.map(([family, { cases, refused }]) => line(family, cases, refused)),
    line('all', sum('cases'), sum('refused')),
  ].join('\n');
}
