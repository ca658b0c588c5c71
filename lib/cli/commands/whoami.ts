import { parseCompactJwt } from '../../identity/oidc/compact-jwt.ts';
import { inOneLine } from '../../printable.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson } from '../command.ts';
import { defaultProfile, secretsOf, signedInProfile } from '../profiles.ts';
import { endOf } from '../session.ts';

const usage = `daypass whoami [--profile NAME] [--json]

Who is signed in, where and until when, and which credentials are kept. Nothing is asked of anybody.

Exit status: 0 somebody is, 1 the sign-in has ended, 2 nobody ever was.
`;

const options = { profile: { type: 'string' }, json: { type: 'boolean' } } as const;

export const whoami: Command = { name: 'whoami', summary: 'tells who is signed in', usage, options, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { profile: name = defaultProfile, json = false } = argumentsIn(args, options).values;
  const { endpoint, oidc } = signedInProfile(name, io);
  const { idToken, credentials = {} } = await secretsOf(name, io);
  const claims = idToken === undefined ? undefined : parseCompactJwt(idToken).payload;
  const ends = idToken === undefined ? undefined : endOf(idToken);
  const lasting = Object.entries(credentials).filter(([, { expiration }]) => new Date(expiration) > io.now());
  const told = {
    profile: name,
    endpoint,
    signIn: oidc ? oidc.issuer : 'SAML, through the portal',
    subject: claims?.get('sub'),
    email: claims?.get('email'),
    signedInUntil: ends?.toISOString(),
    credentials: Object.fromEntries(lasting.map(([grant, { expiration }]) => [grant, expiration])),
  };
  io.write(json ? inJson(told) : linesOf(told));
  const isSignedIn = ends === undefined ? lasting.length > 0 : ends > io.now();
  return isSignedIn ? exitCodes.yes : exitCodes.no;
}

function linesOf({
  credentials,
  ...told
}: Readonly<Record<string, unknown>> & { readonly credentials: object }): string {
  const names: Readonly<Record<string, string>> = { signIn: 'signs in with', signedInUntil: 'signed in until' };
  const lines = Object.entries(told).flatMap(([name, value]) =>
    value === undefined ? [] : [`${(names[name] ?? name).padEnd(18)}${inOneLine(String(value))}\n`],
  );
  const kept = Object.entries(credentials).map(
    ([grant, until]) => `${'credentials'.padEnd(18)}${grant}, until ${until}\n`,
  );
  return [...lines, ...kept].join('');
}
