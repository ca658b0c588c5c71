import { Refusal } from '../refusal.ts';

/** For what AWS keeps of ours, a key or a secret. The error's name tells what is wrong; its message may tell what was asked. */
export const signerUnavailable = (cause: unknown): never => {
  throw new Refusal('signer_unavailable', { why: cause instanceof Error ? cause.name : 'unknown' }, { cause });
};
