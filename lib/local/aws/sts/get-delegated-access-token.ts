import { expiredTradeInToken } from '../../../aws-query/aws-error.ts';
import { ParameterReader } from '../../../aws-query/parameters.ts';
import type { Action } from './action.ts';

/**
 * For partners of AWS, who get trade-in tokens from IAM's delegation requests. Nobody gives any out here, so every one
 * is what AWS says of one that cannot be traded in; its own sentence is not recorded.
 */
export const getDelegatedAccessToken: Action = ({ parameters, signedBy }) => {
  signedBy();
  const reader = new ParameterReader(parameters);
  reader.text('TradeInToken', { required: true, shortest: 1, longest: 20_000 });
  reader.finish();
  throw expiredTradeInToken('The trade-in token is expired or invalid.');
};
