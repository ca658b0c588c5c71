// What an account's IAM says of roles and providers now: read, never changed.

import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetSAMLProviderCommand,
  IAMClient,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { accountOf } from '../arn.ts';

export interface LiveRole {
  /** JSON text. */
  readonly trustPolicy: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly maxSessionSeconds: number;
}

export interface LiveIam {
  /**
   * `undefined` where there is no such role, `elsewhere` for one of another account than the credentials are of: IAM tells
   * of its own only. Rejects when IAM cannot be asked.
   */
  role(arn: string): Promise<LiveRole | 'elsewhere' | undefined>;
  /** Its client IDs; `undefined` where there is no such provider. */
  oidcClientIds(arn: string): Promise<readonly string[] | undefined>;
  /** Whether there is such a provider. */
  hasSamlProvider(arn: string): Promise<boolean>;
}

/** With the credentials, the Region and the endpoint of the AWS configuration. */
export function liveIam(): LiveIam {
  const client = new IAMClient({ maxAttempts: 3 });
  const account = async () => (await new STSClient({ maxAttempts: 3 }).send(new GetCallerIdentityCommand({}))).Account;
  return {
    async role(arn) {
      const found = await orNothing(async () => {
        const { Role: role } = await client.send(new GetRoleCommand({ RoleName: arn.split('/').at(-1) }));
        // IAM looks by the name alone; the ARN may be of another account or another path.
        if (role?.Arn !== arn) return undefined;
        return {
          trustPolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ''),
          tags: new Map((role.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
          maxSessionSeconds: role.MaxSessionDuration ?? 3600,
        };
      });
      return found ?? (accountOf(arn) === (await account()) ? undefined : 'elsewhere');
    },
    oidcClientIds: (arn) =>
      orNothing(async () => {
        const provider = await client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
        return provider.ClientIDList ?? [];
      }),
    hasSamlProvider: async (arn) => {
      const provider = await orNothing(() => client.send(new GetSAMLProviderCommand({ SAMLProviderArn: arn })));
      return provider !== undefined;
    },
  };
}

async function orNothing<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}
