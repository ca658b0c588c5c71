import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';

/** Where and as whom, when that is not what the SDK finds out by itself. */
export type SecretsManagerSettings = Pick<SecretsManagerClientConfig, 'endpoint' | 'credentials'>;

/** Rejects with the SDK's error, whose message names the secret and never its value. */
export async function readSecret(arn: string, client: SecretsManagerSettings = {}): Promise<string> {
  const secretsManager = new SecretsManagerClient({
    // Where the secret is, which need not be where the door is.
    region: regionOf(arn),
    ...client,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  const { SecretString: text } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
  if (text === undefined) throw new Error(`The secret ${arn} holds no text.`);
  return text;
}

const regionOf = (arn: string) => arn.split(':')[3] ?? '';
