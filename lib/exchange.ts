// The whole broker on one page. Read this first.

import type { AuditWriter, Trail } from './audit/audit-record.ts';
import type { ConsoleLinks } from './console/console-link.ts';
import { decideGrant, type Grants, type GrantWish, grantsFor, missesOf } from './grant/decide-grant.ts';
import type { Grant } from './grant/grant.ts';
import type { Identity, PresentedProof } from './identity/identity.ts';
import { type Providers, proveIdentity } from './identity/prove-identity.ts';
import type { CredentialIssuer, Issued } from './issue/credential-issuer.ts';
import type { IssuedSessions } from './issue/issued-sessions.ts';
import { Refusal } from './refusal.ts';
import type { Once } from './replay/once.ts';
import type { Revoked } from './revoke/revoked.ts';
import type { Narrowing, NarrowSession } from './session/narrow-session.ts';
import { planSession, type SessionPlan } from './session/plan-session.ts';
import type { KeptSignIn, SignIns } from './sign-in/sign-ins.ts';

/** What it takes to say who somebody is and what he may get. */
export interface ProvingBroker {
  readonly providers: Providers;
  readonly once: Once;
  readonly grants: Grants;
  readonly audit: AuditWriter;
  readonly clock: () => Date;
}

export interface Broker extends ProvingBroker {
  readonly issuer: CredentialIssuer;
  /** Where callers may narrow their sessions. */
  readonly narrow?: NarrowSession;
  /** Where it is remembered what was issued. */
  readonly remember?: IssuedSessions['keep'];
}

/** What a door that issues must have besides. */
export interface IssuingBroker extends Broker {
  /** Who and what is given nothing more. */
  readonly revoked: Revoked;
}

export interface ExchangeRequest {
  readonly proof: PresentedProof;
  readonly grant: GrantWish;
  readonly durationSeconds?: number;
  readonly narrowing?: Narrowing;
}

export interface Exchanged extends Issued {
  readonly grant: Grant;
  readonly session: SessionPlan;
}

/** A proof for credentials: WHO → once → MAY → revoked? → HOW → STS. Each step leaves its mark on the trail, for the audit line. */
export async function exchange(request: ExchangeRequest, broker: IssuingBroker, trail: Trail): Promise<Exchanged> {
  // Asked beside the proof, so that nobody waits for both.
  const revoked = broker.revoked(broker.clock());
  revoked.catch(() => undefined);
  const identity = await identify(request, broker, trail);

  const decision = decideGrant(identity, request.grant, broker.grants);
  if (!decision.allowed) {
    throw new Refusal(decision.miss.reason === 'no such grant' ? 'grant_unknown' : 'grant_denied', {
      miss: decision.miss,
    });
  }

  trail.granted = decision.grant;
  (await revoked)(identity, decision.grant);
  const planned = planSession(identity, decision.grant, request, broker.clock());
  const session = request.narrowing ? narrowed(planned, request.narrowing, broker) : planned;
  // Last before STS is asked: what comes to nothing by itself does not use a token up.
  if (decision.grant.oneTime) await broker.once(identity.oneTime ? [identity.oneTime] : [], broker.clock());
  trail.session = session;

  const issued = await broker.issuer.issue(session);
  trail.issued = issued;
  // What was issued cannot be taken back, so a store that fails costs the memory of it and nothing else.
  await broker.remember?.(issued).catch((error: unknown) => {
    trail.notRemembered = error;
  });
  return { ...issued, grant: decision.grant, session };
}

export interface Listing {
  readonly identity: Identity;
  readonly grants: readonly Grant[];
}

/** A proof for whom it proves, and the list of what he may get. */
export async function list(
  request: { readonly proof: PresentedProof; readonly grant?: GrantWish },
  broker: ProvingBroker,
  trail: Trail,
): Promise<Listing> {
  const identity = await identify(request, broker, trail);
  const grants = grantsFor(identity, broker.grants);
  // Whoever may get nothing will ask why.
  trail.listed = { grants, misses: grants.length === 0 ? missesOf(identity, broker.grants) : {} };
  return { identity, grants };
}

/** The list alone. */
export const listGrants = async (...asked: Parameters<typeof list>): Promise<readonly Grant[]> =>
  (await list(...asked)).grants;

export interface SignInBroker extends ProvingBroker {
  readonly signIns: SignIns;
}

/** A proof for a sign-in that lasts as long as the proof: a person then chooses among the grants. */
export async function signIn(
  request: { readonly proof: PresentedProof },
  broker: SignInBroker,
  trail: Trail,
): Promise<KeptSignIn> {
  const identity = await identify(request, broker, trail);
  // Within the leeway it is good still, but there is no time left to choose anything.
  if (identity.provenUntil <= broker.clock()) throw new Refusal('assertion_expired');
  return broker.signIns.keep(identity);
}

export interface CodeRequest {
  readonly proof: PresentedProof;
  readonly grant: string;
  readonly challenge: string;
}

/** A sign-in for a code with which the command line on the person's machine gets credentials for one grant. */
export async function giveCode(request: CodeRequest, broker: SignInBroker, trail: Trail): Promise<KeptSignIn> {
  const { grant, challenge } = request;
  const identity = await identify(request, broker, trail);
  const decision = decideGrant(identity, grant, broker.grants);
  if (!decision.allowed) throw new Refusal('grant_denied', { miss: decision.miss });
  trail.granted = decision.grant;
  return broker.signIns.keepForCode(identity, { grant, challenge }, broker.clock());
}

export interface ConsoleBroker extends IssuingBroker {
  readonly console: ConsoleLinks;
  /** Our own address, without a path. */
  readonly url: string;
}

export interface ConsoleRequest extends ExchangeRequest {
  readonly destination?: string;
}

/** Credentials once more, and with them a link into the console instead of themselves. */
export async function openConsole(request: ConsoleRequest, broker: ConsoleBroker, trail: Trail): Promise<string> {
  const { destination } = request;
  // Before anything is issued for a link that will not be given.
  broker.console.checkDestination(destination);
  const exchanged = await exchange(request, broker, trail);
  return broker.console.link({
    issued: exchanged,
    session: exchanged.session,
    ...(destination !== undefined && { destination }),
    // Whoever came with a token, or signed a request, signs in where that came from.
    signInPage: ['oidc', 'aws'].includes(request.proof.kind)
      ? broker.url
      : `${broker.url}/sign-in/${exchanged.grant.from}`,
    now: broker.clock(),
  });
}

function narrowed(plan: SessionPlan, narrowing: Narrowing, { narrow }: Broker): SessionPlan {
  if (!narrow) throw new Error('This door narrows no sessions.');
  return narrow(plan, narrowing);
}

/** WHO, and each proof once where its provider says so. */
async function identify(request: NonNullable<Trail['asked']>, broker: ProvingBroker, trail: Trail): Promise<Identity> {
  trail.asked = request;
  const identity = await proveIdentity(request.proof, broker.providers, broker.clock());
  trail.identity = identity;
  await broker.once(identity.once, broker.clock());
  return identity;
}
