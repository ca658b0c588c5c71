// What proving a SAML response takes, kept in a file of its own: the door that mostly sees tokens loads it when the
// first response arrives, and not before (`#saml` in package.json).

import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { SamlProof } from '../lib/identity/identity.ts';
import type { Prover } from '../lib/identity/prove-identity.ts';
import { pinnedCertificate } from '../lib/identity/saml/certificates.ts';
import { currentProviders } from '../lib/identity/saml/metadata/current-providers.ts';
import { proveSamlResponse, type SamlProviders } from '../lib/identity/saml/saml-provider.ts';
import { Refusal } from '../lib/refusal.ts';
import { type Once, onceIn } from '../lib/replay/once.ts';
import { acsPath, entityIdOf } from '../lib/sign-in/our-addresses.ts';
import type { Store } from '../lib/store/store.ts';
import { addressOf } from './configuration.ts';
import { secretWithin } from './secret.ts';
import { storeWithin } from './store.ts';

export interface SamlPart {
  readonly prove: Prover<SamlProof>;
  readonly once: Once;
  readonly store: Store;
}

/** Throws when the environment does not hold. */
export function samlPart(rim: Rim, { saml, serviceProvider }: DoorConfiguration): SamlPart {
  const store = storeWithin(rim);
  const url = addressOf(rim);
  const us = {
    entityId: entityIdOf({ url, entityId: serviceProvider.entityId }),
    assertionConsumerService: url + acsPath,
  };
  const providers = compiledOnce(currentProviders(saml, store));
  const decryptionPem = secretWithin(rim, serviceProvider.decryption?.privateKey);
  let decryptionKey: KeyObject | undefined;
  return {
    store,
    once: onceIn(store),
    prove: async (proof, now) => {
      const all = await providers(now);
      const attempt = () => proveSamlResponse(proof, all, { ...us, ...(decryptionKey && { decryptionKey }) }, now);
      try {
        return attempt();
      } catch (error) {
        // The key is fetched with the first encrypted assertion: no other waits for it, or fails when it cannot be had.
        const isEncrypted = error instanceof Refusal && error.code === 'assertion_not_decrypted';
        const pem = isEncrypted && !decryptionKey ? await decryptionPem() : undefined;
        if (pem === undefined) throw error;
        decryptionKey = createPrivateKey(pem);
        return attempt();
      }
    },
  };
}

/** Certificates are parsed when they are new, not for every response. */
function compiledOnce(
  current: (now: Date) => Promise<DoorConfiguration['saml']>,
): (now: Date) => Promise<SamlProviders> {
  let from: DoorConfiguration['saml'] | undefined;
  let compiled: SamlProviders = new Map();
  return async (now) => {
    const latest = await current(now);
    if (latest !== from) {
      compiled = new Map(latest.map((provider) => [provider.entityId, compile(provider)]));
      from = latest;
    }
    return compiled;
  };
}

const compile = ({ certificates, validUntil, ...rest }: DoorConfiguration['saml'][number]) => ({
  ...rest,
  certificates: certificates.map(pinnedCertificate),
  validUntil: validUntil === undefined ? undefined : new Date(validUntil),
});
