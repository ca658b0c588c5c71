// WHO: what a caller presents, and what is left when it is proved.

import { isAwsKey } from '../policy/context.ts';

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
  readonly attributes: Attributes;
  /** AWS's own claims that the token carries and the provider does not announce: roles then refuse it at STS. */
  readonly unannounced: readonly string[];
  readonly provenUntil: Date;
}

/** What is known of a caller. */
export interface Attributes {
  /** Always lists of text. A map, so that no claim can name something inherited. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /**
   * Claims that are there and cannot be compared: objects, lists with something else than text in them, numbers
   * beyond 2^53. They are not absent: a rule that excludes must not hold because of them.
   */
  readonly opaque: ReadonlySet<string>;
  /** How names begin that such a claim would have told of. */
  readonly hidden: readonly string[];
}

/** Whether the claim is there in a form that no condition can judge. */
export function isOpaque({ texts, opaque, hidden }: Attributes, name: string): boolean {
  const key = isAwsKey(name) ? name.toLowerCase() : name;
  return !texts.has(key) && (opaque.has(key) || hidden.some((start) => key.startsWith(start)));
}
