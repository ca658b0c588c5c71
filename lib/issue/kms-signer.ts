// The signing key in AWS KMS: it signs digests there and never leaves.
// Source: AWS KMS API Reference, Sign and GetPublicKey.

import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, type KMSClientConfig, SignCommand } from '@aws-sdk/client-kms';
import { Refusal } from '../refusal.ts';
import type { TokenSigner } from './vouch.ts';

export interface KmsSettings {
  readonly region: string;
  /** Where and as whom, when that is not what the SDK finds out by itself. */
  readonly client?: Pick<KMSClientConfig, 'endpoint' | 'credentials'>;
}

const kms = ({ region, client = {} }: KmsSettings) =>
  new KMSClient({
    region,
    ...client,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
  });

/** `kid`: the same in every Region that a key of several Regions is in. */
export const keyIdOf = (arn: string) => arn.split('/').at(-1) ?? arn;

export function kmsSigner(arn: string, settings: KmsSettings): TokenSigner {
  const client = kms(settings);
  return {
    keyId: keyIdOf(arn),
    async sign(text) {
      const asked = new SignCommand({
        KeyId: arn,
        Message: createHash('sha256').update(text).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      });
      const { Signature: signature } = await client.send(asked).catch(unavailable);
      if (!signature) throw new Refusal('signer_unavailable', { why: 'KMS answered without a signature' });
      return Buffer.from(signature);
    },
  };
}

/** Rejects with a `Refusal`. */
export function kmsPublicKeys(settings: KmsSettings): (arn: string) => Promise<KeyObject> {
  const client = kms(settings);
  return async (arn) => {
    const { PublicKey: der } = await client.send(new GetPublicKeyCommand({ KeyId: arn })).catch(unavailable);
    if (!der) throw new Refusal('signer_unavailable', { why: 'KMS answered without a key' });
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  };
}

/** The error's name tells what is wrong; its message may tell what was asked. */
const unavailable = (cause: unknown): never => {
  throw new Refusal('signer_unavailable', { why: cause instanceof Error ? cause.name : 'unknown' }, { cause });
};
