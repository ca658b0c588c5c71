// What a token comes to: providers as the broker has them, and the verdict in one word.

import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { ClaimRules } from '../../lib/identity/oidc/claims.ts';
import { fetchSigningKeys } from '../../lib/identity/oidc/discovery.ts';
import { keyCache } from '../../lib/identity/oidc/key-cache.ts';
import { type OidcProvider, type OidcProviders, proveOidcToken } from '../../lib/identity/oidc/oidc-provider.ts';
import type { Network } from '../../lib/network/network.ts';
import { Refusal, type RefusalCode } from '../../lib/refusal.ts';
import { aMoment, anAudience, base64url, type Issuer } from '../kit/issuer.ts';

export const rules: ClaimRules = {
  audiences: [anAudience],
  clockLeewaySeconds: 60,
  longestTokenLifetimeSeconds: 3600,
};

/** The moment of the kit, as tokens write it. */
export const now = aMoment.getTime() / 1000;

export const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);

export interface ProviderSettings extends Partial<ClaimRules> {
  readonly name?: string;
  readonly network?: Network;
}

export function aProvider(
  { issuer, ...more }: Pick<Issuer, 'issuer' | 'network'>,
  { name = 'acme', network = more.network(), ...changed }: ProviderSettings = {},
): OidcProvider {
  return { name, issuer, awsClaims: [], keys: keyCache(() => fetchSigningKeys(issuer, network)), ...rules, ...changed };
}

export const providersOf = (...providers: readonly OidcProvider[]): OidcProviders =>
  new Map(providers.map((provider) => [provider.issuer, provider]));

export type Verdict = 'accepted' | RefusalCode;

/** Anything thrown that is not a `Refusal` fails the test. */
export async function verdictOn(token: string, providers: OidcProviders, at = aMoment): Promise<Verdict> {
  try {
    await proveOidcToken(token, providers, at);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** The verdict when the issuer publishes exactly these keys. */
export const verdictWithKeys = (issuer: Issuer, keys: readonly unknown[], token = issuer.token()) =>
  verdictOn(token, providersOf(aProvider(issuer, { network: issuer.network({ keys: { keys } }) })));

/** Header and payload as the signature covers them. */
export const inputOf = (token: string) => token.slice(0, token.lastIndexOf('.'));
export const signatureOf = (token: string) => Buffer.from(token.slice(token.lastIndexOf('.') + 1), 'base64url');
export const withSignature = (token: string, signature: Buffer) => `${inputOf(token)}.${base64url(signature)}`;

/** A JWK without these members. */
export const without = (jwk: JsonWebKey, ...members: readonly string[]): JsonWebKey =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !members.includes(name)));

export const publicKeyOf = (issuer: Issuer): KeyObject => createPublicKey(issuer.privateKey);

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
