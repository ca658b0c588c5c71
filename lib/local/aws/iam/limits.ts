// Source: IAM User Guide, "IAM and AWS STS quotas".

import { limitExceeded } from '../../../aws-query/aws-error.ts';

/** IAM's default quota; up to 4096 can be asked for. Whitespace does not count. */
const longestTrustPolicy = 2048;

export function checkTrustLength(document: string): void {
  if (document.replace(/\s/g, '').length <= longestTrustPolicy) return;
  throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${longestTrustPolicy}`);
}
