import { accountOfKey } from '../../../access-key.ts';
import { validationError } from '../../../aws-query/aws-error.ts';
import { ParameterReader } from '../../../aws-query/parameters.ts';
import type { Action } from './action.ts';

/** Whose key it is can be read from the key itself: whether it works, or ever was given, is not asked. */
export const getAccessKeyInfo: Action = ({ parameters, signedBy }) => {
  signedBy();
  const reader = new ParameterReader(parameters);
  const id =
    reader.text('AccessKeyId', {
      required: true,
      shortest: 16,
      longest: 128,
      pattern: { text: '[\\w]*', form: /^\w*$/ },
    }) ?? '';
  reader.finish();
  const account = accountOfKey(id);
  // AWS's own answer for a key of before 2019, or of nobody, is not recorded.
  if (account === undefined) throw validationError(`The access key ${id} does not tell its account.`);
  return { Account: account };
};
