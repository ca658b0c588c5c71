// The trust policy that a role has, against the one that its grant needs: both are asked about the same callers.

import type { GrantSettings } from '../config/configuration.ts';
import { type EveryMiss, evaluate, everyMiss, type PolicyRequest } from '../policy/evaluate.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { type Policy, PolicyError, type Statement } from '../policy/policy.ts';
import type { Finding, FindingCode } from './finding.ts';
import { madeUpCallers } from './made-up-callers.ts';
import type { RequiredTrust } from './required-trust.ts';
import { headOf, type Sample, type SampleValue } from './trust-samples.ts';

export interface LiveTrust {
  /** JSON text. */
  readonly trustPolicy: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** A document that is no trust policy is for `checkTrust` to tell. */
export function checkLiveTrust(
  required: RequiredTrust,
  grant: GrantSettings,
  live: LiveTrust,
  now: Date,
): readonly Finding[] {
  const path = `grants.${required.grant}.role.arn`;
  const finding = (code: FindingCode, says: string): Finding => ({
    code,
    path,
    says: `is ${required.roleArn}; ${says}`,
  });
  if (required.notKnown.length > 0) {
    const options = required.notKnown.map((each) => `--${each}`).join(' and ');
    return [finding('trust-not-judged', `what its trust policy must say depends on ${options}`)];
  }
  const actual = trustIn(live.trustPolicy);
  if (!actual) return [];
  const needed = parsePolicy({ name: 'trust policy', kind: 'trust', document: required.trustPolicy });
  const callers = madeUpCallers(required, grant, { tags: live.tags, now }).filter(({ requests }) =>
    requests.every((each) => isLetIn(needed, each)),
  );
  if (callers.length === 0)
    return [finding('trust-not-judged', 'no caller could be made up for the conditions of the grant')];
  const misses = callers.flatMap(({ sample, requests }) =>
    requests.flatMap((each) => missOf(actual, each, sample) ?? []),
  );
  const told = new Map(misses.map(({ code, says }) => [says, finding(code, says)]));
  return [...told.values()];
}

function trustIn(document: string): Policy | undefined {
  try {
    return parsePolicy({ name: 'trust policy', kind: 'trust', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return undefined;
  }
}

const verdictOf = (policy: Policy, request: PolicyRequest) =>
  evaluate([{ name: policy.name, policies: [policy] }], request);
const isLetIn = (policy: Policy, request: PolicyRequest) => verdictOf(policy, request).allowed;

interface TrustMiss {
  readonly code: 'trust-refuses' | 'trust-asks-more';
  readonly says: string;
}

function missOf(policy: Policy, request: PolicyRequest, sample: Sample): TrustMiss | undefined {
  const verdict = verdictOf(policy, request);
  if (verdict.allowed) return undefined;
  if (verdict.because === 'explicit deny') {
    const { statement, conditions } = verdict.by;
    const onSure = conditions.every(({ key }) => certainOf(key, sample) !== undefined);
    return {
      code: onSure ? 'trust-refuses' : 'trust-asks-more',
      says: `Statement[${statement}] of its trust policy denies ${request.action}`,
    };
  }
  const [nearest] = policy.statements
    .filter(({ effect }) => effect === 'Allow')
    .map((statement) => ({ statement, miss: everyMiss(statement, request) }))
    .sort((a, b) => severity(a.miss, sample) - severity(b.miss, sample) || count(a.miss) - count(b.miss));
  const says = `no statement of its trust policy allows ${request.action}`;
  if (!nearest) return { code: 'trust-refuses', says };
  return {
    code: severity(nearest.miss, sample) > 0 ? 'trust-refuses' : 'trust-asks-more',
    says: `${says}: ${describe(nearest.statement, nearest.miss)}`,
  };
}

const count = ({ elements, conditions }: EveryMiss) => elements.length + conditions.length;

/** How much of a miss no caller of the grant can help. */
const severity = ({ elements, conditions }: EveryMiss, sample: Sample) =>
  elements.filter((each) => !namesOneDoor(each, sample)).length +
  conditions.filter((each) => isHopeless(each, sample)).length;

/** The name of a door's role is IAM's, so the one made up is another than the one that is named. */
function namesOneDoor({ element, expected }: EveryMiss['elements'][number], sample: Sample): boolean {
  const doors = sample.get('aws:PrincipalArn');
  return element === 'Principal' && doors !== undefined && expected.some((each) => each.startsWith(doors.certain));
}

/** Another caller of the same grant may have what this one was not given. */
function isHopeless(
  { condition: { operator, key, expected } }: EveryMiss['conditions'][number],
  sample: Sample,
): boolean {
  const certain = certainOf(key, sample);
  if (certain === undefined) return false;
  if (certain.value === certain.certain) return true;
  const mayFit = (head: string) => head.startsWith(certain.certain) || certain.certain.startsWith(head);
  return /(Equals|Like)$/.test(operator) && !/Not/.test(operator) && !expected.some((each) => mayFit(headOf(each)));
}

/** Of keys that the grant does not speak of, these STS sets and no caller chooses. */
const ofSts = /^aws:(PrincipalAccount|PrincipalType|SecureTransport)$/i;

function certainOf(key: string, sample: Sample): SampleValue | undefined {
  if (ofSts.test(key)) return { value: '', certain: '' };
  return [...sample].find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function describe({ index }: Statement, { elements, conditions }: EveryMiss): string {
  const misses = [
    ...elements.map(({ element, expected, got }) => `${element} is ${expected.join(', ')}, not ${got.join(', ')}`),
    ...conditions.map(({ condition: { operator, key, expected }, got }) => {
      const instead = got ? `and a caller may have ${got.join(', ')}` : 'of which the grant says nothing';
      return `${operator} ${key} wants ${expected.join(' or ')}, ${instead}`;
    }),
  ];
  return `Statement[${index}] ${misses.join('; ')}`;
}
