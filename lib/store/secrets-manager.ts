import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Rejects with the SDK's error, whose message names the secret and never its value. */
export async function readSecret(arn: string, region: string): Promise<string> {
  const client = new SecretsManagerClient({ region, maxAttempts: 2 });
  const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  if (text === undefined) throw new Error(`The secret ${arn} holds no text.`);
  return text;
}
