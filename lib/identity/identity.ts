// WHO: what a caller presents, and what is left when it is proved.

/** Unproved input. `token` is an OIDC ID token in JWS compact form (RFC 7515 §7.1). */
export interface PresentedProof {
  readonly kind: 'oidc';
  readonly token: string;
}

/** A caller whose proof was verified. Only providers make these. */
export interface Identity {
  /** The provider's name in the configuration. */
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  /** Always lists of text. A map, so that no claim can name something inherited. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly provenUntil: Date;
}
