// The sign-in of a profile at work: its token, and credentials for grants.

import { parseCompactJwt } from '../identity/oidc/compact-jwt.ts';
import { inOneLine } from '../printable.ts';
import { askDaypass, credentialsIn } from './ask-daypass.ts';
import { awsProof, checkAwsOptions } from './aws-proof.ts';
import { Denied, type Io, UsageError } from './command.ts';
import { endpointOf } from './endpoint.ts';
import type { KeptCredentials } from './kept-credentials.ts';
import { keepSecrets, type Profile, profileOption, secretsOf, signedInProfile } from './profiles.ts';

/** What must be left of a token and of credentials for them to be used. */
const tokenSeconds = 30;
const credentialsSeconds = 300;

export const profileOptions = { profile: { type: 'string' } } as const;

/** When a token ends, by its own word. */
export function endOf(idToken: string): Date {
  return new Date(Number(parseCompactJwt(idToken).payload.get('exp') ?? 0) * 1000);
}

/** Throws a `Denied` that says to sign in again. */
export async function idTokenOf(name: string, profile: Profile, io: Io): Promise<string> {
  const secrets = await secretsOf(name, io);
  const { idToken, refreshToken } = secrets;
  const isGood = idToken !== undefined && endOf(idToken).getTime() > io.now().getTime() + tokenSeconds * 1000;
  if (isGood) return idToken;
  if (refreshToken !== undefined && profile.oidc) {
    // The library costs more to load than all the rest.
    const { refreshed } = await import('./sign-in/oidc.ts');
    const tokens = await refreshed(profile.oidc, refreshToken, io);
    if (tokens?.idToken !== undefined) {
      await keepSecrets(name, { ...secrets, ...tokens }, io);
      return tokens.idToken;
    }
    // Another command may have used the refresh token a moment ago: then its tokens are there.
    const { idToken: newer } = await secretsOf(name, io);
    if (newer !== undefined && newer !== idToken && endOf(newer) > io.now()) return newer;
  }
  throw new Denied(`The sign-in has ended: daypass login${profileOption(name)}`);
}

export interface CredentialsWish {
  readonly profile: string;
  readonly grant: string | undefined;
  readonly durationSeconds?: number;
  /** A proof instead of the kept sign-in. */
  readonly proof?: OwnProof;
  readonly endpoint?: string;
}

/** By the names of the doors. */
export type ShownProof = { readonly token: string } | { readonly awsRequest: string };

export interface Showing {
  readonly profile: string;
  readonly aws: boolean;
  readonly endpoint: string | undefined;
  readonly audience: string | undefined;
  /** What a SAML sign-in does in the portal instead. */
  readonly inPortal: string;
}

export interface Shown {
  readonly endpoint: string;
  readonly proof: ShownProof;
  /** Whose kept sign-in it is. */
  readonly signedIn: Profile | undefined;
}

/** The token of the kept sign-in, or with --aws a signed request. Throws a `Denied` or a `UsageError`. */
export async function shown({ profile: name, aws, endpoint, audience, inPortal }: Showing, io: Io): Promise<Shown> {
  checkAwsOptions(aws, { endpoint, audience });
  if (aws) {
    const known = endpointOf(endpoint, name, io);
    return {
      endpoint: known,
      proof: { awsRequest: await awsProof({ endpoint: known, audience }, io) },
      signedIn: undefined,
    };
  }
  const profile = signedInProfile(name, io);
  if (!profile.oidc) throw new UsageError(`${inPortal}: ${profile.endpoint}/portal`);
  return { endpoint: profile.endpoint, proof: { token: await idTokenOf(name, profile, io) }, signedIn: profile };
}

/** A token that was brought, or a request that is signed when it is needed. */
export type OwnProof = { readonly token: string } | { readonly aws: true; readonly audience: string | undefined };

export interface GivenCredentials {
  readonly credentials: KeptCredentials;
  readonly grant: string;
}

/** Kept ones while they are good, else new ones. Throws a `Denied`, an `Unreachable` or a `UsageError`. */
export async function credentialsFor(wish: CredentialsWish, io: Io): Promise<GivenCredentials> {
  const { profile: name, proof, durationSeconds } = wish;
  if (proof !== undefined) return withProof({ ...wish, proof }, io);
  const profile = signedInProfile(name, io);
  const grant = grantOf(wish.grant, profile);
  const secrets = await secretsOf(name, io);
  const kept = new Map(Object.entries(secrets.credentials ?? {})).get(grant);
  if (kept && isGood(kept, io) && durationSeconds === undefined) return { credentials: kept, grant };
  if (!profile.oidc) {
    const why = kept ? `those for ${grant} have ended` : `it was not for ${grant}`;
    throw new Denied(
      `A SAML sign-in gives credentials for one grant, once, and ${why}: daypass login${profileOption(name)}`,
    );
  }
  const idToken = await idTokenOf(name, profile, io);
  const credentials = await exchanged(
    { endpoint: profile.endpoint, grant, proof: { token: idToken }, durationSeconds },
    io,
  );
  // What was wished for once is not what the next command wants.
  if (durationSeconds !== undefined) return { credentials, grant };
  const now = await secretsOf(name, io);
  await keepSecrets(name, { ...now, credentials: { ...now.credentials, [grant]: credentials } }, io);
  return { credentials, grant };
}

async function withProof(
  { proof, grant, endpoint, profile, durationSeconds }: CredentialsWish & { proof: OwnProof },
  io: Io,
): Promise<GivenCredentials> {
  const known = endpointOf(endpoint, profile, io);
  if (grant === undefined) throw new UsageError('--grant: which grant?');
  const shown = 'token' in proof ? proof : { awsRequest: await awsProof({ ...proof, endpoint: known }, io) };
  return { credentials: await exchanged({ endpoint: known, grant, proof: shown, durationSeconds }, io), grant };
}

interface Exchange {
  readonly endpoint: string;
  readonly grant: string;
  readonly proof: ShownProof;
  readonly durationSeconds: number | undefined;
}

async function exchanged({ endpoint, proof, ...rest }: Exchange, io: Io): Promise<KeptCredentials> {
  const answer = await askDaypass({ endpoint, path: '/v1/credentials', body: { ...rest, ...proof } }, io);
  const { durationLimitedBy: limit, expiresIn: seconds } = answer;
  if (typeof limit === 'string') {
    const asked = rest.durationSeconds === undefined ? '' : `, and not ${rest.durationSeconds} s as you asked`;
    io.tell(`The session lasts ${inOneLine(String(seconds))} s${asked}: so says the ${inOneLine(limit)}.\n`);
  }
  return credentialsIn(answer);
}

const isGood = ({ expiration }: KeptCredentials, io: Io) =>
  new Date(expiration).getTime() - io.now().getTime() > credentialsSeconds * 1000;

export function grantOf(named: string | undefined, { grant }: Profile): string {
  const wanted = named ?? grant;
  if (wanted === undefined) throw new UsageError('--grant: which grant? daypass grants lists those that fit you.');
  return wanted;
}
