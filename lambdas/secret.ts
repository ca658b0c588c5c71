import type { Rim } from '../lib/door.ts';

/**
 * The private key under an ARN, as PEM, read when it is first needed and kept for as long as the function lives.
 * `undefined` where none is configured. The SDK is loaded when there is a key to read, and not before.
 */
export function secretWithin({ secret }: Rim, arn: string | undefined): () => Promise<string | undefined> {
  let pem: Promise<string> | undefined;
  return async () => {
    if (arn === undefined) return undefined;
    pem ??= secret ? secret(arn) : readFromAws(arn);
    // A failure is not for ever.
    return pem.catch((error: unknown) => {
      pem = undefined;
      throw error;
    });
  };
}

async function readFromAws(arn: string): Promise<string> {
  const { readSecret } = await import('../lib/store/secrets-manager.ts');
  return readSecret(arn);
}
