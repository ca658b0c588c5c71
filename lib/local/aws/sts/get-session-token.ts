import { accessDenied } from '../../../aws-query/aws-error.ts';
import { shortestSeconds } from '../../../aws-query/federated-requests.ts';
import { ParameterReader } from '../../../aws-query/parameters.ts';
import type { Caller } from '../caller.ts';
import type { SessionPrincipal } from '../sessions.ts';
import type { Action } from './action.ts';
import { checkedMfa, mfaParameters } from './mfa.ts';
import { credentialMembers, wholeSeconds } from './session.ts';

const defaultTokenSeconds = 43_200;
export const longestTokenSeconds = 129_600;
/** Root gets no more, whatever it asks for. */
const longestRootSeconds = 3600;

/** Needs no permission; no policy can take it away. */
export const getSessionToken: Action = (call) => {
  const { sessions, iam, now, parameters } = call;
  const { caller } = call.signedBy();
  const reader = new ParameterReader(parameters);
  const wanted = reader.integer('DurationSeconds', { least: shortestSeconds, most: longestTokenSeconds });
  const mfa = mfaParameters(reader);
  reader.finish();
  refuseSessions(caller, 'GetSessionToken');

  const user = caller.holder?.kind === 'user' ? caller.holder : undefined;
  const mfaAt = checkedMfa(mfa, { user, iam, now });
  const principal: SessionPrincipal = user ? { kind: 'user', userId: user.id } : { kind: 'root' };
  const expires = wholeSeconds(now, secondsFor(caller, wanted));
  const session = sessions.issue({ account: caller.account, principal, expires, ...(mfaAt && { mfaAt }) });
  return { Credentials: credentialMembers(session) };
};

/** Only long-term keys may ask. */
export function refuseSessions({ session }: Caller, operation: 'GetSessionToken' | 'GetFederationToken'): void {
  if (session) throw accessDenied(`Cannot call ${operation} with session credentials`);
}

export function secondsFor({ kind }: Caller, wanted: number | undefined): number {
  if (kind === 'root') return Math.min(wanted ?? longestRootSeconds, longestRootSeconds);
  return wanted ?? defaultTokenSeconds;
}
