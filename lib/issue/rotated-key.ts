// The access key of the IAM user as the secret holds it: JSON with the names that the AWS SDK for JavaScript takes.

import { recordIn } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { SigningCredentials } from './aws-signature.ts';

export const accessKeyText = ({ accessKeyId, secretAccessKey }: SigningCredentials): string =>
  JSON.stringify({ accessKeyId, secretAccessKey });

/** Throws a `Refusal` for a secret that holds no access key, as before the first rotation. */
export function accessKeyIn(text: string): SigningCredentials {
  const { accessKeyId, secretAccessKey } = recordIn(text) ?? {};
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw new Refusal('signer_unavailable', { why: 'the secret holds no access key: was it ever rotated?' });
  }
  return { accessKeyId, secretAccessKey };
}
