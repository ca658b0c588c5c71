// A SAML identity provider in memory: keys and certificate made at run time, responses good or bad.

import { type KeyObject, randomBytes } from 'node:crypto';
import type { Arrival, SamlProof } from '../../lib/identity/identity.ts';
import { pinnedCertificate } from '../../lib/identity/saml/certificates.ts';
import { newBrowserSecret, newRequestId } from '../../lib/identity/saml/request-id.ts';
import type { SamlProvider, SamlProviders, ServiceProvider } from '../../lib/identity/saml/saml-provider.ts';
import { selfSigned } from '../../lib/local/saml-idp/self-signed.ts';
import { aMoment } from './issuer.ts';
import { type EncryptSettings, encrypted } from './xml-encrypter.ts';
import { type SignSettings, signXml, uris } from './xml-signer.ts';

export interface SamlIdpSettings {
  readonly entityId?: string;
  readonly kind?: 'rsa' | 'ec';
  readonly bits?: number;
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  readonly from?: Date;
  readonly until?: Date;
}

export interface SamlIdp {
  readonly entityId: string;
  readonly privateKey: KeyObject;
  /** In base64, without line ends. */
  readonly certificate: string;
  provider(overrides?: Partial<SamlProvider>): SamlProvider;
  /** A response in base64 that is good unless told otherwise. */
  response(settings?: ResponseSettings): string;
  /** The same as XML. */
  responseXml(settings?: ResponseSettings): string;
  /** Puts the signature of this provider on any document. */
  signed(xml: string, id: string, settings?: Partial<SignSettings>): string;
}

/** `null` takes an attribute or element away. Times are seconds from `at`. */
export interface ResponseSettings {
  readonly at?: Date;
  readonly id?: string | null;
  readonly version?: string | null;
  readonly destination?: string | null;
  /** Of Response and SubjectConfirmationData. */
  readonly inResponseTo?: string | null;
  /** Of the Response, where it differs. */
  readonly responseInResponseTo?: string | null;
  readonly responseIssuer?: string | null;
  readonly responseIssued?: number;
  readonly status?: string;
  readonly assertionId?: string | null;
  readonly assertionVersion?: string | null;
  readonly issued?: number;
  /** Of the assertion, and of the Response unless `responseIssuer` says otherwise. */
  readonly issuer?: string;
  readonly nameId?: string | null;
  readonly format?: string | null;
  readonly method?: string | null;
  readonly recipient?: string | null;
  readonly confirmedFrom?: number | null;
  readonly confirmedUntil?: number | null;
  readonly from?: number | null;
  readonly until?: number | null;
  /** Each one an AudienceRestriction with these. */
  readonly audiences?: readonly (readonly string[])[];
  readonly audience?: string;
  readonly authenticated?: number | null;
  readonly sessionUntil?: number | null;
  readonly contextClass?: string | null;
  /** In addition to, or in place of, `theAttributes`; `null` takes one away. Values are XML. */
  readonly attributes?: Readonly<Record<string, readonly string[] | null>>;
  /** Changes the XML before anything is signed. */
  readonly edit?: (xml: string) => string;
  readonly sign?: 'assertion' | 'response' | 'both' | 'none';
  readonly keyInfo?: 'none' | 'own' | { readonly xml: string };
  readonly signing?: Partial<SignSettings>;
  /** Of the Response's signature, in place of `signing` and `keyInfo`. */
  readonly responseSigning?: Partial<SignSettings>;
  readonly encrypt?: EncryptSettings;
  /** Changes the XML when everything is signed. */
  readonly after?: (xml: string) => string;
}

/** Ours, as providers of the kit know us. */
export const us: ServiceProvider = {
  entityId: 'https://daypass.example/saml/metadata',
  assertionConsumerService: 'https://daypass.example/saml/acs',
};

export const browserSecret = newBrowserSecret();
export const anEmailAddress = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
export const awsAttributes = 'https://aws.amazon.com/SAML/Attributes/';
export const aRolePair =
  'arn:aws:iam::111122223333:role/daypass-files,arn:aws:iam::111122223333:saml-provider/daypass-corp';

