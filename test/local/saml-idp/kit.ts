// The SAML identity provider of the local stack, on a port of its own.

import { deflateRawSync } from 'node:zlib';
import { pinnedCertificate } from '../../../lib/identity/saml/certificates.ts';
import { readIdpMetadata } from '../../../lib/identity/saml/metadata/idp-metadata.ts';
import { newBrowserSecret, newRequestId } from '../../../lib/identity/saml/request-id.ts';
import type { SamlProvider } from '../../../lib/identity/saml/saml-provider.ts';
import { type SamlIdpSettings, samlIdpServer } from '../../../lib/local/saml-idp/saml-idp.ts';
import { selfSigned } from '../../../lib/local/saml-idp/self-signed.ts';
import { authnRequestLocation } from '../../../lib/sign-in/service-provider.ts';
import { aMoment } from '../../kit/issuer.ts';
import { type Answered, overHttp, serving } from '../../kit/loopback.ts';
import { us } from '../../kit/saml-idp.ts';
import { formHeaders, formOf } from '../../kit/sts.ts';

const day = 86_400_000;
const { privateKey, certificate } = await selfSigned({
  from: new Date(aMoment.getTime() - day),
  until: new Date(aMoment.getTime() + day),
});

export const entityId = 'https://idp.acme.example/saml';
export const rolePairs = [
  'arn:aws:iam::111122223333:role/daypass-support,arn:aws:iam::111122223333:saml-provider/daypass-corp',
  'arn:aws:iam::444455556666:role/daypass-other,arn:aws:iam::444455556666:saml-provider/daypass-corp',
];
export const anotherRecipient = 'https://signin.aws.amazon.com/saml';

export const settingsWith = (changes: Partial<SamlIdpSettings> = {}): SamlIdpSettings => ({
  entityId,
  signsResponse: false,
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  certificate: certificate.raw.toString('base64'),
  singleSignOnService: 'http://127.0.0.1:1/sso',
  rolePairs,
  awsClaims: ['tags'],
  audience: us.entityId,
  assertionConsumerService: us.assertionConsumerService,
  recipients: [anotherRecipient],
  signInPage: 'https://daypass.example/sign-in/corp',
  clock: () => aMoment,
  ...changes,
});

export const browserSecret = newBrowserSecret();
export const aRequest = () => newRequestId({ provider: 'corp', browserSecret, now: aMoment });

/** The provider as doors know it that have read its metadata. */
export const providerFrom = (metadata: string, overrides: Partial<SamlProvider> = {}): SamlProvider => {
  const read = readIdpMetadata(metadata, aMoment);
  return {
    name: 'corp',
    entityId: read.entityId,
    certificates: read.certificates.map(pinnedCertificate),
    validUntil: undefined,
    clockLeewaySeconds: 60,
    longestAssertionLifetimeSeconds: 86_400,
    allowUnsolicited: false,
    requireSignedResponse: false,
    recipients: [],
    awsClaims: ['tags'],
    ...overrides,
  };
};

export interface RunningIdp {
  readonly address: string;
  get(path: string): Promise<Answered>;
  post(path: string, form: Readonly<Record<string, string | undefined>>): Promise<Answered>;
  /** Where our own door sends a browser. */
  signInPath(id?: string, relayState?: string): string;
  /** A person's whole way: the page, its form, the response form. */
  signIn(person: string, id?: string): Promise<ResponseForm>;
}

export interface ResponseForm {
  readonly action: string | undefined;
  readonly samlResponse: string;
  readonly relayState: string | undefined;
}

export async function aRunningIdp(changes: Partial<SamlIdpSettings> = {}): Promise<RunningIdp> {
  const settings = settingsWith(changes);
  const address = await serving(samlIdpServer(settings));
  const get: RunningIdp['get'] = (path) => overHttp(address, { method: 'GET', path });
  const post: RunningIdp['post'] = (path, form) =>
    overHttp(address, { path, headers: formHeaders, body: formOf(form) });
  const signInPath: RunningIdp['signInPath'] = (id = aRequest(), relayState = 'corp') => {
    const location = authnRequestLocation({
      us: {
        url: us.assertionConsumerService.replace('/saml/acs', ''),
        entityId: us.entityId,
        signingCertificate: undefined,
        encryptionCertificate: undefined,
      },
      signingKey: undefined,
      id,
      relayState,
      identityProvider: { entityId, singleSignOnService: `${address}/sso` },
    });
    return location.slice(address.length);
  };
  return {
    address,
    get,
    post,
    signInPath,
    async signIn(person, id) {
      const { body } = await get(signInPath(id));
      const fields = { SAMLRequest: fieldIn(body, 'SAMLRequest'), RelayState: fieldIn(body, 'RelayState') };
      return responseForm(await post('/sso', { ...fields, person }));
    },
  };
}

/** The form that a browser would send on. */
export function responseForm({ status, body }: Answered): ResponseForm {
  const samlResponse = fieldIn(body, 'SAMLResponse');
  if (samlResponse === undefined) throw new Error(`There is no response: ${status} ${body}`);
  return {
    action: textOf(/<form method="post" action="([^"]*)"/.exec(body)?.[1]),
    samlResponse,
    relayState: fieldIn(body, 'RelayState'),
  };
}

export const fieldIn = (body: string, name: string) =>
  textOf(new RegExp(`<input type="hidden" name="${name}" value="([^"]*)">`).exec(body)?.[1]);

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const textOf = (written: string | undefined) =>
  written?.replace(/&(amp|lt|gt|quot|#39);/g, (_, entity: string) => entities[entity] ?? '');

/** By the redirect binding. */
export const deflated = (xml: string | Buffer) => deflateRawSync(xml).toString('base64');
