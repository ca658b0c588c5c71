import { type Io, UsageError } from './command.ts';
import { signedInProfile } from './profiles.ts';

/** Tokens and credentials go over https; over http only to this machine. Throws a `UsageError`. */
export function checkedEndpoint(text: string): string {
  const isSafe = /^https:\/\/[^/?#@]+$|^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(text.replace(/\/$/, ''));
  if (!isSafe || !URL.canParse(text)) {
    throw new UsageError(`--endpoint ${text}: an https:// address without a path, or one on this machine.`);
  }
  return new URL(text).origin;
}

/** Where Daypass is: what is written, what the environment says, or where somebody signed in. Throws a `UsageError`. */
export const endpointOf = (written: string | undefined, profile: string, io: Io) =>
  checkedEndpoint(written ?? io.machine.endpoint ?? signedInProfile(profile, io).endpoint);
