// A configuration that loads, looked at once more: what it says may still not be what is meant.

import { createHash } from 'node:crypto';
import { canaryRoleName } from '../config/carried.ts';
import type { Configuration, GrantSettings } from '../config/configuration.ts';
import { principalIn, webIdentityPrincipal } from '../config/federated-provider.ts';
import { grantedTrust } from '../config/granted-trust.ts';
import type { Template } from '../grant/template.ts';
import { isSamlList } from '../identity/saml/condition-keys.ts';
import type { Condition } from '../policy/condition.ts';
import { parseOperator } from '../policy/operator.ts';
import { packedPolicySize } from '../session/packed-size.ts';
import { longestPolicyCharacters, policyText } from '../session/session-policy.ts';
import { checkConditions, type Report, saysWho } from './check-conditions.ts';
import { checkTrust } from './check-trust.ts';
import type { Finding } from './finding.ts';

/** Stands where the account is not known yet: it has as many digits as any. */
const anyAccount = '111122223333';
const anyUrl = 'https://abcdefghij.execute-api.eu-central-1.amazonaws.com';

export function checkConfiguration(configuration: Configuration): readonly Finding[] {
  const ofGrants = [...configuration.grants.values()].flatMap((grant) => checkGrant(grant, configuration));
  return [...ofGrants, ...checkConcurrency(configuration), ...checkCanary(configuration)];
}

/** Of the 1000 of an account without those that must stay unreserved. */
const mostReserved = 900;

function checkConcurrency({ operations: { concurrency } }: Configuration): readonly Finding[] {
  const reserved = [...concurrency.values()].reduce((sum, each) => sum + each, 0);
  if (reserved <= mostReserved) return [];
  return [{ code: 'concurrency-near-limit', path: 'operations.concurrency', says: `reserves ${reserved} in all` }];
}

/** By the name of its role alone: what else of it a grant asks is known where it runs. */
function checkCanary({ operations: { canary }, grants }: Configuration): readonly Finding[] {
  const context = { values: (key: string) => (key === 'role' ? [canaryRoleName] : undefined) };
  const refused = grants.get(canary ?? '')?.when.find(({ key, holds }) => key === 'role' && !holds(context));
  if (!refused) return [];
  const says = `wants ${refused.operator} ${refused.expected.join(' or ')}, and the canary is ${canaryRoleName}`;
  return [{ code: 'canary-refused', path: `grants.${canary}.when.${refused.operator}.role`, says }];
}

function checkGrant(
  grant: GrantSettings,
  { providers, organization, url = anyUrl }: Configuration,
): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (code, path, says) => void findings.push({ code, path: `grants.${grant.name}${path}`, says });
  const provider = providers.get(grant.from);
  const isList = (key: string) => (provider?.kind === 'saml' ? isSamlList(key) : key === 'amr');
  const isSingle = (key: string) => /^(sub|email|email_verified|aud|iss|azp)$/.test(key) && !isList(key);
  const pathOf = ({ operator, key }: Condition) => `.when.${operator}.${key}`;
  checkConditions({ conditions: grant.when, pathOf, isSingle, report });
  const who = saysWho(grant.when);
  if (who !== 'yes') report(who, '.when', 'says of nobody who he is');
  checkReachable(grant.when, (condition, says) => report('unreachable-grant', pathOf(condition), says));
  checkPacked(grant, report);
  if (provider && grant.role.kind === 'made') {
    const account = grant.role.account ?? anyAccount;
    const document = grantedTrust(grant, {
      provider,
      url,
      issuer: url,
      principal: principalIn(account, provider),
      ourPrincipal: webIdentityPrincipal(account, url),
      partition: 'aws',
      home: anyAccount,
      organization,
    });
    // What the grant says itself was told above; of what is made of it only the length is news.
    const ofLength = checkTrust(document, '').filter(({ code }) => code.startsWith('trust-'));
    for (const { code, says } of ofLength) report(code, '.when', `makes a trust policy that ${says}`);
  }
  return findings;
}

/** Of each key that must equal one of a few values: whether any of them passes all that is asked of the key. */
function checkReachable(conditions: readonly Condition[], report: (condition: Condition, says: string) => void): void {
  for (const condition of conditions) {
    const operator = parseOperator(condition.operator);
    if (operator?.name !== 'StringEquals' || operator.set !== undefined || operator.ifExists) continue;
    const { key, expected } = condition;
    if (expected.some((value) => value.includes('${'))) continue;
    const others = conditions.filter((other) => other !== condition && other.key === key && other.reads.length === 1);
    const passes = (value: string) =>
      others.every((other) => other.holds({ values: (name) => (name === key ? [value] : undefined) }));
    if (!expected.some(passes)) {
      report(
        condition,
        `wants ${key} to be ${expected.join(' or ')}, which ${others.map((other) => other.operator).join(' and ')} on ${key} refuses`,
      );
    }
  }
}

const sampleCharacters = 48;
/** What stands for a claim's value: longer than most, and of letters that do not compress. */
const sampleOf = (claim: string) => createHash('sha384').update(claim).digest('base64url').slice(0, sampleCharacters);
const nearLimitPercent = 60;

function checkPacked({ name, session, role }: GrantSettings, report: Report): void {
  if (!session.policy && !session.tags) return;
  const sample = ({ parts }: Template) =>
    parts.map((part) => (typeof part === 'string' ? part : sampleOf(part.claim))).join('');
  const rendered = session.policy ? policyText(session.policy, sample) : '';
  const tags = (session.tags ?? []).flatMap(({ key, value }) => [key, sample(value)]);
  const subject = sampleOf('sub');
  const percent = packedPolicySize([rendered, subject, role.kind === 'named' ? role.arn : name, ...tags]);
  const says = `is estimated to take ${percent} % of a session`;
  if (rendered.length > longestPolicyCharacters) {
    report(
      'policy-may-not-fit',
      '.session.policy',
      `has ${rendered.length} characters with claims of ${sampleCharacters}`,
    );
  }
  if (percent >= nearLimitPercent)
    report('packed-near-limit', session.policy ? '.session.policy' : '.session.tags', says);
}
