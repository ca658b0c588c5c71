// Why: what each stage of an exchange says, and for a no which statement, which condition, what was expected, what came.

import type { PrintedStatement } from '../policy/print-policy.ts';

/** What can be said of a stage. `not judged`: this place does not know enough, or an earlier stage said no. */
export type StageVerdict = 'passed' | 'failed' | 'not judged';

export type StageName = 'proof' | 'grant' | 'session' | 'IAM provider' | 'trust policy';

export interface Stage {
  readonly stage: StageName;
  readonly verdict: StageVerdict;
  readonly says: string;
  /** Statements that kept the stage from passing, the nearest first. */
  readonly statements: readonly ExplainedStatement[];
  /** What passed and should be looked at all the same. */
  readonly warnings: readonly Hint[];
}

export interface ExplainedStatement {
  /** The document's name, the place in it from 0, the Sid if it has one. */
  readonly policy: string;
  readonly statement: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** The permission that was asked for. */
  readonly action: string;
  /** The statement itself, where it is one of a policy. */
  readonly document?: PrintedStatement;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly element: 'Principal' | 'Action' | 'Resource' | 'Condition' | 'Effect';
  /** Of conditions. */
  readonly operator?: string;
  readonly key?: string;
  readonly expected: readonly string[];
  /** `undefined`: there is nothing under this key. */
  readonly got: readonly string[] | undefined;
  /** Where the miss is a small one. */
  readonly hint?: Hint;
}

export interface Hint {
  readonly code: string;
  readonly says: string;
}

export interface Explanation {
  readonly verdict: 'allowed' | 'denied' | 'not judged';
  readonly stages: readonly Stage[];
}

/** One no is a no; without one everything must have been judged for a yes. */
export function explanationOf(stages: readonly Stage[]): Explanation {
  const has = (verdict: StageVerdict) => stages.some((stage) => stage.verdict === verdict);
  return { verdict: has('failed') ? 'denied' : has('not judged') ? 'not judged' : 'allowed', stages };
}

export const stage = (
  name: StageName,
  verdict: StageVerdict,
  says: string,
  more: Partial<Pick<Stage, 'statements' | 'warnings'>> = {},
): Stage => ({ stage: name, verdict, says, statements: [], warnings: [], ...more });
