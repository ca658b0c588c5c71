// Credentials for a link into the AWS console, through AWS's federation endpoint.
// Source: IAM User Guide, "Enable custom identity broker access to the AWS console".

import type { Issued } from '../issue/credential-issuer.ts';
import { type Network, type NetworkAnswer, NetworkError } from '../network/network.ts';
import { recordIn } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import { type ConsolePlace, isConsolePage } from './partition.ts';

export interface ConsoleSettings {
  readonly network: Network;
  readonly place: ConsolePlace;
  /** `https://{sign-in host}`, or what stands in for it. */
  readonly federationOrigin: string;
}

export interface ConsoleWish {
  readonly issued: Issued;
  readonly session: SessionPlan;
  /** A page of the console; the home page where none is wished for. */
  readonly destination?: string;
  /** Where a person signs in again when the console session has ended: a page of ours. */
  readonly signInPage: string;
  readonly now: Date;
}

export interface ConsoleLinks {
  /** Throws a `Refusal` for a page that is none of the console. */
  checkDestination(destination: string | undefined): void;
  /** Resolves to the link, which is good for 15 minutes. Rejects with a `Refusal`. */
  link(wish: ConsoleWish): Promise<string>;
}

const timeoutMilliseconds = 3000;
const longestAnswerBytes = 64 * 1024;

/** The federation endpoint takes 15 minutes to 12 hours. */
const shortestSeconds = 900;
const longestSeconds = 43_200;

export function consoleLinks({ network, place, federationOrigin }: ConsoleSettings): ConsoleLinks {
  const home = `https://${place.consoleHost}/`;
  const checkDestination = (destination: string = home) => {
    if (!isConsolePage(destination, place)) throw new Refusal('destination_not_allowed');
  };
  return {
    checkDestination,
    async link({ issued, session, destination = home, signInPage, now }) {
      checkDestination(destination);
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = issued.credentials;
      const keys = { sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken };
      const seconds = sessionSeconds(session, expiration, now);
      // In the body: addresses are logged on the way.
      const body = new URLSearchParams({
        Action: 'getSigninToken',
        Session: JSON.stringify(keys),
        ...(seconds !== undefined && { SessionDuration: String(seconds) }),
      });
      const token = signInToken(await ask(network, `${federationOrigin}/federation`, body.toString()));
      // As it was understood when it was checked, so that AWS cannot understand something else.
      const page = new URL(destination).href;
      const query = { Action: 'login', Issuer: signInPage, Destination: page, SigninToken: token };
      return `${federationOrigin}/federation?${new URLSearchParams(query)}`;
    },
  };
}

/** In a partition whose console nobody outside may sign in to this way. */
export const noConsole: ConsoleLinks = {
  checkDestination: () => {
    throw new Refusal('console_refused', { why: 'this partition has no console sign-in' });
  },
  link: () => Promise.reject(new Refusal('console_refused', { why: 'this partition has no console sign-in' })),
};

/**
 * Without SessionDuration the console session ends with the credentials. It is legal only for credentials of a role
 * that no role assumed, which those for a token or an assertion are, and AWS does not hold it to the role's maximum: so we hold it to what
 * was granted.
 */
function sessionSeconds({ way, duration }: SessionPlan, expiration: Date, now: Date): number | undefined {
  const left = Math.floor((expiration.getTime() - now.getTime()) / 1000);
  const seconds = Math.min(left, duration.seconds, longestSeconds);
  switch (way) {
    case 'forward':
    case 'vouch':
      return seconds < shortestSeconds ? undefined : seconds;
    case 'chain':
    case 'federation-token':
      return undefined;
  }
}

async function ask(network: Network, url: string, body: string): Promise<NetworkAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  try {
    return await network.send({ method: 'POST', url, headers, body, timeoutMilliseconds, longestAnswerBytes });
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    throw new Refusal('console_unavailable', { why: cause.message }, { cause });
  }
}

function signInToken({ status, body }: NetworkAnswer): string {
  if (status >= 500) throw new Refusal('console_unavailable', { federationStatus: status });
  if (status !== 200) throw new Refusal('console_refused', { federationStatus: status });
  const token = tokenIn(body);
  if (token === undefined) throw new Refusal('console_refused', { why: 'the answer has no SigninToken' });
  return token;
}

function tokenIn(json: string): string | undefined {
  const { SigninToken: token } = recordIn(json) ?? {};
  return typeof token === 'string' && token !== '' ? token : undefined;
}
