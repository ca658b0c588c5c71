// A trust policy as an attacker, or a puzzled colleague, would read it.

import { signedOnly } from '../explain/hints.ts';
import { missingTenancy } from '../grant/tenancy.ts';
import { assumeActions } from '../grant/trust-context.ts';
import { claimsKnownToSts } from '../identity/oidc/condition-keys.ts';
import { nearest } from '../nearest.ts';
import type { Condition } from '../policy/condition.ts';
import { parseOperator } from '../policy/operator.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { matchesPattern } from '../policy/pattern.ts';
import { type Policy, PolicyError, type Statement } from '../policy/policy.ts';
import { checkConditions, type Report } from './check-conditions.ts';
import type { Finding } from './finding.ts';

/** IAM User Guide, "IAM and AWS STS quotas". */
const longestTrust = 2048;
const nearLimit = 0.9 * longestTrust;

/** `name` begins the path of each finding. */
export function checkTrust(document: unknown, name: string): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (code, path, says) => void findings.push({ code, path: `${name} ${path}`.trim(), says });
  const policy = parsed(document, name, report);
  if (policy) {
    for (const statement of policy.statements) {
      if (statement.effect === 'Allow')
        checkStatement(statement, (code, path, says) => report(code, `Statement[${statement.index}]${path}`, says));
    }
  }
  if (policy) checkLength(document, report);
  return findings;
}

