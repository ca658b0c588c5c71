// Who is signed in where: settings that are no secret, and beside them what is.

import { isRecord } from '../record.ts';
import { type Io, UsageError } from './command.ts';
import type { KeptCredentials } from './kept-credentials.ts';

/** How a person signs in, kept for the next time. */
export interface Profile {
  readonly endpoint: string;
  /** Which grant is meant where none is named. */
  readonly grant?: string;
  readonly oidc?: OidcSignIn;
  /** The name of the SAML provider. */
  readonly saml?: string;
}

export interface OidcSignIn {
  readonly issuer: string;
  /** Where it is reached, when that is an identity provider on this machine. */
  readonly address?: string;
  readonly clientId: string;
  readonly scope: string;
  /** Asks to authenticate anew who did so longer ago, and to be told when it was. */
  readonly maxAgeSeconds?: number;
}

/** Kept in the keyring. */
export interface ProfileSecrets {
  readonly idToken?: string;
  readonly refreshToken?: string;
  /** By grant. */
  readonly credentials?: Readonly<Record<string, KeptCredentials>>;
}

interface Settings {
  readonly profiles: Readonly<Record<string, Profile>>;
}

export const defaultProfile = 'default';
const nameForm = /^[\w.-]{1,64}$/;

function settingsIn({ machine }: Io): Settings {
  const text = machine.readIfThere(machine.settingsFile);
  if (text === undefined) return { profiles: {} };
  try {
    const found: unknown = JSON.parse(text);
    if (isRecord(found) && isRecord(found.profiles)) return found as unknown as Settings;
  } catch {
    // Told below.
  }
  throw new Error(
    `${machine.settingsFile} is not what daypass login wrote. Mend it, or take it away and sign in anew.`,
  );
}

export function checkedName(name: string): string {
  if (!nameForm.test(name)) throw new UsageError(`--profile ${name}: 1 to 64 letters, digits and . _ -`);
  return name;
}

/** As a command line ends with it; empty for the default. */
export const profileOption = (name: string) => (name === defaultProfile ? '' : ` --profile ${name}`);

export const profileNamed = (name: string, io: Io): Profile | undefined =>
  new Map(Object.entries(settingsIn(io).profiles)).get(checkedName(name));

export function keepProfile(name: string, profile: Profile, io: Io): void {
  const settings = settingsIn(io);
  const next: Settings = { ...settings, profiles: { ...settings.profiles, [checkedName(name)]: profile } };
  io.machine.writePrivately(io.machine.settingsFile, `${JSON.stringify(next, null, 2)}\n`);
}

export async function secretsOf(name: string, { machine }: Io): Promise<ProfileSecrets> {
  const text = await (await machine.secrets()).get(name);
  try {
    return text === undefined ? {} : (JSON.parse(text) as ProfileSecrets);
  } catch {
    return {};
  }
}

/** Resolves to where they lie now. */
export async function keepSecrets(name: string, secrets: ProfileSecrets, { machine }: Io): Promise<string> {
  return (await machine.secrets()).set(name, JSON.stringify(secrets));
}

/** Throws a `UsageError` that says how to sign in. */
export function signedInProfile(name: string, io: Io): Profile {
  const profile = profileNamed(name, io);
  if (profile) return profile;
  const option = profileOption(name);
  throw new UsageError(
    `Nobody has signed in${option && ` as${option}`} yet: daypass login${option} --endpoint URL, and --issuer ISSUER --client-id ID or --saml`,
  );
}
