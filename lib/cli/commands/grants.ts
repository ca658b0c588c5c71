import { inOneLine } from '../../printable.ts';
import { isRecord } from '../../record.ts';
import { askDaypass } from '../ask-daypass.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson, UsageError } from '../command.ts';
import { defaultProfile, signedInProfile } from '../profiles.ts';
import { idTokenOf } from '../session.ts';
import { tableOf } from '../table.ts';

const usage = `daypass grants [--profile NAME] [--json]

Lists the grants that fit you: name, role, and how long a session may last.

Exit status: 0 there are some, 1 there are none or it was refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = { profile: { type: 'string' }, json: { type: 'boolean' } } as const;

export const grants: Command = { name: 'grants', summary: 'lists the grants that fit you', usage, options, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { profile: name = defaultProfile, json = false } = argumentsIn(args, options).values;
  const profile = signedInProfile(name, io);
  if (!profile.oidc)
    throw new UsageError(`Those of a SAML sign-in are shown in the portal: ${profile.endpoint}/portal`);
  const token = await idTokenOf(name, profile, io);
  const { grants: listed } = await askDaypass({ endpoint: profile.endpoint, path: '/v1/grants', token }, io);
  const found = Array.isArray(listed) ? listed.filter(isRecord) : [];
  if (json) io.write(inJson(found));
  else io.write(found.length === 0 ? 'No grant fits you. daypass explain tells why.\n' : rowsOf(found));
  return found.length > 0 ? exitCodes.yes : exitCodes.no;
}

const rowsOf = (found: readonly Record<string, unknown>[]) =>
  tableOf(
    found.map(({ name, roleArn, longestDurationSeconds }) => [
      inOneLine(String(name)),
      inOneLine(String(roleArn)),
      `${Number(longestDurationSeconds) / 3600} h`,
    ]),
  );
