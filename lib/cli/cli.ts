// The command line: arguments → command → exit code. What a command can do stands in its own file.

import { messageOf } from '../message-of.ts';
import { nearest } from '../nearest.ts';
import { inOneLine, withoutProofs } from '../printable.ts';
import { type Command, Denied, type ExitCode, exitCodes, type Io, Unreachable, UsageError } from './command.ts';
import { audit } from './commands/audit.ts';
import { check } from './commands/check.ts';
import { completionOf } from './commands/completion.ts';
import { configure } from './commands/configure.ts';
import { console } from './commands/console.ts';
import { credentials } from './commands/credentials.ts';
import { decode } from './commands/decode.ts';
import { exec } from './commands/exec.ts';
import { explain } from './commands/explain.ts';
import { grants } from './commands/grants.ts';
import { keyInfo } from './commands/key-info.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { providers } from './commands/providers.ts';
import { revoke } from './commands/revoke.ts';
import { session } from './commands/session.ts';
import { test } from './commands/test.ts';
import { whoami } from './commands/whoami.ts';

export const commands: readonly Command[] = [
  login,
  logout,
  whoami,
  grants,
  credentials,
  exec,
  console,
  configure,
  explain,
  check,
  providers,
  test,
  audit,
  revoke,
  keyInfo,
  decode,
  session,
  completionOf(() => commands),
];

const usage = `daypass COMMAND [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

daypass COMMAND --help tells the options of each. Exit status: 0 yes, 1 no, 2 the question cannot be answered, 3 not all of
it, 4 something did not answer.
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
  if (name === '--version' || name === '-v') {
    io.write(`${io.version}\n`);
    return exitCodes.yes;
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
  // What stands after -- is for somebody else.
  const ours = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (ours.includes('--help') || ours.includes('-h')) {
    io.write(command.usage);
    return exitCodes.yes;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    const more = error instanceof UsageError ? `daypass ${command.name} --help tells the options.\n` : '';
    fail(`${messageOf(error)}\n${more}`);
    if (error instanceof Denied) return exitCodes.no;
    return error instanceof Unreachable ? exitCodes.unavailable : exitCodes.misuse;
  }
}
