import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateSAMLProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteSAMLProviderCommand,
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetOpenIDConnectProviderCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  GetSAMLProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateSAMLProviderCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { aCertificate, someMetadata } from '../../../kit/idp-metadata.ts';
import { anAccount, anotherAccount, providerArn } from '../../../kit/sts.ts';
import { allow, anIamService, iamError } from './kit.ts';

const Url = 'https://login.acme.example';
const OpenIDConnectProviderArn = providerArn(Url);
const certificates = [await aCertificate()];

describe('an OIDC provider', () => {
  async function withProvider(ClientIDList = ['web']) {
    const service = await anIamService();
    await service.client.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList }));
    const provider = () => service.client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    return { ...service, provider };
  }

  test('is known by its URL, and shown without its scheme', async () => {
    const { client, iam, provider } = await withProvider();
    expect(await provider()).toMatchObject({ Url: 'login.acme.example', ClientIDList: ['web'], ThumbprintList: [] });
    const { OpenIDConnectProviderList } = await client.send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList).toEqual([{ Arn: OpenIDConnectProviderArn }]);
    expect(iam.oidcProvider(anAccount, Url)?.arn).toBe(OpenIDConnectProviderArn);
  });

  test('may have a path', async () => {
    const { client } = await anIamService();
    const command = new CreateOpenIDConnectProviderCommand({ Url: `${Url}/tenants/1` });
    expect((await client.send(command)).OpenIDConnectProviderArn).toBe(providerArn(`${Url}/tenants/1`));
  });

  test.each([
    ['http', 'http://login.acme.example', 'InvalidInputException'],
    ['a port', 'https://login.acme.example:8443', 'InvalidInputException'],
    ['a query', 'https://login.acme.example/?tenant=1', 'InvalidInputException'],
    ['no scheme', 'login.acme.example', 'InvalidInputException'],
    ['256 characters', `https://${'a'.repeat(248)}`, 'ValidationError'],
  ])('has no URL with %s', async (_, url, name) => {
    const { client } = await anIamService();
    await expect(client.send(new CreateOpenIDConnectProviderCommand({ Url: url }))).rejects.toMatchObject(
      iamError(name, 400),
    );
  });

  test('is one for each URL and account', async () => {
    const { client, as, user } = await withProvider();
    const create = new CreateOpenIDConnectProviderCommand({ Url });
    await expect(client.send(create)).rejects.toMatchObject(iamError('EntityAlreadyExistsException', 409));
    const { keys } = user({ account: anotherAccount, statements: [allow('iam:*')] });
    const { OpenIDConnectProviderArn: theirs } = await as(keys).send(create);
    expect(theirs).toBe(providerArn(Url, anotherAccount));
  });

  test('takes client ids, and lets them go', async () => {
    const { client, provider } = await withProvider();
    const about = (ClientID: string) => ({ OpenIDConnectProviderArn, ClientID });
    await client.send(new AddClientIDToOpenIDConnectProviderCommand(about('mobile')));
    await client.send(new AddClientIDToOpenIDConnectProviderCommand(about('mobile')));
    expect((await provider()).ClientIDList).toEqual(['web', 'mobile']);
    await client.send(new RemoveClientIDFromOpenIDConnectProviderCommand(about('web')));
    expect((await provider()).ClientIDList).toEqual(['mobile']);
  });

  test('has a hundred client ids at most', async () => {
    const hundred = Array.from({ length: 100 }, (_, index) => `client-${index}`);
    const { client, provider } = await withProvider(hundred);
    const command = new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'one-more' });
    await expect(client.send(command)).rejects.toMatchObject(iamError('LimitExceededException', 409));
    expect((await provider()).ClientIDList).toEqual(hundred);
  });

  test('has five thumbprints at most', async () => {
    const { client } = await anIamService();
    const ThumbprintList = Array.from({ length: 6 }, (_, index) => String(index).repeat(40));
    const command = new CreateOpenIDConnectProviderCommand({ Url, ThumbprintList });
    await expect(client.send(command)).rejects.toMatchObject(iamError('LimitExceededException', 409));
  });

  test('is gone when it is deleted', async () => {
    const { client, iam, provider } = await withProvider();
    await client.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    await expect(provider()).rejects.toMatchObject(iamError('NoSuchEntityException', 404));
    expect(iam.oidcProvider(anAccount, Url)).toBeUndefined();
  });

  test('is one of a hundred at most', async () => {
    const { client } = await anIamService();
    const add = (index: number) => client.send(new CreateOpenIDConnectProviderCommand({ Url: `${Url}/${index}` }));
    for (let index = 0; index < 100; index++) await add(index);
    await expect(add(100)).rejects.toMatchObject(iamError('LimitExceededException', 409));
  });
});

