import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListAttachedUserPoliciesCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { anAccount, anotherAccount } from '../../../kit/sts.ts';
import { allow, anIamService, iamError, policyOf } from './kit.ts';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const PolicyArn = `arn:aws:iam::${anAccount}:policy/lists`;
const listsRoles = policyOf(allow('iam:ListRoles'));
const listsUsers = policyOf(allow('iam:ListUsers'));

/** An IAM with the policy `lists`. */
async function withPolicy() {
  const service = await anIamService();
  const { client } = service;
  const { Policy } = await client.send(new CreatePolicyCommand({ PolicyName: 'lists', PolicyDocument: listsRoles }));
  const add = (PolicyDocument = listsUsers, SetAsDefault = false) =>
    client.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault }));
  const versions = async () =>
    ((await client.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions ?? []).map(
      ({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion ? '*' : ''}`,
    );
  return { ...service, Policy, add, versions };
}

describe('a policy', () => {
  test('has an id, an ARN with its path, and a first version', async () => {
    const { client } = await anIamService();
    const command = new CreatePolicyCommand({ PolicyName: 'lists', Path: '/teams/', PolicyDocument: listsRoles });
    const { Policy } = await client.send(command);
    expect(Policy).toMatchObject({
      PolicyName: 'lists',
      Arn: `arn:aws:iam::${anAccount}:policy/teams/lists`,
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
    });
    expect(Policy?.PolicyId).toMatch(/^ANPA[A-Z2-7]{17}$/);
  });

  test('is not made where there is one of the name', async () => {
    const { client } = await withPolicy();
    const again = new CreatePolicyCommand({ PolicyName: 'lists', PolicyDocument: listsRoles });
    await expect(client.send(again)).rejects.toMatchObject(
      iamError('EntityAlreadyExistsException', 409, 'A policy with name lists already exists.'),
    );
  });

  test.each([
    ['no JSON', 'everything'],
    ['no statements', '{"Version":"2012-10-17"}'],
    ['a principal', policyOf({ ...allow('s3:*'), Principal: '*' })],
    ['an action of nobody', policyOf(allow('everything'))],
    ['an operator of nobody', policyOf({ ...allow('s3:*'), Condition: { StringIs: { 'aws:username': 'ali' } } })],
    ['an effect of nobody', policyOf({ ...allow('s3:*'), Effect: 'Maybe' })],
  ])('is malformed with %s', async (_, PolicyDocument) => {
    const { client, add, versions } = await withPolicy();
    const command = new CreatePolicyCommand({ PolicyName: 'other', PolicyDocument });
    await expect(client.send(command)).rejects.toMatchObject(iamError('MalformedPolicyDocumentException', 400));
    await expect(add(PolicyDocument)).rejects.toMatchObject(iamError('MalformedPolicyDocumentException', 400));
    expect(await versions()).toEqual(['v1*']);
  });

  test.each([
    ['Local', false, true],
    ['AWS', true, false],
    ['All', true, true],
  ] as const)('is listed by scope: %s', async (Scope, ofAws, own) => {
    const { client } = await withPolicy();
    const { Policies = [] } = await client.send(new ListPoliciesCommand({ Scope }));
    const arns = Policies.map(({ Arn }) => Arn);
    expect([arns.includes(readOnly), arns.includes(PolicyArn)]).toEqual([ofAws, own]);
  });

  test('counts where it is attached', async () => {
    const { client, user } = await withPolicy();
    const count = async () => (await client.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount;
    user();
    await client.send(new AttachUserPolicyCommand({ UserName: 'ali', PolicyArn }));
    expect(await count()).toBe(1);
    expect((await client.send(new ListAttachedUserPoliciesCommand({ UserName: 'ali' }))).AttachedPolicies).toEqual([
      { PolicyName: 'lists', PolicyArn },
    ]);
    await client.send(new DetachUserPolicyCommand({ UserName: 'ali', PolicyArn }));
    expect(await count()).toBe(0);
  });

  test.each([
    ['nobody’s', `arn:aws:iam::${anAccount}:policy/nothing`],
    ['another account’s', `arn:aws:iam::${anotherAccount}:policy/lists`],
  ])('that is %s is not attached', async (_, arn) => {
    const { client, user } = await withPolicy();
    user();
    await expect(client.send(new AttachUserPolicyCommand({ UserName: 'ali', PolicyArn: arn }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404),
    );
  });

  test('is not detached where it is not attached', async () => {
    const { client, user } = await withPolicy();
    user();
    await expect(client.send(new DetachUserPolicyCommand({ UserName: 'ali', PolicyArn }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404),
    );
  });

  test('is not deleted while it is attached, or is somebody’s boundary', async () => {
    const { client, user } = await withPolicy();
    user();
    const conflict = iamError('DeleteConflictException', 409, 'Cannot delete a policy attached to entities.');
    const remove = () => client.send(new DeletePolicyCommand({ PolicyArn }));
    await client.send(new AttachUserPolicyCommand({ UserName: 'ali', PolicyArn }));
    await expect(remove()).rejects.toMatchObject(conflict);
    await client.send(new DetachUserPolicyCommand({ UserName: 'ali', PolicyArn }));
    await client.send(new PutUserPermissionsBoundaryCommand({ UserName: 'ali', PermissionsBoundary: PolicyArn }));
    await expect(remove()).rejects.toMatchObject(conflict);
  });

  test.each([
    ['deleted', new DeletePolicyCommand({ PolicyArn: readOnly })],
    ['changed', new CreatePolicyVersionCommand({ PolicyArn: readOnly, PolicyDocument: listsRoles })],
    ['set back', new SetDefaultPolicyVersionCommand({ PolicyArn: readOnly, VersionId: 'v1' })],
  ])('of AWS’s own is not %s', async (_, command) => {
    const { client } = await anIamService();
    await expect(client.send(command as DeletePolicyCommand)).rejects.toMatchObject(
      iamError('InvalidInputException', 400),
    );
  });

  test('may be attached by its ARN only', async () => {
    const { client, as, user } = await withPolicy();
    const only = { ...allow('iam:AttachUserPolicy'), Condition: { ArnEquals: { 'iam:PolicyARN': PolicyArn } } };
    const { keys } = user({ statements: [only] });
    const attach = (arn: string) => as(keys).send(new AttachUserPolicyCommand({ UserName: 'ali', PolicyArn: arn }));
    await expect(attach(readOnly)).rejects.toMatchObject(iamError('AccessDenied', 403));
    await attach(PolicyArn);
    const { AttachedPolicies = [] } = await client.send(new ListAttachedUserPoliciesCommand({ UserName: 'ali' }));
    expect(AttachedPolicies.map((each) => each.PolicyArn)).toEqual([PolicyArn]);
  });
});

describe('a version', () => {
  test('is numbered, and is the one that counts when it is said so', async () => {
    const { client, add, versions } = await withPolicy();
    expect((await add()).PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: false });
    expect(await versions()).toEqual(['v1*', 'v2']);
    await add(listsUsers, true);
    expect(await versions()).toEqual(['v1', 'v2', 'v3*']);
    await client.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(await versions()).toEqual(['v1*', 'v2', 'v3']);
  });

  test('shows its document', async () => {
    const { client } = await withPolicy();
    const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(listsRoles);
  });

  test('works from the moment when it counts', async () => {
    const { client, as, user, add } = await withPolicy();
    const { keys } = user();
    await client.send(new AttachUserPolicyCommand({ UserName: 'ali', PolicyArn }));
    const ali = as(keys);
    expect((await ali.send(new ListRolesCommand({}))).Roles).toEqual([]);
    await add(listsUsers, true);
    await expect(ali.send(new ListRolesCommand({}))).rejects.toMatchObject(iamError('AccessDenied', 403));
    expect((await ali.send(new ListUsersCommand({}))).Users).toHaveLength(2);
  });

  test('is one of five at most, and its number is not given again', async () => {
    const { client, add, versions } = await withPolicy();
    for (let count = 2; count <= 5; count++) await add();
    await expect(add()).rejects.toMatchObject(
      iamError('LimitExceededException', 409, 'A managed policy can have up to 5 versions.'),
    );
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
    await add();
    expect(await versions()).toEqual(['v1*', 'v2', 'v3', 'v4', 'v6']);
  });

  test('that counts is not deleted, nor is a policy that has others', async () => {
    const { client, add } = await withPolicy();
    await add();
    await expect(client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))).rejects.toMatchObject(
      iamError('DeleteConflictException', 409),
    );
    await expect(client.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject(
      iamError('DeleteConflictException', 409, /more than one version/),
    );
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    await client.send(new DeletePolicyCommand({ PolicyArn }));
    await expect(client.send(new GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404),
    );
  });

  test('that is not there is not found', async () => {
    const { client } = await withPolicy();
    await expect(client.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v7' }))).rejects.toMatchObject(
      iamError('NoSuchEntityException', 404),
    );
  });
});
