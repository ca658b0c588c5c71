import { compileOidc } from './compile-oidc.ts';
import { compileSaml, type Sources } from './compile-saml.ts';
import type { ProviderSettings, Report } from './configuration.ts';
import type { DeclaredProvider } from './schema.ts';

/** `undefined` when a problem was reported that leaves nothing to work with. */
export function compileProvider(
  name: string,
  { oidc, saml }: DeclaredProvider,
  sources: Sources,
  report: Report,
): ProviderSettings | undefined {
  if (oidc && saml === undefined) return compileOidc(name, oidc, report);
  if (saml && oidc === undefined) return compileSaml(name, saml, sources, report);
  report(`providers.${name}`, 'must have one of oidc, an OpenID Connect issuer, and saml, a SAML identity provider');
  return undefined;
}
