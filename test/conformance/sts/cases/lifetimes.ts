// What ends a session, and what does not.

import {
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { type Cast, everyAssuming } from '../cast.ts';
import { denied, type Group, notAuthorized, type Refusal } from '../row.ts';
import { documentOf, permits, sessionArn, trusts } from '../statements.ts';
import type { World } from '../world.ts';

const invalidToken: Refusal = [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'];

export function lifetimes(world: World, { ali }: Cast): Group {
  const { account } = world;
  const lister = { trust: [trusts({ AWS: account })], permissions: [permits('iam:ListRoles')] };
  const role = (name: string) => world.role({ name, ...lister });
  const deleted = role('deleted');
  const recreated = role('recreated');
  const retrusted = role('retrusted');
  const changed = role('changed');
  const revoked = role('revoked');
  const inDeleted = world.session(ali, { RoleArn: deleted });
  const inRecreated = world.session(ali, { RoleArn: recreated });
  const inRetrusted = world.session(ali, { RoleArn: retrusted });
  const inChanged = world.session(ali, { RoleArn: changed });
  const inRevoked = world.session(ali, { RoleArn: revoked });

  const leaver = world.user('leaver', { permissions: [permits('sts:AssumeRole')] });
  const trustsLeaver = world.role({ name: 'trusts-leaver', trust: [trusts({ AWS: leaver.arn })] });
  const gone = world.user('gone');
  const signedIn = world.signedIn(gone);
  const predecessor = role('predecessor');
  const trustsRole = world.role({ name: 'trusts-role', trust: [trusts({ AWS: predecessor })] });
  const inSuccessor = world.session(ali, { RoleArn: predecessor });
  const idle = world.user('idle');
  const chainHub = world.role({
    name: 'chain-hub',
    trust: [trusts({ AWS: account })],
    permissions: [permits(everyAssuming)],
  });
  const chained = world.session(world.session(ali, { RoleArn: chainHub }), { RoleArn: role('chain-end') });

  const listsRoles = { operation: 'iam:ListRoles', gives: { Roles: expect.any(Array) } };
  const assumes = (RoleArn: string) => ({ operation: 'AssumeRole', input: { RoleArn, RoleSessionName: 'session' } });
  const nameOf = (arn: string) => arn.split('/').at(-1);
  return {
    name: 'what ends a session',
    operation: 'GetCallerIdentity',
    rows: [
      {
        says: 'a session ends with its role',
        as: inDeleted,
        first: () => world.unmake(deleted),
        refuses: invalidToken,
      },
      {
        says: 'another role of the same name does not bring it back',
        as: inRecreated,
        first: () => world.remake(recreated),
        refuses: invalidToken,
      },
      {
        says: 'and has sessions of its own',
        as: ali,
        ...assumes(recreated),
        gives: { AssumedRoleUser: { AssumedRoleId: expect.stringMatching(/^AROA/) } },
      },
      {
        says: 'another trust policy does not end a session',
        as: inRetrusted,
        first: async () => {
          const PolicyDocument = documentOf(trusts({ Service: 'ec2.amazonaws.com' }));
          const command = new UpdateAssumeRolePolicyCommand({ RoleName: nameOf(retrusted), PolicyDocument });
          await (await world.iam()).send(command);
        },
        ...listsRoles,
      },
      {
        says: 'but lets nobody in any more',
        as: ali,
        ...assumes(retrusted),
        refuses: notAuthorized(ali.arn, 'sts:AssumeRole', retrusted),
      },
      { says: 'a session has the permissions that its role has now: before', as: inChanged, ...listsRoles },
      {
        says: 'and after they are taken away',
        as: inChanged,
        first: async () => {
          const command = new DeleteRolePolicyCommand({ RoleName: nameOf(changed), PolicyName: 'permissions' });
          await (await world.iam()).send(command);
        },
        operation: 'iam:ListRoles',
        refuses: denied(/because no identity-based policy allows the iam:ListRoles action$/),
      },
      {
        says: 'a Deny of sessions that are older than now ends what they may do',
        as: inRevoked,
        first: async () => {
          const before = { DateLessThan: { 'aws:TokenIssueTime': new Date(Date.now() + 1000).toISOString() } };
          const PolicyDocument = documentOf({ ...permits('*', '*', before), Effect: 'Deny' });
          const policy = { RoleName: nameOf(revoked), PolicyName: 'AWSRevokeOlderSessions', PolicyDocument };
          await (await world.iam()).send(new PutRolePolicyCommand(policy));
        },
        operation: 'iam:ListRoles',
        refuses: denied(/with an explicit deny in an identity-based policy$/),
      },
      {
        says: 'and leaves it knowing who it is',
        as: inRevoked,
        gives: { Account: account },
      },
      {
        says: 'a session that came of a session does not end with the first role',
        as: chained,
        first: () => world.unmake(chainHub),
        gives: { Account: account },
      },
      {
        says: 'a user’s keys end with the user',
        as: leaver,
        first: () => world.remake(leaver.arn),
        refuses: invalidToken,
      },
      {
        says: 'another user of the same name is not the one who was trusted',
        as: leaver,
        ...assumes(trustsLeaver),
        refuses: notAuthorized(leaver.arn, 'sts:AssumeRole', trustsLeaver),
      },
      {
        says: 'a session of GetSessionToken ends with its user',
        as: signedIn,
        first: () => world.unmake(gone.arn),
        refuses: invalidToken,
      },
      {
        says: 'a role may have the name of one that is gone',
        as: ali,
        first: () => world.remake(predecessor),
        ...assumes(predecessor),
        gives: { AssumedRoleUser: { Arn: sessionArn(predecessor) } },
      },
      {
        says: 'and is not the one that was trusted',
        as: inSuccessor,
        ...assumes(trustsRole),
        refuses: notAuthorized(inSuccessor.arn, 'sts:AssumeRole', trustsRole),
      },
      {
        says: 'a key that is switched off is nobody’s',
        as: idle,
        first: async () => {
          const keys = await idle.keys();
          const command = new UpdateAccessKeyCommand({
            UserName: idle.name,
            AccessKeyId: keys?.accessKeyId,
            Status: 'Inactive',
          });
          await (await world.iam()).send(command);
        },
        refuses: invalidToken,
      },
    ],
  };
}
