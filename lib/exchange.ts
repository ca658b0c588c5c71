// The whole broker on one page. Read this first.

import type { AuditWriter, Trail } from './audit/audit-record.ts';
import { decideGrant, type Grants, grantsFor } from './grant/decide-grant.ts';
import type { Grant } from './grant/grant.ts';
import type { PresentedProof } from './identity/identity.ts';
import { type Providers, proveIdentity } from './identity/prove-identity.ts';
import type { CredentialIssuer, Issued } from './issue/credential-issuer.ts';
import { Refusal } from './refusal.ts';
import { planSession, type SessionPlan } from './session/plan-session.ts';

export interface Broker {
  readonly providers: Providers;
  readonly grants: Grants;
  readonly issuer: CredentialIssuer;
  readonly audit: AuditWriter;
  readonly clock: () => Date;
}

export interface ExchangeRequest {
  readonly proof: PresentedProof;
  readonly grant: string;
  readonly durationSeconds?: number;
}

export interface Exchanged extends Issued {
  readonly grant: Grant;
  readonly session: SessionPlan;
}

/** A proof for credentials: WHO → MAY → HOW → STS. Each step leaves its mark on the trail, for the audit line. */
export async function exchange(request: ExchangeRequest, broker: Broker, trail: Trail): Promise<Exchanged> {
  trail.asked = request;
  const identity = await proveIdentity(request.proof, broker.providers, broker.clock());
  trail.identity = identity;

  const decision = decideGrant(identity, request.grant, broker.grants);
  if (!decision.allowed) {
    throw new Refusal(decision.miss.reason === 'no such grant' ? 'grant_unknown' : 'grant_denied', {
      miss: decision.miss,
    });
  }

  const session = planSession(identity, decision.grant, request);
  trail.session = session;

  const issued = await broker.issuer.issue(session);
  trail.issued = issued;
  return { ...issued, grant: decision.grant, session };
}

/** A proof for the list of what it may get. */
export async function listGrants(
  request: { readonly proof: PresentedProof },
  broker: Broker,
  trail: Trail,
): Promise<readonly Grant[]> {
  trail.asked = request;
  const identity = await proveIdentity(request.proof, broker.providers, broker.clock());
  trail.identity = identity;
  return grantsFor(identity, broker.grants);
}
