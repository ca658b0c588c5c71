import type { Action } from './action.ts';

/** Needs no permission: whoever holds working credentials may know whose they are. */
export const getCallerIdentity: Action = ({ signedBy }) => {
  const { arn, userId, account } = signedBy();
  return { Arn: arn, UserId: userId, Account: account };
};
