import { Refusal } from '../refusal.ts';
import type { AwsProof, CodeProof, Identity, PresentedProof, SamlProof, SignInProof } from './identity.ts';
import { type OidcProviders, proveOidcToken } from './oidc/oidc-provider.ts';

/** Resolves to an identity or rejects with a `Refusal`. */
export type Prover<Proof> = (proof: Proof, now: Date) => Promise<Identity>;

/** Everyone whose word is taken, by kind. What a door is not given, it refuses. */
export interface Providers {
  readonly oidc: OidcProviders;
  /** A function, so that a door which rarely sees a response need not load what reads XML until it does. */
  readonly saml?: Prover<SamlProof>;
  /** Likewise. */
  readonly aws?: Prover<AwsProof>;
  readonly signIns?: Prover<SignInProof>;
  readonly codes?: Prover<CodeProof>;
}

/** Resolves to an identity or rejects with a `Refusal`. */
export async function proveIdentity(proof: PresentedProof, providers: Providers, now: Date): Promise<Identity> {
  switch (proof.kind) {
    case 'oidc':
      return proveOidcToken(proof.token, providers.oidc, now);
    case 'saml':
      return (providers.saml ?? nobody)(proof, now);
    case 'aws':
      return (providers.aws ?? nobody)(proof, now);
    case 'sign-in':
      return (providers.signIns ?? nobody)(proof, now);
    case 'code':
      return (providers.codes ?? nobody)(proof, now);
  }
}

const nobody = () => Promise.reject(new Refusal('issuer_unknown', { why: 'no provider of this kind is configured' }));
