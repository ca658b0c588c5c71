import { awsFailure } from '../aws-failure.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, secondsOf, UsageError } from '../command.ts';
import { formatNamed, formats, formatted } from '../formats.ts';

const usage = `daypass session [--mfa SERIAL --code 123456] [--duration 12h] [--format FORMAT]

A session of your own IAM user (sts:GetSessionToken), with MFA where policies ask for it. For IAM users with keys of their
own in the AWS configuration; sign-ins do without.

  --mfa SERIAL      the MFA device: an ARN, or the serial number of a piece of hardware
  --code CODE       the six digits that it shows
  --duration D      15m to 36h   (default: 12h)
  --format FORMAT   ${formats.join(', ')}   (default: env)
  --json            the same as --format json

Exit status: 0 printed, 1 AWS refused, 2 it cannot be asked, 4 it could not be reached.
`;

const options = {
  mfa: { type: 'string' },
  code: { type: 'string' },
  duration: { type: 'string' },
  format: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const session: Command = {
  name: 'session',
  summary: 'a session of your IAM user, with MFA',
  usage,
  options,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { mfa, code, duration, json = false, format: written = 'env' } = argumentsIn(args, options).values;
  const format = formatNamed(json ? 'json' : written);
  if ((mfa === undefined) !== (code === undefined)) throw new UsageError('--mfa and --code go together.');
  if (code !== undefined && !/^\d{6}$/.test(code)) throw new UsageError('--code: six digits.');
  const durationSeconds = duration === undefined ? undefined : secondsOf(duration);
  const wish = { durationSeconds, serialNumber: mfa, tokenCode: code };
  try {
    io.write(formatted(await (await io.sts()).session(wish), format, 'session'));
  } catch (error) {
    throw awsFailure(error, 'AWS gave no session');
  }
  return exitCodes.yes;
}
