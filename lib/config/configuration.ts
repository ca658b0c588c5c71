// What an operator declared, checked and compiled: what the stacks are made from and the doors are told.

import type { Grant, StatementDocument } from '../grant/grant.ts';
import type { FederatedOidc, FederatedSaml } from '../grant/trust-policy.ts';
import type { AwsProvider } from '../identity/aws/aws-provider.ts';
import type { ClaimRules } from '../identity/oidc/claims.ts';
import type { AssertionRules } from '../identity/saml/assertion-checks.ts';
import type { IdpMetadata } from '../identity/saml/metadata/idp-metadata.ts';
import type { DoorName, Route } from '../routes.ts';

export interface Configuration {
  /** By name. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** By name. */
  readonly grants: ReadonlyMap<string, GrantSettings>;
  /** `https://…` without a path; `undefined`: the address that API Gateway gives. */
  readonly url: string | undefined;
  readonly serviceProvider: ServiceProviderSettings;
  readonly vouch: VouchSettings;
  /** The ID of the organisation that all accounts are in. */
  readonly organization: string | undefined;
  /** What people know accounts as, by account ID. */
  readonly accountNames: ReadonlyMap<string, string>;
  readonly corsOrigins: readonly string[];
  readonly fallbackRegions: readonly string[];
  readonly operations: OperationsSettings;
}

/** How it is run. Of no interest to the doors themselves. */
export interface OperationsSettings {
  /** Where Daypass runs, its home first. None: in one Region, which whoever deploys chooses. */
  readonly regions: readonly string[];
  /** How the roles of other accounts get there; `undefined`: by a stack for each, which whoever has the account deploys. */
  readonly stackSets: StackSetSettings | undefined;
  /** Whether AWS X-Ray traces the functions. */
  readonly tracing: boolean;
  /** The grant that the canary asks for. */
  readonly canary?: string;
  /** By door: how many requests at once, reserved of the account's and the most there are. */
  readonly concurrency: ReadonlyMap<DoorName, number>;
  /** By `METHOD /path`, where it is not what the table of routes says. */
  readonly throttles: ReadonlyMap<string, Route['throttle']>;
}

export interface StackSetSettings {
  /** That the other accounts are in. */
  readonly organizationalUnits: readonly string[];
  /** Otherwise the account of Daypass is a delegated administrator. */
  readonly fromManagementAccount: boolean;
}

export type ProviderSettings = FederatedProviderSettings | AwsProviderSettings;

/** What IAM has providers for. */
export type FederatedProviderSettings = OidcProviderSettings | SamlProviderSettings;

export interface OidcProviderSettings extends ClaimRules, FederatedOidc {
  readonly name: string;
  readonly iamProvider: 'create' | 'existing';
}

export interface SamlProviderSettings extends AssertionRules, IdpMetadata, FederatedSaml {
  readonly name: string;
  /** The metadata as it was read: IAM gets the same. */
  readonly document: string;
  /** The https address from which it is fetched again; `undefined` for a file. */
  readonly refreshedFrom: string | undefined;
  /** When it was read from there: ISO 8601. */
  readonly readAt: string | undefined;
  readonly requireSignedResponse: boolean;
  /** `undefined`: where there is a key to sign with. */
  readonly signRequests: boolean | undefined;
  readonly iamProvider: 'create' | 'existing';
  readonly iamProviderName: string;
}

export interface AwsProviderSettings extends Omit<AwsProvider, 'audiences'> {
  readonly kind: 'aws';
  /** Without them: the address of the doors. */
  readonly audiences?: readonly string[];
}

/** What we are to SAML identity providers. */
export interface ServiceProviderSettings {
  /** `undefined`: the address of our metadata. */
  readonly entityId: string | undefined;
  readonly signing: KeyPair | undefined;
  readonly decryption: KeyPair | undefined;
}

export interface KeyPair {
  /** DER in base64. */
  readonly certificate: string;
  /** The ARN of the secret that holds the private key as PEM. */
  readonly privateKey: string;
}

/** What we are to AWS where grants vouch. */
export interface VouchSettings {
  /** What `iss` says; `undefined`: the address of the doors. */
  readonly issuer: string | undefined;
  /** Which signing key signs: the one before stays published, the one after is published ahead. */
  readonly keyGeneration: number;
}

/** A grant whose role may still have to be made. */
export interface GrantSettings extends Omit<Grant, 'role'> {
  readonly role: RoleSettings;
}

/**
 * `made`: Daypass deploys the role. `named`: it was there before and is left alone. `federated`: there is none, an IAM
 * user has the permissions.
 */
export type RoleSettings =
  | {
      readonly kind: 'made';
      readonly roleName: string;
      /** `undefined`: the account that Daypass is deployed in. */
      readonly account: string | undefined;
      readonly maxSessionSeconds: number;
      readonly permissions: readonly StatementDocument[];
      /** With `chain`. */
      readonly externalId?: string;
    }
  | {
      readonly kind: 'named';
      readonly arn: string;
      readonly maxSessionSeconds: number;
      readonly externalId?: string;
    }
  | {
      readonly kind: 'federated';
      readonly maxSessionSeconds: number;
      readonly permissions: readonly StatementDocument[];
    };

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
