// AWS's sign-in federation endpoint: credentials in, a link out, and behind the link a page that says who signed in.
// Source: IAM User Guide, "Enable custom identity broker access to the AWS console". What AWS answers to bad input is
// not recorded: here it is 400 and a sentence.

import { randomBytes } from 'node:crypto';
import { consoleOf, isConsolePage } from '../../console/partition.ts';
import { escaped, pageOf, styleSource } from '../../html.ts';
import { sessionCaller } from './caller.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { type Session, type Sessions, sameSecret } from './sessions.ts';

export interface FederationAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const federationPath = '/federation';

const linkSeconds = 900;
const shortestSeconds = 900;
const longestSeconds = 43_200;
const mostTokens = 1000;

interface SignInToken {
  /** Who signs in, and into which account. */
  readonly arn: string;
  readonly account: string;
  /** When it can be followed no more. */
  readonly until: Date;
  readonly consoleUntil: Date;
}

export interface Federation {
  answer(parameters: URLSearchParams, now: Date): FederationAnswer;
}

export function federation(sessions: Sessions, iam: EmbeddedIam): Federation {
  const tokens = new Map<string, SignInToken>();
  return {
    answer(parameters, now) {
      try {
        switch (parameters.get('Action')) {
          case 'getSigninToken': {
            const made = signInToken(parameters, { sessions, iam }, now);
            if (tokens.size >= mostTokens) tokens.clear();
            const token = randomBytes(96).toString('base64url');
            tokens.set(token, made);
            return json({ SigninToken: token });
          }
          case 'login':
            return login(parameters, tokens.get(parameters.get('SigninToken') ?? ''), now);
          default:
            throw new BadRequest('Action must be getSigninToken or login.');
        }
      } catch (error) {
        if (!(error instanceof BadRequest)) throw error;
        return page(400, 'AWS sign-in', `<p role="alert">${escaped(error.message)}</p>`);
      }
    },
  };
}

class BadRequest extends Error {}

interface Issued {
  readonly sessions: Sessions;
  readonly iam: EmbeddedIam;
}

function signInToken(parameters: URLSearchParams, { sessions, iam }: Issued, now: Date): SignInToken {
  const session = sessionIn(parameters.get('Session'), sessions);
  const caller = session && sessionCaller(session, iam);
  if (!session || !caller || session.expires <= now) {
    throw new BadRequest('Session must hold credentials that are valid now.');
  }
  const { kind } = session.principal;
  if (kind === 'user') throw new BadRequest('Credentials of GetSessionToken do not open the console.');
  const until = new Date(now.getTime() + linkSeconds * 1000);
  const { arn, account } = caller;
  const written = parameters.get('SessionDuration');
  if (written === null) return { arn, account, until, consoleUntil: session.expires };
  // As AWS has it, where every portal that chains roles fails.
  if (kind === 'federated-user' || session.chained) {
    const whose = kind === 'federated-user' ? 'GetFederationToken' : 'role chaining';
    throw new BadRequest(`SessionDuration does not go with credentials of ${whose}.`);
  }
  const seconds = Number(written);
  if (!/^\d+$/.test(written) || seconds < shortestSeconds || seconds > longestSeconds) {
    throw new BadRequest(`SessionDuration must be ${shortestSeconds} to ${longestSeconds}.`);
  }
  return { arn, account, until, consoleUntil: new Date(now.getTime() + seconds * 1000) };
}

function sessionIn(text: string | null, sessions: Sessions): Session | undefined {
  try {
    const { sessionId, sessionKey, sessionToken } = JSON.parse(text ?? '') as Record<string, unknown>;
    const session = sessions.find(String(sessionId));
    const isTheirs =
      session &&
      sameSecret(String(sessionKey), session.secretAccessKey) &&
      sameSecret(String(sessionToken), session.sessionToken);
    return isTheirs ? session : undefined;
  } catch {
    return undefined;
  }
}

function login(parameters: URLSearchParams, token: SignInToken | undefined, now: Date): FederationAnswer {
  const destination = parameters.get('Destination') ?? '';
  const issuer = parameters.get('Issuer') ?? '';
  const place = consoleOf('aws');
  if (!token || token.until <= now) throw new BadRequest('The sign-in link is not valid any more.');
  if (!place || !isConsolePage(destination, place)) throw new BadRequest('Destination must be a page of the console.');
  const { arn, account, consoleUntil } = token;
  const again = /^https?:\/\//.test(issuer)
    ? `<p><a class="button" href="${escaped(issuer)}">Sign in again when the session has ended</a></p>`
    : '';
  return page(
    200,
    'The AWS console would open here',
    `<p>Signed in as <code>${escaped(arn)}</code> in account <code>${escaped(account)}</code>, until
<time>${consoleUntil.toISOString()}</time>.</p>
<p>AWS would now show <code>${escaped(destination)}</code>. This machine has no console to show.</p>
${again}`,
  );
}

const json = (value: unknown): FederationAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(value),
});

const page = (status: number, title: string, content: string): FederationAnswer => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src ${styleSource}; frame-ancestors 'none'`,
  },
  body: pageOf(title, content),
});