function parsed(document: unknown, name: string, report: Report): Policy | undefined {
  try {
    return parsePolicy({ name, kind: 'trust', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const { path, says } of error.problems) report('policy-malformed', path, says);
    return undefined;
  }
}

function checkLength(document: unknown, report: Report): void {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const { length } = text.replace(/\s/g, '');
  if (length > longestTrust) report('trust-too-long', '', `has ${length} characters`);
  else if (length > nearLimit) report('trust-near-limit', '', `has ${length} characters`);
}

const pathOf = ({ operator, key }: Condition) => `.Condition.${operator}.${key}`;

function checkStatement(statement: Statement, report: Report): void {
  const { principal, conditions } = statement;
  if (!principal || principal.negated) return;
  checkAction(statement, report);
  if ((principal.aws.includes('*') || principal.everyone) && !conditions.some(namesSomebody)) {
    report('open-to-everybody', '.Principal', 'is "*", and no condition says who');
  }
  if (principal.aws.length > 0) checkConditions({ conditions, pathOf, isSingle, report });
  if (principal.federated.length > 0) {
    checkConditions({ conditions, pathOf, isSingle, report });
    for (const condition of conditions) {
      if (signedOnly.test(condition.key)) report('only-with-credentials', pathOf(condition), `is ${condition.key}`);
    }
  }
  for (const provider of principal.federated) checkProvider(provider, conditions, report);
}

/** Keys with one value by their nature; `amr`, `oaud` and what SAML has as lists are not. */
const isSingle = (key: string) =>
  /:(aud|sub|email|iss|repository|ref|actor|environment|workflow|namequalifier|sub_type|doc)$/i.test(key);

const isSaml = (provider: string) => /:saml-provider\//.test(provider);

/** Behind `oidc-provider/`, or a name that IAM has built in. */
const issuerOf = (provider: string) => `https://${/:oidc-provider\/(.+)$/.exec(provider)?.[1] ?? provider}`;

const trustActions = [
  ...Object.values(assumeActions),
  ...['AssumeRole', 'TagSession', 'SetSourceIdentity', 'SetContext'].map((name) => `sts:${name}`),
];

function checkAction({ action, principal }: Statement, report: Report): void {
  const nothing = { values: () => undefined };
  const lists = (name: string) =>
    action.entries.some((entry) => matchesPattern(entry, name, nothing, { ignoreCase: true })) !== action.negated;
  const { federated = [], aws = [] } = principal ?? {};
  const wanted = new Set([
    ...federated.map((provider) => (isSaml(provider) ? assumeActions.saml : assumeActions.oidc)),
    ...(aws.length > 0 ? ['sts:AssumeRole'] : []),
  ]);
  for (const { source } of action.entries) {
    if (/[*?]/.test(source) || trustActions.some((known) => known.toLowerCase() === source.toLowerCase())) continue;
    const meant = nearest(source, trustActions);
    report(
      'wrong-action',
      '.Action',
      `has ${source}, which STS does not know${meant ? `; did you mean ${meant}?` : ''}`,
    );
  }
  for (const name of wanted) {
    // A statement may also give nothing but the permissions beside the assumption.
    const besides = ['sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'].some(lists);
    if (!lists(name) && !besides) {
      report(
        'wrong-action',
        '.Action',
        `is ${action.entries.map(({ source }) => source).join(', ')}; these principals call ${name}`,
      );
    }
  }
}

function checkProvider(provider: string, conditions: readonly Condition[], report: Report): void {
  if (isSaml(provider)) {
    if (!conditions.some((each) => pinsAudience(each, 'saml:aud')))
      report('missing-audience', '', `trusts ${provider}`);
    return;
  }
  const issuer = issuerOf(provider);
  const prefix = `${issuer.slice('https://'.length)}:`.toLowerCase();
  if (!conditions.some((each) => pinsAudience(each, `${prefix}aud`)))
    report('missing-audience', '', `trusts ${provider}`);
  const own = conditions.flatMap((each) =>
    each.key.toLowerCase().startsWith(prefix) ? [{ ...each, key: each.key.slice(prefix.length) }] : [],
  );
  const tenancy = missingTenancy(issuer, own);
  if (tenancy) {
    report(
      'open-issuer',
      '',
      `trusts ${provider}; pin one of ${tenancy.map(({ claim, example }) => `${claim} (${example})`).join(', ')}`,
    );
  }
  const known = ['aud', 'oaud', ...claimsKnownToSts(issuer)];
  for (const condition of conditions) {
    const { key } = condition;
    if (/^(aws|sts|iam):/i.test(key)) continue;
    const claim = key.slice(key.lastIndexOf(':') + 1);
    if (!key.toLowerCase().startsWith(prefix)) {
      report('key-of-another-issuer', pathOf(condition), `is ${key}; the issuer is ${prefix.slice(0, -1)}`);
    } else if (!known.some((each) => each.toLowerCase() === claim.toLowerCase())) {
      report('claim-not-a-key', pathOf(condition), `is ${key}; known are ${known.join(', ')}`);
    }
  }
}

/** A condition that a missing key does not satisfy, and that says what the value must be. */
function demandsValue({ operator }: Condition): boolean {
  const parsedOperator = parseOperator(operator);
  return (
    parsedOperator !== undefined &&
    /^(String|Arn)(Equals|EqualsIgnoreCase|Like)$/.test(parsedOperator.name) &&
    !parsedOperator.ifExists &&
    parsedOperator.set !== 'ForAllValues'
  );
}

/** Every value is written out, but for what follows a whole host or name. */
const audienceForm = /^(?!.*\$\{)(https?:\/\/[^*?/]+\/.*|[^*?]+)$/;

/** A pattern that fits everything pins nothing: `*`, `?*`, `https://*`, or a variable of the same key. */
const pinsAudience = (condition: Condition, key: string): boolean =>
  condition.key.toLowerCase() === key &&
  demandsValue(condition) &&
  condition.expected.every((value) => audienceForm.test(value));

/** What tells one caller, account or organisation from all others, by the key that it stands under. */
const telling: readonly (readonly [key: RegExp, form: RegExp])[] = [
  [/^aws:PrincipalOrgID$/i, /^o-[a-z0-9]{2,}$/],
  [/^aws:PrincipalOrgPaths$/i, /^o-[a-z0-9]{2,}\//],
  [/^aws:PrincipalAccount$/i, /^\d{12}$/],
  [/^aws:PrincipalArn$/i, /^arn:[\w-]+:\w+::\d{12}:/],
  [/^sts:ExternalId$/i, /^[^*?$]{2,}$/],
  [/^aws:userid$/i, /^A[A-Z0-9]{15,}/],
];

const namesSomebody = (condition: Condition): boolean =>
  demandsValue(condition) &&
  telling.some(([key, form]) => key.test(condition.key) && condition.expected.every((value) => form.test(value)));