export const theAttributes: Readonly<Record<string, readonly string[]>> = {
  groups: ['editors-blue', 'staff'],
  mail: ['alice@acme.example'],
  [`${awsAttributes}Role`]: [aRolePair],
  [`${awsAttributes}RoleSessionName`]: ['alice@acme.example'],
};

export const samlNs = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
} as const;

export const statusSuccess = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/** A request of this browser for `corp`, made at the moment of the kit. */
export const aRequestId = (provider = 'corp', now = aMoment, secret = browserSecret) =>
  newRequestId({ provider, browserSecret: secret, now });

export const proofOf = (
  samlResponse: string,
  arrival: Arrival = { by: 'browser', secret: browserSecret },
): SamlProof => ({ kind: 'saml', samlResponse, arrival });

export const samlProvidersOf = (...providers: readonly SamlProvider[]): SamlProviders =>
  new Map(providers.map((provider) => [provider.entityId, provider]));

export const inBase64 = (xml: string | Buffer) => Buffer.from(xml).toString('base64');
export const xmlIn = (samlResponse: string) => Buffer.from(samlResponse, 'base64').toString('utf8');
export const anXmlId = () => `_${randomBytes(16).toString('hex')}`;

const day = 24 * 60 * 60 * 1000;

export async function aSamlIdp({
  entityId = 'https://idp.acme.example/saml',
  from = new Date(aMoment.getTime() - 30 * day),
  until = new Date(aMoment.getTime() + 365 * day),
  ...about
}: SamlIdpSettings = {}): Promise<SamlIdp> {
  const made = await selfSigned({ from, until, ...about });
  const { privateKey } = made;
  const certificate = made.certificate.raw.toString('base64');
  const signed = (xml: string, id: string, settings: Partial<SignSettings> = {}) =>
    signXml(xml, id, {
      key: privateKey,
      ...(privateKey.asymmetricKeyType === 'ec' ? { algorithm: uris.ecdsaSha256 } : {}),
      ...settings,
    });
  const responseXml = (settings: ResponseSettings = {}) => aResponse({ entityId, certificate, signed }, settings);
  return {
    entityId,
    privateKey,
    certificate,
    provider: (overrides = {}) => ({
      name: 'corp',
      entityId,
      certificates: [pinnedCertificate(certificate)],
      validUntil: undefined,
      clockLeewaySeconds: 60,
      longestAssertionLifetimeSeconds: 24 * 60 * 60,
      allowUnsolicited: false,
      requireSignedResponse: false,
      recipients: [],
      awsClaims: [],
      ...overrides,
    }),
    response: (settings) => inBase64(responseXml(settings)),
    responseXml,
    signed,
  };
}

function aResponse(
  { entityId, certificate, signed }: Pick<SamlIdp, 'entityId' | 'certificate' | 'signed'>,
  settings: ResponseSettings,
): string {
  const { sign = 'assertion', keyInfo = 'none', edit = (xml) => xml, after = (xml) => xml, encrypt } = settings;
  const id = settings.id === undefined ? anXmlId() : settings.id;
  const assertionId = settings.assertionId === undefined ? anXmlId() : settings.assertionId;
  const own = { xml: `<ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data>` };
  const about = keyInfo === 'own' ? own : keyInfo;
  const signing = { ...(about === 'none' ? {} : { keyInfo: about.xml }), ...settings.signing };
  let xml = edit(unsigned(entityId, { ...settings, id, assertionId }));
  if (sign === 'assertion' || sign === 'both') xml = signed(xml, assertionId ?? '', signing);
  if (encrypt) xml = xml.replace(/<saml:Assertion[\s>].*<\/saml:Assertion>/s, (plain) => encrypted(plain, encrypt));
  if (sign === 'response' || sign === 'both') xml = signed(xml, id ?? '', settings.responseSigning ?? signing);
  return after(xml);
}

/** An attribute with a space before it, or nothing. */
const put = (name: string, value: string | null) => (value === null ? '' : ` ${name}="${value}"`);

