import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';

export interface SecretsManagerSettings {
  readonly region: string;
  /** Where and as whom, when that is not what the SDK finds out by itself. */
  readonly client?: Pick<SecretsManagerClientConfig, 'endpoint' | 'credentials'>;
}

/** Rejects with the SDK's error, whose message names the secret and never its value. */
export async function readSecret(arn: string, { region, client = {} }: SecretsManagerSettings): Promise<string> {
  const secretsManager = new SecretsManagerClient({
    region,
    ...client,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  const { SecretString: text } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
  if (text === undefined) throw new Error(`The secret ${arn} holds no text.`);
  return text;
}
