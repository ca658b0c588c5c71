// GetCallerIdentity, for every kind of caller.

import { AssumeRootCommand, type AssumeRootCommandInput } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { alsoByCli, type CallRow, type Group } from '../row.ts';
import { documentOf, forbids, permits, sessionArn, trusts } from '../statements.ts';
import type { Need } from '../target.ts';
import { type Caller, keysIn, type World } from '../world.ts';

export function callerIdentity(world: World, { ali, bob, fred, hub }: Cast): Group {
  const { account, target } = world;
  const { otherAccount } = target;
  const pathed = world.user('walker', { path: '/people/walkers/' });
  const forbidden = world.user('silenced', { permissions: [forbids('*'), forbids('sts:GetCallerIdentity')] });
  const pathedRole = world.role({ name: 'walked', path: '/teams/', trust: [trusts({ AWS: account })] });
  const partner = world.role({ name: 'partner', elsewhere: true, trust: [trusts({ AWS: account })] });
  const inHub = world.session(ali, { RoleArn: hub });
  const root = world.caller(`arn:aws:iam::${otherAccount}:root`, async () => {
    const input: AssumeRootCommandInput = {
      TargetPrincipal: otherAccount,
      TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' },
    };
    return keysIn((await (await world.sts(world.administrator)).send(new AssumeRootCommand(input))).Credentials);
  });

  const is = (says: string, as: Caller, UserId: unknown, needs?: Need): CallRow => ({
    ...{ says, as, gives: { Account: as.arn.split(':')[4], Arn: as.arn, UserId } },
    ...(needs && { needs }),
  });
  const userId = expect.stringMatching(/^AIDA[A-Z2-7]{17}$/);
  const sessionId = (name = 'session') => expect.stringMatching(new RegExp(`^AROA[A-Z2-7]{17}:${name}$`));
  return {
    name: 'GetCallerIdentity',
    operation: 'GetCallerIdentity',
    rows: [
      alsoByCli(is('a user', bob, userId)),
      is('a user with a path', pathed, userId),
      alsoByCli(is('a session of a role', inHub, sessionId())),
      is(
        'a session of a role with a path, which is left out',
        world.session(ali, { RoleArn: pathedRole }),
        sessionId(),
      ),
      is(
        'a session of a session',
        world.session(inHub, { RoleArn: pathedRole, RoleSessionName: 'deep' }),
        sessionId('deep'),
      ),
      alsoByCli(
        is('a session in another account', world.session(ali, { RoleArn: partner }), sessionId(), 'a second account'),
      ),
      alsoByCli(is('a session of GetSessionToken, which is the user', world.signedIn(ali), userId)),
      alsoByCli(is('a federated user', world.federated(fred), `${account}:guest`)),
      is('a session of AssumeRoot', root, otherAccount, 'an organisation'),
      alsoByCli(is('a user to whom everything is denied', forbidden, userId)),
      is(
        'a session to which everything is denied',
        world.session(ali, { RoleArn: hub, Policy: documentOf(permits('*'), forbids('*')) }),
        sessionId(),
      ),
      {
        says: 'a session is told by the ARN that its assumption told',
        as: world.session(ali, { RoleArn: hub, RoleSessionName: 'ali@acme.example' }),
        gives: { Arn: sessionArn(hub, 'ali@acme.example') },
      },
    ],
  };
}
