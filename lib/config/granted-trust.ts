// The trust policy that the role of a grant needs, whichever way it goes.

import { chainedTrust, type TrustPolicyDocument, trustPolicy, vouchedTrust } from '../grant/trust-policy.ts';
import type { GrantSettings, ProviderSettings } from './configuration.ts';
import { federatedProvider } from './federated-provider.ts';

export interface TrustScene {
  readonly provider: ProviderSettings;
  /** The address of the doors, where it is known. */
  readonly url: string | undefined;
  /** What our tokens call their issuer. */
  readonly issuer: string;
  /** In the role's account, as trust policies name them: the caller's provider, and the one of our issuer. */
  readonly principal: string;
  readonly ourPrincipal: string;
  readonly partition: string;
  /** The account that Daypass is deployed in. */
  readonly home: string;
  readonly organization: string | undefined;
}

/** Throws a plain `Error` for a grant without a role. */
export function grantedTrust(grant: GrantSettings, scene: TrustScene): TrustPolicyDocument {
  const { provider, url, issuer, principal, ourPrincipal, partition, home, organization } = scene;
  const { role } = grant;
  switch (grant.way) {
    case 'forward':
      if (provider.kind === 'aws') throw noRole(grant);
      return trustPolicy(grant, federatedProvider(provider, url), principal);
    case 'vouch':
      return vouchedTrust({ grant, issuer, principal: ourPrincipal });
    case 'chain': {
      if (role.kind === 'federated') throw noRole(grant);
      return chainedTrust({ grant, externalId: role.externalId, partition, account: home, organization });
    }
    case 'federation-token':
      throw noRole(grant);
  }
}

const noRole = ({ name }: GrantSettings) => new Error(`The grant ${name} has no role that could trust anybody.`);
