// Metadata of SAML identity providers, good unless told otherwise.

import type { Documents } from '../../lib/config/documents.ts';

export interface MetadataSettings {
  readonly entityId?: string;
  /** DER in base64. */
  readonly certificates?: readonly string[];
  readonly singleSignOnService?: string;
  readonly wantsSignedRequests?: boolean;
  readonly validUntil?: Date;
  /** Stands at the end of the IDPSSODescriptor. */
  readonly more?: string;
}

const redirect = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

export function aMetadata({
  entityId = 'https://idp.acme.example/saml',
  certificates = [],
  singleSignOnService = 'https://idp.acme.example/sso',
  wantsSignedRequests = false,
  validUntil,
  more = '',
}: MetadataSettings = {}): string {
  const keys = certificates.map(
    (certificate) => `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  const end = validUntil ? ` validUntil="${validUntil.toISOString()}"` : '';
  return `<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}"${end}>
<md:IDPSSODescriptor WantAuthnRequestsSigned="${wantsSignedRequests}" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
${keys.join('\n')}
<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>
<md:SingleSignOnService Binding="${redirect}" Location="${singleSignOnService}"/>${more}
</md:IDPSSODescriptor></md:EntityDescriptor>
`;
}

/** What a configuration names, as it was found. */
export const documentsOf = (texts: Readonly<Record<string, string>>): Documents =>
  new Map(Object.entries(texts).map(([name, text]) => [name, { text }]));
