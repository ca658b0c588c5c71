// What the tests are told in: each builder makes something whole, and a test names only what it is about.

import type { Grant, SessionPolicyTemplate, SpecialCharacter } from '../../lib/grant/grant.ts';
import { parseTemplate } from '../../lib/grant/template.ts';
import type { Evidence, Identity, SamlEvidence } from '../../lib/identity/identity.ts';
import { type Condition, parseConditions } from '../../lib/policy/condition.ts';
import { aMoment, anAudience } from './issuer.ts';

type Texts = string | readonly string[];

export const aRoleArn = 'arn:aws:iam::111122223333:role/daypass-files';
export const aPrincipalArn = 'arn:aws:iam::111122223333:saml-provider/daypass-corp';

export interface IdentitySettings {
  readonly provider?: string;
  readonly issuer?: string;
  readonly subject?: string;
  /** Beside `sub`, which is always there. */
  readonly attributes?: Readonly<Record<string, Texts>>;
  /** Claims that are there and cannot be compared. */
  readonly opaque?: readonly string[];
  readonly evidence?: Evidence;
}

/** A proved caller: alice, of the provider `app`. */
export function anIdentity({
  provider = 'app',
  issuer = 'https://login.acme.example',
  subject = 'alice',
  attributes = {},
  opaque = [],
  evidence = { kind: 'oidc', token: 'header.payload.signature' },
}: IdentitySettings = {}): Identity {
  const given = Object.entries(attributes).map(([name, value]) => [name, listOf(value)] as const);
  return {
    provider,
    issuer,
    subject,
    attributes: { texts: new Map([['sub', [subject]], ...given]), opaque: new Set(opaque), hidden: [] },
    unannounced: [],
    provenUntil: new Date(aMoment.getTime() + 300_000),
    evidence,
    once: [],
  };
}

/** What an assertion lets alice have: the role of `aGrant`, by the SAML provider `daypass-corp`. */
export const samlEvidence = (members: Partial<SamlEvidence> = {}): SamlEvidence => ({
  kind: 'saml',
  samlResponse: 'PHNhbWxwOlJlc3BvbnNlLz4=',
  roles: [{ roleArn: aRoleArn, principalArn: aPrincipalArn }],
  sessionName: 'alice@acme.example',
  ...members,
});

const listOf = (value: Texts): readonly string[] => (typeof value === 'string' ? [value] : value);

export type When = Readonly<Record<string, Readonly<Record<string, Texts | boolean | number>>>>;

/** Conditions as an operator writes them. Throws when they are none. */
export function conditions(when: When): readonly Condition[] {
  return parseConditions(when, 'when', {
    variables: true,
    report: (path, says) => {
      throw new Error(`${path}: ${says}`);
    },
  });
}

export interface StatementSettings {
  readonly effect?: 'Allow' | 'Deny';
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A session policy of these statements; each allows reading unless told otherwise. */
export function aSessionPolicy(
  statements: readonly StatementSettings[],
  valuesMayContain: readonly SpecialCharacter[] = [],
): SessionPolicyTemplate {
  return {
    valuesMayContain,
    statements: statements.map(
      ({ effect = 'Allow', actions = ['s3:GetObject'], resources = ['arn:aws:s3:::privet/*'], conditions = {} }) => ({
        effect,
        actions,
        resources: resources.map(parseTemplate),
        conditions: Object.entries(conditions).flatMap(([operator, keys]) =>
          Object.entries(keys).map(([key, values]) => ({ operator, key, values: values.map(parseTemplate) })),
        ),
      }),
    ),
  };
}

export interface GrantSettings {
  readonly name?: string;
  readonly from?: string;
  readonly when?: When;
  readonly roleArn?: string;
  readonly accountName?: string;
  readonly roleSeconds?: number;
  /** Of the SAML provider that the role trusts. */
  readonly principalArn?: string;
  readonly sessionName?: string;
  readonly durationSeconds?: number;
  readonly policy?: SessionPolicyTemplate;
}

/** A grant that gives everybody of the provider `app` the role `daypass-files` for an hour. */
export function aGrant({
  name = 'files',
  from = 'app',
  when = {},
  roleArn = aRoleArn,
  accountName,
  roleSeconds = 3600,
  principalArn,
  sessionName = '{sub}',
  durationSeconds = 3600,
  policy,
}: GrantSettings = {}): Grant {
  return {
    name,
    from,
    when: conditions(when),
    way: 'forward',
    role: {
      arn: roleArn,
      ...(accountName !== undefined && { accountName }),
      maxSessionSeconds: roleSeconds,
      ...(principalArn !== undefined && { principalArn }),
    },
    session: { name: parseTemplate(sessionName), durationSeconds, ...(policy && { policy }) },
  };
}

export const grantsNamed = (...grants: readonly Grant[]): ReadonlyMap<string, Grant> =>
  new Map(grants.map((grant) => [grant.name, grant]));

type Members = Readonly<Record<string, unknown>>;

export interface ConfigurationSettings {
  /** Members of the provider `app`'s `oidc`. */
  readonly oidc?: Members;
  /** Members of the grant `files`. */
  readonly grant?: Members;
  /** Members of the file. */
  readonly file?: Members;
}

/** What a daypass.yaml says: one provider, `app`, and one grant of it, `files`. */
export function aConfiguration({ oidc = {}, grant = {}, file = {} }: ConfigurationSettings = {}): Members {
  return {
    providers: { app: { oidc: { issuer: 'https://login.acme.example', audiences: [anAudience], ...oidc } } },
    grants: {
      files: {
        from: 'app',
        when: { StringEquals: { sub: 'alice' } },
        role: { permissions: [aPermission()] },
        ...grant,
      },
    },
    ...file,
  };
}

/** A statement as daypass.yaml has it. */
export const aPermission = (members: Members = {}): Members => ({
  actions: ['s3:GetObject'],
  resources: ['arn:aws:s3:::privet/*'],
  ...members,
});
