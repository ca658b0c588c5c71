// A role in another account trusts what is at home, and the stack that makes it there can look nothing up.

import type { Configuration, GrantSettings, ProviderSettings, Report } from './configuration.ts';

export interface OtherAccountsCheck extends Pick<Configuration, 'providers' | 'grants'> {
  /** Whether the file says where the doors are. */
  readonly hasUrl: boolean;
  readonly report: Report;
}

export function checkOtherAccounts({ providers, grants, hasUrl, report }: OtherAccountsCheck): void {
  if (hasUrl) return;
  for (const grant of grants.values()) {
    const { name, from, role } = grant;
    if (role.kind !== 'made' || role.account === undefined) continue;
    const what = trustedOfHome(grant, providers.get(from));
    if (what === undefined) continue;
    report(
      `grants.${name}.role.account`,
      `needs url at the top of the file: the role's trust policy names the address of our ${what}, and another account's stack cannot look it up`,
    );
  }
}

function trustedOfHome({ way }: GrantSettings, provider: ProviderSettings | undefined): string | undefined {
  if (way === 'vouch') return 'issuer';
  return way === 'forward' && provider?.kind === 'saml' ? 'assertion consumer service' : undefined;
}
