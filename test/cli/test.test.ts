import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { daypass } from './kit.ts';

describe('daypass test', () => {
  test('passes with what comes along', async () => {
    const { exit, out } = await daypass(['test']);
    expect(exit).toBe(0);
    expect(out).toMatch(/\d passed, 0 failed\n$/);
  });

  test('fails, with the difference, when a grant gives something else', async () => {
    const written = readFileSync('daypass.tests.yaml', 'utf8').replace('duration: 4h', 'duration: 5h');
    const { exit, out } = await daypass(['test', '--tests', 'mine.yaml'], { files: { 'mine.yaml': written } });
    expect(exit).toBe(1);
    expect(out).toContain(
      'FAIL  an editor works with the files of the own tenant\n      duration\n        - expected  18000\n        + got       14400\n',
    );
  });

  test('is JSON for machines', async () => {
    const results = JSON.parse((await daypass(['test', '--json'])).out) as readonly { passed: boolean }[];
    expect(results.every(({ passed }) => passed)).toBe(true);
  });

  test.each([
    ['no YAML', 'a: [', 'mine.yaml is not YAML'],
    ['no tests', 'tests: []', 'must have a test'],
  ])('cannot run %s', async (_what, written, says) => {
    const ran = await daypass(['test', '--tests', 'mine.yaml'], { files: { 'mine.yaml': written } });
    expect(ran).toMatchObject({ exit: 2, out: '', err: expect.stringContaining(says) });
  });
});
