import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { regionOf } from '../arn.ts';
import type { SecretVersions } from './secret-versions.ts';

/** Where and as whom, when that is not what the SDK finds out by itself. */
export type SecretsManagerSettings = Pick<SecretsManagerClientConfig, 'endpoint' | 'credentials'>;

const clientFor = (arn: string, settings: SecretsManagerSettings) =>
  new SecretsManagerClient({
    // Where the secret is, which need not be where the door is.
    region: regionOf(arn),
    ...settings,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });

/** Rejects with the SDK's error, whose message names the secret and never its value. */
export async function readSecret(arn: string, settings: SecretsManagerSettings = {}): Promise<string> {
  const { SecretString: text } = await clientFor(arn, settings).send(new GetSecretValueCommand({ SecretId: arn }));
  if (text === undefined) throw new Error(`The secret ${arn} holds no text.`);
  return text;
}

/** Methods reject with the SDK's errors. */
export function secretVersions(arn: string, settings: SecretsManagerSettings = {}): SecretVersions {
  const secretsManager = clientFor(arn, settings);
  const read = async (which: { readonly VersionId?: string; readonly VersionStage?: string }) => {
    try {
      return (await secretsManager.send(new GetSecretValueCommand({ SecretId: arn, ...which }))).SecretString;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  return {
    read: (version) => read({ VersionId: version }),
    current: () => read({ VersionStage: 'AWSCURRENT' }),
    async putPending(version, text) {
      await secretsManager.send(
        new PutSecretValueCommand({
          SecretId: arn,
          ClientRequestToken: version,
          SecretString: text,
          VersionStages: ['AWSPENDING'],
        }),
      );
    },
    async promote(version) {
      const { VersionIdsToStages: stages = {} } = await secretsManager.send(
        new DescribeSecretCommand({ SecretId: arn }),
      );
      const [before] = Object.entries(stages).find(([, names]) => names.includes('AWSCURRENT')) ?? [];
      if (before === version) return;
      await secretsManager.send(
        new UpdateSecretVersionStageCommand({
          SecretId: arn,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: version,
          ...(before !== undefined && { RemoveFromVersionId: before }),
        }),
      );
    },
  };
}
