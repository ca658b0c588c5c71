// The IAM resources that the synthesised templates declare, as an account would hold them once they are deployed.

import { createHash, X509Certificate } from 'node:crypto';
import { readIdpMetadata } from '../../../identity/saml/metadata/idp-metadata.ts';
import { type Resource, resourcesOf, type StackTemplate } from '../../template.ts';
import { embeddedIamOf } from './embedded-iam.ts';
import {
  anAccount,
  type EmbeddedIam,
  identityPolicy,
  newRole,
  newUser,
  type OidcProvider,
  type Role,
  type SamlProvider,
  type User,
} from './iam.ts';
import { trustPolicyOf } from './principals.ts';

export interface Declared {
  /** The first one's account manages the organisation. */
  readonly stacks: readonly StackTemplate[];
  /** Accounts besides those of the stacks, with nothing in them. */
  readonly otherAccounts?: readonly string[];
  readonly now: Date;
}

/** Throws a `PolicyError` for a policy that IAM would not take either. */
export function declaredIam({ stacks, otherAccounts = [], now }: Declared): EmbeddedIam {
  const ids = [...new Set([...stacks.map(({ account }) => account), ...otherAccounts])];
  const [management, ...others] = ids.map(anAccount);
  if (!management) throw new Error('There is no account.');
  const iam = embeddedIamOf([management, ...others]);
  for (const stack of stacks) {
    const account = iam.accounts.get(stack.account);
    if (!account) continue;
    for (const each of resourcesOf(stack, 'AWS::IAM::SAMLProvider')) {
      account.samlProviders.set(each.arn, samlProviderFrom(each, account.id, now));
    }
    for (const each of resourcesOf(stack, 'AWS::IAM::OIDCProvider')) {
      account.oidcProviders.set(each.arn, oidcProviderFrom(each, account.id, now));
    }
    for (const each of resourcesOf(stack, 'AWS::IAM::User')) {
      const user = userFrom(each, stack, now);
      account.users.set(user.name.toLowerCase(), user);
    }
    for (const each of resourcesOf(stack, 'AWS::IAM::Role')) {
      const role = roleFrom(each, stack, iam, now);
      account.roles.set(role.name.toLowerCase(), role);
    }
  }
  return iam;
}

function samlProviderFrom({ properties, arn }: Resource, account: string, created: Date): SamlProvider {
  const document = String(properties.SamlMetadataDocument);
  return { arn, account, name: String(properties.Name), created, ...readSamlDocument(document) };
}

/** IAM reads the document when it is made; that a certificate has expired since does not trouble it. */
export function readSamlDocument(document: string): Pick<SamlProvider, 'document' | 'entityId' | 'keys'> {
  const { entityId, certificates } = readIdpMetadata(document, undefined);
  const keys = certificates.map((each) => new X509Certificate(Buffer.from(each, 'base64')).publicKey);
  return { document, entityId, keys };
}

const oidcProviderFrom = ({ properties, arn }: Resource, account: string, created: Date): OidcProvider => ({
  arn,
  account,
  url: String(properties.Url),
  clientIds: (properties.ClientIdList ?? []) as readonly string[],
  thumbprints: (properties.ThumbprintList ?? []) as readonly string[],
  created,
});

function userFrom({ properties, logicalId }: Resource, stack: StackTemplate, created: Date): User {
  const name = String(properties.UserName ?? logicalId);
  const path = String(properties.Path ?? '/');
  const user = newUser({ account: stack.account, name, path, created });
  // Managed policies of the template are nobody else's here, so they may as well be inline.
  for (const each of resourcesOf(stack, 'AWS::IAM::ManagedPolicy')) {
    const { Users: users = [], PolicyDocument: document } = each.properties;
    if ((users as readonly unknown[]).includes(name))
      user.inline.set(each.logicalId, identityPolicy(each.logicalId, document));
  }
  return user;
}

function roleFrom(resource: Resource, stack: StackTemplate, iam: EmbeddedIam, created: Date): Role {
  const { properties, logicalId, arn } = resource;
  const name = String(properties.RoleName ?? logicalId);
  const tags = (properties.Tags ?? []) as readonly { Key: string; Value: string }[];
  const role = newRole({
    account: stack.account,
    name,
    path: String(properties.Path ?? '/'),
    created,
    // From the ARN, so that it stays the same from one start to the next.
    idBytes: createHash('sha256').update(arn).digest(),
    tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
    trust: trustPolicyOf(name, documentOf(properties.AssumeRolePolicyDocument), iam),
    ...(properties.MaxSessionDuration !== undefined && { maxSessionSeconds: Number(properties.MaxSessionDuration) }),
  });
  for (const { PolicyName, PolicyDocument } of permissionsFrom(resource, stack)) {
    role.inline.set(String(PolicyName), identityPolicy(String(PolicyName), PolicyDocument));
  }
  return role;
}

/** CloudFormation takes JSON as text, too. */
const documentOf = (written: unknown): unknown => (typeof written === 'string' ? JSON.parse(written) : written);

interface Permission {
  readonly PolicyName?: unknown;
  readonly PolicyDocument?: unknown;
}

/** What is inline in the role, and what the stack attaches to it by name. */
function permissionsFrom(role: Resource, stack: StackTemplate): readonly Permission[] {
  const inline = (role.properties.Policies ?? []) as readonly Permission[];
  const attached = resourcesOf(stack, 'AWS::IAM::Policy').filter(({ properties }) =>
    (properties.Roles as readonly unknown[]).includes(String(role.properties.RoleName ?? role.logicalId)),
  );
  return [...inline, ...attached.map(({ properties }) => properties)];
}
