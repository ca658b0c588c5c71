// What a deployed door needs of the configuration, as JSON beside its bundle. Synthesis checks the configuration
// and writes this; a door only puts it together again, so that schema, vendors and their sentences stay out of it.

import { accountOf } from '../arn.ts';
import type { Grants } from '../grant/decide-grant.ts';
import type { Grant, GrantedRole, SessionTerms } from '../grant/grant.ts';
import type { AwsClaim } from '../identity/aws-keys.ts';
import type { ClaimRules } from '../identity/oidc/claims.ts';
import type { AssertionRules } from '../identity/saml/assertion-checks.ts';
import type { IdpMetadata } from '../identity/saml/metadata/idp-metadata.ts';
import { type ConditionText, compileCondition } from '../policy/condition.ts';
import type {
  AwsProviderSettings,
  Configuration,
  OidcProviderSettings,
  RoleSettings,
  SamlProviderSettings,
  ServiceProviderSettings,
} from './configuration.ts';

/** Changed with the shape below, so that a door never misreads a file of another version. */
const format = 'daypass/4';

interface Carried {
  readonly format: typeof format;
  readonly oidc: readonly CarriedOidc[];
  readonly saml: readonly CarriedSaml[];
  readonly aws: readonly CarriedAws[];
  readonly serviceProvider: ServiceProviderSettings;
  readonly grants: readonly CarriedGrant[];
  readonly accountNames: Readonly<Record<string, string>>;
  readonly fallbackRegions: readonly string[];
}

export interface CarriedOidc extends ClaimRules {
  readonly name: string;
  readonly issuer: string;
  readonly awsClaims: readonly AwsClaim[];
}

export interface CarriedSaml
  extends AssertionRules,
    Pick<IdpMetadata, 'singleSignOnService' | 'certificates' | 'validUntil'> {
  readonly name: string;
  readonly requireSignedResponse: boolean;
  readonly signRequests: boolean;
  readonly recipients: readonly string[];
  readonly awsClaims: readonly AwsClaim[];
  readonly refreshedFrom?: string;
  readonly readAt?: string;
  readonly iamProvider: 'create' | 'existing';
  readonly iamProviderName: string;
}

export type CarriedAws = Omit<AwsProviderSettings, 'kind'>;

interface CarriedGrant extends Omit<Grant, 'when' | 'role'> {
  readonly when: readonly ConditionText[];
  readonly role: CarriedRole;
  readonly session: SessionTerms;
}

type CarriedRole = { readonly maxSessionSeconds: number; readonly externalId?: string } & (
  | { readonly arn: string }
  | { readonly roleName: string; readonly account?: string }
  | { readonly userName: string }
);

/** The IAM user that asks for federation tokens. */
export const federationUserName = 'daypass-federation';

/** By which the canary's grant knows it. No role that Daypass makes for a grant has a dot in its own name. */
export const canaryRoleName = 'daypass.canary';

export function carry(configuration: Configuration): string {
  const { providers, grants, accountNames, serviceProvider, fallbackRegions } = configuration;
  const all = [...providers.values()];
  const carried: Carried = {
    format,
    oidc: all.filter((each) => each.kind === 'oidc').map(carriedOidc),
    saml: all.filter((each) => each.kind === 'saml').map(carriedSaml),
    aws: all.filter((each) => each.kind === 'aws').map(({ kind: _, ...rest }) => rest),
    serviceProvider,
    grants: [...grants.values()].map(({ when, role, ...rest }) => ({
      ...rest,
      when: when.map(({ operator, key, expected }) => ({ operator, key, expected })),
      role: carriedRole(role),
    })),
    accountNames: Object.fromEntries(accountNames),
    fallbackRegions,
  };
  return JSON.stringify(carried);
}

const carriedOidc = ({ kind: _, iamProvider: __, ...rest }: OidcProviderSettings): CarriedOidc => rest;

/** The document itself is for IAM. */
function carriedSaml({
  kind: _,
  document: __,
  wantsSignedRequests: ___,
  refreshedFrom,
  readAt,
  signRequests = true,
  ...rest
}: SamlProviderSettings): CarriedSaml {
  const ofAddress = refreshedFrom !== undefined && readAt !== undefined && { refreshedFrom, readAt };
  return { ...rest, signRequests, ...ofAddress };
}

function carriedRole(role: RoleSettings): CarriedRole {
  const { maxSessionSeconds } = role;
  if (role.kind === 'federated') return { userName: federationUserName, maxSessionSeconds };
  const { externalId } = role;
  const terms = { maxSessionSeconds, ...(externalId !== undefined && { externalId }) };
  if (role.kind === 'named') return { arn: role.arn, ...terms };
  return { roleName: role.roleName, ...(role.account && { account: role.account }), ...terms };
}

/** Where the roles are that have no account of their own. */
export interface Home {
  readonly accountId: string;
  readonly partition: string;
}

export interface DoorConfiguration {
  readonly oidc: readonly CarriedOidc[];
  readonly saml: readonly CarriedSaml[];
  readonly aws: readonly CarriedAws[];
  readonly serviceProvider: Partial<ServiceProviderSettings>;
  readonly grants: Grants;
  readonly fallbackRegions: readonly string[];
}

/** Throws a plain `Error` when the file is not one that this version wrote. */
export function unpack(json: string, home: Home): DoorConfiguration {
  const carried = JSON.parse(json) as Carried | null;
  if (carried?.format !== format) {
    throw new Error(`The configuration is of format ${String(carried?.format)}; this door reads ${format}.`);
  }
  const { oidc, saml, aws, serviceProvider, fallbackRegions } = carried;
  const iamNames = new Map(saml.map(({ name, iamProviderName }) => [name, iamProviderName]));
  const grants = carried.grants.map((grant) => {
    const role = grantedRole(grant.role, grant.way === 'forward' ? iamNames.get(grant.from) : undefined, home);
    const accountName = carried.accountNames[accountOf(role.arn)];
    return {
      ...grant,
      when: grant.when.map((condition) => compileCondition(condition, true)),
      role: { ...role, ...(accountName !== undefined && { accountName }) },
    };
  });
  return {
    oidc,
    saml,
    aws,
    serviceProvider,
    grants: new Map(grants.map((grant) => [grant.name, grant])),
    fallbackRegions,
  };
}

function grantedRole(role: CarriedRole, samlProvider: string | undefined, home: Home): GrantedRole {
  const { maxSessionSeconds, externalId } = role;
  const arn = arnOf(role, home);
  return {
    arn,
    maxSessionSeconds,
    ...(externalId !== undefined && { externalId }),
    // The provider that a role trusts is in the role's own account.
    ...(samlProvider !== undefined && { principalArn: arn.replace(/:role\/.*$/, `:saml-provider/${samlProvider}`) }),
  };
}

function arnOf(role: CarriedRole, { accountId, partition }: Home): string {
  if ('arn' in role) return role.arn;
  if ('userName' in role) return `arn:${partition}:iam::${accountId}:user/${role.userName}`;
  return `arn:${partition}:iam::${role.account ?? accountId}:role/${role.roleName}`;
}
