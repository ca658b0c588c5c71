import { inOneLine } from '../../printable.ts';
import { isRecord } from '../../record.ts';
import { askDaypass } from '../ask-daypass.ts';
import { awsOptions } from '../aws-proof.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson } from '../command.ts';
import { defaultProfile } from '../profiles.ts';
import { shown } from '../session.ts';
import { tableOf } from '../table.ts';

const usage = `daypass grants [--profile NAME] [--json]
daypass grants --aws [--endpoint URL] [--audience TEXT] [--json]

Lists the grants that fit you: name, account, role, and how long a session may last. With --aws those of the machine, proved by a
request that is signed with the credentials of the AWS configuration.

Exit status: 0 there are some, 1 there are none or it was refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = { profile: { type: 'string' }, ...awsOptions, json: { type: 'boolean' } } as const;

export const grants: Command = { name: 'grants', summary: 'lists the grants that fit you', usage, options, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    profile = defaultProfile,
    aws = false,
    endpoint: address,
    audience,
    json = false,
  } = argumentsIn(args, options).values;
  const inPortal = 'Those of a SAML sign-in are shown in the portal';
  const { endpoint, proof } = await shown({ profile, aws, endpoint: address, audience, inPortal }, io);
  const token = 'token' in proof ? proof.token : proof.awsRequest;
  const { grants: listed } = await askDaypass({ path: '/v1/grants', endpoint, token }, io);
  const found = Array.isArray(listed) ? listed.filter(isRecord) : [];
  if (json) io.write(inJson(found));
  else io.write(found.length === 0 ? 'No grant fits you. daypass explain tells why.\n' : rowsOf(found));
  return found.length > 0 ? exitCodes.yes : exitCodes.no;
}

const rowsOf = (found: readonly Record<string, unknown>[]) =>
  tableOf(
    found.map(({ name, account, accountName, roleArn, longestDurationSeconds }) => [
      inOneLine(String(name)),
      inOneLine(String(accountName ?? account ?? '')),
      inOneLine(String(roleArn)),
      `${Number(longestDurationSeconds) / 3600} h`,
    ]),
  );
