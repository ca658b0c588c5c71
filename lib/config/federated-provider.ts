import type { FederatedProvider } from '../grant/trust-policy.ts';
import { issuerName } from '../identity/oidc/condition-keys.ts';
import { vendorOf } from '../identity/oidc/vendors.ts';
import { acsPath } from '../sign-in/our-addresses.ts';
import type { FederatedProviderSettings, ProviderSettings } from './configuration.ts';

/** The provider as trust policies speak of it: assertions are meant for our own address, or for a listed one. */
export function federatedProvider(provider: FederatedProviderSettings, url: string | undefined): FederatedProvider {
  if (provider.kind === 'oidc') return provider;
  if (url === undefined) throw new Error(`The roles that trust ${provider.name} need the address of the doors.`);
  return { ...provider, recipients: [url + acsPath, ...provider.recipients] };
}

/** What trust policies call the provider in an account: a name that IAM has built in, or an ARN. */
export function principalIn(account: string, provider: ProviderSettings): string {
  // Nothing in IAM stands for other accounts.
  if (provider.kind === 'aws') return '';
  if (provider.kind === 'saml') return `arn:aws:iam::${account}:saml-provider/${provider.iamProviderName}`;
  return webIdentityPrincipal(account, provider.issuer);
}

export const webIdentityPrincipal = (account: string, issuer: string): string =>
  vendorOf(issuer)?.builtIn ?? `arn:aws:iam::${account}:oidc-provider/${issuerName(issuer)}`;
