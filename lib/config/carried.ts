// What a deployed door needs of the configuration, as JSON beside its bundle. Synthesis checks the configuration
// and writes this; a door only puts it together again, so that schema, vendors and their sentences stay out of it.

import type { Grants } from '../grant/decide-grant.ts';
import type { Grant, SessionTerms } from '../grant/grant.ts';
import type { AwsClaim } from '../identity/oidc/aws-claims.ts';
import type { ClaimRules } from '../identity/oidc/claims.ts';
import { type ConditionText, compileCondition } from '../policy/condition.ts';
import type { Configuration, RoleSettings } from './configuration.ts';

/** Changed with the shape below, so that a door never misreads a file of another version. */
const format = 'daypass/1';

interface Carried {
  readonly format: typeof format;
  readonly providers: readonly CarriedProvider[];
  readonly grants: readonly CarriedGrant[];
  readonly fallbackRegions: readonly string[];
}

interface CarriedProvider extends ClaimRules {
  readonly name: string;
  readonly issuer: string;
  readonly awsClaims: readonly AwsClaim[];
}

interface CarriedGrant extends Omit<Grant, 'when' | 'role'> {
  readonly when: readonly ConditionText[];
  readonly role: CarriedRole;
  readonly session: SessionTerms;
}

type CarriedRole =
  | { readonly arn: string; readonly maxSessionSeconds: number }
  | { readonly roleName: string; readonly account?: string; readonly maxSessionSeconds: number };

export function carry({ providers, grants, fallbackRegions }: Configuration): string {
  const carried: Carried = {
    format,
    providers: [...providers.values()].map(
      ({ name, issuer, audiences, awsClaims, clockLeewaySeconds, longestTokenLifetimeSeconds }) => ({
        name,
        issuer,
        audiences,
        awsClaims,
        clockLeewaySeconds,
        longestTokenLifetimeSeconds,
      }),
    ),
    grants: [...grants.values()].map(({ when, role, ...rest }) => ({
      ...rest,
      when: when.map(({ operator, key, expected }) => ({ operator, key, expected })),
      role: carriedRole(role),
    })),
    fallbackRegions,
  };
  return JSON.stringify(carried);
}

function carriedRole(role: RoleSettings): CarriedRole {
  const { maxSessionSeconds } = role;
  if (role.kind === 'named') return { arn: role.arn, maxSessionSeconds };
  return { roleName: role.roleName, ...(role.account && { account: role.account }), maxSessionSeconds };
}

/** Where the roles are that have no account of their own. */
export interface Home {
  readonly accountId: string;
  readonly partition: string;
}

export interface DoorConfiguration {
  readonly providers: readonly CarriedProvider[];
  readonly grants: Grants;
  readonly fallbackRegions: readonly string[];
}

/** Throws a plain `Error` when the file is not one that this version wrote. */
export function unpack(json: string, home: Home): DoorConfiguration {
  const carried = JSON.parse(json) as Carried | null;
  if (carried?.format !== format) {
    throw new Error(`The configuration is of format ${String(carried?.format)}; this door reads ${format}.`);
  }
  const grants = carried.grants.map((grant) => ({
    ...grant,
    when: grant.when.map((condition) => compileCondition(condition, true)),
    role: { arn: roleArn(grant.role, home), maxSessionSeconds: grant.role.maxSessionSeconds },
  }));
  return {
    providers: carried.providers,
    grants: new Map(grants.map((grant) => [grant.name, grant])),
    fallbackRegions: carried.fallbackRegions,
  };
}

function roleArn(role: CarriedRole, { accountId, partition }: Home): string {
  return 'arn' in role ? role.arn : `arn:${partition}:iam::${role.account ?? accountId}:role/${role.roleName}`;
}
