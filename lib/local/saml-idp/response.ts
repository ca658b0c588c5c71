// What the local identity provider says of a person: a samlp:Response with a signed assertion, by samlify.

import { randomUUID } from 'node:crypto';
import samlify from 'samlify';
import { escaped } from '../../html.ts';
import { type AwsClaim, requestTagPrefix, sourceIdentityKey } from '../../identity/aws-keys.ts';
import { readAwsClaims, sourceIdentityClaim, tagsClaim } from '../../identity/oidc/aws-claims.ts';
import { awsAttributePrefix } from '../../identity/saml/aws-attributes.ts';
import type { Person } from '../idp/people.ts';

export interface IssuerSettings {
  readonly entityId: string;
  /** PEM. */
  readonly privateKey: string;
  /** DER in base64. */
  readonly certificate: string;
  readonly singleSignOnService: string;
  /** `role,provider` for each role that people may have. */
  readonly rolePairs: readonly string[];
  /** What assertions carry for AWS besides roles. */
  readonly awsClaims: readonly AwsClaim[];
  readonly audience: string;
  /** Whether the Response is signed around the assertion, too. */
  readonly signsResponse: boolean;
}

const bindings = 'urn:oasis:names:tc:SAML:2.0:bindings:';

/** The metadata that stands in for the configured one. */
export const idpMetadata = (settings: IssuerSettings): string => identityProvider(settings).getMetadata();

function identityProvider({ entityId, privateKey, certificate, singleSignOnService }: IssuerSettings) {
  const service = { Binding: `${bindings}HTTP-Redirect`, Location: singleSignOnService };
  return samlify.IdentityProvider({
    entityID: entityId,
    privateKey,
    signingCert: certificate,
    isAssertionEncrypted: false,
    singleSignOnService: [service],
    // samlify warns on the console where there is none.
    singleLogoutService: [service],
    requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  });
}

export interface ResponseSettings {
  readonly person: Person;
  readonly recipient: string;
  /** `undefined`: nobody asked. */
  readonly inResponseTo: string | undefined;
  readonly now: Date;
}

/** In base64, as a form carries it. */
export async function respond(issuer: IssuerSettings, settings: ResponseSettings): Promise<string> {
  const sp = samlify.ServiceProvider({
    entityID: issuer.audience,
    wantAssertionsSigned: true,
    wantMessageSigned: issuer.signsResponse,
    assertionConsumerService: [{ Binding: `${bindings}HTTP-POST`, Location: settings.recipient }],
  });
  const id = `_${randomUUID()}`;
  const context = responseXml(id, issuer, settings);
  const made = await identityProvider(issuer).createLoginResponse(sp, { extract: {} }, 'post', {}, () => ({
    id,
    context,
  }));
  return String(made.context);
}

const validSeconds = 300;

function responseXml(id: string, issuer: IssuerSettings, { person, recipient, inResponseTo, now }: ResponseSettings) {
  const at = now.toISOString();
  const ends = new Date(now.getTime() + validSeconds * 1000).toISOString();
  const answers = inResponseTo === undefined ? '' : ` InResponseTo="${escaped(inResponseTo)}"`;
  const attributes = attributesOf(person, issuer)
    .map(
      ([name, values]) =>
        `<saml:Attribute Name="${escaped(name)}">${values.map((value) => `<saml:AttributeValue>${escaped(value)}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
    )
    .join('');
  const name = `<saml:Issuer>${escaped(issuer.entityId)}</saml:Issuer>`;
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="2.0" IssueInstant="${at}" Destination="${escaped(recipient)}"${answers}>${name}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_${randomUUID()}" Version="2.0" IssueInstant="${at}">${name}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${escaped(String(person.claims.email))}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="${ends}" Recipient="${escaped(recipient)}"${answers}/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="${at}" NotOnOrAfter="${ends}"><saml:AudienceRestriction><saml:Audience>${escaped(issuer.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="${at}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>${attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>`;
}

/** The cast's claims under the same names, and what AWS wants under its own. */
function attributesOf({ claims }: Person, { rolePairs, awsClaims }: IssuerSettings) {
  const plain = Object.entries(claims)
    .filter(([name]) => name !== tagsClaim && name !== sourceIdentityClaim)
    .map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).map(String)] as const);
  const { keys } = readAwsClaims(new Map(Object.entries(claims)));
  const tags = [...keys]
    .filter(([key]) => awsClaims.includes('tags') && key.startsWith(requestTagPrefix))
    .map(
      ([key, value]) => [`${awsAttributePrefix}PrincipalTag:${key.slice(requestTagPrefix.length)}`, [value]] as const,
    );
  const source = keys.get(sourceIdentityKey);
  return [
    ...plain.filter(([, values]) => values.length > 0),
    ...(rolePairs.length > 0 ? [[`${awsAttributePrefix}Role`, rolePairs] as const] : []),
    [`${awsAttributePrefix}RoleSessionName`, [String(claims.email)]] as const,
    ...tags,
    ...(source !== undefined && awsClaims.includes('sourceIdentity')
      ? [[`${awsAttributePrefix}SourceIdentity`, [source]] as const]
      : []),
  ];
}
