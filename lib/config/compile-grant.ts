import { missingTenancy } from '../grant/tenancy.ts';
import { conditionKey } from '../grant/trust-policy.ts';
import { type AwsClaim, isRequestTag, isSourceIdentity } from '../identity/aws-keys.ts';
import { isSamlList } from '../identity/saml/condition-keys.ts';
import { type Condition, parseConditions } from '../policy/condition.ts';
import { isAwsKey } from '../policy/context.ts';
import { parseOperator } from '../policy/operator.ts';
import { checkAwsGrant } from './compile-aws.ts';
import { compileRole } from './compile-role.ts';
import { compileTerms } from './compile-session.ts';
import { checkWay } from './compile-way.ts';
import type {
  FederatedProviderSettings,
  GrantSettings,
  OidcProviderSettings,
  ProviderSettings,
  Report,
} from './configuration.ts';
import type { DeclaredGrant } from './schema.ts';

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
  const provider = providers.get(declared.from);
  const forwards = declared.way === 'forward';
  const when = compileWhen(declared.when, provider, `${path}.when`, report);
  if (provider?.kind === 'aws') checkAwsGrant({ declared, when, provider, path, report });
  else if (provider) {
    if (provider.kind === 'oidc') checkTenancy(when, provider, (says) => report(`${path}.when`, says));
    if (provider.kind === 'saml' && forwards && declared.session.name !== undefined) {
      report(
        `${path}.session.name`,
        "goes with OIDC, or with another way than forward; with an assertion STS takes the session's name from its RoleSessionName attribute",
      );
    }
    if (provider.kind === 'saml' && declared.oneTime) {
      report(`${path}.oneTime`, 'goes with OIDC; an assertion is taken once, whatever the grant says');
    }
    if (provider.kind === 'saml' && declared.session.withinProof) {
      report(`${path}.session.withinProof`, 'goes with OIDC; a session ends with SessionNotOnOrAfter by itself');
    }
    checkAwsKeys({ when, provider, path, report });
    if (forwards) checkDirectCalls({ declared, when, provider, path, report });
  }
  checkWay({ declared, path, report });
  const terms = compileTerms(declared, path, report);
  const role = compileRole(declared.role, { path: `${path}.role`, grant: name, way: declared.way, terms, report });
  const base = { name, from: declared.from, when, way: declared.way, session: terms };
  return role && { ...base, role, ...(declared.oneTime && { oneTime: true as const }) };
}

function compileWhen(
  declared: DeclaredGrant['when'],
  provider: ProviderSettings | undefined,
  path: string,
  report: Report,
): readonly Condition[] {
  if (declared === 'anyone') return [];
  if (Object.keys(declared).length === 0) {
    report(path, 'is empty; write "anyone" to grant it to everybody the provider proves');
  }
  const conditions = parseConditions(declared, path, { variables: true, report });
  for (const [index, { operator, key }] of conditions.entries()) {
    const isList = provider?.kind === 'saml' ? isSamlList(key) : key === 'amr';
    if (isList && parseOperator(operator)?.set === undefined && operator !== 'Null') {
      report(`${path}.${operator}.${key}`, 'is a list; write ForAnyValue: or ForAllValues: before the operator');
    }
    const sameKey = (other: Condition) => other.operator === operator && other.key.toLowerCase() === key.toLowerCase();
    if (isAwsKey(key) && conditions.findIndex(sameKey) < index) {
      report(`${path}.${operator}.${key}`, 'is there twice: AWS compares its keys without regard to case');
    }
  }
  return conditions;
}

function checkTenancy(
  when: readonly Condition[],
  { issuer }: OidcProviderSettings,
  report: (says: string) => void,
): void {
  const tenancy = missingTenancy(issuer, when);
  if (!tenancy) return;
  const examples = tenancy.map(({ claim, example }) => `${claim} (${example})`).join(', ');
  report(`lets in everybody who has an account at ${issuer}; pin one of ${examples} with StringEquals or StringLike`);
}

