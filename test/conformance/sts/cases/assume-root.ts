// AssumeRoot and what its session may do; and GetDelegatedAccessToken, which has no home in a single account.

import { AssumeRootCommand, type AssumeRootCommandInput } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { type CallRow, denied, type Group, type Input, invalid, violation } from '../row.ts';
import { permits } from '../statements.ts';
import { type Caller, keysIn, type World } from '../world.ts';

const task = (name: string) => ({ arn: `arn:aws:iam::aws:policy/root-task/${name}` });

export function assumeRoot(world: World, { ali, hub }: Cast): Group {
  const { account, target } = world;
  const { otherAccount } = target;
  const rooter = world.user('rooter', {
    permissions: [
      permits('sts:AssumeRoot', '*', { ArnEquals: { 'sts:TaskPolicyArn': task('S3UnlockBucketPolicy').arn } }),
    ],
  });
  const asked = { TargetPrincipal: otherAccount, TaskPolicyArn: task('S3UnlockBucketPolicy') };
  const root = world.caller(`arn:aws:iam::${otherAccount}:root`, async () => {
    const command = new AssumeRootCommand(asked satisfies AssumeRootCommandInput);
    return keysIn((await (await world.sts(rooter)).send(command)).Credentials);
  });
  const ended = world.caller(root.arn, async () => {
    const command = new AssumeRootCommand({ ...asked, DurationSeconds: 0 });
    return keysIn((await (await world.sts(rooter)).send(command)).Credentials);
  });
  const row = (says: string, input: Input, answer: Partial<CallRow>, as: Caller = rooter): CallRow => ({
    ...{ says, as, input: { ...asked, ...input }, needs: 'an organisation' },
    ...answer,
  });
  const refusedOn = (who: Caller, of = otherAccount) =>
    denied(
      new RegExp(`^User: ${who.arn} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::${of}:root`),
    );
  return {
    name: 'AssumeRoot',
    operation: 'AssumeRoot',
    rows: [
      row(
        'gives a quarter of an hour in an account of the organisation',
        {},
        {
          lasts: 900,
          gives: { Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) } },
          lacks: ['AssumedRoleUser', 'PackedPolicySize', 'SourceIdentity'],
        },
      ),
      row('or less', { DurationSeconds: 60 }, { lasts: 60 }),
      row(
        'never more',
        { DurationSeconds: 901 },
        {
          refuses: violation('901', 'durationSeconds', 'have value less than or equal to 900'),
        },
      ),
      row(
        'takes the root’s ARN for the account',
        { TargetPrincipal: `arn:aws:iam::${otherAccount}:root` },
        { lasts: 900 },
      ),
      row(
        'needs the permission for the task',
        { TaskPolicyArn: task('SQSUnlockQueuePolicy') },
        { refuses: refusedOn(rooter) },
      ),
      row('needs the permission at all', {}, { refuses: refusedOn(ali) }, ali),
      row(
        'does not reach the account that manages the organisation',
        { TargetPrincipal: account },
        {
          refuses: refusedOn(rooter, account),
        },
      ),
      row(
        'does not reach an account of another organisation',
        { TargetPrincipal: '999999999999' },
        {
          refuses: refusedOn(rooter, '999999999999'),
        },
      ),
      row(
        'is not for accounts that manage nothing',
        {},
        { refuses: denied(/is not authorized to perform: sts:AssumeRoot/) },
        world.elsewhere,
      ),
      row(
        'must be told the account',
        { TargetPrincipal: undefined },
        { refuses: violation(null, 'targetPrincipal', 'not be null') },
      ),
      row(
        'in twelve characters or more',
        { TargetPrincipal: '11112222333' },
        {
          refuses: violation('11112222333', 'targetPrincipal', 'have length greater than or equal to 12'),
        },
      ),
      row(
        'must be told the task',
        { TaskPolicyArn: undefined },
        { refuses: violation(null, 'taskPolicyArn', 'not be null') },
      ),
      row(
        'by an ARN',
        { TaskPolicyArn: { arn: 'S3UnlockBucket' } },
        {
          refuses: violation('S3UnlockBucket', 'taskPolicyArn.arn', 'have length greater than or equal to 20'),
        },
      ),
      row(
        'which is that of a task',
        { TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
        {
          // AWS's own sentence is not known.
          refuses: [400, /./, /./],
        },
      ),
      {
        ...row('root does not assume roles', {}, {}, root),
        operation: 'AssumeRole',
        input: { RoleArn: hub, RoleSessionName: 'root' },
        refuses: denied('Roles may not be assumed by root accounts.'),
      },
      row('root does not become root again', {}, { refuses: denied(/./) }, root),
      {
        ...row('root has no more than the task', {}, {}, root),
        operation: 'iam:ListRoles',
        refuses: denied(/because no session policy allows the iam:ListRoles action$/),
      },
      {
        ...row('a session that has ended is expired', {}, {}, ended),
        operation: 'GetCallerIdentity',
        input: {},
        refuses: [403, 'ExpiredToken', 'The security token included in the request is expired'],
      },
      {
        says: 'GetDelegatedAccessToken takes no token that nobody gave',
        as: ali,
        operation: 'GetDelegatedAccessToken',
        input: { TradeInToken: 'nobody-gave-this' },
        refuses: [400, 'ExpiredTradeInTokenException', /./],
        needs: 'an organisation',
      },
      {
        says: 'GetDelegatedAccessToken must be given one',
        as: ali,
        operation: 'GetDelegatedAccessToken',
        input: {},
        refuses: invalid(
          /^1 validation error detected: Value null at 'tradeInToken' failed to satisfy constraint: Member must not be null$/,
        ),
        needs: 'an organisation',
      },
    ],
  };
}
