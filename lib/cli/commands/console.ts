import { randomBytes } from 'node:crypto';
import { signInHosts } from '../../console/partition.ts';
import { askDaypass } from '../ask-daypass.ts';
import { awsOptions } from '../aws-proof.ts';
import {
  argumentsIn,
  type Command,
  type ExitCode,
  exitCodes,
  type Io,
  inJson,
  secondsOf,
  Unreachable,
  UsageError,
} from '../command.ts';
import { defaultProfile } from '../profiles.ts';
import { grantOf, shown } from '../session.ts';

const usage = `daypass console [--grant NAME] [--destination URL] [--duration 1h] [--print]

Opens the AWS console as a grant lets you. Whoever has the link is you, for fifteen minutes.

  --grant NAME        (default: that of the sign-in)
  --destination URL   a page of the console   (default: its first)
  --duration D        as 4h, 90m or seconds; what is too long is shortened
  --print             print the link, open nothing
  --aws               proved by a request that is signed with the credentials of the AWS configuration; nobody signs in
  --endpoint URL      with --aws: the address of Daypass   (default: DAYPASS_ENDPOINT, or that of the sign-in)
  --audience TEXT     with --aws: what Daypass is called, where its configuration says so   (default: the address)
  --profile NAME      (default: ${defaultProfile})
  --json              print the link as JSON

Exit status: 0 opened or printed, 1 refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = {
  grant: { type: 'string' },
  destination: { type: 'string' },
  duration: { type: 'string' },
  ...awsOptions,
  print: { type: 'boolean' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const console: Command = { name: 'console', summary: 'opens the AWS console', usage, options, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    grant,
    destination,
    duration,
    print = false,
    profile = defaultProfile,
    json = false,
    aws = false,
    endpoint: address,
    audience,
  } = argumentsIn(args, options).values;
  const durationSeconds = duration === undefined ? undefined : secondsOf(duration);
  if (aws && grant === undefined) throw new UsageError('--grant: which grant?');
  const inPortal = 'A SAML sign-in opens the console in the portal';
  const { endpoint, proof, signedIn } = await shown({ profile, aws, endpoint: address, audience, inPortal }, io);
  const body = {
    grant: signedIn ? grantOf(grant, signedIn) : grant,
    ...proof,
    ...(destination !== undefined && { destination }),
    ...(durationSeconds !== undefined && { durationSeconds }),
  };
  const answer = await askDaypass({ endpoint, path: '/v1/console', body }, io);
  const url = consoleLink(String(answer.url), endpoint);
  if (json) io.write(inJson(answer));
  else if (print || !io.machine.hasDisplay) io.write(`${url}\n`);
  else await openPrivately(url, io);
  return exitCodes.yes;
}

/** Into AWS's sign-in and nowhere else; on this machine into what stands in for it. */
function consoleLink(url: string, endpoint: string): string {
  const { origin = '', hostname = '' } = URL.canParse(url) ? new URL(url) : {};
  const isLocal = (address: string) => /^http:\/\/127\.0\.0\.1(:\d+)?$/.test(address);
  const isAws =
    origin === `https://${hostname}` && signInHosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
  if (isAws || (isLocal(origin) && isLocal(endpoint))) return url;
  throw new Unreachable('The answer of Daypass is no link into the AWS console. Is the address right?');
}

const longestWaitMilliseconds = 30_000;

/** Arguments of processes are for everybody on the machine to read, so the browser gets an address that serves once. */
async function openPrivately(url: string, io: Io): Promise<void> {
  const path = `/${randomBytes(32).toString('base64url')}`;
  let served: () => void = () => undefined;
  const once = new Promise<void>((resolve) => {
    served = resolve;
  });
  let isLeft = true;
  const server = await io.machine.serve(async (request) => {
    if (!isLeft || request.method !== 'GET' || request.url.pathname !== path) {
      return { status: 404, type: 'text/plain', body: 'There is nothing here.' };
    }
    isLeft = false;
    setTimeout(served, 100);
    return { status: 303, type: 'text/plain', body: '', location: url };
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('No browser came for the link. daypass console --print shows it.')),
      longestWaitMilliseconds,
    );
  });
  try {
    await io.machine.openBrowser(`http://127.0.0.1:${server.port}${path}`);
    await Promise.race([once, late]);
  } finally {
    clearTimeout(timer);
    await server.close();
  }
}
