// Whether AWS denies a session already: asked of IAM, whose no tells why.

import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { messageOf } from '../message-of.ts';

export interface LiveProbe {
  /** Whether a statement of its role denies the session what it asks. Rejects when it cannot be asked. */
  isDenied(): Promise<boolean>;
}

const quiet = () => undefined;

/**
 * With the credentials of a profile of the AWS configuration, which are fetched once. What is asked may be anything:
 * where nothing denies it, whether something allows it is the same to us.
 */
export function liveProbe(profile: string): LiveProbe {
  // The SDK would warn that the environment has credentials, too: those are the operator's.
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const client = new IAMClient({ profile, logger, maxAttempts: 3 });
  return {
    async isDenied() {
      try {
        await client.send(new ListRolesCommand({ MaxItems: 1 }));
        return false;
      } catch (error) {
        if ((error as { readonly name?: string }).name !== 'AccessDenied') throw error;
        return messageOf(error).includes('with an explicit deny in an identity-based policy');
      }
    },
  };
}
