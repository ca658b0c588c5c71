// What users and roles have alike: inline policies, attached policies, a boundary, tags.

import { noSuchEntity } from '../../../aws-query/aws-error.ts';
import type { Keys } from '../../../policy/context.ts';
import {
  documentIn,
  encodedDocument,
  existing,
  type IamActions,
  type IamCall,
  nameIn,
  onArn,
  reading,
  tagMembers,
  tagsIn,
  whole,
} from './action.ts';
import { isRootTask } from './aws-managed-policies.ts';
import { identityPolicy, type ManagedPolicy, type PolicyHolder } from './iam.ts';

type Kind = 'User' | 'Role';

export function policyIn(call: IamCall, parameter = 'PolicyArn'): ManagedPolicy {
  const arn = onArn(parameter)(call);
  const found = call.iam.policy(arn);
  const isTheirs = arn.startsWith('arn:aws:iam::aws:') ? !isRootTask(arn) : call.account.policies.has(arn);
  if (!found || !isTheirs) {
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  }
  return found;
}

/** The boundary of whoever is made, where there is to be one. */
export const boundaryIn = (call: IamCall): string | undefined =>
  call.parameters.get('PermissionsBoundary') === undefined ? undefined : policyIn(call, 'PermissionsBoundary').arn;

/** Who may make others only under a boundary is held to it by this. */
export const boundaryKeysIn = (call: IamCall): Keys => {
  const arn = call.parameters.get('PermissionsBoundary');
  return arn === undefined ? [] : [['iam:PermissionsBoundary', arn]];
};

export function holderActions(
  kind: Kind,
  on: (call: IamCall) => string,
  holderIn: (call: IamCall) => PolicyHolder,
): IamActions {
  const keysOfPolicy = (call: IamCall) => [['iam:PolicyARN', onArn('PolicyArn')(call)]] as const;
  const inlineIn = (call: IamCall) => {
    const name = nameIn(call, 'PolicyName');
    return { name, holder: holderIn(call) };
  };
  return {
    [`Put${kind}Policy`]: {
      on,
      run(call) {
        const { name, holder } = inlineIn(call);
        const document = documentIn(call);
        holder.inline.set(
          name,
          reading(() => identityPolicy(name, document)),
        );
        return undefined;
      },
    },
    [`Get${kind}Policy`]: {
      on,
      run(call) {
        const { name, holder } = inlineIn(call);
        const { document } = existing(holder.inline.get(name), `${kind.toLowerCase()} policy`, name);
        return { [`${kind}Name`]: holder.name, PolicyName: name, PolicyDocument: encodedDocument(document) };
      },
    },
    [`List${kind}Policies`]: { on, run: (call) => whole('PolicyNames', [...holderIn(call).inline.keys()]) },
    [`Delete${kind}Policy`]: {
      on,
      run(call) {
        const { name, holder } = inlineIn(call);
        existing(holder.inline.get(name), `${kind.toLowerCase()} policy`, name);
        holder.inline.delete(name);
        return undefined;
      },
    },
    [`Attach${kind}Policy`]: {
      on,
      keys: keysOfPolicy,
      run(call) {
        holderIn(call).attached.add(policyIn(call).arn);
        return undefined;
      },
    },
    [`Detach${kind}Policy`]: {
      on,
      keys: keysOfPolicy,
      run(call) {
        const arn = onArn('PolicyArn')(call);
        if (!holderIn(call).attached.delete(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
        return undefined;
      },
    },
    [`ListAttached${kind}Policies`]: {
      on,
      run: (call) =>
        whole(
          'AttachedPolicies',
          [...holderIn(call).attached].map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
        ),
    },
    [`Put${kind}PermissionsBoundary`]: {
      on,
      keys: boundaryKeysIn,
      run(call) {
        holderIn(call).boundary = policyIn(call, 'PermissionsBoundary').arn;
        return undefined;
      },
    },
    [`Delete${kind}PermissionsBoundary`]: {
      on,
      run(call) {
        const holder = holderIn(call);
        existing(holder.boundary, `permissions boundary of ${kind.toLowerCase()}`, holder.name);
        holder.boundary = undefined;
        return undefined;
      },
    },
    [`Tag${kind}`]: {
      on,
      run(call) {
        const { tags } = holderIn(call);
        for (const [key, value] of tagsIn(call)) {
          for (const other of tags.keys()) if (other.toLowerCase() === key.toLowerCase()) tags.delete(other);
          tags.set(key, value);
        }
        return undefined;
      },
    },
    [`Untag${kind}`]: {
      on,
      run(call) {
        const { tags } = holderIn(call);
        for (const each of call.parameters.members('TagKeys')) tags.delete(each.get('') ?? '');
        return undefined;
      },
    },
    [`List${kind}Tags`]: { on, run: (call) => whole('Tags', tagMembers(holderIn(call).tags)) },
  };
}
