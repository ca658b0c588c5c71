// A configured SAML provider whose place the local one takes: what changes, and that nothing else does.

import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Configuration, SamlProviderSettings } from '../../../lib/config/configuration.ts';
import { loadConfiguration } from '../../../lib/config/load-config.ts';
import { readIdpMetadata } from '../../../lib/identity/saml/metadata/idp-metadata.ts';
import { withStandIn } from '../../../lib/local/saml-idp/stand-in.ts';
import { aMoment } from '../../kit/issuer.ts';
import { aSamlIdp } from '../../kit/saml-idp.ts';
import { anAccount, anotherAccount } from '../../kit/sts.ts';
import { metadataOf } from '../aws/kit.ts';

const doors = 'http://127.0.0.1:9000';
const address = 'http://127.0.0.1:9003';

const [corp, partner] = await Promise.all([
  aSamlIdp({ kind: 'ec' }),
  aSamlIdp({ kind: 'ec', entityId: 'https://idp.partner.example/saml' }),
]);
const local = metadataOf({ ...corp, entityId: 'http://127.0.0.1:5000/saml' }).replace(
  'https://idp.acme.example/sso',
  'http://127.0.0.1:5000/sso',
);
const documents = new Map([
  ['corp.xml', { text: metadataOf(corp) }],
  ['partner.xml', { text: metadataOf(partner) }],
  ['local.xml', { text: local }],
  ['https://idp.acme.example/metadata', { text: metadataOf(corp) }],
]);

