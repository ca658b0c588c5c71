// What is revoked → the roles: each is read, compared, and written where it differs.

import type { ConcernedRole } from './concerned-roles.ts';
import { denyPolicy, longestDocument } from './deny-policy.ts';
import type { Revocation } from './revocation.ts';

/** The one inline policy of a role that is ours, by the name of the role. Methods reject when IAM says no. */
export interface RolePolicies {
  /** `undefined` where there is none. */
  get(roleName: string): Promise<string | undefined>;
  /** Resolves to `false` where IAM has no room for it. */
  put(roleName: string, document: string): Promise<boolean>;
  remove(roleName: string): Promise<void>;
}

export interface RoleOutcome {
  readonly role: string;
  /**
   * `denied`: its policy was written. `unchanged`: it said so already. `cleared`: nothing is denied any more. `elsewhere`: the
   * role is in another account, where somebody must write the policy. `failed`: IAM said no.
   */
  readonly outcome: 'denied' | 'unchanged' | 'cleared' | 'elsewhere' | 'failed';
  /** The policy; what would be written where it was only asked for. */
  readonly document?: string;
  readonly warnings?: readonly string[];
  readonly why?: string;
}

export interface Enforcing {
  readonly policies: RolePolicies;
  /** The account whose roles can be reached. */
  readonly account: string;
  readonly now: Date;
  /** Nothing is written. */
  readonly dryRun?: boolean;
}

/** Each role by itself: one that cannot be written does not keep the others open. */
export const enforce = (
  roles: readonly ConcernedRole[],
  revocations: readonly Revocation[],
  enforcing: Enforcing,
): Promise<readonly RoleOutcome[]> => Promise.all(roles.map((role) => enforceOne(role, revocations, enforcing)));

/** Other inline policies of the role take room of their own, and only IAM knows how much. */
const lengths = [longestDocument, 2048, 512];

async function enforceOne(
  role: ConcernedRole,
  revocations: readonly Revocation[],
  { policies, account, now, dryRun = false }: Enforcing,
): Promise<RoleOutcome> {
  const { arn } = role;
  const [, ofAccount, name = ''] = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const told = (outcome: RoleOutcome['outcome'], longest?: number, why?: string): RoleOutcome => {
    const { document, warnings } = denyPolicy(role, revocations, { now, ...(longest !== undefined && { longest }) });
    return {
      role: arn,
      outcome,
      ...(document !== undefined && { document }),
      ...(warnings.length > 0 && { warnings }),
      ...(why !== undefined && { why }),
    };
  };
  if (ofAccount !== account) return told('elsewhere');
  try {
    const before = await policies.get(name);
    for (const longest of lengths) {
      const { document } = denyPolicy(role, revocations, { now, longest });
      if (document === before) return told('unchanged', longest);
      if (document === undefined) {
        if (!dryRun) await policies.remove(name);
        return told('cleared');
      }
      if (dryRun || (await policies.put(name, document))) return told('denied', longest);
    }
    return told('failed', undefined, 'IAM has no room left in the inline policies of the role.');
  } catch (error) {
    return told('failed', undefined, error instanceof Error ? error.name : 'unknown');
  }
}
