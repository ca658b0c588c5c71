// Session policies: what they leave of a role or a user.

import { CreatePolicyVersionCommand } from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { type CallRow, denied, type Group, type Refusal } from '../row.ts';
import { documentOf, forbids, permits, trusts } from '../statements.ts';
import type { Caller, World } from '../world.ts';

const noSessionPolicy = (action: string): Refusal =>
  denied(new RegExp(`because no session policy allows the ${action} action$`));

export function sessionPolicies(world: World, { ali, fred }: Cast): Group {
  const reader = world.role({
    name: 'reader',
    trust: [trusts({ AWS: ali.arn })],
    permissions: [permits(['iam:ListRoles', 'iam:ListUsers', 'iam:ListPolicies'])],
  });
  const roles = world.policy('list-roles', permits('iam:ListRoles'));
  const changing = world.policy('changing', permits('iam:ListRoles'));
  const session = (RoleSessionName: string, more: object) =>
    world.session(ali, { RoleArn: reader, RoleSessionName, ...more });

  const narrowed = session('narrowed', { Policy: documentOf(permits('iam:ListRoles')) });
  const wide = session('wide', { Policy: documentOf(permits('*')) });
  const managed = session('managed', { PolicyArns: [{ arn: roles }] });
  const both = session('both', { PolicyArns: [{ arn: roles }], Policy: documentOf(permits('iam:ListUsers')) });
  const forbidding = session('forbidding', { Policy: documentOf(permits('iam:*'), forbids('iam:ListUsers')) });
  const live = session('live', { PolicyArns: [{ arn: changing }] });

  const lists = (says: string, as: Caller, what: 'Roles' | 'Users' | 'Policies', refuses?: Refusal): CallRow => ({
    ...{ says, as, operation: `iam:List${what}` },
    ...(refuses ? { refuses } : { gives: { [what]: expect.any(Array) } }),
  });
  return {
    name: 'session policies',
    operation: 'AssumeRole',
    rows: [
      lists('an inline policy leaves what it allows', narrowed, 'Roles'),
      lists('and nothing else', narrowed, 'Users', noSessionPolicy('iam:ListUsers')),
      lists('it gives nothing that the role has not', wide, 'Users'),
      {
        says: 'whatever it allows',
        as: wide,
        operation: 'iam:GetUser',
        input: { UserName: ali.name },
        refuses: denied(/because no identity-based policy allows the iam:GetUser action$/),
      },
      lists('a managed policy does the same', managed, 'Roles'),
      lists('and leaves nothing else either', managed, 'Users', noSessionPolicy('iam:ListUsers')),
      lists('two policies speak together', both, 'Roles'),
      lists('each for itself', both, 'Users'),
      lists('and are not silent of the same', both, 'Policies', noSessionPolicy('iam:ListPolicies')),
      lists(
        'a Deny of a session policy wins',
        forbidding,
        'Users',
        denied(/with an explicit deny in a session policy$/),
      ),
      lists('a managed policy is live: before it changes', live, 'Roles'),
      {
        ...lists('when it has changed a running session has what it allows now', live, 'Users'),
        first: async () => {
          const PolicyDocument = documentOf(permits('iam:ListUsers'));
          const command = new CreatePolicyVersionCommand({ PolicyArn: changing, PolicyDocument, SetAsDefault: true });
          await (await world.iam()).send(command);
        },
      },
      lists('and not what it allowed before', live, 'Roles', noSessionPolicy('iam:ListRoles')),
      {
        says: 'a federated user has no IAM, whatever its policy',
        as: world.federated(fred, { Name: 'lister', Policy: documentOf(permits('iam:*')) }),
        operation: 'iam:ListRoles',
        refuses: [403, /./, /./],
      },
    ],
  };
}
