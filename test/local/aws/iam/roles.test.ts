import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../kit/account-of.ts';
import { anAccount, roleArn } from '../../../kit/sts.ts';
import { allow, anIamService, iamError, policyOf, trusting } from './kit.ts';

const byAccount = trusting({ AWS: anAccount });
const files = { RoleName: 'files', AssumeRolePolicyDocument: byAccount };
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

async function withFiles(more: object = {}) {
  const service = await anIamService();
  const { Role } = await service.client.send(new CreateRoleCommand({ ...files, ...more }));
  const role = async () => (await service.client.send(new GetRoleCommand({ RoleName: 'files' }))).Role;
  return { ...service, Role, role };
}

describe('a role', () => {
  test('has an id of its account, an hour for its sessions, and its trust policy encoded', async () => {
    const { Role, role } = await withFiles();
    expect(Role).toMatchObject({
      RoleName: 'files',
      Path: '/',
      Arn: roleArn(),
      MaxSessionDuration: 3600,
      AssumeRolePolicyDocument: encodeURIComponent(byAccount),
    });
    expect(Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(accountOf(Role?.RoleId ?? '')).toBe(anAccount);
    expect(await role()).toEqual(Role);
  });

  test('has what it is given', async () => {
    const more = {
      Path: '/teams/',
      Description: 'for files',
      MaxSessionDuration: 43_200,
      PermissionsBoundary: readOnly,
      Tags: [{ Key: 'team', Value: 'blue' }],
    };
    const { Role } = await withFiles(more);
    const { PermissionsBoundary: _, ...rest } = more;
    expect(Role).toMatchObject({ ...rest, Arn: roleArn('teams/files') });
    expect(Role?.PermissionsBoundary).toEqual({
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: readOnly,
    });
  });

  test('is listed', async () => {
    const { client } = await withFiles();
    const { Roles = [], IsTruncated } = await client.send(new ListRolesCommand({}));
    expect([Roles.map(({ RoleName }) => RoleName), IsTruncated]).toEqual([['files'], false]);
  });

  test.each(['files', 'FILES'])('is not made where there is one of the name, as %s', async (RoleName) => {
    const { client } = await withFiles();
    await expect(client.send(new CreateRoleCommand({ ...files, RoleName }))).rejects.toMatchObject(
      iamError('EntityAlreadyExistsException', 409, `Role with name ${RoleName} already exists.`),
    );
  });

  test.each([
    ['sessions shorter than an hour', { MaxSessionDuration: 3599 }, 'ValidationError'],
    ['sessions longer than twelve', { MaxSessionDuration: 43_201 }, 'ValidationError'],
    ['a name of 65 characters', { RoleName: 'r'.repeat(65) }, 'ValidationError'],
    ['a path that does not end', { Path: '/teams' }, 'InvalidInputException'],
    ['a trust policy that is no JSON', { AssumeRolePolicyDocument: 'everybody' }, 'MalformedPolicyDocumentException'],
    ['trust in everybody', { AssumeRolePolicyDocument: trusting('*') }, 'MalformedPolicyDocumentException'],
    [
      'trust in a user who is not there',
      { AssumeRolePolicyDocument: trusting({ AWS: `arn:aws:iam::${anAccount}:user/nobody` }) },
      'MalformedPolicyDocumentException',
    ],
  ])('has not %s, and is not made', async (_, bent, name) => {
    const { client, iam } = await anIamService();
    await expect(client.send(new CreateRoleCommand({ ...files, ...bent }))).rejects.toMatchObject(iamError(name, 400));
    expect(iam.accounts.get(anAccount)?.roles.size).toBe(0);
  });

  test('is changed where something is said, and stays as it was elsewhere', async () => {
    const { client, role } = await withFiles({ Description: 'for files' });
    await client.send(new UpdateRoleCommand({ RoleName: 'files', MaxSessionDuration: 7200 }));
    expect(await role()).toMatchObject({ MaxSessionDuration: 7200, Description: 'for files' });
  });

  test('trusts whom it is told to, and nobody of before', async () => {
    const { client, role, user } = await withFiles();
    const PolicyDocument = trusting({ AWS: user().user.arn });
    await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'files', PolicyDocument }));
    const shown = decodeURIComponent((await role())?.AssumeRolePolicyDocument ?? '');
    expect(shown).toBe(PolicyDocument);
    const malformed = new UpdateAssumeRolePolicyCommand({ RoleName: 'files', PolicyDocument: '{}' });
    await expect(client.send(malformed)).rejects.toMatchObject(iamError('MalformedPolicyDocumentException', 400));
    expect(decodeURIComponent((await role())?.AssumeRolePolicyDocument ?? '')).toBe(PolicyDocument);
  });

  test.each([
    [
      'a policy of its own',
      new PutRolePolicyCommand({ RoleName: 'files', PolicyName: 'own', PolicyDocument: policyOf(allow('s3:*')) }),
      'must delete policies first.',
    ],
    [
      'a policy attached',
      new AttachRolePolicyCommand({ RoleName: 'files', PolicyArn: readOnly }),
      'must detach all policies first.',
    ],
  ])('is not deleted with %s', async (_, give, says) => {
    const { client, role } = await withFiles();
    await client.send(give as AttachRolePolicyCommand);
    await expect(client.send(new DeleteRoleCommand({ RoleName: 'files' }))).rejects.toMatchObject(
      iamError('DeleteConflictException', 409, `Cannot delete entity, ${says}`),
    );
    expect((await role())?.RoleName).toBe('files');
  });

  test('is gone when it is deleted', async () => {
    const { client, role } = await withFiles();
    await client.send(new DeleteRoleCommand({ RoleName: 'files' }));
    await expect(role()).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404, 'The role with name files cannot be found.'),
    );
  });

  test('shows a policy of its own as it was written', async () => {
    const { client } = await withFiles();
    const PolicyDocument = policyOf(allow('s3:GetObject', 'arn:aws:s3:::privet/*'));
    await client.send(new PutRolePolicyCommand({ RoleName: 'files', PolicyName: 'own', PolicyDocument }));
    const shown = await client.send(new GetRolePolicyCommand({ RoleName: 'files', PolicyName: 'own' }));
    expect(decodeURIComponent(shown.PolicyDocument ?? '')).toBe(PolicyDocument);
    await expect(
      client.send(new GetRolePolicyCommand({ RoleName: 'files', PolicyName: 'other' })),
    ).rejects.toMatchObject(iamError('NoSuchEntityException', 404));
  });

  test('has a boundary until it is taken away', async () => {
    const { client, role } = await withFiles();
    await client.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'files', PermissionsBoundary: readOnly }));
    expect((await role())?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(readOnly);
    await client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'files' }));
    expect(await role()).not.toHaveProperty('PermissionsBoundary');
    await expect(client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'files' }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404),
    );
  });
});
