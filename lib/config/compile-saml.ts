import { X509Certificate } from 'node:crypto';
import { unfitKey } from '../identity/saml/certificates.ts';
import { type IdpMetadata, readIdpMetadata } from '../identity/saml/metadata/idp-metadata.ts';
import { messageOf } from '../message-of.ts';
import type { KeyPair, Report, SamlProviderSettings, ServiceProviderSettings } from './configuration.ts';
import { type Documents, isAddress } from './documents.ts';
import type { DeclaredSaml, DeclaredServiceProvider } from './schema.ts';
import { longestLeewaySeconds, secondsAtMost } from './seconds-at-most.ts';

const longestLifetimeSeconds = 366 * 86_400;

export interface Sources {
  readonly documents: Documents;
  readonly now: Date;
}

/** `undefined` when a problem was reported that leaves nothing to work with. */
export function compileSaml(
  name: string,
  saml: DeclaredSaml,
  { documents, now }: Sources,
  tell: Report,
): SamlProviderSettings | undefined {
  const path = `providers.${name}.saml`;
  const document = documents.get(saml.metadata);
  if (document === undefined || 'problem' in document) {
    tell(`${path}.metadata`, `is "${saml.metadata}", which ${document?.problem ?? 'was not read'}`);
    return undefined;
  }
  if (/^http:/i.test(saml.metadata)) tell(`${path}.metadata`, `is "${saml.metadata}"; it must be https`);
  const metadata = metadataIn(document.text, now, (says) => tell(`${path}.metadata`, `"${saml.metadata}" ${says}`));
  const seconds = (key: 'clockLeeway' | 'longestAssertionLifetime', most: number) =>
    secondsAtMost(most, saml[key], `${path}.${key}`, tell);
  if (saml.recipients.length > 0 && saml.allowUnsolicited === false) {
    tell(
      `${path}.recipients`,
      'need allowUnsolicited: clients, for nobody here asked for the responses that clients bring',
    );
  }
  const clockLeewaySeconds = seconds('clockLeeway', longestLeewaySeconds);
  const longestAssertionLifetimeSeconds = seconds('longestAssertionLifetime', longestLifetimeSeconds);
  return (
    metadata && {
      kind: 'saml',
      name,
      ...metadata,
      document: document.text,
      refreshedFrom: isAddress(saml.metadata) ? saml.metadata : undefined,
      readAt: isAddress(saml.metadata) ? now.toISOString() : undefined,
      clockLeewaySeconds,
      longestAssertionLifetimeSeconds,
      allowUnsolicited: saml.allowUnsolicited,
      requireSignedResponse: saml.requireSignedResponse,
      signRequests: saml.signRequests,
      recipients: saml.recipients,
      awsClaims: saml.awsAttributes,
      iamProvider: saml.iamProvider,
      iamProviderName: saml.iamProviderName ?? `daypass-${name}`,
    }
  );
}

function metadataIn(xml: string, now: Date, report: (says: string) => void): IdpMetadata | undefined {
  try {
    return readIdpMetadata(xml, now);
  } catch (error) {
    report(messageOf(error));
    return undefined;
  }
}

function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** What we are to identity providers. */
export function compileServiceProvider(
  { entityId, signing, decryption }: DeclaredServiceProvider,
  { documents, now }: Sources,
  report: Report,
): ServiceProviderSettings {
  const pair = (use: 'signing' | 'decryption', declared: DeclaredServiceProvider['signing']): KeyPair | undefined => {
    const document = declared && documents.get(declared.certificate);
    if (!declared) return undefined;
    const path = `saml.${use}.certificate`;
    if (document === undefined || 'problem' in document) {
      report(path, `is "${declared.certificate}", which ${document?.problem ?? 'was not read'}`);
      return undefined;
    }
    const certificate = certificateIn(document.text);
    if (!certificate) {
      report(path, `is "${declared.certificate}", which holds no certificate in PEM`);
      return undefined;
    }
    if (certificate.publicKey.asymmetricKeyType !== 'rsa' || unfitKey(certificate.publicKey)) {
      report(path, `is "${declared.certificate}"; its key must be RSA of 2048 bit or more`);
    }
    if (certificate.validToDate <= now) {
      report(path, `is "${declared.certificate}", which expired on ${certificate.validToDate.toISOString()}`);
    }
    return { certificate: certificate.raw.toString('base64'), privateKey: declared.privateKey };
  };
  return { entityId, signing: pair('signing', signing), decryption: pair('decryption', decryption) };
}
