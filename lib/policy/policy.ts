// The IAM policy language: what a parsed policy document is. One engine serves grants, trust policies,
// permissions and the embedded STS, so they cannot disagree.

import type { Condition } from './condition.ts';
import type { Pattern } from './pattern.ts';
import type { PrincipalElement } from './principal.ts';

/** Only in the later one is `${…}` a variable. A document that names none is of the earlier. */
export type PolicyVersion = '2012-10-17' | '2008-10-17';

/** A parsed document. `name` is what explanations call it. */
export interface Policy {
  readonly name: string;
  readonly version: PolicyVersion;
  readonly statements: readonly Statement[];
}

/** One statement; `index` counts from 0 in the document. */
export interface Statement {
  readonly index: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Absent in identity and session policies, whose principal is whoever carries them. */
  readonly principal?: PrincipalElement;
  readonly action: Listed;
  /** Absent in trust policies, whose resource is the role that carries them. */
  readonly resource?: Listed;
  readonly conditions: readonly Condition[];
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
export interface Listed {
  readonly negated: boolean;
  readonly entries: readonly Pattern[];
}

/** `trust` has a principal and no resource, `identity` (and session) the reverse, `resource` both. */
export type PolicyKind = 'trust' | 'identity' | 'resource';

export interface PolicyProblem {
  /** Where in the document, as `Statement[0].Condition.StringLike`. */
  readonly path: string;
  readonly says: string;
}

/** The only error the engine throws: every problem of a document at once. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super(problems.map(({ path, says }) => `${path}: ${says}`).join('\n'));
    this.problems = problems;
  }
}
