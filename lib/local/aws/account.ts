// What the embedded AWS knows: the IAM roles and providers that the synthesised templates declare.

import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { readIdpMetadata } from '../../identity/saml/metadata/idp-metadata.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import type { Policy } from '../../policy/policy.ts';
import { type Resource, resourcesOf, type StackTemplate } from '../template.ts';
import { uniqueId } from './identifiers.ts';

export interface Role {
  /** `AROA…`: a role that is deleted and made again is another one. */
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly maxSessionSeconds: number;
  readonly trust: Policy;
  /** What is inline in the role, and what the stack attaches to it by name. */
  readonly permissions: readonly Policy[];
  readonly tags: ReadonlyMap<string, string>;
}

export interface OidcProvider {
  readonly arn: string;
  readonly account: string;
  readonly url: string;
  readonly clientIds: readonly string[];
}

export interface SamlProvider {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly entityId: string;
  /** Of every signing certificate in its metadata, expired or not. */
  readonly keys: readonly KeyObject[];
}

export interface EmbeddedIam {
  role(arn: string): Role | undefined;
  roleById(id: string): Role | undefined;
  /** An account has one provider for each URL, compared to the letter. */
  oidcProvider(account: string, url: string): OidcProvider | undefined;
  samlProvider(arn: string): SamlProvider | undefined;
}

/** IAM: MaxSessionDuration where none is declared. */
const defaultMaxSessionSeconds = 3600;

/** Throws a `PolicyError` for a trust policy that IAM would not take either. */
export function embeddedIam(stacks: readonly StackTemplate[]): EmbeddedIam {
  const samlProviders = stacks.flatMap((stack) =>
    resourcesOf(stack, 'AWS::IAM::SAMLProvider').map((each) => samlProviderOf(each, stack)),
  );
  const roles = stacks.flatMap((stack) => resourcesOf(stack, 'AWS::IAM::Role').map((each) => roleOf(each, stack)));
  const providers = stacks.flatMap((stack) =>
    resourcesOf(stack, 'AWS::IAM::OIDCProvider').map((each) => providerOf(each, stack)),
  );
  return {
    role: (arn) => roles.find((role) => role.arn === arn),
    roleById: (id) => roles.find((role) => role.id === id),
    samlProvider: (arn) => samlProviders.find((each) => each.arn === arn),
    oidcProvider: (account, url) => providers.find((each) => each.account === account && each.url === url),
  };
}

/** IAM reads the document when it is made; that a certificate has expired since does not trouble it. */
function samlProviderOf({ properties, arn }: Resource, { account }: StackTemplate): SamlProvider {
  const { entityId, certificates } = readIdpMetadata(String(properties.SamlMetadataDocument), undefined);
  const keys = certificates.map((each) => new X509Certificate(Buffer.from(each, 'base64')).publicKey);
  return { arn, account, name: String(properties.Name), entityId, keys };
}

function permissionsOf(role: Resource, stack: StackTemplate): readonly Policy[] {
  const inline = (role.properties.Policies ?? []) as readonly { PolicyName: string; PolicyDocument: unknown }[];
  const attached = resourcesOf(stack, 'AWS::IAM::Policy').filter(({ properties }) =>
    (properties.Roles as readonly unknown[]).includes(String(role.properties.RoleName ?? role.logicalId)),
  );
  return [...inline, ...attached.map(({ properties }) => properties)].map(({ PolicyName, PolicyDocument }) =>
    parsePolicy({ name: String(PolicyName), kind: 'identity', document: PolicyDocument }),
  );
}

function roleOf(role: Resource, stack: StackTemplate): Role {
  const { properties, logicalId, arn } = role;
  const { account } = stack;
  const name = String(properties.RoleName ?? logicalId);
  const tags = (properties.Tags ?? []) as readonly { Key: string; Value: string }[];
  return {
    // From the ARN, so that it stays the same from one start to the next.
    id: uniqueId('AROA', account, createHash('sha256').update(arn).digest()),
    arn,
    name,
    account,
    maxSessionSeconds: Number(properties.MaxSessionDuration ?? defaultMaxSessionSeconds),
    trust: parsePolicy({
      name: `trust policy of ${name}`,
      kind: 'trust',
      document: properties.AssumeRolePolicyDocument,
    }),
    permissions: permissionsOf(role, stack),
    tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
  };
}

function providerOf({ properties, arn }: Resource, { account }: StackTemplate): OidcProvider {
  return {
    arn,
    account,
    url: String(properties.Url),
    clientIds: (properties.ClientIdList ?? []) as readonly string[],
  };
}
