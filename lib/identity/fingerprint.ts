import { createHash } from 'node:crypto';
import type { PresentedProof } from './identity.ts';

/** 16 hexadecimal digits of a SHA-256: enough to find the same thing again, useless to whoever reads a log. */
export const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Without the signature: its encoding can be changed without breaking it, and the proof would look like another. */
export function proofFingerprint({ token }: PresentedProof): string {
  const end = token.lastIndexOf('.');
  return fingerprint(end < 0 ? token : token.slice(0, end));
}