function unsigned(entityId: string, settings: ResponseSettings): string {
  const {
    at = aMoment,
    id = null,
    version = '2.0',
    destination = us.assertionConsumerService,
    inResponseTo = aRequestId(),
    responseInResponseTo = inResponseTo,
    issuer = entityId,
    responseIssuer = issuer,
    responseIssued = 0,
    status = statusSuccess,
  } = settings;
  return (
    `<samlp:Response xmlns:samlp="${samlNs.protocol}" xmlns:saml="${samlNs.assertion}"${put('ID', id)}` +
    `${put('Version', version)} IssueInstant="${instant(at, responseIssued)}"${put('Destination', destination)}` +
    `${put('InResponseTo', responseInResponseTo)}>` +
    `${responseIssuer === null ? '' : `<saml:Issuer>${responseIssuer}</saml:Issuer>`}` +
    `<samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>` +
    `${assertion({ ...settings, at, inResponseTo, issuer })}</samlp:Response>`
  );
}

const instant = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000).toISOString();

function assertion(settings: ResponseSettings & { readonly at: Date; readonly issuer: string }): string {
  const { at, issuer, assertionId = null, assertionVersion = '2.0', issued = 0 } = settings;
  const { from = -30, until = 300, audience = us.entityId, audiences = [[audience]] } = settings;
  const when = (name: string, seconds: number | null) => put(name, seconds === null ? null : instant(at, seconds));
  const restrictions = audiences.map((each) => {
    const list = each.map((one) => `<saml:Audience>${one}</saml:Audience>`);
    return `<saml:AudienceRestriction>${list.join('')}</saml:AudienceRestriction>`;
  });
  return (
    `<saml:Assertion xmlns:saml="${samlNs.assertion}" xmlns:xs="http://www.w3.org/2001/XMLSchema"` +
    ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"${put('ID', assertionId)}${put('Version', assertionVersion)}` +
    `${when('IssueInstant', issued)}><saml:Issuer>${issuer}</saml:Issuer>${subject(settings, when)}` +
    `<saml:Conditions${when('NotBefore', from)}${when('NotOnOrAfter', until)}>${restrictions.join('')}</saml:Conditions>` +
    `${statements(settings, when)}</saml:Assertion>`
  );
}

type When = (name: string, seconds: number | null) => string;

function subject(settings: ResponseSettings, when: When): string {
  const { nameId = 'alice@acme.example', format = anEmailAddress } = settings;
  const { method = 'urn:oasis:names:tc:SAML:2.0:cm:bearer', inResponseTo = null } = settings;
  const { recipient = us.assertionConsumerService, confirmedFrom = null, confirmedUntil = 300 } = settings;
  return (
    `<saml:Subject>${nameId === null ? '' : `<saml:NameID${put('Format', format)}>${nameId}</saml:NameID>`}` +
    `<saml:SubjectConfirmation${put('Method', method)}><saml:SubjectConfirmationData${when('NotBefore', confirmedFrom)}` +
    `${when('NotOnOrAfter', confirmedUntil)}${put('Recipient', recipient)}${put('InResponseTo', inResponseTo)}/>` +
    '</saml:SubjectConfirmation></saml:Subject>'
  );
}

function statements(settings: ResponseSettings, when: When): string {
  const { authenticated = 0, sessionUntil = null, attributes = {} } = settings;
  const { contextClass = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport' } = settings;
  const context = contextClass === null ? '' : `<saml:AuthnContextClassRef>${contextClass}</saml:AuthnContextClassRef>`;
  const list = Object.entries({ ...theAttributes, ...attributes }).map(([name, values]) => {
    const written = values?.map((value) => `<saml:AttributeValue xsi:type="xs:string">${value}</saml:AttributeValue>`);
    return written ? `<saml:Attribute Name="${name}">${written.join('')}</saml:Attribute>` : '';
  });
  return (
    `<saml:AuthnStatement${when('AuthnInstant', authenticated)}${when('SessionNotOnOrAfter', sessionUntil)}` +
    ` SessionIndex="_session"><saml:AuthnContext>${context}</saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${list.join('')}</saml:AttributeStatement>`
  );
}
