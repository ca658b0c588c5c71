import { compileAws } from './compile-aws.ts';
import { compileOidc } from './compile-oidc.ts';
import { compileSaml, type Sources } from './compile-saml.ts';
import type { ProviderSettings, Report } from './configuration.ts';
import type { DeclaredProvider } from './schema.ts';

/** `undefined` when a problem was reported that leaves nothing to work with. */
export function compileProvider(
  name: string,
  { oidc, saml, aws }: DeclaredProvider,
  sources: Sources,
  report: Report,
): ProviderSettings | undefined {
  if ([oidc, saml, aws].filter((each) => each !== undefined).length === 1) {
    if (oidc) return compileOidc(name, oidc, report);
    if (saml) return compileSaml(name, saml, sources, report);
    if (aws) return compileAws(name, aws, report);
  }
  report(
    `providers.${name}`,
    'must have one of oidc, an OpenID Connect issuer, saml, a SAML identity provider, and aws, AWS accounts',
  );
  return undefined;
}