const permissions = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/*'] }];
const grant = (from: string, role: object = { permissions }) => ({ from, when: 'anyone', role });
const app = { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } };
const saml = (metadata: string, more: object = {}) => ({ saml: { metadata, ...more } });

const configured = (providers: object, grants: object, more: object = {}): Configuration =>
  loadConfiguration({ providers, grants, ...more }, { documents, now: aMoment });

const stoodIn = (configuration: Configuration) =>
  withStandIn({ configuration, doors, address, account: anAccount, clock: () => aMoment });

const samlOf = (configuration: Configuration, name: string) =>
  configuration.providers.get(name) as SamlProviderSettings;

describe('where a SAML provider is elsewhere', () => {
  const configuration = configured(
    {
      app,
      corp: saml('corp.xml', {
        awsAttributes: ['tags'],
        allowUnsolicited: 'clients',
        recipients: ['https://tool.acme.example/saml'],
      }),
    },
    { files: grant('app'), support: grant('corp') },
  );

  test('keys and address are ours, and the rest of it stays', async () => {
    const before = samlOf(configuration, 'corp');
    const after = samlOf((await stoodIn(configuration)).configuration, 'corp');
    expect(after.singleSignOnService).toBe(`${address}/sso`);
    expect(after.certificates).toHaveLength(1);
    expect(after.certificates).not.toEqual(before.certificates);
    const { singleSignOnService: _, certificates: __, document: ___, ...rest } = after;
    expect(rest).toEqual({
      kind: 'saml',
      name: 'corp',
      entityId: corp.entityId,
      wantsSignedRequests: false,
      refreshedFrom: undefined,
      clockLeewaySeconds: before.clockLeewaySeconds,
      longestAssertionLifetimeSeconds: before.longestAssertionLifetimeSeconds,
      allowUnsolicited: before.allowUnsolicited,
      requireSignedResponse: before.requireSignedResponse,
      recipients: before.recipients,
      awsClaims: before.awsClaims,
      iamProvider: before.iamProvider,
      iamProviderName: before.iamProviderName,
      ...('signRequests' in before && { signRequests: before.signRequests }),
    });
  });

  test('the document that IAM gets says the same as the provider', async () => {
    const after = samlOf((await stoodIn(configuration)).configuration, 'corp');
    expect(readIdpMetadata(after.document, aMoment)).toMatchObject({
      entityId: after.entityId,
      singleSignOnService: after.singleSignOnService,
      certificates: after.certificates,
    });
    expect(after.document.length).toBeGreaterThanOrEqual(1000);
  });

  test('nothing else of the configuration changes but its address', async () => {
    const { configuration: after } = await stoodIn(configuration);
    expect(after.url).toBe(doors);
    expect([...after.providers.keys()]).toEqual(['app', 'corp']);
    expect(after.providers.get('app')).toBe(configuration.providers.get('app'));
    expect(after.grants).toBe(configuration.grants);
    const { url: _, providers: __, vouch, ...rest } = after;
    const { url: ___, providers: ____, vouch: _____, ...before } = configuration;
    expect(rest).toEqual(before);
    expect(vouch).toEqual({ issuer: 'https://daypass.local.example', keyGeneration: 1 });
    expect(samlOf(configuration, 'corp').singleSignOnService).toBe('https://idp.acme.example/sso');
  });

  test('the identity provider knows where Daypass is and whom else its assertions may be for', async () => {
    const { samlIdp } = await stoodIn(configuration);
    expect(samlIdp).toMatchObject({
      entityId: corp.entityId,
      singleSignOnService: `${address}/sso`,
      assertionConsumerService: `${doors}/saml/acs`,
      audience: `${doors}/saml/metadata`,
      recipients: ['https://tool.acme.example/saml'],
      signInPage: `${doors}/sign-in/corp`,
      awsClaims: ['tags'],
    });
  });

  test('its key is one that its certificate is for, and holds now', async () => {
    const { samlIdp } = await stoodIn(configuration);
    const certificate = new X509Certificate(Buffer.from(samlIdp?.certificate ?? '', 'base64'));
    const { createPrivateKey } = await import('node:crypto');
    expect(certificate.checkPrivateKey(createPrivateKey(samlIdp?.privateKey ?? ''))).toBe(true);
    expect(certificate.validFromDate <= aMoment && aMoment < certificate.validToDate).toBe(true);
  });

  test('each start has a key of its own', async () => {
    const [one, two] = [await stoodIn(configuration), await stoodIn(configuration)];
    expect(one.samlIdp?.certificate).not.toBe(two.samlIdp?.certificate);
  });

  test('an entityID that is configured is the audience', async () => {
    const named = configured({ corp: saml('corp.xml') }, { a: grant('corp') }, { saml: { entityId: 'urn:daypass' } });
    expect((await stoodIn(named)).samlIdp?.audience).toBe('urn:daypass');
  });

  test('an address that is configured gives way to this machine’s', async () => {
    const named = configured({ corp: saml('corp.xml') }, { a: grant('corp') }, { url: 'https://daypass.example' });
    const { configuration: after, samlIdp } = await stoodIn(named);
    expect(after.url).toBe(doors);
    expect(samlIdp?.audience).toBe(`${doors}/saml/metadata`);
  });

  test('metadata from an address is not fetched again', async () => {
    const remote = configured({ corp: saml('https://idp.acme.example/metadata') }, { a: grant('corp') });
    expect(samlOf(remote, 'corp').refreshedFrom).toBe('https://idp.acme.example/metadata');
    expect(samlOf((await stoodIn(remote)).configuration, 'corp').refreshedFrom).toBeUndefined();
  });

  test('the end of the true metadata is not the end of ours', async () => {
    const text = metadataOf(corp).replace('entityID=', 'validUntil="2026-06-02T00:00:00Z" entityID=');
    const ending = loadConfiguration(
      { providers: { corp: saml('corp.xml') }, grants: { a: grant('corp') } },
      { documents: new Map([['corp.xml', { text }]]), now: aMoment },
    );
    expect(samlOf(ending, 'corp').validUntil).toBe('2026-06-02T00:00:00.000Z');
    expect(samlOf((await stoodIn(ending)).configuration, 'corp')).not.toHaveProperty('validUntil');
  });
});

describe('role pairs', () => {
  const pairsOf = async (grants: object, more: object = {}) => {
    const providers = { app, corp: saml('corp.xml', more), partner: saml('partner.xml') };
    // Roles of other accounts want an address of their own for Daypass.
    return (await stoodIn(configured(providers, grants, { url: 'https://daypass.example' }))).samlIdp?.rolePairs;
  };
  const pair = (role: string, account = anAccount, provider = 'daypass-corp') =>
    `arn:aws:iam::${account}:role/${role},arn:aws:iam::${account}:saml-provider/${provider}`;

  test('are those of the provider’s grants, and of no other’s', async () => {
    expect(
      await pairsOf({ one: grant('corp'), two: grant('app'), three: grant('partner'), four: grant('corp') }),
    ).toEqual([pair('daypass-one'), pair('daypass-four')]);
  });

  test('are of the role’s account, both of them', async () => {
    expect(await pairsOf({ one: grant('corp', { permissions, account: anotherAccount }) })).toEqual([
      pair('daypass-one', anotherAccount),
    ]);
  });

  test('name roles that exist already, path and all', async () => {
    const arn = `arn:aws:iam::${anotherAccount}:role/team/theirs`;
    expect(await pairsOf({ one: grant('corp', { arn }) })).toEqual([pair('team/theirs', anotherAccount)]);
  });

  test('name the IAM provider as it is configured', async () => {
    expect(await pairsOf({ one: grant('corp') }, { iamProviderName: 'Acme.Corp' })).toEqual([
      pair('daypass-one', anAccount, 'Acme.Corp'),
    ]);
  });

  test('are none where no grant is from the provider', async () => {
    expect(await pairsOf({ one: grant('app') })).toEqual([]);
  });
});

describe('which provider', () => {
  const grants = { one: grant('app') };

  test('none where none is configured: only the address changes', async () => {
    const { configuration, samlIdp } = await stoodIn(configured({ app }, grants));
    expect(samlIdp).toBeUndefined();
    expect(configuration.url).toBe(doors);
  });

  test('none where the only one is on this machine already', async () => {
    const before = configured({ app, local: saml('local.xml') }, grants);
    const { configuration, samlIdp } = await stoodIn(before);
    expect(samlIdp).toBeUndefined();
    expect(configuration.providers).toEqual(before.providers);
  });

  test('the first that is not, and no other', async () => {
    const before = configured(
      { local: saml('local.xml'), corp: saml('corp.xml'), partner: saml('partner.xml'), app },
      grants,
    );
    const { configuration, samlIdp } = await stoodIn(before);
    expect(samlIdp?.entityId).toBe(corp.entityId);
    expect(samlOf(configuration, 'corp').singleSignOnService).toBe(`${address}/sso`);
    for (const name of ['local', 'partner', 'app']) {
      expect(configuration.providers.get(name)).toBe(before.providers.get(name));
    }
    expect([...configuration.providers.keys()]).toEqual(['local', 'corp', 'partner', 'app']);
  });
});
