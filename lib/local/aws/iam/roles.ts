// Roles and whom they trust.

import { deleteConflict } from '../../../aws-query/aws-error.ts';
import { longestRoleSeconds } from '../../../aws-query/federated-requests.ts';
import { ParameterReader } from '../../../aws-query/parameters.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import {
  absent,
  boundaryMember,
  documentIn,
  encodedDocument,
  type IamActions,
  type IamCall,
  nameIn,
  onAll,
  onNew,
  onRole,
  optional,
  pathIn,
  reading,
  roleIn,
  tagMembers,
  tagsIn,
  whole,
} from './action.ts';
import { type EmbeddedIam, newRole, type Role } from './iam.ts';
import { checkTrustLength } from './limits.ts';
import { boundaryIn, boundaryKeysIn, holderActions } from './policy-holders.ts';
import { refuseOpenPrincipals, shownPolicy, trustPolicyOf } from './principals.ts';

const shortestMaxSeconds = 3600;

const members = (role: Role, iam: EmbeddedIam) => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: timestamp(role.created),
  AssumeRolePolicyDocument: encodedDocument(shownPolicy(role.trust, iam)),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
  PermissionsBoundary: boundaryMember(role),
  Tags: role.tags.size > 0 ? tagMembers(role.tags) : undefined,
});

export const roleActions: IamActions = {
  CreateRole: {
    on: onNew('role', 'RoleName'),
    keys: boundaryKeysIn,
    run(call) {
      const { account, iam, now } = call;
      const name = nameIn(call, 'RoleName', 64);
      absent(account.roles.get(name.toLowerCase()), 'Role', name);
      const seconds = maxSessionIn(call);
      const role = newRole({
        account: account.id,
        name,
        path: pathIn(call),
        created: now,
        tags: tagsIn(call),
        description: optional(call, 'Description', { shortest: 0, longest: 1000 }),
        trust: trustIn(call, name, 'AssumeRolePolicyDocument'),
        ...(seconds !== undefined && { maxSessionSeconds: seconds }),
      });
      role.boundary = boundaryIn(call);
      account.roles.set(name.toLowerCase(), role);
      return { Role: members(role, iam) };
    },
  },
  GetRole: { on: onRole, run: (call) => ({ Role: members(roleIn(call), call.iam) }) },
  ListRoles: {
    on: onAll('role'),
    run: ({ account, iam }) =>
      whole(
        'Roles',
        [...account.roles.values()].map((role) => members(role, iam)),
      ),
  },
  UpdateRole: {
    on: onRole,
    run(call) {
      const role = roleIn(call);
      role.maxSessionSeconds = maxSessionIn(call) ?? role.maxSessionSeconds;
      role.description = optional(call, 'Description', { shortest: 0, longest: 1000 }) ?? role.description;
      return {};
    },
  },
  UpdateAssumeRolePolicy: {
    on: onRole,
    run(call) {
      const role = roleIn(call);
      role.trust = trustIn(call, role.name, 'PolicyDocument');
      return undefined;
    },
  },
  DeleteRole: {
    on: onRole,
    run(call) {
      const role = roleIn(call);
      if (role.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
      if (role.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
      call.account.roles.delete(role.name.toLowerCase());
      return undefined;
    },
  },
  ...holderActions('Role', onRole, roleIn),
};

function trustIn(call: IamCall, role: string, parameter: string) {
  const document = documentIn(call, parameter);
  checkTrustLength(document);
  refuseOpenPrincipals(document);
  return reading(() => trustPolicyOf(role, document, call.iam));
}

function maxSessionIn({ parameters }: IamCall): number | undefined {
  const reader = new ParameterReader(parameters);
  const seconds = reader.integer('MaxSessionDuration', { least: shortestMaxSeconds, most: longestRoleSeconds });
  reader.finish();
  return seconds;
}
