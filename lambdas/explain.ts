// POST /v1/explain and POST /v1/admin/explain: why a grant says no.

import type { Trail } from '../lib/audit/audit-record.ts';
import type { DoorConfiguration } from '../lib/config/carried.ts';
import { type ExplainAnswered, type ExplainAsked, explain } from '../lib/dialects/explain.ts';
import type { OpenDoor } from '../lib/door.ts';
import { list, type ProvingBroker } from '../lib/exchange.ts';
import { claimedByOidc, typedClaims } from '../lib/explain/claimed.ts';
import { explainGrant, explainSession, unmetConditions } from '../lib/explain/explain-grant.ts';
import { explanationOf, type Stage, stage } from '../lib/explain/explanation.ts';
import { decideGrant } from '../lib/grant/decide-grant.ts';
import type { Identity } from '../lib/identity/identity.ts';
import { proveIdentity } from '../lib/identity/prove-identity.ts';
import { Refusal, refusals } from '../lib/refusal.ts';
import { withAwsRequests } from './aws-later.ts';
import { provingBrokerWithin } from './broker.ts';
import { configurationWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { serve } from './serve.ts';

interface Means extends ProvingBroker {
  readonly oidc: DoorConfiguration['oidc'];
}

export const open: OpenDoor = (rim) => {
  const configuration = configurationWithin(rim);
  const broker = withAwsRequests(provingBrokerWithin(rim, configuration), rim, configuration);
  const means: Means = { ...broker, oidc: configuration.oidc };
  return serve({ door: 'explain', dialect: explain, act: answer }, means);
};

async function answer(asked: ExplainAsked, means: Means, trail: Trail): Promise<ExplainAnswered> {
  return asked.by === 'caller' ? answerCaller(asked, means, trail) : answerOperator(asked, means, trail);
}

/** A grant that does not exist and one of another provider are told like one that looked at nothing. */
async function answerCaller(
  { proof, grant }: Extract<ExplainAsked, { by: 'caller' }>,
  means: Means,
  trail: Trail,
): Promise<ExplainAnswered> {
  const { identity, grants } = await list({ proof, grant }, means, trail);
  const { attributes, provider, subject, provenUntil } = identity;
  const decision = decideGrant(identity, grant, means.grants);
  const asked = means.grants.get(grant);
  const unmet = asked ? unmetConditions(identity, asked) : [];
  const looked = unmet.flatMap(({ condition, got }) => (got === undefined ? [] : [condition.key]));
  const session = decision.allowed ? [explainSession(identity, decision.grant, undefined).stage] : [];
  const { verdict } = decision.allowed ? explanationOf(session) : { verdict: 'denied' as const };
  return {
    to: 'caller',
    own: {
      verdict,
      provider,
      subject,
      provenUntil,
      claims: attributes.texts,
      notComparable: [...attributes.opaque],
      lookedAtInVain: [...new Set(looked)],
      grants: grants.map(({ name }) => name),
    },
  };
}

async function answerOperator(
  { proof, grant, operator }: Extract<ExplainAsked, { by: 'operator' }>,
  means: Means,
  trail: Trail,
): Promise<ExplainAnswered> {
  trail.operator = { arn: operator, grant, asked: 'token' in proof ? 'token' : 'claims' };
  const { identity, stage: proved } = await identityBehind(proof, means);
  const stages: Stage[] = [proved];
  if (identity) {
    // Claims that an operator wrote down prove nobody.
    if ('token' in proof) trail.identity = identity;
    const granted = explainGrant(identity, grant, means.grants);
    stages.push(granted.stage);
    if (granted.grant) stages.push(explainSession(identity, granted.grant, undefined).stage);
  }
  // What Daypass says; the trust policy says more, and is not read here.
  const { verdict } = explanationOf(stages);
  const aws = stage('trust policy', 'not judged', 'What AWS says is asked with daypass explain --live.');
  return { to: 'operator', explanation: { verdict, stages: [...stages, aws] } };
}

interface Behind {
  readonly identity: Identity | undefined;
  readonly stage: Stage;
}

type OperatorProof = Extract<ExplainAsked, { by: 'operator' }>['proof'];

async function identityBehind(proof: OperatorProof, { providers, oidc, clock }: Means): Promise<Behind> {
  const now = clock();
  try {
    if ('token' in proof) {
      const identity = await proveIdentity({ kind: 'oidc', token: proof.token }, providers, now);
      return { identity, stage: stage('proof', 'passed', `${identity.subject}, proved by ${identity.provider}.`) };
    }
    const provider = oidc.find(({ name }) => name === proof.provider);
    if (!provider) {
      const says = `Claims are taken for OIDC providers only, and there is none named ${proof.provider}; there are ${oidc.map(({ name }) => name).join(', ') || 'none'}.`;
      return { identity: undefined, stage: stage('proof', 'failed', says) };
    }
    const identity = claimedByOidc(typedClaims(proof.claims, { kind: 'oidc', ...provider }, now), provider, now);
    return { identity, stage: stage('proof', 'passed', `${identity.subject}, as ${provider.name} would prove it.`) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const says = `${refusals[error.code].says} (${error.code}) ${JSON.stringify(error.detail)}`;
    return { identity: undefined, stage: stage('proof', 'failed', says) };
  }
}

export const handler = deployed(open);
