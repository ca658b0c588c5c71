// The command line: arguments → command → exit code. What a command can do stands in its own file.

import { messageOf } from '../message-of.ts';
import { nearest } from '../nearest.ts';
import { inOneLine, withoutProofs } from '../printable.ts';
import { type Command, type ExitCode, exitCodes, type Io, UsageError } from './command.ts';
import { check } from './commands/check.ts';
import { explain } from './commands/explain.ts';
import { test } from './commands/test.ts';

export const commands: readonly Command[] = [explain, check, test];

const usage = `daypass COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

daypass COMMAND --help tells the options of each. Exit status: 0 yes, 1 no, 2 the question cannot be answered.
`;

const harmless = (text: string) =>
  text
    .split('\n')
    .map((line) => withoutProofs(inOneLine(line)))
    .join('\n');

export interface CliIo extends Io {
  readonly fail: (text: string) => void;
}

export async function cli([name, ...args]: readonly string[], io: CliIo): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.write(usage);
    return name === undefined ? exitCodes.misuse : exitCodes.yes;
  }
  const fail = (text: string) => io.fail(harmless(text));
  const command = commands.find((each) => each.name === name);
  if (!command) {
    const meant = nearest(
      name,
      commands.map((each) => each.name),
    );
    fail(`There is no command ${name}${meant ? `; did you mean ${meant}?` : '.'}\n\n${usage}`);
    return exitCodes.misuse;
  }
  if (args.includes('--help') || args.includes('-h')) {
    io.write(command.usage);
    return exitCodes.yes;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    const more = error instanceof UsageError ? `daypass ${command.name} --help tells the options.\n` : '';
    fail(`${messageOf(error)}\n${more}`);
    return exitCodes.misuse;
  }
}
