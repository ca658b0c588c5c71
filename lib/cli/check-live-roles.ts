// Roles that grants name by arn, and the providers that they trust, as IAM has them: against what the grants need.

import { checkLiveTrust } from '../check/check-live-trust.ts';
import { checkTrust } from '../check/check-trust.ts';
import type { Finding } from '../check/finding.ts';
import type { RequiredTrust } from '../check/required-trust.ts';
import type { Configuration } from '../config/configuration.ts';
import type { LiveIam } from './live-iam.ts';

/** Rejects when IAM cannot be asked. */
export async function checkLiveRoles(
  trusts: readonly RequiredTrust[],
  { grants }: Configuration,
  { iam, now }: { readonly iam: LiveIam; readonly now: Date },
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const required of trusts) {
    const { roleArn, maxSessionSeconds } = required;
    const found = await iam.role(roleArn);
    const path = `grants.${required.grant}.role`;
    const grant = grants.get(required.grant);
    if (found === 'elsewhere') {
      const says = `is "${roleArn}", of another account than these credentials`;
      findings.push({ code: 'trust-not-judged', path: `${path}.arn`, says });
      continue;
    }
    if (!found || !grant) {
      findings.push({ code: 'role-missing', path: `${path}.arn`, says: `is "${roleArn}", which IAM does not have` });
      continue;
    }
    findings.push(...checkTrust(found.trustPolicy, `${roleArn}:`));
    findings.push(...checkLiveTrust(required, grant, found, now));
    findings.push(...(await checkLiveProvider(required, iam)));
    if (found.maxSessionSeconds < maxSessionSeconds) {
      const says = `is ${maxSessionSeconds} s; IAM says ${found.maxSessionSeconds} s`;
      findings.push({ code: 'role-ends-sooner', path: `${path}.maxSessionDuration`, says });
    }
  }
  return findings;
}

/** Of the account of the role, which is that of the credentials: IAM has told of the role. */
async function checkLiveProvider(
  { grant, roleArn, iamProvider, notKnown }: RequiredTrust,
  iam: LiveIam,
): Promise<readonly Finding[]> {
  if (!iamProvider || notKnown.includes('url')) return [];
  const { arn, audiences } = iamProvider;
  const path = `grants.${grant}.role.arn`;
  const says = `is ${roleArn}; its account lacks ${arn}`;
  if (arn.includes(':saml-provider/')) {
    return (await iam.hasSamlProvider(arn)) ? [] : [{ code: 'provider-missing', path, says }];
  }
  const clientIds = await iam.oidcClientIds(arn);
  if (!clientIds) return [{ code: 'provider-missing', path, says }];
  return audiences
    .filter((audience) => !clientIds.includes(audience))
    .map((audience) => ({
      code: 'provider-lacks-audience',
      path,
      says: `is ${roleArn}; of ${arn} the client IDs are ${clientIds.join(', ') || 'none'}, without ${audience}`,
    }));
}
