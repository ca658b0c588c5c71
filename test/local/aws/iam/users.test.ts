import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../kit/account-of.ts';
import { anAccount, anotherAccount } from '../../../kit/sts.ts';
import { allow, anIamService, iamError, policyOf } from './kit.ts';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

describe('a user', () => {
  test('has an id of its account, an ARN with its path, and its tags', async () => {
    const { client } = await anIamService();
    const { User } = await client.send(
      new CreateUserCommand({ UserName: 'ali', Path: '/people/', Tags: [{ Key: 'team', Value: 'blue' }] }),
    );
    expect(User).toMatchObject({
      UserName: 'ali',
      Path: '/people/',
      Arn: `arn:aws:iam::${anAccount}:user/people/ali`,
      Tags: [{ Key: 'team', Value: 'blue' }],
    });
    expect(User?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(accountOf(User?.UserId ?? '')).toBe(anAccount);
    expect((await client.send(new GetUserCommand({ UserName: 'ali' }))).User).toEqual(User);
    const { Users = [] } = await client.send(new ListUsersCommand({}));
    expect(Users.map(({ UserName }) => UserName)).toEqual(['administrator', 'ali']);
  });

  test('who is made again is another', async () => {
    const { client } = await anIamService();
    const ids = [];
    for (let time = 0; time < 2; time++) {
      const { User } = await client.send(new CreateUserCommand({ UserName: 'ali' }));
      ids.push(User?.UserId);
      await client.send(new DeleteUserCommand({ UserName: 'ali' }));
    }
    expect(ids[0]).not.toBe(ids[1]);
  });

  test.each(['ali', 'Ali', 'ALI'])('is not made where there is one of the name, as %s', async (UserName) => {
    const { client } = await anIamService();
    await client.send(new CreateUserCommand({ UserName: 'ali' }));
    await expect(client.send(new CreateUserCommand({ UserName }))).rejects.toMatchObject(
      iamError('EntityAlreadyExistsException', 409, `User with name ${UserName} already exists.`),
    );
  });

  test.each([
    ['a name with a blank', { UserName: 'a b' }, 'ValidationError'],
    ['a name of 65 characters', { UserName: 'a'.repeat(65) }, 'ValidationError'],
    ['a path without its slashes', { UserName: 'ali', Path: 'people' }, 'InvalidInputException'],
    ['a path that does not end', { UserName: 'ali', Path: '/people' }, 'InvalidInputException'],
    [
      'a tag twice',
      {
        UserName: 'ali',
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      'InvalidInputException',
    ],
  ])('has not %s', async (_, input, name) => {
    const { client, iam } = await anIamService();
    await expect(client.send(new CreateUserCommand(input))).rejects.toMatchObject(iamError(name, 400));
    expect(iam.accounts.get(anAccount)?.users.size).toBe(1);
  });

  test('is not made under a boundary that is not there', async () => {
    const { client, iam } = await anIamService();
    const PermissionsBoundary = `arn:aws:iam::${anAccount}:policy/nothing`;
    await expect(client.send(new CreateUserCommand({ UserName: 'ali', PermissionsBoundary }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404, `Policy ${PermissionsBoundary} does not exist or is not attachable.`),
    );
    expect(iam.accounts.get(anAccount)?.users.size).toBe(1);
  });

  test('may be made under a boundary only, where permissions say so', async () => {
    const { as, user } = await anIamService();
    const bounded = { ...allow('iam:CreateUser'), Condition: { ArnEquals: { 'iam:PermissionsBoundary': readOnly } } };
    const { keys } = user({ name: 'maker', statements: [bounded] });
    const make = (more: object) => as(keys).send(new CreateUserCommand({ UserName: 'ali', ...more }));
    await expect(make({})).rejects.toMatchObject(iamError('AccessDenied', 403));
    const { User } = await make({ PermissionsBoundary: readOnly });
    expect(User?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(readOnly);
  });

  test('is asked for itself where no name is said', async () => {
    const { as, user } = await anIamService();
    const { keys } = user({ statements: [allow('iam:GetUser', `arn:aws:iam::${anAccount}:user/ali`)] });
    expect((await as(keys).send(new GetUserCommand({}))).User?.UserName).toBe('ali');
  });

  test('is of its own account, and no other is reached', async () => {
    const { as, user } = await anIamService();
    user({ name: 'bob' });
    const { keys } = user({ account: anotherAccount, statements: [allow('iam:*')] });
    await expect(as(keys).send(new GetUserCommand({ UserName: 'bob' }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404, 'The user with name bob cannot be found.'),
    );
  });

  test.each([
    ['keys', (UserName: string) => new CreateAccessKeyCommand({ UserName }), 'must delete access keys first.'],
    [
      'a policy of its own',
      (UserName: string) =>
        new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument: policyOf(allow('s3:*')) }),
      'must delete policies first.',
    ],
    [
      'a policy attached',
      (UserName: string) => new AttachUserPolicyCommand({ UserName, PolicyArn: readOnly }),
      'must detach all policies first.',
    ],
  ])('is not deleted with %s', async (_, give, says) => {
    const { client } = await anIamService();
    await client.send(new CreateUserCommand({ UserName: 'ali' }));
    await client.send(give('ali') as CreateAccessKeyCommand);
    await expect(client.send(new DeleteUserCommand({ UserName: 'ali' }))).rejects.toMatchObject(
      iamError('DeleteConflictException', 409, `Cannot delete entity, ${says}`),
    );
  });

  test('has tags that differ by more than case', async () => {
    const { client } = await anIamService();
    const tag = (Key: string, Value: string) =>
      client.send(new TagUserCommand({ UserName: 'ali', Tags: [{ Key, Value }] }));
    await client.send(new CreateUserCommand({ UserName: 'ali' }));
    await tag('team', 'blue');
    await tag('floor', '2');
    await tag('TEAM', 'red');
    await client.send(new UntagUserCommand({ UserName: 'ali', TagKeys: ['floor'] }));
    expect((await client.send(new ListUserTagsCommand({ UserName: 'ali' }))).Tags).toEqual([
      { Key: 'TEAM', Value: 'red' },
    ]);
  });
});

describe('a key', () => {
  test('is the user’s, told in full once', async () => {
    const { client, as } = await anIamService();
    const own = allow('iam:GetUser', 'arn:aws:iam::*:user/ali');
    await client.send(new CreateUserCommand({ UserName: 'ali' }));
    await client.send(new PutUserPolicyCommand({ UserName: 'ali', PolicyName: 'own', PolicyDocument: policyOf(own) }));
    const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: 'ali' }));
    const { AccessKeyId = '', SecretAccessKey = '', Status } = AccessKey ?? {};
    expect([AccessKeyId.slice(0, 4), SecretAccessKey.length, Status]).toEqual(['AKIA', 40, 'Active']);
    const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand({ UserName: 'ali' }));
    expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId, UserName: 'ali', Status: 'Active' }]);
    expect(AccessKeyMetadata[0]).not.toHaveProperty('SecretAccessKey');
    const theirs = as({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    expect((await theirs.send(new GetUserCommand({}))).User?.UserName).toBe('ali');
  });

  test('may have one beside it, and no third', async () => {
    const { client } = await anIamService();
    await client.send(new CreateUserCommand({ UserName: 'ali' }));
    const add = () => client.send(new CreateAccessKeyCommand({ UserName: 'ali' }));
    await add();
    await add();
    await expect(add()).rejects.toMatchObject(
      iamError('LimitExceededException', 409, 'Cannot exceed quota for AccessKeysPerUser: 2'),
    );
  });

  test('is nobody’s when it is switched off, and when it is deleted', async () => {
    const { client, as, user } = await anIamService();
    const { keys } = user({ statements: [allow('iam:GetUser')] });
    const asks = () => as(keys).send(new GetUserCommand({}));
    const about = { UserName: 'ali', AccessKeyId: keys.accessKeyId };
    await client.send(new UpdateAccessKeyCommand({ ...about, Status: 'Inactive' }));
    await expect(asks()).rejects.toMatchObject(iamError('InvalidClientTokenId', 403));
    await client.send(new UpdateAccessKeyCommand({ ...about, Status: 'Active' }));
    expect((await asks()).User?.UserName).toBe('ali');
    await client.send(new DeleteAccessKeyCommand(about));
    await expect(asks()).rejects.toMatchObject(iamError('InvalidClientTokenId', 403));
  });

  test.each([
    ['a status that is none', { Status: 'Sleeping' as 'Inactive' }, 'InvalidInputException', 400],
    ['a key of somebody else', { AccessKeyId: 'AKIARTX3GSDS2FZRYCK7' }, 'NoSuchEntityException', 404],
  ])('does not have %s', async (_, more, name, status) => {
    const { client, user } = await anIamService();
    const { keys } = user();
    const input = { UserName: 'ali', AccessKeyId: keys.accessKeyId, Status: 'Inactive' as const, ...more };
    await expect(client.send(new UpdateAccessKeyCommand(input))).rejects.toMatchObject(iamError(name, status));
  });
});