describe('a SAML provider', () => {
  const metadata = (entityId = 'https://idp.acme.example/saml') =>
    someMetadata({ entityId, keys: [{ certificates }] }).padEnd(1000);
  const SAMLProviderArn = `arn:aws:iam::${anAccount}:saml-provider/corp`;

  async function withProvider() {
    const service = await anIamService();
    const command = new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument: metadata() });
    await service.client.send(command);
    return service;
  }

  test('is what its metadata says', async () => {
    const { client, iam } = await withProvider();
    const shown = await client.send(new GetSAMLProviderCommand({ SAMLProviderArn }));
    expect(shown.SAMLMetadataDocument).toBe(metadata());
    expect((shown.ValidUntil?.getTime() ?? 0) - (shown.CreateDate?.getTime() ?? 0)).toBeGreaterThan(
      99 * 365 * 86_400_000,
    );
    expect(iam.samlProvider(SAMLProviderArn)).toMatchObject({ entityId: 'https://idp.acme.example/saml' });
    expect(iam.samlProvider(SAMLProviderArn)?.keys).toHaveLength(1);
    const { SAMLProviderList = [] } = await client.send(new ListSAMLProvidersCommand({}));
    expect(SAMLProviderList.map(({ Arn }) => Arn)).toEqual([SAMLProviderArn]);
  });

  test.each([
    ['fewer than 1000 characters', metadata().trim().slice(0, 999), 'ValidationError'],
    ['no XML', 'metadata'.repeat(200), 'InvalidInputException'],
    [
      'metadata of a service provider',
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>`.padEnd(1000),
      'InvalidInputException',
    ],
  ])('is not made of %s', async (_, SAMLMetadataDocument, name) => {
    const { client, iam } = await anIamService();
    const command = new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument });
    await expect(client.send(command)).rejects.toMatchObject(iamError(name, 400));
    expect(iam.samlProvider(SAMLProviderArn)).toBeUndefined();
  });

  test('is one for each name', async () => {
    const { client } = await withProvider();
    const again = new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument: metadata() });
    await expect(client.send(again)).rejects.toMatchObject(
      iamError('EntityAlreadyExistsException', 409, 'SAMLProvider with name corp already exists.'),
    );
  });

  test('is what its metadata says now', async () => {
    const { client, iam } = await withProvider();
    const other = metadata('https://other.acme.example/saml');
    await client.send(new UpdateSAMLProviderCommand({ SAMLProviderArn, SAMLMetadataDocument: other }));
    expect(iam.samlProvider(SAMLProviderArn)?.entityId).toBe('https://other.acme.example/saml');
  });

  test('is gone when it is deleted', async () => {
    const { client } = await withProvider();
    await client.send(new DeleteSAMLProviderCommand({ SAMLProviderArn }));
    for (const command of [
      new GetSAMLProviderCommand({ SAMLProviderArn }),
      new DeleteSAMLProviderCommand({ SAMLProviderArn }),
    ]) {
      await expect(client.send(command as GetSAMLProviderCommand)).rejects.toMatchObject(
        iamError('NoSuchEntityException', 404),
      );
    }
  });
});

describe('outbound federation', () => {
  test('is off until it is switched on, and has the same issuer each time', async () => {
    const { client } = await anIamService();
    const info = () => client.send(new GetOutboundWebIdentityFederationInfoCommand({}));
    expect((await info()).JwtVendingEnabled).toBe(false);
    const { IssuerIdentifier } = await client.send(new EnableOutboundWebIdentityFederationCommand({}));
    expect(await info()).toMatchObject({ JwtVendingEnabled: true, IssuerIdentifier });
    await client.send(new DisableOutboundWebIdentityFederationCommand({}));
    expect(await info()).toMatchObject({ JwtVendingEnabled: false, IssuerIdentifier });
  });

  test('is another issuer in another account', async () => {
    const { client, as, user } = await anIamService();
    const { keys } = user({ account: anotherAccount, statements: [allow('iam:*')] });
    const enable = new EnableOutboundWebIdentityFederationCommand({});
    const [ours, theirs] = [await client.send(enable), await as(keys).send(enable)];
    expect(ours.IssuerIdentifier).not.toBe(theirs.IssuerIdentifier);
  });
});
