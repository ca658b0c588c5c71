// Metadata of identity providers as XML, good unless told otherwise.

import { type SelfSignedSettings, selfSigned } from '../../lib/local/saml-idp/self-signed.ts';
import { aMoment } from './issuer.ts';

export const metadataNs = 'urn:oasis:names:tc:SAML:2.0:metadata';
export const signatureNs = 'http://www.w3.org/2000/09/xmldsig#';
export const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
export const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

const day = 86_400_000;

/** A certificate in base64, good for a year around the moment of the kit unless told otherwise. */
export async function aCertificate(settings: Partial<SelfSignedSettings> = {}): Promise<string> {
  const from = new Date(aMoment.getTime() - 30 * day);
  const until = new Date(aMoment.getTime() + 365 * day);
  return (await selfSigned({ from, until, ...settings })).certificate.raw.toString('base64');
}

export interface KeySettings {
  /** `null` leaves the attribute out. */
  readonly use?: string | null;
  readonly certificates: readonly string[];
}

export interface MetadataSettings {
  readonly entityId?: string;
  readonly keys?: readonly KeySettings[];
  /** Pairs of binding and location. */
  readonly services?: readonly (readonly [binding: string, location: string])[];
  /** Attributes, with a space before each. */
  readonly rootAttributes?: string;
  readonly descriptorAttributes?: string;
  /** XML before the descriptor, and within it before everything else. */
  readonly inRoot?: string;
  readonly inDescriptor?: string;
  /** XML in front of the document. */
  readonly before?: string;
}

export const aKeyDescriptor = ({ use = 'signing', certificates }: KeySettings) =>
  `<KeyDescriptor${use === null ? '' : ` use="${use}"`}><ds:KeyInfo xmlns:ds="${signatureNs}">${certificates
    .map((each) => `<ds:X509Data><ds:X509Certificate>${each}</ds:X509Certificate></ds:X509Data>`)
    .join('')}</ds:KeyInfo></KeyDescriptor>`;

export const aDescriptor = (settings: MetadataSettings) => {
  const { keys = [], services = [[redirectBinding, 'https://idp.acme.example/sso']] } = settings;
  const { descriptorAttributes = '', inDescriptor = '' } = settings;
  const list = services.map(
    ([binding, location]) => `<SingleSignOnService Binding="${binding}" Location="${location}"/>`,
  );
  return (
    `<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"${descriptorAttributes}>` +
    `${inDescriptor}${keys.map(aKeyDescriptor).join('')}` +
    `<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</NameIDFormat>${list.join('')}</IDPSSODescriptor>`
  );
};

export function someMetadata(settings: MetadataSettings): string {
  const { entityId = 'https://idp.acme.example/saml', rootAttributes = '', inRoot = '', before = '' } = settings;
  return (
    `${before}<EntityDescriptor xmlns="${metadataNs}" entityID="${entityId}"${rootAttributes}>` +
    `${inRoot}${aDescriptor(settings)}</EntityDescriptor>`
  );
}
