import type { Configuration } from '../config/configuration.ts';
import { parseDuration } from '../config/duration.ts';
import { statementDocument } from '../config/policy-text.ts';
import { typedClaims } from '../explain/claimed.ts';
import { type ExplainedExchange, explainExchange, type Surroundings } from '../explain/explain-exchange.ts';
import type { Explanation, Failure } from '../explain/explanation.ts';
import { signedTags } from '../grant/trust-context.ts';
import type { Expectation, GrantTest } from './grant-tests.ts';

export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

export interface GrantTestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  readonly explanation: Explanation;
}

export const runGrantTests = (
  tests: readonly GrantTest[],
  configuration: Configuration,
  surroundings: Surroundings,
): readonly GrantTestResult[] => tests.map((test) => runGrantTest(test, configuration, surroundings));

function runGrantTest(test: GrantTest, configuration: Configuration, surroundings: Surroundings): GrantTestResult {
  const provider = configuration.providers.get(test.provider);
  if (!provider) {
    const known = [...configuration.providers.keys()].join(', ') || 'none';
    return notRun(test, { what: 'provider', expected: `one of ${known}`, got: test.provider });
  }
  if (!configuration.grants.has(test.grant)) {
    // A slip of the hand must not pass for a denial.
    const known = [...configuration.grants.keys()].join(', ') || 'none';
    return notRun(test, { what: 'grant', expected: `one of ${known}`, got: test.grant });
  }
  const durationSeconds = test.duration === undefined ? undefined : parseDuration(test.duration);
  const explained = explainExchange(
    {
      provider,
      claims: typedClaims(new Map(Object.entries(test.claims)), provider, surroundings.now),
      grant: test.grant,
      durationSeconds,
    },
    configuration,
    surroundings,
  );
  const differences = differencesOf(test.expect, explained);
  return { name: test.name, passed: differences.length === 0, differences, explanation: explained.explanation };
}

const notRun = ({ name }: GrantTest, difference: Difference): GrantTestResult => ({
  name,
  passed: false,
  differences: [difference],
  explanation: { verdict: 'not judged', stages: [] },
});

function differencesOf(expect: Expectation, explained: ExplainedExchange): readonly Difference[] {
  const { verdict } = explained.explanation;
  const wanted = expect === 'denied' || (expect !== 'allowed' && 'denied' in expect) ? 'denied' : 'allowed';
  // Of a role that was there before nobody here knows the trust policy; what Daypass says is known all the same.
  const got = verdict === 'denied' ? 'denied' : 'allowed';
  if (got !== wanted) return [{ what: 'verdict', expected: wanted, got: sentenceOf(explained.explanation) }];
  if (expect === 'allowed' || expect === 'denied') return [];
  return 'denied' in expect ? differencesOfDenial(expect.denied, explained) : differencesOfSession(expect, explained);
}

const failedStage = ({ stages }: Explanation) => stages.find(({ verdict }) => verdict === 'failed');

function sentenceOf(explanation: Explanation): string {
  const failed = failedStage(explanation);
  if (!failed) return explanation.verdict;
  const keys = failuresIn(explanation).map(({ operator, key }) => `${operator} ${key}`);
  return [`denied by the ${failed.stage}: ${failed.says}`, keys.join(', ')].filter(Boolean).join(' ');
}

const failuresIn = (explanation: Explanation): readonly Failure[] =>
  (failedStage(explanation)?.statements ?? [])
    .flatMap(({ failures }) => failures)
    .filter(({ key }) => key !== undefined);

type Denial = Extract<Expectation, { denied: unknown }>['denied'];

function differencesOfDenial({ by, key }: Denial, { explanation }: ExplainedExchange): readonly Difference[] {
  const failed = failedStage(explanation)?.stage ?? 'nothing';
  const keys = failuresIn(explanation).map((failure) => failure.key ?? '');
  return [
    ...(by !== undefined && by !== failed ? [{ what: 'denied by', expected: by, got: failed }] : []),
    ...(key !== undefined && !keys.includes(key)
      ? [{ what: 'key', expected: key, got: keys.join(', ') || 'no condition' }]
      : []),
  ];
}

type Allowed = Exclude<Expectation, string | { denied: unknown }>;

function differencesOfSession(expect: Allowed, { plan, request }: ExplainedExchange): readonly Difference[] {
  const given = plan?.tags?.map(({ key, value }) => [key, value] as const);
  const tags = Object.fromEntries(given ?? (request ? signedTags(request.awsClaims) : []));
  const policy = plan?.policy === undefined ? undefined : (JSON.parse(plan.policy) as { Statement: unknown }).Statement;
  const seconds = expect.duration === undefined ? undefined : parseDuration(expect.duration);
  const role = expect.role?.startsWith('arn:') ? plan?.roleArn : plan?.roleArn.split('/').at(-1);
  const compared: readonly (readonly [what: string, expected: unknown, got: unknown])[] = [
    ['role', expect.role, role],
    ['sessionName', expect.sessionName, plan?.sessionName],
    ['duration', seconds, plan?.duration.seconds],
    ['tags', expect.tags && inOrder(expect.tags), inOrder(tags)],
    ['sourceIdentity', expect.sourceIdentity, plan?.sourceIdentity ?? request?.awsClaims.get('sts:SourceIdentity')],
    ['policy', expect.policy?.map(statementDocument), policy],
  ];
  return compared.flatMap(([what, expected, got]) =>
    expected === undefined || shown(expected) === shown(got)
      ? []
      : [{ what, expected: shown(expected), got: shown(got) }],
  );
}

const inOrder = (record: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value, null, 2));
