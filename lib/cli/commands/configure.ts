import { isBeyondUs, profileIn, withProfile } from '../aws-config.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, UsageError } from '../command.ts';
import { defaultProfile, signedInProfile } from '../profiles.ts';
import { grantOf } from '../session.ts';

const usage = `daypass configure --aws-profile NAME [--grant NAME] [--region REGION] [--force]

Writes a profile into the AWS configuration that fetches credentials by itself (credential_process), for the AWS CLI and
every SDK. What else stands in the file stays as it is.

  --aws-profile NAME   as in aws --profile NAME
  --grant NAME         (default: that of the sign-in)
  --region REGION      the Region of the profile
  --profile NAME       which sign-in   (default: ${defaultProfile})
  --force              replace how the profile gets its credentials now

Exit status: 0 written, or there already, 2 it cannot be.
`;

const options = {
  'aws-profile': { type: 'string' },
  grant: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  force: { type: 'boolean' },
} as const;

export const configure: Command = {
  name: 'configure',
  summary: 'writes a profile into ~/.aws/config',
  usage,
  options,
  run,
};

/** Settings by which a profile gets credentials in another way. */
const otherWays = /^(aws_|role_arn$|source_profile$|credential_source$|sso_|web_identity_token_file$|login_session$)/;

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { grant, region, force = false, profile = defaultProfile, ...values } = argumentsIn(args, options).values;
  const name = values['aws-profile'];
  if (name === undefined || !/^[\w.@+=-]{1,64}$/.test(name)) {
    throw new UsageError('--aws-profile: the name of the profile, of letters, digits and . _ - @ + =');
  }
  if (region !== undefined && !/^[a-z]{2,}(-[a-z]+)+-\d$/.test(region)) {
    throw new UsageError(`--region ${region}: as eu-central-1.`);
  }
  const wanted = grantOf(grant, signedInProfile(profile, io));
  if (!/^[\w-]+$/.test(wanted)) throw new UsageError(`--grant ${wanted}: small letters, digits and -.`);
  const { awsConfigFile: file, self } = io.machine;
  // Some SDKs give the line to a shell.
  if (/[$`\n\r]|\\(?=["$`\\])/.test(self)) {
    throw new UsageError(
      `Daypass lies at ${self}, and shells would read more than a path in that. Install it elsewhere.`,
    );
  }
  const command = `${self} credentials --format process --grant ${wanted} --profile ${profile}`;
  const before = io.machine.readIfThere(file) ?? '';
  if (isBeyondUs(before, name)) {
    throw new UsageError(
      `[profile ${name}] in ${file} is written in a way that this command would spoil. Choose another name.`,
    );
  }
  const present = profileIn(before, name);
  const process = present?.get('credential_process');
  const others = [...(present?.keys() ?? [])].filter((key) => otherWays.test(key));
  if (!force && (others.length > 0 || (process !== undefined && process !== command))) {
    const how = others[0] ?? 'credential_process';
    throw new UsageError(
      `[profile ${name}] in ${file} gets its credentials by ${how} already: another name, or --force.`,
    );
  }
  if (others.length > 0) {
    throw new UsageError(
      `[profile ${name}] in ${file} has ${others.join(', ')}, which would go before: take that away.`,
    );
  }
  const lines = [
    ['credential_process', command] as const,
    ...(region === undefined ? [] : [['region', region] as const]),
  ];
  const after = withProfile(before, { name, lines });
  if (after !== before) io.machine.writePrivately(file, after);
  io.tell(`[profile ${name}] is in ${file}: aws --profile ${name} sts get-caller-identity\n`);
  return exitCodes.yes;
}
