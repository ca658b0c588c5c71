// The condition keys that AWS makes of any request and of the tags of what is asked for.
// Source: IAM User Guide, "AWS global condition context keys".

import type { Keys } from './context.ts';

export const requestKeys = ({ now, sourceIp }: { readonly now: Date; readonly sourceIp: string }): Keys => [
  ['aws:CurrentTime', now.toISOString()],
  ['aws:EpochTime', String(Math.floor(now.getTime() / 1000))],
  ['aws:SourceIp', sourceIp],
  // At AWS every request has it; that a machine of ours speaks http is no matter of policy.
  ['aws:SecureTransport', 'true'],
];

export const roleTagKeys = (tags: ReadonlyMap<string, string>): Keys =>
  [...tags].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value] as const,
    [`iam:ResourceTag/${key}`, value] as const,
  ]);
