import { parseDuration } from '../../config/duration.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, UsageError } from '../command.ts';
import { checkedEndpoint } from '../endpoint.ts';
import {
  checkedName,
  defaultProfile,
  keepProfile,
  keepSecrets,
  type OidcSignIn,
  type Profile,
  profileNamed,
} from '../profiles.ts';
import { endOf } from '../session.ts';

const usage = `daypass login [--profile NAME]
daypass login --endpoint URL --issuer ISSUER --client-id ID [--scope SCOPE] [--max-age TIME] [--device] [--grant NAME]
daypass login --endpoint URL --saml [--grant NAME]

Signs you in, and remembers how: the next time daypass login alone will do. OpenID Connect by your browser (code flow with
PKCE, back to this machine), or with --device on any other; SAML through the portal of Daypass, where you choose a grant.
Sign-ins are kept in the keyring of the operating system, else in a file that only you may read, in DAYPASS_HOME (by default
~/.config/daypass). The browser is waited for five minutes.

  --endpoint URL     the address of Daypass   (default: DAYPASS_ENDPOINT)
  --issuer ISSUER    the identity provider, as tokens spell it in iss; ISSUER=http://127.0.0.1:PORT for one on this machine
  --client-id ID     what the identity provider knows this command as: a public client with http://127.0.0.1/callback
  --scope SCOPE      (default: openid; with offline_access the sign-in renews itself where the provider allows it)
  --max-age TIME     authenticate again where that was longer ago, as 15m: for grants with session.maxAuthAge; not with --device
  --device           with a code on another device, where there is no browser
  --saml             through the portal
  --no-browser       print the address, open nothing
  --grant NAME       which grant is meant where none is named
  --profile NAME     several sign-ins beside each other   (default: ${defaultProfile})

Exit status: 0 signed in, 1 refused, 2 it cannot be tried, 4 something did not answer.
`;

const options = {
  endpoint: { type: 'string' },
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  scope: { type: 'string' },
  'max-age': { type: 'string' },
  device: { type: 'boolean' },
  saml: { type: 'boolean' },
  'no-browser': { type: 'boolean' },
  grant: { type: 'string' },
  profile: { type: 'string' },
} as const;

export const login: Command = { name: 'login', summary: 'signs you in', usage, options, run };

type Values = ReturnType<typeof argumentsIn<typeof options>>['values'];

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = argumentsIn(args, options);
  const name = checkedName(values.profile ?? defaultProfile);
  const profile = wanted(values, profileNamed(name, io), io);
  const browser = !values['no-browser'];
  if (profile.oidc) {
    const { signInWithOidc } = await import('../sign-in/oidc.ts');
    const secrets = await signInWithOidc(profile.oidc, { device: values.device ?? false, browser }, io);
    keepProfile(name, profile, io);
    const place = await keepSecrets(name, secrets, io);
    io.tell(`Signed in until ${endOf(secrets.idToken ?? '').toISOString()}; kept in ${place}.\n`);
    return exitCodes.yes;
  }
  const { signInWithSaml } = await import('../sign-in/saml.ts');
  const { grant, secrets } = await signInWithSaml(profile, browser, io);
  keepProfile(name, { ...profile, grant: values.grant ?? grant }, io);
  const place = await keepSecrets(name, secrets, io);
  io.tell(`You have credentials for ${grant} until ${secrets.credentials?.[grant]?.expiration}; kept in ${place}.\n`);
  return exitCodes.yes;
}

function wanted(values: Values, known: Profile | undefined, io: Io): Profile {
  const endpoint = values.endpoint ?? known?.endpoint ?? io.machine.endpoint;
  if (endpoint === undefined) throw new UsageError('--endpoint: where is Daypass?');
  const grant = values.grant ?? known?.grant;
  const base = { endpoint: checkedEndpoint(endpoint), ...(grant !== undefined && { grant }) };
  if (values.saml && values.issuer !== undefined)
    throw new UsageError('Sign in with --issuer or with --saml, not with both.');
  if (values.saml || (known?.saml !== undefined && values.issuer === undefined)) return { ...base, saml: 'portal' };
  const oidc = oidcOf(values, known?.oidc);
  if (!oidc) throw new UsageError('How do you sign in? --issuer ISSUER --client-id ID, or --saml.');
  return { ...base, oidc };
}

function oidcOf(values: Values, known: OidcSignIn | undefined): OidcSignIn | undefined {
  const [issuer, address] = values.issuer === undefined ? [known?.issuer, known?.address] : issuerIn(values.issuer);
  const clientId = values['client-id'] ?? known?.clientId;
  if (issuer === undefined) return undefined;
  if (clientId === undefined)
    throw new UsageError('--client-id: what does the identity provider know this command as?');
  const scope = values.scope ?? known?.scope ?? 'openid';
  const maxAgeSeconds = maxAgeOf(values) ?? known?.maxAgeSeconds;
  return {
    issuer,
    ...(address !== undefined && { address }),
    clientId,
    scope,
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
  };
}

function maxAgeOf({ 'max-age': text, device }: Values): number | undefined {
  if (text === undefined) return undefined;
  if (device) throw new UsageError('--max-age: the device flow cannot ask for it (RFC 8628 has no such parameter).');
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new UsageError(`--max-age ${text}: a time such as 15m, 1h, or plain seconds.`);
  return seconds;
}

function issuerIn(text: string): readonly [issuer: string, address: string | undefined] {
  const [, issuer = text, address] = /^(https:\/\/.+)=(http:\/\/127\.0\.0\.1:\d+)$/.exec(text) ?? [];
  return [issuer, address];
}
