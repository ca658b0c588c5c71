// What assuming a role in our own name takes (`#chain` in package.json).

import type { Rim } from '../lib/door.ts';
import { functionCredentials } from '../lib/environment.ts';
import { signedForSts } from '../lib/issue/aws-signature.ts';
import { chain } from '../lib/issue/chain.ts';
import type { CredentialIssuer } from '../lib/issue/credential-issuer.ts';
import { leavingTagsOut } from '../lib/issue/left-out.ts';
import type { StsClient } from '../lib/issue/sts-client.ts';

export function chainWithin({ clock, embeddedAws }: Rim, sts: StsClient): CredentialIssuer {
  const credentials = async () => (embeddedAws ? embeddedAws.credentials() : functionCredentials());
  return leavingTagsOut(chain(sts, signedForSts(credentials, clock)));
}
