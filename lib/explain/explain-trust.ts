// What a trust policy says to a proof, statement by statement. The same engine that enforces it explains it.

import { federatedActions, federatedKeys, signedTags } from '../grant/trust-context.ts';
import type { Keys } from '../policy/context.ts';
import { awsContext } from '../policy/context.ts';
import { evaluate, everyMiss, type PolicyRequest } from '../policy/evaluate.ts';
import type { Policy, Statement } from '../policy/policy.ts';
import { printStatement } from '../policy/print-policy.ts';
import { type ExplainedStatement, type Failure, type Hint, type Stage, stage } from './explanation.ts';
import { hintForAction, hintForCondition, hintForPrincipal, type Scene, warningFor } from './hints.ts';

/** A federated request, as STS would put it to a trust policy. */
export interface FederatedRequest {
  readonly kind: 'oidc' | 'saml';
  /** The account of the role, and the provider there as trust policies name it. */
  readonly account: string;
  readonly principal: string;
  readonly issuer: string | undefined;
  readonly sessionName: string;
  /** What the proof alone makes: `{issuer}:sub`, `saml:aud`. */
  readonly keys: Keys;
  /** What the identity provider signed for AWS, as condition keys. */
  readonly awsClaims: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: readonly string[];
  readonly roleTags: ReadonlyMap<string, string>;
  readonly claims: ReadonlyMap<string, readonly string[]>;
  readonly now: Date;
  /** `undefined` where whoever asks does not say. */
  readonly sourceIp: string | undefined;
}

export function explainTrust(policy: Policy, request: FederatedRequest): Stage {
  const keys = [...federatedKeys(request), ...request.keys];
  const context = awsContext(keys);
  const { kind, principal, issuer, claims, awsClaims } = request;
  const known = new Map(keys.map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]));
  const scene: Scene = { kind, principal, issuer, claims, keys: known };
  const warnings: Hint[] = [];
  for (const action of federatedActions(kind, awsClaims)) {
    const asked: PolicyRequest = { caller: { kind: 'federated', provider: principal }, action, context };
    const verdict = evaluate([{ name: policy.name, policies: [policy] }], asked);
    if (!verdict.allowed) {
      const statements =
        verdict.because === 'explicit deny'
          ? policy.statements
              .filter(({ index }) => index === verdict.by.statement)
              .map((each) => denied(policy, each, asked))
          : nearestFirst(policy, asked, scene);
      const why = verdict.because === 'explicit deny' ? 'is denied by a statement' : 'is allowed by no statement';
      return stage('trust policy', 'failed', `${action} ${why} of the ${policy.name}.`, { statements });
    }
    for (const { statement } of verdict.by) {
      for (const condition of policy.statements[statement]?.conditions ?? []) {
        const warning = warningFor(condition, context.values(condition.key), known);
        if (warning && !warnings.some(({ says }) => says === warning.says)) warnings.push(warning);
      }
    }
  }
  const tags = signedTags(awsClaims).size;
  const besides = tags > 0 ? `, with ${tags} session tag${tags === 1 ? '' : 's'}` : '';
  return stage('trust policy', 'passed', `The ${policy.name} lets the proof assume the role${besides}.`, { warnings });
}

const nameOf = (policy: Policy, statement: Statement, action: string) => ({
  policy: policy.name,
  statement: statement.index,
  ...(statement.sid !== undefined && { sid: statement.sid }),
  effect: statement.effect,
  action,
  document: printStatement(statement),
});

function denied(policy: Policy, statement: Statement, { action, context }: PolicyRequest): ExplainedStatement {
  const failures = statement.conditions.map(
    ({ operator, key, expected }): Failure => ({
      element: 'Effect',
      operator,
      key,
      expected,
      got: context.values(key),
    }),
  );
  return { ...nameOf(policy, statement, action), failures };
}

/** Allow statements, those first that lack least. */
function nearestFirst(policy: Policy, request: PolicyRequest, scene: Scene): readonly ExplainedStatement[] {
  return policy.statements
    .filter(({ effect }) => effect === 'Allow')
    .map((statement) => ({
      ...nameOf(policy, statement, request.action),
      failures: failuresOf(statement, request, scene),
    }))
    .sort((a, b) => a.failures.length - b.failures.length);
}

function failuresOf(statement: Statement, request: PolicyRequest, scene: Scene): readonly Failure[] {
  const { elements, conditions } = everyMiss(statement, request);
  return [
    ...elements.map((miss): Failure => {
      const hint =
        miss.element === 'Action'
          ? hintForAction(request.action, miss.expected)
          : hintForPrincipal(miss.expected, statement.principal?.aws ?? [], scene);
      return { ...miss, hint };
    }),
    ...conditions.map(({ condition, got }): Failure => {
      const { operator, key, expected } = condition;
      const hint = hintForCondition({ condition, got }, scene);
      return { element: 'Condition', operator, key, expected, got, ...(hint && { hint }) };
    }),
  ];
}
