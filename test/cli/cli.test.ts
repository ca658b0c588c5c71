import { describe, expect, test } from 'vitest';
import { commands } from '../../lib/cli/cli.ts';
import { daypass } from './kit.ts';

describe('the command line', () => {
  test.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (word) => {
    const { exit, out } = await daypass([word]);
    expect(exit).toBe(0);
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`${name} +${summary}`));
  });

  test.each(['--version', '-v'])('%s tells the version', async (word) => {
    expect(await daypass([word])).toEqual({ exit: 0, out: '1.2.3\n', err: '' });
  });

  test('nothing at all is the same list, and no success', async () => {
    expect(await daypass([])).toMatchObject({ exit: 2, out: expect.stringContaining('explain') });
  });

  test('an unknown command is told with what may be meant', async () => {
    const { exit, out, err } = await daypass(['chek']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(/^There is no command chek; did you mean check\?/);
  });

  test.each(commands.map(({ name }) => name))('%s --help tells its options and its exit status', async (name) => {
    const { exit, out } = await daypass([name, '--help']);
    expect(exit).toBe(0);
    expect(out).toMatch(new RegExp(`^daypass ${name} `));
    expect(out).toContain('Exit status: 0');
  });

  test.each(commands.map(({ name }) => name))(
    '%s with an unknown option says which, and where they are told',
    async (name) => {
      const { exit, err } = await daypass([name, '--colour']);
      expect(exit).toBe(2);
      expect(err).toMatch(/^Unknown option '--colour'/);
      expect(err).toContain(`daypass ${name} --help tells the options.`);
    },
  );
});
