// What questions of operators have in common.

import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './http.ts';

/** The ARN that signed the request. API Gateway lets nobody come here unsigned; should it ever, a `Refusal` is thrown. */
export function operatorOf({ iamCaller }: HttpRequest): string {
  if (iamCaller === undefined) throw new Refusal('operator_unknown');
  return iamCaller;
}

/** What a value must look like, and how that is told. */
export type Form = readonly [form: RegExp, is: string];

export const grantForm: Form = [/^[\w-]{1,64}$/, 'the name of a grant'];
export const roleForm: Form = [
  /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  'the ARN of a role: arn:aws:iam::{account}:role/{name}',
];
