import type { Identity, PresentedProof } from './identity.ts';
import { type OidcProviders, proveOidcToken } from './oidc/oidc-provider.ts';

/** Everyone whose word is taken, by kind. */
export interface Providers {
  readonly oidc: OidcProviders;
}

/** Resolves to an identity or rejects with a `Refusal`. */
export function proveIdentity(proof: PresentedProof, providers: Providers, now: Date): Promise<Identity> {
  switch (proof.kind) {
    case 'oidc':
      return proveOidcToken(proof.token, providers.oidc, now);
  }
}