interface KeyCheck {
  readonly when: readonly Condition[];
  readonly provider: FederatedProviderSettings;
  readonly path: string;
  readonly report: Report;
}

const isUnsigned = ({ key }: Condition, { awsClaims }: FederatedProviderSettings) =>
  claimBehind(key) !== undefined && !awsClaims.some((claim) => claim === claimBehind(key));

/** Of the keys of AWS an identity has those that its provider signs for AWS. */
function checkAwsKeys({ when, provider, path, report }: KeyCheck): void {
  for (const { operator, key } of when.filter((each) => isUnsigned(each, provider))) {
    report(
      `${path}.when.${operator}.${key}`,
      provider.kind === 'oidc'
        ? `comes from a claim of https://aws.amazon.com/; write awsClaims: [${claimBehind(key)}] at provider ${provider.name} if its tokens have it`
        : `comes from an attribute of https://aws.amazon.com/SAML/Attributes/; write awsAttributes: [${claimBehind(key)}] at provider ${provider.name} if its assertions have it`,
    );
  }
  for (const { operator, key } of when.filter((each) => isAwsKey(each.key) && claimBehind(each.key) === undefined)) {
    report(
      `${path}.when.${operator}.${key}`,
      'is no claim; of the keys of AWS a grant knows aws:RequestTag/… and sts:SourceIdentity',
    );
  }
}

interface DirectCallCheck extends KeyCheck {
  readonly declared: DeclaredGrant;
}

/**
 * With `forward` the caller holds all that STS needs, the token, so what only Daypass checks can be walked around.
 * That is refused unless spelt out. The trust policy of a role named by `arn` is not ours to judge.
 */
function checkDirectCalls({ declared, when, provider, path, report }: DirectCallCheck): void {
  if (declared.acceptsDirectStsCalls || declared.role.permissions === undefined) return;
  const remedy = 'write way: vouch, or acceptsDirectStsCalls: true where that is acceptable';
  const onlyOurs = when.filter((each) => conditionKey(each, provider) === undefined && !isUnsigned(each, provider));
  for (const condition of onlyOurs) {
    report(
      `${path}.when.${condition.operator}.${condition.key}`,
      provider.kind === 'oidc'
        ? `is not among what AWS checks, and with forward a token is enough to ask STS without Daypass; use sub, email, amr or aws:RequestTag/…, or ${remedy}`
        : `is not among what AWS checks, and with forward an assertion is enough to ask STS without Daypass; use sub, sub_type, an attribute that AWS knows or aws:RequestTag/…, or ${remedy}`,
    );
  }
  // With an assertion the identity provider names the session, whoever asks.
  if (provider.kind === 'oidc' && JSON.stringify(declared.role.permissions).match(/aws:userid/i)) {
    report(
      `${path}.role.permissions`,
      `speak of aws:userid, which holds the session name, and whoever asks STS directly picks his own; use aws:PrincipalTag/…, or ${remedy}`,
    );
  }
  for (const [part, says] of [
    ['oneTime', declared.oneTime],
    ['session.withinProof', declared.session.withinProof],
    ['session.maxAuthAge', declared.session.maxAuthAge !== undefined],
    ['session.onlyFrom', declared.session.onlyFrom !== undefined],
    ['session.readOnly', declared.session.readOnly],
  ] as const) {
    if (!says) continue;
    report(
      `${path}.${part}`,
      'binds callers of Daypass only: whoever holds a token can ask STS without it; write way: vouch, or acceptsDirectStsCalls: true where that is acceptable',
    );
  }
  if (declared.session.policy) {
    report(
      `${path}.session.policy`,
      `binds sessions from Daypass only, and with forward the proof is enough to ask STS without it; narrow the role's permissions, or ${remedy}`,
    );
  }
}

/** Which of the AWS claims a key of AWS stands for; `undefined` for other keys. */
function claimBehind(key: string): AwsClaim | undefined {
  if (isRequestTag(key)) return 'tags';
  return isSourceIdentity(key) ? 'sourceIdentity' : undefined;
}
