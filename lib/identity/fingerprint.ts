import { createHash } from 'node:crypto';
import type { PresentedProof } from './identity.ts';

/** 16 hexadecimal digits of a SHA-256: enough to find the same thing again, useless to whoever reads a log. */
export const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Without what is secret in it, and without what can be changed and leave it good: it would look like another. */
export function proofFingerprint(proof: PresentedProof): string {
  switch (proof.kind) {
    case 'oidc':
      return fingerprint(before(proof.token.lastIndexOf('.'), proof.token));
    case 'saml':
      return fingerprint(proof.samlResponse.replace(/\r?\n/g, ''));
    case 'aws':
      return fingerprint(proof.request);
    case 'sign-in':
      // The rest of the handle is a key.
      return fingerprint(before(proof.handle.indexOf('.'), proof.handle));
    case 'code':
      return fingerprint(before(proof.code.indexOf('.'), proof.code));
  }
}

const before = (end: number, text: string) => (end < 0 ? text : text.slice(0, end));
