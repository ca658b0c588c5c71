import { awsOptions, checkAwsOptions } from '../aws-proof.ts';
import {
  argumentsIn,
  type Command,
  type ExitCode,
  exitCodes,
  type Io,
  secondsOf,
  textOf,
  UsageError,
} from '../command.ts';
import { formatNamed, formats, formatted } from '../formats.ts';
import { defaultProfile } from '../profiles.ts';
import { credentialsFor } from '../session.ts';

const usage = `daypass credentials [--grant NAME] [--format FORMAT] [--duration 1h]

Prints credentials for a grant: those that are kept while more than five minutes are left of them, else new ones.

  --grant NAME      (default: that of the sign-in)
  --format FORMAT   ${formats.join(', ')}   (default: env; process is for credential_process of the AWS configuration)
  --duration D      as 4h, 90m or seconds, for this once; what is too long is shortened, below 15m raised
  --token T         an ID token instead of the kept sign-in; @FILE, or - for standard input
  --aws             a request signed with the credentials of the AWS configuration instead, for machines of AWS accounts
                    that Daypass knows; nobody signs in
  --endpoint URL    with --token and --aws: the address of Daypass   (default: DAYPASS_ENDPOINT, or that of the sign-in)
  --audience TEXT   with --aws: what Daypass is called, where its configuration says so   (default: the address)
  --profile NAME    (default: ${defaultProfile})
  --json            the same as --format json

  eval "$(daypass credentials --grant tenant-files)"

Exit status: 0 printed, 1 refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = {
  grant: { type: 'string' },
  format: { type: 'string' },
  duration: { type: 'string' },
  token: { type: 'string' },
  ...awsOptions,
  profile: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const credentials: Command = {
  name: 'credentials',
  summary: 'prints credentials for a grant',
  usage,
  options,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    grant,
    profile = defaultProfile,
    endpoint,
    aws = false,
    audience,
    ...values
  } = argumentsIn(args, options).values;
  const format = formatNamed(values.json ? 'json' : (values.format ?? 'env'));
  const durationSeconds = values.duration === undefined ? undefined : secondsOf(values.duration);
  const token = values.token === undefined ? undefined : await textOf(values.token, io);
  checkAwsOptions(aws, { audience });
  if (aws && token !== undefined) throw new UsageError('Bring one proof: --token or --aws.');
  const proof = aws ? ({ aws, audience } as const) : token !== undefined && { token };
  const wish = {
    profile,
    grant,
    ...(proof && { proof }),
    ...(endpoint !== undefined && { endpoint }),
    ...(durationSeconds !== undefined && { durationSeconds }),
  };
  const given = await credentialsFor(wish, io);
  io.write(formatted(given.credentials, format, given.grant));
  return exitCodes.yes;
}
