// What an operator declared, checked and compiled: what the stacks are made from and the doors are told.

import type { Grant, StatementDocument } from '../grant/grant.ts';
import type { FederatedProvider } from '../grant/trust-policy.ts';
import type { ClaimRules } from '../identity/oidc/claims.ts';

export interface Configuration {
  /** By name. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** By name. */
  readonly grants: ReadonlyMap<string, GrantSettings>;
  readonly corsOrigins: readonly string[];
  readonly fallbackRegions: readonly string[];
}

export interface ProviderSettings extends ClaimRules, FederatedProvider {
  readonly name: string;
  readonly iamProvider: 'create' | 'existing';
}

/** A grant whose role may still have to be made. */
export interface GrantSettings extends Omit<Grant, 'role'> {
  readonly role: RoleSettings;
}

/** `made`: Daypass deploys the role. `named`: it was there before and is left alone. */
export type RoleSettings =
  | {
      readonly kind: 'made';
      readonly roleName: string;
      /** `undefined`: the account that Daypass is deployed in. */
      readonly account: string | undefined;
      readonly maxSessionSeconds: number;
      readonly permissions: readonly StatementDocument[];
    }
  | { readonly kind: 'named'; readonly arn: string; readonly maxSessionSeconds: number };

export interface Problem {
  /** As `grants.tenant-files.session.duration`. */
  readonly path: string;
  readonly says: string;
}

export type Report = (path: string, says: string) => void;

/** Every problem of a configuration at once, each with its path, the value and what is allowed. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, says }) => `${path}: ${says}`).join('\n'));
    this.problems = problems;
  }
}
