import { inOneLine } from '../../printable.ts';
import { isRecord } from '../../record.ts';
import { askDaypass } from '../ask-daypass.ts';
import { awsOptions, awsProof, checkAwsOptions } from '../aws-proof.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson, UsageError } from '../command.ts';
import { endpointOf } from '../endpoint.ts';
import { defaultProfile, signedInProfile } from '../profiles.ts';
import { idTokenOf } from '../session.ts';
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
  const { json = false, ...values } = argumentsIn(args, options).values;
  const { grants: listed } = await askDaypass({ path: '/v1/grants', ...(await bearerFor(values, io)) }, io);
  const found = Array.isArray(listed) ? listed.filter(isRecord) : [];
  if (json) io.write(inJson(found));
  else io.write(found.length === 0 ? 'No grant fits you. daypass explain tells why.\n' : rowsOf(found));
  return found.length > 0 ? exitCodes.yes : exitCodes.no;
}

interface Bearing {
  readonly profile?: string;
  readonly aws?: boolean;
  readonly endpoint?: string;
  readonly audience?: string;
}

async function bearerFor(
  { profile: name = defaultProfile, aws = false, endpoint, audience }: Bearing,
  io: Io,
): Promise<{ readonly endpoint: string; readonly token: string }> {
  if (aws) {
    const known = endpointOf(endpoint, name, io);
    return { endpoint: known, token: await awsProof({ endpoint: known, audience }, io) };
  }
  checkAwsOptions(aws, { endpoint, audience });
  const profile = signedInProfile(name, io);
  if (!profile.oidc)
    throw new UsageError(`Those of a SAML sign-in are shown in the portal: ${profile.endpoint}/portal`);
  return { endpoint: profile.endpoint, token: await idTokenOf(name, profile, io) };
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
