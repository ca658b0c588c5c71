import type { ServiceProviderSettings } from './configuration.ts';

/** What we show identity providers, under the words of the configuration: no provider can have such a name. */
export const ownCertificates = ({
  signing,
  decryption,
}: Partial<ServiceProviderSettings>): readonly { readonly name: string; readonly certificate: string }[] =>
  Object.entries({ signing, decryption }).flatMap(([use, pair]) =>
    pair ? [{ name: `saml.${use}`, certificate: pair.certificate }] : [],
  );
