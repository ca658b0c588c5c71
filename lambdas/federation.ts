// What asking for a federation token takes (`#federation` in package.json).

import type { Rim } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import { signedForSts } from '../lib/issue/aws-signature.ts';
import type { CredentialIssuer } from '../lib/issue/credential-issuer.ts';
import { federationToken } from '../lib/issue/federation-token.ts';
import { leavingTagsOut } from '../lib/issue/left-out.ts';
import { accessKeyIn } from '../lib/issue/rotated-key.ts';
import { signerUnavailable } from '../lib/issue/signer-unavailable.ts';
import type { StsClient } from '../lib/issue/sts-client.ts';
import { readSecret } from '../lib/store/secrets-manager.ts';
import { later } from './later.ts';

/** Throws when synthesis named no secret to this door. */
export function federationWithin({ environment, clock, embeddedAws }: Rim, sts: StsClient): CredentialIssuer {
  const { federationSecret } = environment();
  const arn = given(federationSecret, variables.federationSecret);
  const read = () => later(async () => accessKeyIn(await readSecret(arn, embeddedAws).catch(signerUnavailable)));
  let key = read();
  return leavingTagsOut(
    federationToken(sts, {
      sign: async () => signedForSts(key, clock),
      forget: () => {
        key = read();
      },
    }),
  );
}
