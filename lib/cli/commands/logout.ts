import { argumentsIn, type Command, type ExitCode, exitCodes, type Io } from '../command.ts';
import { checkedName, defaultProfile } from '../profiles.ts';
import { profileOptions } from '../session.ts';

const usage = `daypass logout [--profile NAME]

Forgets the sign-in and the credentials of a profile; how to sign in stays known. Credentials that were given out stay good
until they end.

Exit status: 0.
`;

export const logout: Command = { name: 'logout', summary: 'forgets your sign-in', usage, options: profileOptions, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { profile = defaultProfile } = argumentsIn(args, profileOptions).values;
  await (await io.machine.secrets()).delete(checkedName(profile));
  io.tell(`Nothing of profile ${profile} is kept any more.\n`);
  return exitCodes.yes;
}
