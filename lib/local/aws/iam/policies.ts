// Managed policies and their versions.

import { randomBytes } from 'node:crypto';
import { deleteConflict, invalidInput, limitExceeded, noSuchEntity } from '../../../aws-query/aws-error.ts';
import { timestamp } from '../../../aws-query/timestamp.ts';
import { uniqueId } from '../identifiers.ts';
import {
  absent,
  documentIn,
  encodedDocument,
  type IamActions,
  type IamCall,
  nameIn,
  onAll,
  onArn,
  onNew,
  pathIn,
  reading,
  required,
  whole,
} from './action.ts';
import { awsManagedPolicies } from './aws-managed-policies.ts';
import { type Account, identityPolicy, type ManagedPolicy } from './iam.ts';
import { policyIn } from './policy-holders.ts';

const mostVersions = 5;

const holders = ({ users, roles }: Account) => [...users.values(), ...roles.values()];

const members = (policy: ManagedPolicy, account: Account) => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: holders(account).filter(({ attached }) => attached.has(policy.arn)).length,
  IsAttachable: true,
  CreateDate: timestamp(policy.created),
});

const versionMembers = (id: string, { versions, defaultVersion }: ManagedPolicy, withDocument: boolean) => {
  const version = versions.get(id);
  return {
    Document: withDocument ? encodedDocument(version?.document) : undefined,
    VersionId: id,
    IsDefaultVersion: id === defaultVersion,
    CreateDate: version && timestamp(version.created),
  };
};

export const policyActions: IamActions = {
  CreatePolicy: {
    on: onNew('policy', 'PolicyName'),
    run(call) {
      const { account, now } = call;
      const name = nameIn(call, 'PolicyName');
      const path = pathIn(call);
      const arn = `arn:aws:iam::${account.id}:policy${path}${name}`;
      absent(account.policies.get(arn), 'A policy', name);
      const document = documentIn(call);
      const policy: ManagedPolicy = {
        id: uniqueId('ANPA', account.id, randomBytes(6)),
        arn,
        name,
        path,
        created: now,
        versions: new Map([['v1', { ...reading(() => identityPolicy(name, document)), created: now }]]),
        defaultVersion: 'v1',
        made: 1,
      };
      account.policies.set(arn, policy);
      return { Policy: members(policy, account) };
    },
  },
  GetPolicy: { on: onArn('PolicyArn'), run: (call) => ({ Policy: members(policyIn(call), call.account) }) },
  ListPolicies: {
    on: onAll('policy'),
    run(call) {
      const { account, parameters } = call;
      const scope = parameters.get('Scope') ?? 'All';
      const listed = [
        ...(scope === 'AWS' ? [] : account.policies.values()),
        ...(scope === 'Local' ? [] : awsManagedPolicies.values()),
      ];
      return whole(
        'Policies',
        listed.map((policy) => members(policy, account)),
      );
    },
  },
  DeletePolicy: {
    on: onArn('PolicyArn'),
    run(call) {
      const policy = ownPolicyIn(call);
      const { account } = call;
      if (holders(account).some(({ attached, boundary }) => attached.has(policy.arn) || boundary === policy.arn)) {
        throw deleteConflict('Cannot delete a policy attached to entities.');
      }
      if (policy.versions.size > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      account.policies.delete(policy.arn);
      return undefined;
    },
  },
  CreatePolicyVersion: {
    on: onArn('PolicyArn'),
    run(call) {
      const policy = ownPolicyIn(call);
      if (policy.versions.size >= mostVersions) {
        throw limitExceeded(`A managed policy can have up to ${mostVersions} versions.`);
      }
      const document = documentIn(call);
      policy.made += 1;
      const id = `v${policy.made}`;
      policy.versions.set(id, { ...reading(() => identityPolicy(policy.name, document)), created: call.now });
      if (call.parameters.get('SetAsDefault') === 'true') policy.defaultVersion = id;
      return { PolicyVersion: versionMembers(id, policy, false) };
    },
  },
  GetPolicyVersion: {
    on: onArn('PolicyArn'),
    run(call) {
      const policy = policyIn(call);
      return { PolicyVersion: versionMembers(versionIn(call, policy), policy, true) };
    },
  },
  ListPolicyVersions: {
    on: onArn('PolicyArn'),
    run(call) {
      const policy = policyIn(call);
      return whole(
        'Versions',
        [...policy.versions.keys()].map((id) => versionMembers(id, policy, false)),
      );
    },
  },
  SetDefaultPolicyVersion: {
    on: onArn('PolicyArn'),
    run(call) {
      const policy = ownPolicyIn(call);
      policy.defaultVersion = versionIn(call, policy);
      return undefined;
    },
  },
  DeletePolicyVersion: {
    on: onArn('PolicyArn'),
    run(call) {
      const policy = ownPolicyIn(call);
      const id = versionIn(call, policy);
      if (id === policy.defaultVersion) throw deleteConflict('Cannot delete the default version of a policy.');
      policy.versions.delete(id);
      return undefined;
    },
  },
};

function ownPolicyIn(call: IamCall): ManagedPolicy {
  const policy = policyIn(call);
  if (!call.account.policies.has(policy.arn)) throw invalidInput(`${policy.arn} is a policy of AWS's own.`);
  return policy;
}

function versionIn(call: IamCall, { arn, versions }: ManagedPolicy): string {
  const id = required(call, 'VersionId', { shortest: 2, longest: 16 });
  if (!versions.has(id)) throw noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
  return id;
}
