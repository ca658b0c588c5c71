// The role of a grant that vouches, while the address of our issuer is what API Gateway will give.

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { DaypassStack } from '../../lib/infra/daypass-stack.ts';
import { aConfiguration } from '../kit/builders.ts';

test('trusts the provider of our issuer, and nothing in the template is left unresolved', () => {
  const configuration = loadConfiguration(aConfiguration({ grant: { way: 'vouch' } }));
  const template = Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration }));
  const [provider] = Object.keys(
    template.findResources('AWS::IAM::OIDCProvider', { Properties: { ClientIdList: ['sts.amazonaws.com'] } }),
  );
  const [role] = Object.values(template.findResources('AWS::IAM::Role', { Properties: { RoleName: 'daypass-files' } }));
  const { 'Fn::Sub': written } = role?.Properties.AssumeRolePolicyDocument ?? {};
  const [text = '', values] = (written ?? []) as readonly [string?, Record<string, unknown>?];
  expect(JSON.parse(text)).toMatchObject({
    Statement: [{ Principal: { Federated: '${Provider}' }, Condition: { StringLike: { '${Host}:sub': ['files:*'] } } }],
  });
  expect(values?.Provider).toEqual({ Ref: provider });
  expect(JSON.stringify(template.toJSON())).not.toContain('Token[');
});
