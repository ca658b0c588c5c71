// Users and their access keys.

import { deleteConflict, invalidInput, limitExceeded, noSuchEntity } from '../../../aws-query/aws-error.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import {
  absent,
  boundaryMember,
  type IamActions,
  isAboutRoot,
  nameIn,
  onAll,
  onNew,
  onUser,
  pathIn,
  required,
  tagMembers,
  tagsIn,
  userIn,
} from './action.ts';
import { newAccessKey, newUser, type User } from './iam.ts';
import { boundaryIn, boundaryKeysIn, holderActions } from './policy-holders.ts';

const mostKeys = 2;

const members = (user: User) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: timestamp(user.created),
  PermissionsBoundary: boundaryMember(user),
  Tags: user.tags.size > 0 ? tagMembers(user.tags) : undefined,
});

export const userActions: IamActions = {
  CreateUser: {
    on: onNew('user', 'UserName'),
    keys: boundaryKeysIn,
    run(call) {
      const { account, now } = call;
      const name = nameIn(call, 'UserName', 64);
      absent(account.users.get(name.toLowerCase()), 'User', name);
      const user = newUser({ account: account.id, name, path: pathIn(call), created: now, tags: tagsIn(call) });
      user.boundary = boundaryIn(call);
      account.users.set(name.toLowerCase(), user);
      return { User: members(user) };
    },
  },
  GetUser: { on: onUser, run: (call) => ({ User: members(userIn(call)) }) },
  ListUsers: {
    on: onAll('user'),
    run: ({ account }) => ({ Users: [...account.users.values()].map(members), IsTruncated: false }),
  },
  DeleteUser: {
    on: onUser,
    run(call) {
      const { account } = call;
      const user = userIn(call);
      if (user.keys.size > 0) throw deleteConflict('Cannot delete entity, must delete access keys first.');
      if (user.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
      if (user.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if ([...account.mfaDevices.values()].some((device) => device.user === user.id)) {
        throw deleteConflict('Cannot delete entity, must delete MFA device first.');
      }
      account.users.delete(user.name.toLowerCase());
      return undefined;
    },
  },
  CreateAccessKey: {
    on: onUser,
    run(call) {
      const user = userIn(call);
      if (user.keys.size >= mostKeys) {
        throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${mostKeys}`);
      }
      const key = newAccessKey(user.account, call.now);
      user.keys.set(key.accessKeyId, key);
      return {
        AccessKey: {
          UserName: user.name,
          AccessKeyId: key.accessKeyId,
          Status: 'Active',
          SecretAccessKey: key.secretAccessKey,
          CreateDate: timestamp(key.created),
        },
      };
    },
  },
  ListAccessKeys: {
    on: onUser,
    run(call) {
      if (isAboutRoot(call)) return { AccessKeyMetadata: [], IsTruncated: false };
      const user = userIn(call);
      const AccessKeyMetadata = [...user.keys.values()].map(({ accessKeyId, active, created }) => ({
        UserName: user.name,
        AccessKeyId: accessKeyId,
        Status: active ? 'Active' : 'Inactive',
        CreateDate: timestamp(created),
      }));
      return { AccessKeyMetadata, IsTruncated: false };
    },
  },
  UpdateAccessKey: {
    on: onUser,
    run(call) {
      const { key } = keyIn(call);
      const status = required(call, 'Status', { shortest: 1, longest: 16 });
      if (status !== 'Active' && status !== 'Inactive')
        throw invalidInput(`Status ${status} is neither Active nor Inactive.`);
      key.active = status === 'Active';
      return undefined;
    },
  },
  DeleteAccessKey: {
    on: onUser,
    run(call) {
      const { user, key } = keyIn(call);
      user.keys.delete(key.accessKeyId);
      return undefined;
    },
  },
  ...holderActions('User', onUser, userIn),
};

function keyIn(call: Parameters<typeof userIn>[0]) {
  const user = userIn(call);
  const id = required(call, 'AccessKeyId', { shortest: 16, longest: 128 });
  const key = user.keys.get(id);
  if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return { user, key };
}
