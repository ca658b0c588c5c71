// What the embedded AWS knows: the IAM roles and providers that the synthesised templates declare.

import { createHash } from 'node:crypto';
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
  readonly tags: ReadonlyMap<string, string>;
}

export interface OidcProvider {
  readonly arn: string;
  readonly account: string;
  readonly url: string;
  readonly clientIds: readonly string[];
}

export interface EmbeddedIam {
  role(arn: string): Role | undefined;
  roleById(id: string): Role | undefined;
  /** An account has one provider for each URL, compared to the letter. */
  oidcProvider(account: string, url: string): OidcProvider | undefined;
}

/** IAM: MaxSessionDuration where none is declared. */
const defaultMaxSessionSeconds = 3600;

/** Throws a `PolicyError` for a trust policy that IAM would not take either. */
export function embeddedIam(stacks: readonly StackTemplate[]): EmbeddedIam {
  const roles = stacks.flatMap((stack) => resourcesOf(stack, 'AWS::IAM::Role').map((each) => roleOf(each, stack)));
  const providers = stacks.flatMap((stack) =>
    resourcesOf(stack, 'AWS::IAM::OIDCProvider').map((each) => providerOf(each, stack)),
  );
  return {
    role: (arn) => roles.find((role) => role.arn === arn),
    roleById: (id) => roles.find((role) => role.id === id),
    oidcProvider: (account, url) => providers.find((each) => each.account === account && each.url === url),
  };
}

function roleOf({ properties, logicalId, arn }: Resource, { account }: StackTemplate): Role {
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
