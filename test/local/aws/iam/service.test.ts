// What IAM asks before it does anything: whose credentials, which permission, which tags.

import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRootCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { anotherAccount } from '../../../kit/sts.ts';
import { allow, anIamService, iamError, policyOf, trusting } from './kit.ts';

const deny = (actions: string, condition: object) => ({ ...allow(actions), Effect: 'Deny', Condition: condition });

/** A user that may do everything but this. */
async function aHeldUser(...denied: readonly object[]) {
  const iam = await anIamService();
  const { keys } = iam.user({ name: 'held' });
  const document = policyOf(allow('*'), ...denied);
  await iam.client.send(new PutUserPolicyCommand({ UserName: 'held', PolicyName: 'p', PolicyDocument: document }));
  return { iam, held: iam.as(keys) };
}

const trust = trusting({ AWS: '111122223333' });
const denied = iamError('AccessDenied', 403, /with an explicit deny in an identity-based policy/);

describe('tags', () => {
  test('of what is asked for count', async () => {
    const { iam, held } = await aHeldUser(deny('iam:*', { StringEquals: { 'aws:ResourceTag/env': 'prod' } }));
    const tagged = { RoleName: 'prod', AssumeRolePolicyDocument: trust, Tags: [{ Key: 'env', Value: 'prod' }] };
    await iam.client.send(new CreateRoleCommand(tagged));
    await iam.client.send(new CreateRoleCommand({ RoleName: 'test', AssumeRolePolicyDocument: trust }));
    const update = (RoleName: string) =>
      held.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust }));
    await expect(update('prod')).rejects.toMatchObject(denied);
    await expect(update('test')).resolves.toBeDefined();
  });

  test('of the request count', async () => {
    const { held } = await aHeldUser(deny('iam:*', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'owner' } }));
    const tag = (Key: string) => held.send(new TagUserCommand({ UserName: 'held', Tags: [{ Key, Value: 'x' }] }));
    await expect(tag('owner')).rejects.toMatchObject(denied);
    await expect(tag('team')).resolves.toBeDefined();
  });

  test('at birth take the permission to tag', async () => {
    const { held } = await aHeldUser(deny('iam:TagUser', {}));
    await expect(held.send(new CreateUserCommand({ UserName: 'plain' }))).resolves.toBeDefined();
    const tagged = new CreateUserCommand({ UserName: 'tagged', Tags: [{ Key: 'a', Value: 'b' }] });
    await expect(held.send(tagged)).rejects.toMatchObject(denied);
  });
});

test('a session of AssumeRoot does its task for the root user, and nothing to others', async () => {
  const iam = await anIamService();
  const sts = new STSClient({ region: 'us-east-1', endpoint: iam.address, credentials: iam.administrator });
  const TaskPolicyArn = { arn: 'arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials' };
  const { Credentials } = await sts.send(new AssumeRootCommand({ TargetPrincipal: anotherAccount, TaskPolicyArn }));
  const root = iam.as({
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken,
  });
  await expect(root.send(new ListAccessKeysCommand({}))).resolves.toMatchObject({ AccessKeyMetadata: [] });
  const bob = iam.user({ name: 'bob', account: anotherAccount });
  await expect(root.send(new ListAccessKeysCommand({ UserName: 'bob' }))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  const taking = new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId: bob.keys.accessKeyId });
  await expect(root.send(taking)).rejects.toMatchObject({ name: 'AccessDenied' });
});
