// GetAccessKeyInfo.

import type { Cast } from '../cast.ts';
import { alsoByCli, type CallRow, type Group, violation } from '../row.ts';
import type { Caller, World } from '../world.ts';

export function accessKeyInfo(world: World, { ali, bob, hub }: Cast): Group {
  const { account } = world;
  const keyOf = (who: Caller) => async () => ({ AccessKeyId: (await who.keys())?.accessKeyId });
  const row = (says: string, AccessKeyId: string | undefined, answer: Partial<CallRow>): CallRow => ({
    ...{ says, as: ali, input: { AccessKeyId } },
    ...answer,
  });
  return {
    name: 'GetAccessKeyInfo',
    operation: 'GetAccessKeyInfo',
    rows: [
      alsoByCli({ says: 'a user’s key tells its account', as: ali, input: keyOf(ali), gives: { Account: account } }),
      {
        says: 'a session’s key does',
        as: ali,
        input: keyOf(world.session(ali, { RoleArn: hub })),
        gives: { Account: account },
      },
      alsoByCli(row('a key of a stranger does', 'ASIAY34FZKBOKMUTVV7A', { gives: { Account: '609629065308' } })),
      row('an account may begin with a nought', 'ASIAQNZGKIQY56JQ7WML', { gives: { Account: '029608264753' } }),
      { says: 'nobody needs a permission', as: bob, input: keyOf(bob), gives: { Account: account } },
      row('a key must be named', undefined, { refuses: violation(null, 'accessKeyId', 'not be null') }),
      row('a key has 16 characters or more', 'ASIAY34FZKBOKMU', {
        refuses: violation('ASIAY34FZKBOKMU', 'accessKeyId', 'have length greater than or equal to 16'),
      }),
      row('a key has 128 characters at most', 'A'.repeat(129), {
        refuses: violation('A'.repeat(129), 'accessKeyId', 'have length less than or equal to 128'),
      }),
      row('a key is made of letters and digits', 'ASIAY34FZKBO-KMUTVV7A', {
        refuses: violation('ASIAY34FZKBO-KMUTVV7A', 'accessKeyId', 'satisfy regular expression pattern: [\\w]*'),
      }),
    ],
  };
}
