// What vouching takes, in a file of its own: doors load it when a grant vouches (`#vouch` in package.json).

import { randomUUID } from 'node:crypto';
import type { Rim } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import type { CredentialIssuer } from '../lib/issue/credential-issuer.ts';
import { kmsSigner } from '../lib/issue/kms-signer.ts';
import { leavingTagsOut } from '../lib/issue/left-out.ts';
import type { StsClient } from '../lib/issue/sts-client.ts';
import { vouch } from '../lib/issue/vouch.ts';

/** Throws when synthesis gave this door no key. */
export function vouchWithin({ environment, clock, embeddedAws }: Rim, sts: StsClient): CredentialIssuer {
  const { issuer, signingKeys } = environment();
  const key = given(signingKeys[0], variables.signingKeys);
  const signer = kmsSigner(key, embeddedAws);
  return leavingTagsOut(
    vouch({ sts, signer, issuer: given(issuer, variables.issuer), clock, newId: () => randomUUID() }),
  );
}
