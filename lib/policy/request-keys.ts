// The condition keys that AWS makes of any request and of the tags of what is asked for.
// Source: IAM User Guide, "AWS global condition context keys".

import type { Keys } from './context.ts';

export interface RequestFacts {
  readonly now: Date;
  /** `undefined` where nobody knows it. */
  readonly sourceIp: string | undefined;
}

export const requestKeys = ({ now, sourceIp }: RequestFacts): Keys => [
  ['aws:CurrentTime', now.toISOString()],
  ['aws:EpochTime', String(Math.floor(now.getTime() / 1000))],
  ...(sourceIp === undefined ? [] : [['aws:SourceIp', sourceIp] as const]),
  // At AWS every request has it; that a machine of ours speaks http is no matter of policy.
  ['aws:SecureTransport', 'true'],
  // Nobody here asks in somebody else's name.
  ['aws:ViaAWSService', 'false'],
];

export const roleTagKeys = (tags: ReadonlyMap<string, string>): Keys =>
  [...tags].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value] as const,
    [`iam:ResourceTag/${key}`, value] as const,
  ]);
