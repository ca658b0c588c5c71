// The access key of an IAM user, made anew: the four steps in which Secrets Manager asks for it, each of which may come
// twice. Source: AWS Secrets Manager User Guide, "Lambda rotation functions".

import type { SecretVersions } from '../store/secret-versions.ts';
import type { SigningCredentials } from './aws-signature.ts';
import { accessKeyIn, accessKeyText } from './rotated-key.ts';

export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof rotationSteps)[number];

/** The access keys of the user; IAM lets there be two. */
export interface AccessKeys {
  list(): Promise<readonly string[]>;
  create(): Promise<SigningCredentials>;
  remove(accessKeyId: string): Promise<void>;
}

export interface RotationMeans {
  readonly versions: SecretVersions;
  readonly keys: AccessKeys;
  /** Rejects when AWS does not take the key. */
  readonly tryOut: (key: SigningCredentials) => Promise<void>;
}

/** Rejects when the step could not be done; Secrets Manager then comes again. */
export async function rotate(step: RotationStep, version: string, means: RotationMeans): Promise<void> {
  const { versions, keys, tryOut } = means;
  switch (step) {
    case 'createSecret': {
      if ((await versions.read(version)) !== undefined) return;
      // What an earlier rotation made and never finished is nobody's.
      await removeAllBut(idIn(await versions.current()), keys);
      return versions.putPending(version, accessKeyText(await keys.create()));
    }
    case 'setSecret':
      return;
    case 'testSecret':
      return tryOut(accessKeyIn((await versions.read(version)) ?? ''));
    case 'finishSecret': {
      const { accessKeyId } = accessKeyIn((await versions.read(version)) ?? '');
      await versions.promote(version);
      // A door that still has the old one is told so by STS, and reads the secret again.
      return removeAllBut(accessKeyId, keys);
    }
  }
}

async function removeAllBut(kept: string | undefined, keys: AccessKeys): Promise<void> {
  for (const id of await keys.list()) if (id !== kept) await keys.remove(id);
}

/** `undefined` before the first rotation. */
function idIn(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : accessKeyIn(text).accessKeyId;
  } catch {
    return undefined;
  }
}
