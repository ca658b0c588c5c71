// MAY: an operator's named rule. Who may get which role, and on which terms.

import type { Condition } from '../policy/condition.ts';
import type { Template } from './template.ts';

export interface Grant {
  readonly name: string;
  /** The provider that must have proved the caller. */
  readonly from: string;
  /** All must hold. Empty only where the operator wrote `when: anyone`. */
  readonly when: readonly Condition[];
  /** How STS is asked. */
  readonly way: Way;
  readonly role: GrantedRole;
  readonly session: SessionTerms;
  /** Whether a token is good once. */
  readonly oneTime?: true;
}

/**
 * `forward`: the caller's own proof goes on to STS. `vouch`: a token that Daypass signs does. `chain`: the function's
 * own role assumes the grant's. `federation-token`: an IAM user asks for a federated session.
 */
export const ways = ['forward', 'vouch', 'chain', 'federation-token'] as const;
export type Way = (typeof ways)[number];

export interface GrantedRole {
  /** With `federation-token` the IAM user's: the session then has no role. */
  readonly arn: string;
  /** What people know its account as. */
  readonly accountName?: string;
  /** The role's MaxSessionDuration in IAM. */
  readonly maxSessionSeconds: number;
  /** The IAM SAML provider that the role trusts, in the role's account, where the grant is from one. */
  readonly principalArn?: string;
  /** With `chain`: what the role's trust policy asks for. */
  readonly externalId?: string;
}

/** A statement as IAM writes it. */
export interface StatementDocument {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: ConditionDocument;
}

export type ConditionDocument = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface SessionTerms {
  readonly name: Template;
  /** The longest session, and the length of one where none is asked for. */
  readonly durationSeconds: number;
  /** Whether the session ends with the proof at the latest. */
  readonly withinProof?: true;
  /** The longest time since the caller authenticated. */
  readonly maxAuthAgeSeconds?: number;
  /** Narrows the role for this session; its resources and condition values are templates. */
  readonly policy?: SessionPolicyTemplate;
  readonly tags?: readonly TagTemplate[];
  /** The characters that claims may bring into tags although they mean something in an ARN. */
  readonly valuesMayContain?: readonly SpecialCharacter[];
  /** Keys of tags that stay when the session assumes another role. */
  readonly transitiveTags?: readonly string[];
  readonly sourceIdentity?: Template;
}

export interface TagTemplate {
  readonly key: string;
  readonly value: Template;
  /** The order in which tags may be left out, lowest first; without it the session has the tag or there is none. */
  readonly drop?: number;
}

export interface SessionPolicyTemplate {
  readonly statements: readonly StatementTemplate[];
  /** Characters a claim may bring along although they mean something in an ARN. They are never policy syntax. */
  readonly valuesMayContain: readonly SpecialCharacter[];
}

export type SpecialCharacter = '/' | ':' | '*' | '?' | '$';

export interface StatementTemplate {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Speaks of all actions but these: NotAction. */
  readonly except?: true;
  readonly actions: readonly string[];
  readonly resources: readonly Template[];
  readonly conditions: readonly {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly Template[];
  }[];
}
