import type { SessionPolicyTemplate, SessionTerms, StatementDocument } from '../grant/grant.ts';
import { parseTemplate, type Template } from '../grant/template.ts';
import { missingTenancy } from '../grant/tenancy.ts';
import { conditionKey } from '../grant/trust-policy.ts';
import { isRequestTag, isSourceIdentity } from '../identity/oidc/aws-claims.ts';
import { type Condition, parseConditions } from '../policy/condition.ts';
import { isAwsKey } from '../policy/context.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { PolicyError } from '../policy/policy.ts';
import { longestSessionSeconds, shortestSessionSeconds } from '../session/session-duration.ts';
import { longestPolicyCharacters, policyText } from '../session/session-policy.ts';
import type { GrantSettings, ProviderSettings, Report, RoleSettings } from './configuration.ts';
import { parseDuration } from './duration.ts';
import type { DeclaredGrant, DeclaredStatement } from './schema.ts';

/** IAM: what a role has unless it is told otherwise, and the least it can be told. */
const defaultMaxSessionSeconds = 3600;
const roleArn = /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

export interface GrantToCompile {
  readonly name: string;
  readonly declared: DeclaredGrant;
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** Also those with problems of their own, which are told once, not again at each grant. */
  readonly declaredProviders: readonly string[];
  readonly report: Report;
}

/** `undefined` when a problem was reported that leaves nothing to work with. */
export function compileGrant({
  name,
  declared,
  providers,
  declaredProviders,
  report,
}: GrantToCompile): GrantSettings | undefined {
  const path = `grants.${name}`;
  if (!declaredProviders.includes(declared.from)) {
    report(`${path}.from`, `is "${declared.from}"; the providers are ${declaredProviders.join(', ') || 'none'}`);
  }
  const when = compileWhen(declared.when, `${path}.when`, report);
  const provider = providers.get(declared.from);
  if (provider) {
    checkTenancy(when, provider, (says) => report(`${path}.when`, says));
    checkDirectCalls({ declared, when, provider, path, report });
  }
  const terms = compileTerms(declared.session, `${path}.session`, report);
  const role = compileRole(declared.role, { path: `${path}.role`, grant: name, terms, report });
  return role && { name, from: declared.from, when, way: declared.way, role, session: terms };
}

function compileWhen(declared: DeclaredGrant['when'], path: string, report: Report): readonly Condition[] {
  if (declared === 'anyone') return [];
  if (Object.keys(declared).length === 0)
    report(path, 'is empty; write "anyone" to grant it to everybody the provider proves');
  return parseConditions(declared, path, { variables: true, report });
}

function checkTenancy(when: readonly Condition[], { issuer }: ProviderSettings, report: (says: string) => void): void {
  const tenancy = missingTenancy(issuer, when);
  if (!tenancy) return;
  const examples = tenancy.map(({ claim, example }) => `${claim} (${example})`).join(', ');
  report(`lets in everybody who has an account at ${issuer}; pin one of ${examples} with StringEquals or StringLike`);
}

interface DirectCallCheck {
  readonly declared: DeclaredGrant;
  readonly when: readonly Condition[];
  readonly provider: ProviderSettings;
  readonly path: string;
  readonly report: Report;
}

/**
 * With `forward` the caller holds all that STS needs, the token, so what only Daypass checks can be walked around.
 * That is refused unless spelt out. The trust policy of a role named by `arn` is not ours to judge.
 */
function checkDirectCalls({ declared, when, provider, path, report }: DirectCallCheck): void {
  for (const { operator, key } of when) {
    if (isAwsKey(key) && !isRequestTag(key) && !isSourceIdentity(key)) {
      report(
        `${path}.when.${operator}.${key}`,
        'is no claim; of the keys of AWS a grant knows aws:RequestTag/… and sts:SourceIdentity',
      );
    }
    if (isRequestTag(key) && !provider.awsClaims.includes('tags')) {
      report(
        `${path}.when.${operator}.${key}`,
        `comes from the claim https://aws.amazon.com/tags; write awsClaims: [tags] at provider ${provider.name}`,
      );
    }
  }
  if (declared.acceptsDirectStsCalls || declared.role.permissions === undefined) return;
  const remedy = 'or write acceptsDirectStsCalls: true where that is acceptable';
  for (const condition of when.filter((each) => conditionKey(each, provider) === undefined)) {
    report(
      `${path}.when.${condition.operator}.${condition.key}`,
      `is not among what AWS checks, and with forward a token is enough to ask STS without Daypass; use sub, email, amr or aws:RequestTag/…, ${remedy}`,
    );
  }
  if (declared.session.policy) {
    report(
      `${path}.session.policy`,
      `binds sessions from Daypass only, and with forward a token is enough to ask STS without it; narrow the role's permissions, ${remedy}`,
    );
  }
}

function compileTerms(session: DeclaredGrant['session'], path: string, report: Report): SessionTerms {
  const durationSeconds = parseDuration(session.duration);
  if (
    durationSeconds === undefined ||
    durationSeconds < shortestSessionSeconds ||
    durationSeconds > longestSessionSeconds
  ) {
    report(`${path}.duration`, `is "${session.duration}"; forward gives sessions from 15m to 12h`);
  }
  const policy =
    session.policy && compileSessionPolicy(session.policy, session.valuesMayContain, `${path}.policy`, report);
  return {
    name: template(session.name, `${path}.name`, report),
    durationSeconds: durationSeconds ?? shortestSessionSeconds,
    ...(policy && { policy }),
  };
}

