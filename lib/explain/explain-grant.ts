// What a grant says to an identity, and what session would come of it.

import { decideGrant, type Grants, type Miss } from '../grant/decide-grant.ts';
import type { Grant } from '../grant/grant.ts';
import { type Identity, isOpaque } from '../identity/identity.ts';
import { claimContext } from '../policy/context.ts';
import type { UnmetCondition } from '../policy/evaluate.ts';
import { Refusal, refusals } from '../refusal.ts';
import { planSession, type SessionPlan } from '../session/plan-session.ts';
import { type Failure, type Stage, stage } from './explanation.ts';
import { hintForCondition, type Scene } from './hints.ts';

export interface Granted {
  readonly stage: Stage;
  /** Where the grant lets the identity in. */
  readonly grant: Grant | undefined;
}

export function explainGrant(identity: Identity, name: string, grants: Grants): Granted {
  const decision = decideGrant(identity, name, grants);
  if (decision.allowed) {
    return { stage: stage('grant', 'passed', `${name} lets ${identity.subject} in.`), grant: decision.grant };
  }
  const grant = grants.get(name);
  const failures = grant ? failuresOf(identity, grant) : [];
  const statements =
    failures.length === 0
      ? []
      : [{ policy: `grants.${name}.when`, statement: 0, effect: 'Allow' as const, action: 'grant', failures }];
  return {
    stage: stage('grant', 'failed', sentenceFor(decision.miss, name, grants), { statements }),
    grant: undefined,
  };
}

function sentenceFor(miss: Miss, name: string, grants: Grants): string {
  switch (miss.reason) {
    case 'no such grant':
      return `There is no grant ${name}; the grants are ${[...grants.keys()].join(', ') || 'none'}.`;
    case 'another provider':
      return `${name} is for callers that ${miss.expected} proves; this one is proved by ${miss.got}.`;
    case 'claim not comparable':
      return `${name} looks at ${miss.key}, which is there, but is neither text nor a list of texts: no condition holds for it.`;
    case 'condition':
      return `${name} asks for what the proof does not say.`;
  }
}

/** Every condition that does not hold, not only the first; none for a grant of another provider. */
export function unmetConditions({ provider, attributes }: Identity, { from, when }: Grant): readonly UnmetCondition[] {
  if (from !== provider) return [];
  const context = claimContext(attributes.texts);
  return when
    .filter((condition) => !condition.holds(context) || condition.reads.some((name) => isOpaque(attributes, name)))
    .map((condition) => ({ condition, got: context.values(condition.key) }));
}

function failuresOf(identity: Identity, grant: Grant): readonly Failure[] {
  const { attributes } = identity;
  const scene: Scene = {
    kind: identity.evidence.kind === 'saml' ? 'saml' : 'oidc',
    principal: identity.provider,
    issuer: undefined,
    keys: attributes.texts,
    claims: attributes.texts,
  };
  return unmetConditions(identity, grant).map(({ condition, got }): Failure => {
    const { operator, key, expected } = condition;
    const hint = hintForCondition({ condition, got }, scene);
    return { element: 'Condition', operator, key, expected, got, ...(hint && { hint }) };
  });
}

export interface Planned {
  readonly stage: Stage;
  readonly plan: SessionPlan | undefined;
}

export function explainSession(identity: Identity, grant: Grant, durationSeconds: number | undefined): Planned {
  try {
    const plan = planSession(identity, grant, durationSeconds === undefined ? {} : { durationSeconds });
    const { seconds, limitedBy } = plan.duration;
    const limit = limitedBy ? `, limited by the ${limitedBy}` : '';
    return {
      stage: stage('session', 'passed', `${plan.roleArn} as ${plan.sessionName} for ${seconds} s${limit}.`),
      plan,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { claim, why, wanted } = error.detail;
    const detail = [claim, why, wanted && `wanted is ${String(wanted)}`].filter(Boolean).join(' ');
    return { stage: stage('session', 'failed', `${refusals[error.code].says} ${detail}`.trim()), plan: undefined };
  }
}
