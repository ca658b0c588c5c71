import { type DoorConfiguration, unpack } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import type { Ourselves } from '../lib/sign-in/service-provider.ts';

/** What synthesis put beside the bundle. Throws when the environment or the configuration does not hold. */
export function configurationWithin({ environment, configuration }: Rim): DoorConfiguration {
  const { configurationFile, accountId, partition } = environment();
  return unpack(configuration(configurationFile), { accountId, partition });
}

/** Our own address, without a path. Throws when synthesis gave none. */
export const addressOf = ({ environment }: Rim) => given(environment().url, variables.url);

/** What we are to identity providers. */
export const ourselvesWithin = (
  rim: Rim,
  { signing, decryption, entityId }: DoorConfiguration['serviceProvider'],
): Ourselves => ({
  url: addressOf(rim),
  entityId,
  signingCertificate: signing?.certificate,
  encryptionCertificate: decryption?.certificate,
});
