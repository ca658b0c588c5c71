// What is revoked → the roles, and the IAM user behind federated sessions: each is read, compared and written.

import type { ConcernedRole } from './concerned-roles.ts';
import { type DenyPolicy, denyPolicy, longestDocument } from './deny-policy.ts';
import type { Revocation } from './revocation.ts';

/** Whose inline policy it is. */
export interface Holder {
  readonly kind: 'role' | 'user';
  readonly name: string;
}

/** The one inline policy of a role or user that is ours. Methods reject when IAM says no. */
export interface OurPolicies {
  /** `undefined` where there is none. */
  get(holder: Holder): Promise<string | undefined>;
  /** Resolves to `false` where IAM has no room for it. */
  put(holder: Holder, document: string): Promise<boolean>;
  remove(holder: Holder): Promise<void>;
}

export interface RoleOutcome {
  /** Its ARN; of federated sessions that of the IAM user. */
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
  readonly policies: OurPolicies;
  /** The account whose roles can be reached. */
  readonly account: string;
  readonly now: Date;
  /** Nothing is written. */
  readonly dryRun?: boolean;
  /**
   * Writes nothing where IAM shows what is wanted. IAM may show what was there a moment ago, so only who comes again does so.
   */
  readonly onlyDifferences?: boolean;
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
  { policies, account, now, dryRun = false, onlyDifferences = false }: Enforcing,
): Promise<RoleOutcome> {
  const { arn } = role;
  const [, ofAccount, kind, name = ''] = /^arn:[\w-]+:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const whole = denyPolicy(role, revocations, { now });
  const told = (
    outcome: RoleOutcome['outcome'],
    { document, warnings }: DenyPolicy = whole,
    why?: string,
  ): RoleOutcome => ({
    role: arn,
    outcome,
    ...(document !== undefined && { document }),
    ...(warnings.length > 0 && { warnings }),
    ...(why !== undefined && { why }),
  });
  if (ofAccount !== account) return told('elsewhere');
  try {
    const holder: Holder = { kind: kind === 'user' ? 'user' : 'role', name };
    const before = await policies.get(holder);
    for (const longest of lengths) {
      const policy = longest === longestDocument ? whole : denyPolicy(role, revocations, { now, longest });
      const { document } = policy;
      const isThere = document === before;
      const writes = !dryRun && !(isThere && onlyDifferences);
      if (document === undefined) {
        if (writes) await policies.remove(holder);
        return told(isThere ? 'unchanged' : 'cleared', policy);
      }
      if (!writes || (await policies.put(holder, document))) return told(isThere ? 'unchanged' : 'denied', policy);
    }
    return told('failed', whole, 'IAM has no room left in the inline policies of the role.');
  } catch (error) {
    return told('failed', whole, error instanceof Error ? error.name : 'unknown');
  }
}
