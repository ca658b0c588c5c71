import { randomBytes, timingSafeEqual } from 'node:crypto';
import { devNull } from 'node:os';
import { profileIn } from '../aws-config.ts';
import { awsOptions, checkAwsOptions } from '../aws-proof.ts';
import { argumentsIn, type Command, type ExitCode, type Io, secondsOf, UsageError } from '../command.ts';
import { asEnvironment, withoutMilliseconds } from '../formats.ts';
import type { LoopbackServer } from '../machine.ts';
import { defaultProfile } from '../profiles.ts';
import { type CredentialsWish, credentialsFor } from '../session.ts';

const usage = `daypass exec [--grant NAME] [--server] -- COMMAND [ARGUMENTS]

Runs a command with credentials for a grant in its environment. With --server it gets the address of a credentials endpoint
on this machine instead, from which AWS SDKs fetch new ones by themselves for as long as your sign-in lasts.

  --grant NAME     (default: that of the sign-in)
  --server         for work that takes longer than credentials last; it does not see your AWS configuration, whose profiles
                   would go before, but for the region of [default]
  --duration D     as 4h, 90m or seconds; what is too long is shortened
  --aws            proved by a request that is signed with the credentials of the AWS configuration, with --server each time
                   anew; nobody signs in
  --endpoint URL   with --aws: the address of Daypass   (default: DAYPASS_ENDPOINT, or that of the sign-in)
  --audience TEXT  with --aws: what Daypass is called, where its configuration says so   (default: the address)
  --profile NAME   (default: ${defaultProfile})

  daypass exec --grant tenant-files -- aws s3 ls s3://privet/blue/

Exit status: 0 or what the command ends with; before it runs 1 refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = {
  grant: { type: 'string' },
  server: { type: 'boolean' },
  duration: { type: 'string' },
  ...awsOptions,
  profile: { type: 'string' },
} as const;

export const exec: Command = { name: 'exec', summary: 'runs a command with credentials', usage, options, run };

/** Whatever would stand before the credentials that we give. */
const others = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
];

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const end = args.indexOf('--');
  const [command, ...rest] = end < 0 ? [] : args.slice(end + 1);
  const {
    grant,
    server = false,
    duration,
    aws = false,
    endpoint: address,
    audience,
    profile = defaultProfile,
  } = argumentsIn(end < 0 ? args : args.slice(0, end), options).values;
  if (command === undefined) throw new UsageError('What shall be run? daypass exec -- COMMAND');
  checkAwsOptions(aws, { endpoint: address, audience });
  const wish: CredentialsWish = {
    profile,
    grant,
    ...(aws && { proof: { aws, audience } }),
    ...(address !== undefined && { endpoint: address }),
    ...(duration !== undefined && { durationSeconds: secondsOf(duration) }),
  };
  // Whether it may be had is told before anything runs.
  const { credentials } = await credentialsFor(wish, io);
  const clean = Object.fromEntries(Object.entries(io.machine.environment).filter(([name]) => !others.includes(name)));
  if (!server) return io.machine.run(command, rest, { ...clean, ...asEnvironment(credentials) });
  const token = randomBytes(32).toString('base64url');
  const endpoint = await serve(wish, token, io);
  try {
    return await io.machine.run(command, rest, {
      ...regionOf(io),
      ...clean,
      // In SDKs every profile, [default] first, goes before the container: with one the work would run as somebody else.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${endpoint.port}/`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    });
  } finally {
    await endpoint.close();
  }
}

/** Of the [default] that the work does not see. */
function regionOf({ machine }: Io): Record<string, string> {
  const region = profileIn(machine.readIfThere(machine.awsConfigFile) ?? '', 'default')?.get('region');
  return region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/** The contract of ECS's credentials endpoint, for whoever knows the token. */
function serve(wish: CredentialsWish, token: string, io: Io): Promise<LoopbackServer> {
  const json = (status: number, body: unknown) => ({ status, type: 'application/json', body: JSON.stringify(body) });
  const refused = (status: number, message: string) =>
    json(status, { Code: 'Refused', Message: message, code: 'Refused', message });
  /** One exchange for all who ask at once. */
  let flight: ReturnType<typeof credentialsFor> | undefined;
  return io.machine.serve(async ({ method, url, authorization = '' }) => {
    if (method !== 'GET' || url.pathname !== '/') return refused(404, 'There is nothing here.');
    if (!same(authorization.replace(/^Bearer +/i, ''), token))
      return refused(401, 'The authorization token is another.');
    try {
      flight ??= credentialsFor(wish, io).finally(() => {
        flight = undefined;
      });
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = (await flight).credentials;
      return json(200, {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        Expiration: withoutMilliseconds(expiration),
      });
    } catch (error) {
      return refused(403, error instanceof Error ? error.message : 'There are no credentials.');
    }
  });
}

function same(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
