import { askDaypass } from '../ask-daypass.ts';
import { argumentsIn, type Command, Denied, type ExitCode, exitCodes, type Io, inJson } from '../command.ts';
import { defaultProfile, signedInProfile } from '../profiles.ts';
import { grantOf, idTokenOf } from '../session.ts';

const usage = `daypass console [--grant NAME] [--destination URL] [--print]

Opens the AWS console as a grant lets you. Whoever has the link is you, for fifteen minutes.

  --grant NAME        (default: that of the sign-in)
  --destination URL   a page of the console   (default: its first)
  --print             print the link, open nothing
  --profile NAME      (default: ${defaultProfile})
  --json              print the link as JSON

Exit status: 0 opened or printed, 1 refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = {
  grant: { type: 'string' },
  destination: { type: 'string' },
  print: { type: 'boolean' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const console: Command = { name: 'console', summary: 'opens the AWS console', usage, options, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    grant,
    destination,
    print = false,
    profile: name = defaultProfile,
    json = false,
  } = argumentsIn(args, options).values;
  const profile = signedInProfile(name, io);
  if (!profile.oidc) throw new Denied(`A SAML sign-in opens the console in the portal: ${profile.endpoint}/portal`);
  const token = await idTokenOf(name, profile, io);
  const body = { grant: grantOf(grant, profile), token, ...(destination !== undefined && { destination }) };
  const answer = await askDaypass({ endpoint: profile.endpoint, path: '/v1/console', body }, io);
  const url = String(answer.url);
  if (json) io.write(inJson(answer));
  else if (print || !io.machine.hasDisplay) io.write(`${url}\n`);
  else await io.machine.openBrowser(url);
  return exitCodes.yes;
}
