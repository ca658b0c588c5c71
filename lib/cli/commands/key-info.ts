import { accountOfKey } from '../../access-key.ts';
import { awsFailure } from '../aws-failure.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson, UsageError } from '../command.ts';

const usage = `daypass key-info KEY [--live] [--json]

Which account an access key belongs to, and what kind of key it is. The key itself tells, so nothing is asked of anybody;
with --live AWS is (sts:GetAccessKeyInfo), with the credentials of your AWS configuration.

Exit status: 0 known, 1 AWS refused, 2 it is no access key, or one of before 2019, which only AWS can place (--live), 4 AWS could
not be reached.
`;

const options = { live: { type: 'boolean' }, json: { type: 'boolean' } } as const;

export const keyInfo: Command = {
  name: 'key-info',
  summary: 'tells whose account an access key is of',
  usage,
  options,
  run,
};

/** IAM User Guide, "IAM identifiers". */
const kinds = new Map([
  ['AKIA', 'long-term access key of a user or of root'],
  ['ASIA', 'temporary access key of a session'],
  ['ABIA', 'service bearer token'],
  ['ACCA', 'context-specific credential'],
]);

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = argumentsIn(args, options, true);
  const [key = '', ...more] = positionals;
  if (!/^[A-Z0-9]{16,128}$/.test(key) || more.length > 0) {
    throw new UsageError('Bring one access key ID, as AKIAIOSFODNN7EXAMPLE. Never the secret access key.');
  }
  const kind = kinds.get(key.slice(0, 4));
  const account = values.live ? await askedOfAws(key, io) : accountOfKey(key);
  if (account === undefined) throw new UsageError(`${key} does not tell its account: try --live.`);
  io.write(values.json ? inJson({ accessKeyId: key, account, kind }) : `${account}${kind ? `  ${kind}` : ''}\n`);
  return exitCodes.yes;
}

async function askedOfAws(key: string, io: Io): Promise<string> {
  try {
    return await (await io.sts()).accountOf(key);
  } catch (error) {
    throw awsFailure(error, 'AWS did not tell');
  }
}
