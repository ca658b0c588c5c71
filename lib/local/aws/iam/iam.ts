// What the embedded IAM holds: accounts of one organisation, with users, roles, policies, providers and MFA devices.

import { type KeyObject, randomBytes } from 'node:crypto';
import { parsePolicy } from '../../../policy/parse-policy.ts';
import type { Policy } from '../../../policy/policy.ts';
import { accessKeyId, uniqueId } from '../identifiers.ts';

/** A document, and how the engine reads it. */
export interface WrittenPolicy {
  readonly document: unknown;
  readonly policy: Policy;
}

/** What a user and a role have in common. */
export interface PolicyHolder {
  /** `AIDA…` or `AROA…`: what is deleted and made again is another one. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly account: string;
  readonly created: Date;
  readonly inline: Map<string, WrittenPolicy>;
  /** ARNs of managed policies. */
  readonly attached: Set<string>;
  boundary: string | undefined;
  readonly tags: Map<string, string>;
}

export interface User extends PolicyHolder {
  readonly kind: 'user';
  readonly keys: Map<string, AccessKey>;
}

export interface Role extends PolicyHolder {
  readonly kind: 'role';
  description: string | undefined;
  maxSessionSeconds: number;
  trust: WrittenPolicy;
}

/** A long-term key of a user. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly created: Date;
  active: boolean;
}

export interface ManagedPolicy {
  /** `ANPA…` */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly created: Date;
  /** By `v1`, `v2`, … */
  readonly versions: Map<string, PolicyVersion>;
  defaultVersion: string;
  /** How many versions there ever were: a number is not given twice. */
  made: number;
}

export interface PolicyVersion extends WrittenPolicy {
  readonly created: Date;
}

export interface OidcProvider {
  readonly arn: string;
  readonly account: string;
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly created: Date;
}

export interface SamlProvider {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly entityId: string;
  readonly document: string;
  /** Of every signing certificate in its metadata, expired or not. */
  readonly keys: readonly KeyObject[];
  readonly created: Date;
}

export interface MfaDevice {
  /** Its ARN. */
  readonly serial: string;
  readonly base32Seed: string;
  /** The id of the user it is enabled for. */
  user: string | undefined;
  enabled: Date | undefined;
  /** The time step of the last code that was taken: no code is taken twice. */
  lastStep: number;
}

export interface Account {
  readonly id: string;
  /** By name in lower case: IAM has no two names that differ by case only. */
  readonly users: Map<string, User>;
  readonly roles: Map<string, Role>;
  /** By ARN. */
  readonly policies: Map<string, ManagedPolicy>;
  readonly oidcProviders: Map<string, OidcProvider>;
  readonly samlProviders: Map<string, SamlProvider>;
  readonly mfaDevices: Map<string, MfaDevice>;
  /** Whether IAM's outbound web identity federation is switched on: GetWebIdentityToken. */
  outboundFederation: boolean;
}

export interface EmbeddedIam {
  readonly accounts: ReadonlyMap<string, Account>;
  /** The account that manages the organisation. */
  readonly management: string;
  role(arn: string): Role | undefined;
  roleById(id: string): Role | undefined;
  userById(id: string): User | undefined;
  /** A user or role by its ARN, to the letter. */
  holder(arn: string): User | Role | undefined;
  accessKey(id: string): { readonly key: AccessKey; readonly user: User } | undefined;
  policy(arn: string): ManagedPolicy | undefined;
  /** An account has one provider for each URL, compared to the letter. */
  oidcProvider(account: string, url: string): OidcProvider | undefined;
  samlProvider(arn: string): SamlProvider | undefined;
}

export const anAccount = (id: string): Account => ({
  id,
  users: new Map(),
  roles: new Map(),
  policies: new Map(),
  oidcProviders: new Map(),
  samlProviders: new Map(),
  mfaDevices: new Map(),
  outboundFederation: false,
});

export interface NewHolder {
  readonly account: string;
  readonly name: string;
  readonly path?: string;
  readonly created: Date;
  /** Fixed where a role must be the same from one start to the next. */
  readonly idBytes?: Uint8Array;
  readonly tags?: ReadonlyMap<string, string>;
}

const holderOf = (
  kind: 'user' | 'role',
  { account, name, path = '/', created, idBytes, tags = new Map() }: NewHolder,
) => ({
  id: uniqueId(kind === 'user' ? 'AIDA' : 'AROA', account, idBytes ?? randomBytes(6)),
  arn: `arn:aws:iam::${account}:${kind}${path}${name}`,
  name,
  path,
  account,
  created,
  inline: new Map<string, WrittenPolicy>(),
  attached: new Set<string>(),
  boundary: undefined,
  tags: new Map(tags),
});

export const newUser = (wanted: NewHolder): User => ({ kind: 'user', ...holderOf('user', wanted), keys: new Map() });

export interface NewRole extends NewHolder {
  readonly trust: WrittenPolicy;
  readonly maxSessionSeconds?: number;
  readonly description?: string | undefined;
}

/** IAM: MaxSessionDuration where none is declared. */
const defaultMaxSessionSeconds = 3600;

export const newRole = ({
  trust,
  maxSessionSeconds = defaultMaxSessionSeconds,
  description,
  ...wanted
}: NewRole): Role => ({
  kind: 'role',
  ...holderOf('role', wanted),
  description,
  maxSessionSeconds,
  trust,
});

export const newAccessKey = (account: string, created: Date): AccessKey => ({
  accessKeyId: accessKeyId('AKIA', account, randomBytes(5)),
  secretAccessKey: randomBytes(30).toString('base64'),
  created,
  active: true,
});

/** Throws a `PolicyError`. */
export const identityPolicy = (name: string, document: unknown): WrittenPolicy => ({
  document,
  policy: parsePolicy({ name, kind: 'identity', document }),
});

/** All that is inline or attached, as it stands now. */
export function policiesOf({ inline, attached }: PolicyHolder, iam: EmbeddedIam): readonly Policy[] {
  return [...[...inline.values()].map(({ policy }) => policy), ...managedPolicies([...attached], iam)];
}

/** The default versions; one that is gone allows nothing. */
export const managedPolicies = (arns: readonly string[], iam: EmbeddedIam): readonly Policy[] =>
  arns.flatMap((arn) => {
    const managed = iam.policy(arn);
    const version = managed?.versions.get(managed.defaultVersion);
    return version ? [version.policy] : [];
  });
