// OIDC and SAML providers, and the account's own outbound federation.

import { entityAlreadyExists, invalidInput, limitExceeded, noSuchEntity } from '../../../aws-query/aws-error.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import { messageOf } from '../../../message-of.ts';
import { issuerOf } from '../web-identity-issuer.ts';
import { type IamActions, type IamCall, nameIn, onAll, onArn, required } from './action.ts';
import { readSamlDocument } from './from-template.ts';
import type { OidcProvider, SamlProvider } from './iam.ts';

const mostProviders = 100;
const mostClientIds = 100;
const mostThumbprints = 5;
const shortestMetadata = 1000;
const longestMetadata = 10_000_000;
/** SAML providers say until when they are valid; IAM gives them a century. */
const validYears = 100;

const texts = (call: IamCall, list: string) => call.parameters.members(list).map((each) => each.get('') ?? '');

function urlIn(call: IamCall): string {
  const url = required(call, 'Url', { shortest: 1, longest: 255 });
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:' || parsed.port !== '' || parsed.search !== '') {
    throw invalidInput('Invalid Open ID Connect Provider URL: it must begin with https:// and have no port or query.');
  }
  return url;
}

const oidcArn = (call: IamCall) =>
  `arn:aws:iam::${call.account.id}:oidc-provider/${urlIn(call).slice('https://'.length)}`;
const samlArn = (call: IamCall) => `arn:aws:iam::${call.account.id}:saml-provider/${nameIn(call, 'Name')}`;

function oidcIn(call: IamCall): OidcProvider {
  const arn = onArn('OpenIDConnectProviderArn')(call);
  const found = call.account.oidcProviders.get(arn);
  if (!found) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return found;
}

function samlIn(call: IamCall): SamlProvider {
  const arn = onArn('SAMLProviderArn')(call);
  const found = call.account.samlProviders.get(arn);
  if (!found) throw noSuchEntity(`SAML Provider not found for arn ${arn}`);
  return found;
}

/** Throws InvalidInput for metadata that cannot be read. */
function metadataIn(call: IamCall) {
  const document = required(call, 'SAMLMetadataDocument', { shortest: shortestMetadata, longest: longestMetadata });
  try {
    return readSamlDocument(document);
  } catch (error) {
    throw invalidInput(`Could not parse metadata: ${messageOf(error)}`);
  }
}

const withClientIds = (call: IamCall, provider: OidcProvider, clientIds: readonly string[]) => {
  if (clientIds.length > mostClientIds) {
    throw limitExceeded(`Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${mostClientIds}`);
  }
  call.account.oidcProviders.set(provider.arn, { ...provider, clientIds });
  return undefined;
};

export const providerActions: IamActions = {
  CreateOpenIDConnectProvider: {
    on: oidcArn,
    run(call) {
      const { account, now } = call;
      const arn = oidcArn(call);
      if (account.oidcProviders.has(arn)) {
        throw entityAlreadyExists(`Provider with url ${urlIn(call)} already exists.`);
      }
      if (account.oidcProviders.size >= mostProviders) {
        throw limitExceeded(`Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${mostProviders}`);
      }
      const thumbprints = texts(call, 'ThumbprintList');
      if (thumbprints.length > mostThumbprints) {
        throw limitExceeded(`Thumbprint list must contain fewer than ${mostThumbprints + 1} entries.`);
      }
      const provider = { arn, account: account.id, url: urlIn(call), clientIds: [], thumbprints, created: now };
      withClientIds(call, provider, texts(call, 'ClientIDList'));
      return { OpenIDConnectProviderArn: arn };
    },
  },
  GetOpenIDConnectProvider: {
    on: onArn('OpenIDConnectProviderArn'),
    run(call) {
      const { url, clientIds, thumbprints, created } = oidcIn(call);
      return {
        Url: url.slice('https://'.length),
        ClientIDList: clientIds,
        ThumbprintList: thumbprints,
        CreateDate: timestamp(created),
      };
    },
  },
  ListOpenIDConnectProviders: {
    on: onAll('oidc-provider'),
    run: ({ account }) => ({ OpenIDConnectProviderList: [...account.oidcProviders.keys()].map((Arn) => ({ Arn })) }),
  },
  AddClientIDToOpenIDConnectProvider: {
    on: onArn('OpenIDConnectProviderArn'),
    run(call) {
      const provider = oidcIn(call);
      const id = required(call, 'ClientID', { shortest: 1, longest: 255 });
      return withClientIds(call, provider, [...new Set([...provider.clientIds, id])]);
    },
  },
  RemoveClientIDFromOpenIDConnectProvider: {
    on: onArn('OpenIDConnectProviderArn'),
    run(call) {
      const provider = oidcIn(call);
      const id = required(call, 'ClientID', { shortest: 1, longest: 255 });
      return withClientIds(
        call,
        provider,
        provider.clientIds.filter((each) => each !== id),
      );
    },
  },
  DeleteOpenIDConnectProvider: {
    on: onArn('OpenIDConnectProviderArn'),
    run(call) {
      call.account.oidcProviders.delete(oidcIn(call).arn);
      return undefined;
    },
  },
  CreateSAMLProvider: {
    on: samlArn,
    run(call) {
      const { account, now } = call;
      const arn = samlArn(call);
      const name = nameIn(call, 'Name');
      if (account.samlProviders.has(arn)) throw entityAlreadyExists(`SAMLProvider with name ${name} already exists.`);
      if (account.samlProviders.size >= mostProviders) {
        throw limitExceeded(`Cannot exceed quota for SAMLProvidersPerAccount: ${mostProviders}`);
      }
      account.samlProviders.set(arn, { arn, account: account.id, name, created: now, ...metadataIn(call) });
      return { SAMLProviderArn: arn };
    },
  },
  GetSAMLProvider: {
    on: onArn('SAMLProviderArn'),
    run(call) {
      const { document, created } = samlIn(call);
      return {
        SAMLMetadataDocument: document,
        CreateDate: timestamp(created),
        ValidUntil: timestamp(validUntil(created)),
      };
    },
  },
  ListSAMLProviders: {
    on: onAll('saml-provider'),
    run: ({ account }) => ({
      SAMLProviderList: [...account.samlProviders.values()].map(({ arn, created }) => ({
        Arn: arn,
        ValidUntil: timestamp(validUntil(created)),
        CreateDate: timestamp(created),
      })),
    }),
  },
  UpdateSAMLProvider: {
    on: onArn('SAMLProviderArn'),
    run(call) {
      const provider = samlIn(call);
      call.account.samlProviders.set(provider.arn, { ...provider, ...metadataIn(call) });
      return { SAMLProviderArn: provider.arn };
    },
  },
  DeleteSAMLProvider: {
    on: onArn('SAMLProviderArn'),
    run(call) {
      call.account.samlProviders.delete(samlIn(call).arn);
      return undefined;
    },
  },
  EnableOutboundWebIdentityFederation: {
    on: () => '*',
    run({ account }) {
      account.outboundFederation = true;
      return { IssuerIdentifier: issuerOf(account.id) };
    },
  },
  DisableOutboundWebIdentityFederation: {
    on: () => '*',
    run({ account }) {
      account.outboundFederation = false;
      return undefined;
    },
  },
  GetOutboundWebIdentityFederationInfo: {
    on: () => '*',
    run: ({ account }) => ({
      IssuerIdentifier: issuerOf(account.id),
      JwtVendingEnabled: account.outboundFederation,
    }),
  },
};

function validUntil(created: Date): Date {
  const end = new Date(created);
  end.setUTCFullYear(end.getUTCFullYear() + validYears);
  return end;
}
