// AssumeRole: who must allow it.

import type { Cast } from '../cast.ts';
import { alsoByCli, type CallRow, denied, type Group, notAuthorized } from '../row.ts';
import { distrusts, documentOf, forbids, permits, sessionArn, trusts } from '../statements.ts';
import type { Need } from '../target.ts';
import type { Caller, RoleSettings, World } from '../world.ts';

export function assumeRoleTrust(world: World, { ali, bob, fred, hub }: Cast): Group {
  const { account, target, session } = world;
  const accountRoot = `arn:aws:iam::${account}:root`;
  const permissions = [permits('sts:AssumeRole')];

  const inHub = session(ali, { RoleArn: hub });
  const narrowed = session(ali, { RoleArn: hub, Policy: documentOf(permits('iam:ListRoles')) });
  const bare = world.role({ name: 'bare', trust: [trusts({ AWS: ali.arn })] });
  const inBare = session(ali, { RoleArn: bare });
  const denier = world.user('denier', { permissions: [permits('*'), forbids('sts:AssumeRole')] });
  const boundary = world.policy('no-sts', permits(['iam:*', 's3:*']));
  const bounded = world.user('bounded', { permissions, boundary });
  const boundedHub = world.role({ name: 'bounded-hub', trust: [trusts({ AWS: ali.arn })], permissions, boundary });
  const itself = `arn:aws:iam::${account}:role/${target.prefix}itself`;
  world.role({ name: 'itself', trust: [trusts({ AWS: ali.arn })], permissions: [permits('sts:AssumeRole', itself)] });

  const asks = (RoleArn: string) => ({ input: { RoleArn, RoleSessionName: 'session' } });
  /** A role of these settings may be assumed. */
  const may = (as: Caller, says: string, settings: RoleSettings, needs?: Need): CallRow => {
    const arn = world.role(settings);
    const gives = { AssumedRoleUser: { Arn: sessionArn(arn) } };
    return { says, as, ...asks(arn), gives, ...(needs && { needs }) };
  };
  /** A role of these settings may not be assumed, and the answer does not tell why. */
  const mayNot = (as: Caller, says: string, settings: RoleSettings, needs?: Need): CallRow => {
    const arn = world.role(settings);
    return { says, as, ...asks(arn), refuses: notAuthorized(as.arn, 'sts:AssumeRole', arn), ...(needs && { needs }) };
  };
  const trusting = (principal: unknown): RoleSettings => ({ trust: [trusts(principal)] });
  /** Everybody of this account only: the suite opens no account to strangers. */
  const everybody = trusts({ AWS: '*' }, { when: { StringEquals: { 'aws:PrincipalAccount': account } } });
  const elsewhere = { elsewhere: true };
  const second = 'a second account';

  const nowhere = `arn:aws:iam::${account}:role/${target.prefix}nowhere`;
  const guest = world.federated(fred, { Policy: documentOf(permits('*')) });
  return {
    name: 'AssumeRole: who must allow',
    operation: 'AssumeRole',
    rows: [
      alsoByCli(may(bob, 'a user whom the trust policy names needs no permission', trusting({ AWS: bob.arn }))),
      may(bob, 'who is of the account needs none where the trust policy says "*"', { trust: [everybody] }),
      alsoByCli(
        mayNot(bob, 'where it names the account, a user without the permission may not', trusting({ AWS: account })),
      ),
      mayNot(bob, 'nor where it names the account by its root', trusting({ AWS: accountRoot })),
      may(ali, 'where it names the account, a user with the permission may', trusting({ AWS: account })),
      may(ali, 'and where it names the account by its root', trusting({ AWS: accountRoot })),
      may(inBare, 'a session whose role is named needs no permission', trusting({ AWS: bare })),
      may(inBare, 'a session that is named by its own ARN needs none', trusting({ AWS: sessionArn(bare) })),
      mayNot(inBare, 'another session of the role is not named by it', trusting({ AWS: sessionArn(bare, 'other') })),
      mayNot(inBare, 'a session without the permission may not where the account is named', trusting({ AWS: account })),
      may(inHub, 'a session with the permission may where the account is named', trusting({ AWS: account })),
      mayNot(ali, 'the permission alone does not do', trusting({ AWS: bob.arn })),
      {
        says: 'a role that is not there sounds like one that does not trust',
        as: ali,
        ...asks(nowhere),
        refuses: notAuthorized(ali.arn, 'sts:AssumeRole', nowhere),
        byCli: true,
      },
      mayNot(ali, 'a service that is trusted is nobody else', trusting({ Service: 'ec2.amazonaws.com' })),
      mayNot(ali, 'a Deny of the trust policy wins', {
        trust: [trusts({ AWS: account }), distrusts({ AWS: ali.arn })],
      }),
      alsoByCli(
        mayNot(denier, 'a Deny of the identity wins over a trust policy that names it', trusting({ AWS: denier.arn })),
      ),
      mayNot(bounded, 'a boundary without the permission takes it away', trusting({ AWS: account })),
      mayNot(
        session(ali, { RoleArn: boundedHub }),
        'and so does the boundary of a role, even where the role is named',
        trusting({ AWS: boundedHub }),
      ),
      mayNot(narrowed, 'a session policy without the permission takes it away', trusting({ AWS: account })),
      mayNot(narrowed, 'even where the role is named', trusting({ AWS: hub })),
      {
        says: 'a role does not trust itself unless it says so',
        as: session(ali, { RoleArn: itself }),
        ...asks(itself),
        refuses: notAuthorized(sessionArn(itself), 'sts:AssumeRole', itself),
      },
      may(ali, 'actions are compared without regard to case, with wildcards', {
        trust: [trusts({ AWS: ali.arn }, { actions: 'STS:assume?ol*' })],
      }),
      mayNot(ali, 'permission to assume with a web identity is another', {
        trust: [trusts({ AWS: ali.arn }, { actions: 'sts:AssumeRoleWithWebIdentity' })],
      }),
      {
        says: 'a federated user may not, whatever its policy says',
        as: guest,
        ...asks(hub),
        // The documentation says that it may not, and not in which words.
        refuses: denied(/./),
      },
      {
        says: 'a session of GetSessionToken may what its user may',
        as: world.signedIn(ali),
        ...asks(hub),
        gives: { AssumedRoleUser: { Arn: sessionArn(hub) } },
      },
      mayNot(
        bob,
        'in another account the name alone does not do',
        { ...trusting({ AWS: bob.arn }), ...elsewhere },
        second,
      ),
      mayNot(bob, 'nor does "*"', { trust: [everybody], ...elsewhere }, second),
      mayNot(bob, 'nor does the account’s', { ...trusting({ AWS: account }), ...elsewhere }, second),
      may(
        ali,
        'in another account name and permission together do',
        { ...trusting({ AWS: ali.arn }), ...elsewhere },
        second,
      ),
      alsoByCli(
        may(
          ali,
          'and so do the account’s name and the permission',
          { ...trusting({ AWS: account }), ...elsewhere },
          second,
        ),
      ),
      mayNot(
        inBare,
        'a session without the permission may not in another account',
        { ...trusting({ AWS: account }), ...elsewhere },
        second,
      ),
      mayNot(
        denier,
        'a Deny of the identity wins in another account',
        { ...trusting({ AWS: denier.arn }), ...elsewhere },
        second,
      ),
    ],
  };
}