describe('permissions', () => {
  test('are for the user that is named, with its path', async () => {
    const { client, as, user } = await anIamService();
    await client.send(new CreateUserCommand({ UserName: 'bob', Path: '/people/' }));
    const { keys } = user({ statements: [allow('iam:GetUser', `arn:aws:iam::${anAccount}:user/people/*`)] });
    expect((await as(keys).send(new GetUserCommand({ UserName: 'bob' }))).User?.UserName).toBe('bob');
    await expect(as(keys).send(new GetUserCommand({ UserName: 'administrator' }))).rejects.toMatchObject(
      iamError(
        'AccessDenied',
        403,
        `User: arn:aws:iam::${anAccount}:user/ali is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${anAccount}:user/administrator because no identity-based policy allows the iam:GetUser action`,
      ),
    );
  });

  test('are asked before whether somebody is there', async () => {
    const { as, user } = await anIamService();
    await expect(as(user().keys).send(new GetUserCommand({ UserName: 'nobody' }))).rejects.toMatchObject(
      iamError('AccessDenied', 403),
    );
  });

  test('are needed for a device of MFA’s, too', async () => {
    const { as, user } = await anIamService();
    const command = new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' });
    await expect(as(user().keys).send(command)).rejects.toMatchObject(
      iamError('AccessDenied', 403, /iam:CreateVirtualMFADevice on resource: arn:aws:iam::111122223333:mfa\/phone /),
    );
  });
});
