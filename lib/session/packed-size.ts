import { deflateRawSync } from 'node:zlib';

/**
 * How much of the space for a session's policy, tags and claims is used, in percent. AWS's format is private: a
 * bare call shows 25, and about 33 bytes that do not compress are one percent more. An estimate, and so named.
 */
export function packedPolicySize(texts: readonly string[]): number {
  const barePercent = 24;
  const bytesPerPercent = 33;
  return barePercent + Math.ceil(deflateRawSync(texts.join('\n')).length / bytesPerPercent);
}
