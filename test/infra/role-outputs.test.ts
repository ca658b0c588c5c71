import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { GrantedRoles } from '../../lib/infra/granted-roles.ts';
import { outputRoles } from '../../lib/infra/role-outputs.ts';
import { aPermission } from '../kit/builders.ts';
import { aCertificate } from '../kit/idp-metadata.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';

const documents = documentsOf({ 'corp.xml': aMetadata({ certificates: [await aCertificate()] }) });
const role = { permissions: [aPermission()] };

test('an operator is told each role, and for SAML the pair that the identity provider must say', () => {
  const configuration = loadConfiguration(
    {
      providers: {
        app: { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } },
        corp: { saml: { metadata: 'corp.xml', iamProvider: 'existing' } },
      },
      grants: { 'my-files': { from: 'app', when: 'anyone', role }, desk: { from: 'corp', when: 'anyone', role } },
    },
    { documents, now: aMoment },
  );
  const stack = new Stack(new App(), 'Here', { env: { account: '111122223333', region: 'eu-central-1' } });
  outputRoles(stack, new GrantedRoles(stack, 'Granted', { configuration, url: 'https://access.acme.example' }));
  const outputs = Template.fromStack(stack).findOutputs('*');
  expect(Object.keys(outputs).sort()).toEqual(['PairDesk', 'RoleDesk', 'RoleMyFiles']);
  expect(JSON.stringify(outputs.PairDesk?.Value)).toMatch(/Arn.*,.*:saml-provider\/daypass-corp/);
});
