import { ParameterReader } from '../../../aws-query/parameters.ts';
import { demand } from '../access.ts';
import type { Action } from './action.ts';

/** What was denied is told to whoever may know it, and to nobody else: the message names resources and conditions. */
export const decodeAuthorizationMessage: Action = (call) => {
  const { caller } = call.signedBy();
  const reader = new ParameterReader(call.parameters);
  const message = reader.text('EncodedMessage', { required: true, shortest: 1, longest: 10_240 }) ?? '';
  reader.finish();
  demand({ caller, action: 'sts:DecodeAuthorizationMessage', resource: '*' }, call);
  return { DecodedMessage: call.messages.decode(message, caller.account) };
};
