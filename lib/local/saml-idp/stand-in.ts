// The local identity provider in the place of a configured one: the configuration as it would be had the true provider
// this machine's key and address. All the rest of it stays as it is, the entityID above all.

import type {
  Configuration,
  GrantSettings,
  ProviderSettings,
  SamlProviderSettings,
} from '../../config/configuration.ts';
import { readIdpMetadata } from '../../identity/saml/metadata/idp-metadata.ts';
import { acsPath, entityIdOf } from '../../sign-in/our-addresses.ts';
import { type IssuerSettings, idpMetadata } from './response.ts';
import type { SamlIdpSettings } from './saml-idp.ts';
import { selfSigned } from './self-signed.ts';

export interface StandInSettings {
  readonly configuration: Configuration;
  /** `http://127.0.0.1:{port}` of the doors and of the identity provider. */
  readonly doors: string;
  readonly address: string;
  /** The account whose roles the grants without one name. */
  readonly account: string;
  readonly clock: () => Date;
}

export interface StoodIn {
  /** With our own address as that of the doors. */
  readonly configuration: Configuration;
  /** `undefined` where no provider needs a stand-in. */
  readonly samlIdp: SamlIdpSettings | undefined;
}

/** What tokens that Daypass signs call their issuer, where nobody configured an address. */
export const issuerWithoutUrl = 'https://daypass.local.example';

const validMilliseconds = 24 * 60 * 60 * 1000;

/** For the first SAML provider that is not on this machine already. */
export async function withStandIn({
  configuration,
  doors,
  address,
  account,
  clock,
}: StandInSettings): Promise<StoodIn> {
  // IAM takes no issuer that is not https; what is not verified stays as it would be deployed.
  const issuer = configuration.url ?? issuerWithoutUrl;
  const here = { ...configuration, url: doors, vouch: { ...configuration.vouch, issuer } };
  const provider = [...configuration.providers.values()].find(needsStandIn);
  if (!provider) return { configuration: here, samlIdp: undefined };
  const now = clock();
  const { privateKey, certificate } = await selfSigned({
    from: new Date(now.getTime() - validMilliseconds),
    until: new Date(now.getTime() + validMilliseconds),
  });
  const idp: IssuerSettings = {
    entityId: provider.entityId,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: certificate.raw.toString('base64'),
    singleSignOnService: `${address}/sso`,
    rolePairs: [...configuration.grants.values()].flatMap((grant) => pairOf(grant, provider, account)),
    awsClaims: provider.awsClaims,
    signsResponse: provider.requireSignedResponse,
    audience: entityIdOf({ url: doors, entityId: configuration.serviceProvider.entityId }),
  };
  const document = idpMetadata(idp);
  const { validUntil: _, ...rest } = provider;
  const standIn: SamlProviderSettings = {
    ...rest,
    ...readIdpMetadata(document, now),
    document,
    refreshedFrom: undefined,
    readAt: undefined,
  };
  return {
    configuration: { ...here, providers: new Map(configuration.providers).set(provider.name, standIn) },
    samlIdp: {
      ...idp,
      assertionConsumerService: doors + acsPath,
      recipients: provider.recipients,
      signInPage: `${doors}/sign-in/${provider.name}`,
      clock,
    },
  };
}

function needsStandIn(provider: ProviderSettings): provider is SamlProviderSettings {
  return provider.kind === 'saml' && !provider.singleSignOnService.startsWith('http:');
}

/** The pair that assertions name for a grant's role, unless the role trusts another provider. */
function pairOf({ from, way, role }: GrantSettings, provider: SamlProviderSettings, home: string): readonly string[] {
  if (from !== provider.name || way !== 'forward' || role.kind === 'federated') return [];
  const arn = role.kind === 'named' ? role.arn : `arn:aws:iam::${role.account ?? home}:role/${role.roleName}`;
  return [`${arn},${arn.replace(/:role\/.*$/, `:saml-provider/${provider.iamProviderName}`)}`];
}
