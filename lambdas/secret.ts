import type { Rim } from '../lib/door.ts';
import { later } from './later.ts';

/**
 * The private key under an ARN, as PEM, read when it is first needed and kept for as long as the function lives.
 * `undefined` where none is configured. The SDK is loaded when there is a key to read, and not before.
 */
export function secretWithin({ secret }: Rim, arn: string | undefined): () => Promise<string | undefined> {
  if (arn === undefined) return () => Promise.resolve(undefined);
  return later(async () => (secret ? secret(arn) : readFromAws(arn)));
}

async function readFromAws(arn: string): Promise<string> {
  const { readSecret } = await import('../lib/store/secrets-manager.ts');
  return readSecret(arn);
}
