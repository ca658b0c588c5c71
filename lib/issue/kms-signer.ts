// The signing key in AWS KMS: it signs digests there and never leaves.
// Source: AWS KMS API Reference, Sign and GetPublicKey.

import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, type KMSClientConfig, SignCommand } from '@aws-sdk/client-kms';
import { regionOf } from '../arn.ts';
import { Refusal } from '../refusal.ts';
import { signerUnavailable } from './signer-unavailable.ts';
import type { TokenSigner } from './vouch.ts';

/** Where and as whom, when that is not what the SDK finds out by itself. */
export type KmsSettings = Pick<KMSClientConfig, 'endpoint' | 'credentials'>;

const kms = (arn: string, settings: KmsSettings) =>
  new KMSClient({
    // Where the key is, which need not be where the door is.
    region: regionOf(arn),
    ...settings,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });

/** `kid`. Of a key's ARN its id, of an alias's its name. */
export const keyIdOf = (arn: string) => arn.split('/').at(-1) ?? arn;

export function kmsSigner(arn: string, settings: KmsSettings = {}): TokenSigner {
  const client = kms(arn, settings);
  return {
    keyId: keyIdOf(arn),
    async sign(text) {
      const asked = new SignCommand({
        KeyId: arn,
        Message: createHash('sha256').update(text).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      });
      const { Signature: signature } = await client.send(asked).catch(signerUnavailable);
      if (!signature) throw new Refusal('signer_unavailable', { why: 'KMS answered without a signature' });
      return Buffer.from(signature);
    },
  };
}

/** Rejects with a `Refusal`. */
export async function kmsPublicKey(arn: string, settings: KmsSettings = {}): Promise<KeyObject> {
  const asked = new GetPublicKeyCommand({ KeyId: arn });
  const { PublicKey: der } = await kms(arn, settings).send(asked).catch(signerUnavailable);
  if (!der) throw new Refusal('signer_unavailable', { why: 'KMS answered without a key' });
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
}
