import type { Rim } from '../lib/door.ts';

/** The private key under an ARN, as PEM. The SDK is loaded when there is a key to read, and not before. */
export async function secretWithin({ secret, environment }: Rim, arn: string): Promise<string> {
  if (secret) return secret(arn);
  const { readSecret } = await import('../lib/store/secrets-manager.ts');
  return readSecret(arn, environment().region);
}
