import type { Action } from './action.ts';

/** Needs no permission, and no Deny takes it away: whoever holds working credentials may know whose they are. */
export const getCallerIdentity: Action = ({ signedBy }) => {
  const { arn, userId, account } = signedBy().caller;
  return { Arn: arn, UserId: userId, Account: account };
};
