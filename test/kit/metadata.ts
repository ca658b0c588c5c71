// Metadata as a configuration names it: good unless told otherwise.

import type { Documents } from '../../lib/config/documents.ts';
import { redirectBinding, someMetadata } from './idp-metadata.ts';

export interface MetadataSettings {
  readonly entityId?: string;
  /** DER in base64. */
  readonly certificates?: readonly string[];
  readonly singleSignOnService?: string;
  readonly wantsSignedRequests?: boolean;
  readonly validUntil?: Date;
}

export const aMetadata = ({
  entityId = 'https://idp.acme.example/saml',
  certificates = [],
  singleSignOnService = 'https://idp.acme.example/sso',
  wantsSignedRequests = false,
  validUntil,
}: MetadataSettings = {}): string =>
  someMetadata({
    entityId,
    keys: certificates.map((certificate) => ({ certificates: [certificate] })),
    services: [[redirectBinding, singleSignOnService]],
    rootAttributes: validUntil ? ` validUntil="${validUntil.toISOString()}"` : '',
    descriptorAttributes: ` WantAuthnRequestsSigned="${wantsSignedRequests}"`,
  });

/** What a configuration names, as it was found. */
export const documentsOf = (texts: Readonly<Record<string, string>>): Documents =>
  new Map(Object.entries(texts).map(([name, text]) => [name, { text }]));
