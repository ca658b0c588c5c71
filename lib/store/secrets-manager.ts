import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Rejects with the SDK's error, whose message names the secret and never its value. */
export async function readSecret(arn: string): Promise<string> {
  const client = new SecretsManagerClient({
    // Where the secret is, which need not be where the door is.
    region: regionOf(arn),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
  const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (text === undefined) throw new Error(`The secret ${arn} holds no text.`);
  return text;
}

const regionOf = (arn: string) => arn.split(':')[3] ?? '';
