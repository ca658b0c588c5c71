// Daypass as a SAML service provider, by samlify: our metadata, and requests to identity providers. Doors that receive
// responses do not come near it.
// Source: SAML Core §3.4.1; SAML Bindings §3.4; SAML Metadata §2.4.4.

import samlify from 'samlify';
import { acsPath, entityIdOf, type OurName } from './our-addresses.ts';

const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings:';
/** The identity provider chooses how it names people. */
const anyNameId = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';

export interface Ourselves extends OurName {
  /** Certificates, DER in base64, for whoever verifies or encrypts for us. */
  readonly signingCertificate: string | undefined;
  readonly encryptionCertificate: string | undefined;
}

/** The metadata that identity providers are given. */
export const ourMetadata = (us: Ourselves): string => serviceProvider(us).getMetadata();

export interface RequestToSend {
  readonly us: Ourselves;
  /** PEM; without it the request is not signed. */
  readonly signingKey: string | undefined;
  readonly id: string;
  /** The provider's name in the configuration comes back as RelayState: it tells a person where he was going. */
  readonly relayState: string;
  readonly identityProvider: { readonly entityId: string; readonly singleSignOnService: string };
}

/** Where the browser is sent: the identity provider's address with an AuthnRequest by the redirect binding. */
export function authnRequestLocation({ us, signingKey, id, relayState, identityProvider }: RequestToSend): string {
  const { entityId, singleSignOnService: location } = identityProvider;
  // samlify begins a second query after an empty one.
  const redirect = { Binding: `${bindings}HTTP-Redirect`, Location: location.replace(/\?$/, '') };
  const idp = samlify.IdentityProvider({
    entityID: entityId,
    wantAuthnRequestsSigned: signingKey !== undefined,
    singleSignOnService: [redirect],
    // samlify warns on the console where there is none; no message of ours names it.
    singleLogoutService: [redirect],
  });
  const { context } = serviceProvider(us, { id, signingKey }).createLoginRequest(idp, 'redirect', { relayState });
  return String(context);
}

function serviceProvider(us: Ourselves, request?: { readonly id: string; readonly signingKey: string | undefined }) {
  return samlify.ServiceProvider({
    entityID: entityIdOf(us),
    authnRequestsSigned: request ? request.signingKey !== undefined : us.signingCertificate !== undefined,
    wantAssertionsSigned: true,
    nameIDFormat: [anyNameId],
    allowCreate: true,
    assertionConsumerService: [{ Binding: `${bindings}HTTP-POST`, Location: us.url + acsPath }],
    ...(us.signingCertificate !== undefined && { signingCert: us.signingCertificate }),
    ...(us.encryptionCertificate !== undefined && { encryptCert: us.encryptionCertificate }),
    ...(request && { generateID: () => request.id }),
    ...(request?.signingKey !== undefined && {
      privateKey: request.signingKey,
      requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    }),
  });
}
