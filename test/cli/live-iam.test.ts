// What IAM says, asked of the embedded account by the AWS SDK.

import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { expect, test, vi } from 'vitest';
import { liveIam } from '../../lib/cli/live-iam.ts';
import { anEmbeddedAws } from '../kit/embedded-aws.ts';
import { aMetadata } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

test('roles and providers are read with the credentials of the environment', async () => {
  const { address, administrator } = await anEmbeddedAws({ clock: () => new Date() });
  vi.stubEnv('AWS_ENDPOINT_URL', address);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', administrator.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', administrator.secretAccessKey);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  const client = new IAMClient({});
  const arn = 'arn:aws:iam::111122223333:oidc-provider/login.acme.example';
  await client.send(
    new CreateOpenIDConnectProviderCommand({ Url: 'https://login.acme.example', ClientIDList: ['web'] }),
  );
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Federated: arn }, Action: 'sts:AssumeRoleWithWebIdentity' }],
  };
  const made = { RoleName: 'named', Path: '/team/', Tags: [{ Key: 'team', Value: 'blue' }], MaxSessionDuration: 7200 };
  await client.send(new CreateRoleCommand({ ...made, AssumeRolePolicyDocument: JSON.stringify(trust) }));

  const iam = liveIam();
  const role = await iam.role('arn:aws:iam::111122223333:role/team/named');
  if (typeof role !== 'object') throw new Error('There is no role.');
  expect(JSON.parse(role.trustPolicy)).toEqual(trust);
  expect(role).toMatchObject({ tags: new Map([['team', 'blue']]), maxSessionSeconds: 7200 });
  expect(await iam.oidcClientIds(arn)).toEqual(['web']);

  const saml = 'arn:aws:iam::111122223333:saml-provider/corp';
  expect(await iam.hasSamlProvider(saml)).toBe(false);
  const { certificate } = await aSamlIdp();
  const document = aMetadata({ certificates: [certificate] });
  await client.send(new CreateSAMLProviderCommand({ Name: 'corp', SAMLMetadataDocument: document }));
  expect(await iam.hasSamlProvider(saml)).toBe(true);

  expect(await iam.role('arn:aws:iam::111122223333:role/named')).toBeUndefined();
  expect(await iam.role('arn:aws:iam::111122223333:role/nobody')).toBeUndefined();
  // IAM looks by the name alone, and has one of that name.
  expect(await iam.role('arn:aws:iam::444455556666:role/team/named')).toBe('elsewhere');
  expect(await iam.oidcClientIds(`${arn}/other`)).toBeUndefined();
});
