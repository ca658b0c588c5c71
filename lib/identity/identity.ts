// WHO: what a caller presents, and what is left when it is proved.

import { isAwsKey } from '../policy/context.ts';

/** Unproved input. */
export type PresentedProof = OidcProof | SamlProof | AwsProof | SignInProof | CodeProof;

/** `token` is an OIDC ID token in JWS compact form (RFC 7515 §7.1). */
export interface OidcProof {
  readonly kind: 'oidc';
  readonly token: string;
}

/** `samlResponse` is a `samlp:Response` in base64, as the POST binding carries it (SAML Bindings §3.5.4). */
export interface SamlProof {
  readonly kind: 'saml';
  readonly samlResponse: string;
  readonly arrival: Arrival;
}

/**
 * How the response came. Through a browser, to our assertion consumer service, with the secret of the cookie that our
 * sign-in left there; or from a client that held it, and that no request of ours made the identity provider give it.
 */
export type Arrival = { readonly by: 'browser'; readonly secret: string | undefined } | { readonly by: 'client' };

/** `request` is a presigned AWS request in the form of `aws/proof-form.ts`. */
export interface AwsProof {
  readonly kind: 'aws';
  readonly request: string;
}

/** What the browser keeps of a sign-in that was proved a moment ago. */
export interface SignInProof {
  readonly kind: 'sign-in';
  readonly handle: string;
}

/** The code with which the portal sent a person back to the command line, and the verifier that only that one has. */
export interface CodeProof {
  readonly kind: 'code';
  readonly code: string;
  /** As PKCE has it (RFC 7636 §4.1). */
  readonly verifier: string;
  /** The grant that the person chose. */
  readonly grant: string;
}

/** A caller whose proof was verified. Only providers make these. */
export interface Identity {
  /** The provider's name in the configuration. */
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  readonly attributes: Attributes;
  /** What the provider signed for AWS and does not announce: roles then refuse it at STS. */
  readonly unannounced: readonly string[];
  readonly provenUntil: Date;
  /** When a session that must not outlive the proof ends. */
  readonly sessionUntil?: Date;
  /** The longest session that the identity provider allows. */
  readonly sessionSeconds?: number;
  /** When the caller authenticated, where the proof says so. */
  readonly authenticatedAt?: Date;
  /** What `forward` hands on. */
  readonly evidence: Evidence;
  /** What must not be seen a second time. */
  readonly once: readonly Reservation[];
  /** By what it is known again where a grant takes it once only. */
  readonly oneTime?: Reservation;
}

/** The verified proof in the form that AWS STS verifies again; of a signed request there is none. */
export type Evidence = OidcProof | SamlEvidence | { readonly kind: 'aws' };

export interface SamlEvidence {
  readonly kind: 'saml';
  readonly samlResponse: string;
  /** The pairs of role and SAML provider that the identity provider lets the caller have. */
  readonly roles: readonly RolePair[];
  /** The assertion's RoleSessionName; STS takes no other. */
  readonly sessionName: string | undefined;
}

export interface RolePair {
  readonly roleArn: string;
  readonly principalArn: string;
}

export interface Reservation {
  /** What it is about and a digest; nothing that a caller chose stands in it. */
  readonly key: string;
  readonly until: Date;
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