function template(source: string, path: string, report: Report): Template {
  try {
    return parseTemplate(source);
  } catch (error) {
    report(path, error instanceof Error ? error.message : String(error));
    return { source, parts: [] };
  }
}

function compileSessionPolicy(
  declared: readonly DeclaredStatement[],
  valuesMayContain: SessionPolicyTemplate['valuesMayContain'],
  path: string,
  report: Report,
): SessionPolicyTemplate {
  const policy: SessionPolicyTemplate = {
    valuesMayContain,
    statements: declared.map(({ sid, effect, actions, resources, conditions = {} }, index) => ({
      ...(sid !== undefined && { sid }),
      effect,
      actions,
      resources: resources.map((source) => template(source, `${path}[${index}].resources`, report)),
      conditions: Object.entries(conditions).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ({
          operator,
          key,
          values: texts(values).map((source) =>
            template(source, `${path}[${index}].conditions.${operator}.${key}`, report),
          ),
        })),
      ),
    })),
  };
  // A harmless value of one character shows whether the rest is a policy, and the least it can measure.
  const shortest = policyText(policy, ({ parts }) =>
    parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''),
  );
  checkPolicy(shortest, path, report);
  if (shortest.length > longestPolicyCharacters) {
    report(path, `has at least ${shortest.length} characters; STS takes at most ${longestPolicyCharacters}`);
  }
  return policy;
}

interface RoleToCompile {
  readonly path: string;
  readonly grant: string;
  readonly terms: SessionTerms;
  readonly report: Report;
}

function compileRole(
  declared: DeclaredGrant['role'],
  { path, grant, terms, report }: RoleToCompile,
): RoleSettings | undefined {
  const { arn, permissions } = declared;
  if ((arn === undefined) === (permissions === undefined)) {
    report(path, 'must have one of permissions, which makes a role, and arn, which names one');
    return undefined;
  }
  const misplaced = arn === undefined ? (['maxSessionDuration'] as const) : (['name', 'account'] as const);
  for (const key of misplaced.filter((key) => declared[key] !== undefined)) {
    report(
      `${path}.${key}`,
      arn === undefined ? 'goes with arn; a role that is made gets what its grant needs' : 'goes with permissions',
    );
  }
  return arn === undefined
    ? madeRole(declared, permissions ?? [], { path, grant, terms, report })
    : namedRole(arn, declared.maxSessionDuration, { path, terms, report });
}

function namedRole(
  arn: string,
  declared: string | number | undefined,
  { path, terms, report }: Pick<RoleToCompile, 'path' | 'terms' | 'report'>,
): RoleSettings {
  if (!roleArn.test(arn)) report(`${path}.arn`, `is "${arn}"; it must be arn:aws:iam::{account}:role/{name}`);
  const maxSessionSeconds = declared === undefined ? defaultMaxSessionSeconds : parseDuration(declared);
  if (
    maxSessionSeconds === undefined ||
    maxSessionSeconds < defaultMaxSessionSeconds ||
    maxSessionSeconds > longestSessionSeconds
  ) {
    report(`${path}.maxSessionDuration`, `is "${declared}"; IAM takes 1h to 12h`);
  } else if (terms.durationSeconds > maxSessionSeconds) {
    const longer = `is longer than the role's maxSessionDuration of ${maxSessionSeconds} s`;
    report(
      path.replace(/role$/, 'session.duration'),
      `${longer}; shorten it, or raise both the role's and the one written here`,
    );
  }
  return { kind: 'named', arn, maxSessionSeconds: maxSessionSeconds ?? defaultMaxSessionSeconds };
}

function madeRole(
  declared: DeclaredGrant['role'],
  statements: readonly DeclaredStatement[],
  { path, grant, terms, report }: RoleToCompile,
): RoleSettings {
  const roleName = declared.name ?? `daypass-${grant}`;
  const permissions = statements.map(statementDocument);
  for (const [index, { Resource }] of permissions.entries()) {
    const placeholder = Resource.find((resource) => /(^|[^$])\{/.test(resource));
    if (placeholder) {
      report(
        `${path}.permissions[${index}].resources`,
        `has "${placeholder}"; claims have their place in session.policy, a role knows \${aws:PrincipalTag/…}`,
      );
    }
  }
  checkPolicy({ Version: '2012-10-17', Statement: permissions }, `${path}.permissions`, report);
  return {
    kind: 'made',
    roleName,
    account: declared.account,
    maxSessionSeconds: Math.max(defaultMaxSessionSeconds, terms.durationSeconds),
    permissions,
  };
}

function statementDocument({ sid, effect, actions, resources, conditions = {} }: DeclaredStatement): StatementDocument {
  const block = Object.entries(conditions).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values)])),
  ]);
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(block.length > 0 && { Condition: Object.fromEntries(block) }),
  };
}

/** The engine's own problems, told with the path of the file. */
function checkPolicy(document: unknown, path: string, report: Report): void {
  try {
    parsePolicy({ name: path, kind: 'identity', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const problem of error.problems) report(path + inOurWords(problem.path), problem.says);
  }
}

/** `Statement[0].Action` is `[0].actions` in the file. */
const inOurWords = (path: string) =>
  path
    .replace(/^Statement/, '')
    .replace('.Action', '.actions')
    .replace('.Resource', '.resources')
    .replace('.Condition', '.conditions')
    .replace('.Sid', '.sid');

type Values = string | number | boolean | readonly (string | number | boolean)[];

const texts = (values: Values) => (typeof values === 'object' ? values.map(String) : [String(values)]);
