// Small misses, and what was probably meant. Each of them has cost somebody hours: the letter case of an organisation,
// the `:pull_request` at the end of a subject, `aud` where `sub` is meant. The first that fits is told.

import { accountOf } from '../arn.ts';
import { claimsKnownToSts, issuerName } from '../identity/oidc/condition-keys.ts';
import { nearest } from '../nearest.ts';
import type { Condition } from '../policy/condition.ts';
import { parseOperator } from '../policy/operator.ts';
import type { Hint } from './explanation.ts';

/** What is known of a federated request, beside the failure itself. */
export interface Scene {
  readonly kind: 'oidc' | 'saml';
  /** The provider as trust policies name it. */
  readonly principal: string;
  /** `undefined` for SAML. */
  readonly issuer: string | undefined;
  /** Every condition key with its values. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** What the proof says, by the proof's own names; more than ever becomes a key. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
}

export interface ConditionFailure {
  readonly condition: Condition;
  readonly got: readonly string[] | undefined;
}

interface Looked extends ConditionFailure, Scene {
  readonly operator: NonNullable<ReturnType<typeof parseOperator>>;
  readonly key: string;
  readonly expected: readonly string[];
}

type Look = (looked: Looked) => string | undefined;

/** Whoever asks has written the claims: the work, and what is said, must stay small. */
const comparedCharacters = 256;
const mostCompared = 200;
const mostQuoted = 5;
const cut = (text: string) => text.slice(0, comparedCharacters);

const quote = (texts: readonly string[]) =>
  texts
    .slice(0, mostQuoted)
    .map((text) => `"${cut(text)}"`)
    .join(', ') + (texts.length > mostQuoted ? ', …' : '');

/** Nothing that is longer than anybody would mistype. */
const near = (word: string, words: Iterable<string>) =>
  nearest(
    cut(word),
    [...words].filter(({ length }) => length <= comparedCharacters),
  );

const firstOnes = (map: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> =>
  new Map([...map].slice(0, mostCompared).map(([name, values]) => [name, values.slice(0, mostCompared)]));

/** Keys that only callers with AWS credentials have. */
export const signedOnly =
  /^(aws:(PrincipalArn|PrincipalOrg|PrincipalTag\/|MultiFactorAuth|TokenIssueTime|username$|SourceIdentity$|FederatedProvider$)|sts:ExternalId$)/i;

const afterColon = (key: string) => key.slice(key.lastIndexOf(':') + 1);
const beforeColon = (key: string) => key.slice(0, key.lastIndexOf(':'));
const isAbout = (key: string, claim: string) => afterColon(key).toLowerCase() === claim;

/** Whether any expected value and any that came are equal once both are changed in the same way. */
const equalWhen = ({ expected, got = [] }: Looked, change: (text: string) => string) =>
  expected.some((want) => got.some((have) => change(want) === change(have)));

/** Whether the condition would hold for another value. */
const holdsWith = ({ condition, keys }: Looked, values: readonly string[]) =>
  condition.holds({ values: (key) => (key === condition.key ? values : keys.get(key.toLowerCase())) });

const changedHolds = (looked: Looked, change: (text: string) => string) =>
  (looked.got ?? []).some((have) => change(have) !== have && holdsWith(looked, [change(have)]));

const missing: readonly (readonly [code: string, look: Look])[] = [
  [
    'scheme-in-key',
    ({ key, issuer }) =>
      /^https?:\/\//i.test(key) && issuer
        ? `Condition keys carry the issuer without its scheme: ${issuerName(issuer)}:${afterColon(key)}.`
        : undefined,
  ],
  [
    'key-of-another-issuer',
    ({ key, issuer, kind }) => {
      if (kind !== 'oidc' || !issuer || /^(aws|sts|iam):/i.test(key)) return undefined;
      const prefix = beforeColon(key);
      const own = issuerName(issuer);
      if (prefix.toLowerCase() === own.toLowerCase()) return undefined;
      const slash = prefix.replace(/\/$/, '') === own.replace(/\/$/, '') ? ' The slash at the end belongs to it.' : '';
      return `The key is of ${prefix}, the token of ${own}: write ${own}:${afterColon(key)}.${slash}`;
    },
  ],
  [
    'saml-key-for-oidc',
    ({ key, kind }) =>
      kind === 'saml' && !/^(aws|sts|iam|saml):/i.test(key)
        ? 'An assertion has keys of saml:, aws: and sts: only.'
        : undefined,
  ],
  [
    'only-with-credentials',
    ({ key }) =>
      signedOnly.test(key)
        ? `${key} is there for callers with AWS credentials only, never for whoever brings a token or assertion.${
            /^aws:PrincipalTag\//i.test(key)
              ? ` What the identity provider signs is aws:RequestTag/${key.split('/').slice(1).join('/')}.`
              : ''
          }`
        : undefined,
  ],
  [
    'source-ip-unknown',
    ({ key }) =>
      /^aws:SourceIp$/i.test(key)
        ? 'Where the request comes from is not known here; say it with --source-ip.'
        : undefined,
  ],
  [
    'claim-not-a-key',
    ({ key, issuer, claims, keys }) => {
      if (!issuer || beforeColon(key).toLowerCase() !== issuerName(issuer).toLowerCase()) return undefined;
      const claim = afterColon(key);
      const known = ['aud', 'oaud', ...claimsKnownToSts(issuer)];
      if (known.some((each) => each.toLowerCase() === claim.toLowerCase())) return undefined;
      const meant = near(claim, known);
      if (meant && !claims.has(claim)) return `There is no key ${claim} of this issuer; did you mean ${meant}?`;
      const has = claims.has(claim) ? `The token has the claim ${claim}, but AWS` : 'AWS';
      const other = [...keys.keys()]
        .filter((each) => beforeColon(each) === issuerName(issuer).toLowerCase())
        .map(afterColon);
      return `${has} makes no condition key of it. Of this token it makes ${other.join(', ')}.`;
    },
  ],
  [
    'tag-not-signed',
    ({ key, keys }) => {
      if (!/^aws:RequestTag\//i.test(key)) return undefined;
      const tags = [...keys.keys()]
        .filter((each) => each.startsWith('aws:requesttag/'))
        .map((each) => each.slice('aws:requesttag/'.length));
      const meant = near(key.split('/').slice(1).join('/'), tags);
      if (meant) return `The proof has the session tag ${meant}; is that meant?`;
      return `The identity provider signs no such session tag${tags.length > 0 ? `, only ${tags.join(', ')}` : ': the proof carries none'}.`;
    },
  ],
  [
    'environment-missing',
    ({ key }) =>
      isAbout(key, 'environment')
        ? 'GitHub says environment only where the job names one (jobs.<id>.environment).'
        : undefined,
  ],
  [
    'misspelt-key',
    ({ key, keys }) => {
      const meant = near(key, keys.keys());
      return meant && meant !== key.toLowerCase()
        ? `There is no ${key} in the request; did you mean ${meant}?`
        : undefined;
    },
  ],
  [
    'set-operator-on-nothing',
    ({ operator, key }) =>
      operator.set === 'ForAnyValue'
        ? `The proof has nothing under ${key}, and ForAnyValue wants one value at least.`
        : undefined,
  ],
  ['not-in-proof', ({ key }) => `The proof has nothing that AWS would put under ${key}.`],
];

const present: readonly (readonly [code: string, look: Look])[] = [
  [
    'variable-with-old-version',
    ({ expected, condition }) =>
      expected.some((value) => /\$\{[^*?$]/.test(value)) && condition.reads.length === 1
        ? 'Policy variables work in documents of Version 2012-10-17 only; in this one ${…} is plain text.'
        : undefined,
  ],
  [
    'unresolved-variable',
    ({ condition, keys }) => {
      const empty = condition.reads.slice(1).find((name) => !keys.has(name.toLowerCase()));
      return empty === undefined
        ? undefined
        : `The policy variable \${${empty}} has no value in this request, so nothing matches.`;
    },
  ],
  [
    'excluded',
    ({ operator, got = [] }) => (/Not/.test(operator.name) ? `The condition excludes ${quote(got)}.` : undefined),
  ],
  [
    'several-values',
    (looked) => {
      const { operator, got = [], key } = looked;
      if (operator.set !== undefined || got.length < 2) return undefined;
      return got.some((value) => holdsWith(looked, [value]))
        ? `${key} has ${got.length} values; write ForAnyValue: before the operator if one of them is enough.`
        : undefined;
    },
  ],
  [
    'for-all-values',
    (looked) => {
      const { operator, got = [] } = looked;
      if (operator.set !== 'ForAllValues') return undefined;
      const stray = got.filter((value) => !holdsWith(looked, [value]));
      return `ForAllValues wants every value to be listed; not listed: ${quote(stray)}. If one is enough, write ForAnyValue.`;
    },
  ],
  [
    'letter-case',
    (looked) =>
      equalWhen(looked, (text) => text.toLowerCase()) || likeIgnoringCase(looked)
        ? 'Only the letter case differs, and it counts.'
        : undefined,
  ],
  [
    'trailing-slash',
    (looked) => (equalWhen(looked, (text) => text.replace(/\/$/, '')) ? 'Only a slash at the end differs.' : undefined),
  ],
  [
    'whitespace',
    (looked) => (equalWhen(looked, (text) => text.trim()) ? 'Only spaces around the value differ.' : undefined),
  ],
  [
    'scheme',
    (looked) =>
      equalWhen(looked, (text) => text.replace(/^https?:\/\//, '').replace(/\/$/, ''))
        ? 'Only https:// at the beginning differs.'
        : undefined,
  ],
  [
    'wildcard-in-equals',
    (looked) =>
      /^StringEquals/.test(looked.operator.name) && looked.expected.some((value) => /[*?]/.test(value))
        ? 'StringEquals takes * and ? for the characters themselves; patterns need StringLike.'
        : undefined,
  ],
  [
    'regular-expression',
    ({ operator, expected }) =>
      operator.name === 'StringLike' && expected.some((value) => /^\^|\$$|\.\*|\[[^\]]+\]|\(.*\|.*\)/.test(value))
        ? 'The value looks like a regular expression; IAM knows * and ? only.'
        : undefined,
  ],
  [
    'aud-for-sub',
    (looked) => {
      const { key, expected, claims } = looked;
      const audiences = [...(claims.get('aud') ?? []), ...(claims.get('azp') ?? [])];
      if (isAbout(key, 'sub') && expected.some((value) => audiences.includes(value))) {
        return `${quote(expected)} is the audience of the token; put it under aud and the subject under sub.`;
      }
      if (isAbout(key, 'aud') && expected.some((value) => claims.get('sub')?.includes(value))) {
        return `${quote(expected)} is the subject of the token; put it under sub and the audience under aud.`;
      }
      return undefined;
    },
  ],
  [
    'azp-for-aud',
    ({ key, expected, claims }) =>
      isAbout(key, 'aud') && claims.has('azp') && expected.some((value) => claims.get('aud')?.includes(value))
        ? 'The token has azp, and AWS takes that for the audience; what it has as aud stands under oaud.'
        : undefined,
  ],
  [
    'audience-is-client-id',
    ({ key, expected, got = [] }) =>
      isAbout(key, 'aud') && expected.includes('sts.amazonaws.com')
        ? `The token is for ${quote(got)}: ask the issuer for the audience sts.amazonaws.com, or name this one.`
        : undefined,
  ],
  [
    'pull-request',
    ({ got = [], key }) =>
      isAbout(key, 'sub') && got.some((value) => value.endsWith(':pull_request'))
        ? 'The workflow ran for a pull request, whose subject ends in :pull_request instead of a ref.'
        : undefined,
  ],
  [
    'environment',
    ({ got = [], expected, key }) =>
      isAbout(key, 'sub') &&
      got.some((value) => /:environment:/.test(value)) &&
      !expected.some((value) => /:environment:/.test(value))
        ? 'The job names an environment, so its subject has :environment:NAME instead of the ref.'
        : undefined,
  ],
  [
    'branch-for-tag',
    (looked) =>
      equalWhen(looked, (text) => text.replace('refs/heads/', 'refs/tags/'))
        ? 'One is a branch (refs/heads/), the other a tag (refs/tags/).'
        : undefined,
  ],
  [
    'ref-form',
    (looked) =>
      isAbout(looked.key, 'sub') &&
      equalWhen(looked, (text) => text.replace(/:(ref:)?(refs\/(heads|tags)\/)?([^:]*)$/, ':$4'))
        ? 'A branch in a subject is written ref:refs/heads/NAME, a tag ref:refs/tags/NAME.'
        : undefined,
  ],
  [
    'prefix-missing',
    (looked) => {
      const { expected, got = [] } = looked;
      const shorter = expected.find(
        (want) =>
          want.length > 3 &&
          got.some((have) => (have.length > want.length && have.endsWith(`:${want}`)) || have.includes(`:${want}:`)),
      );
      return shorter === undefined ? undefined : `${quote([shorter])} is only a part of what came, ${quote(got)}.`;
    },
  ],
  [
    'wildcard-missing',
    (looked) => {
      const { expected, got = [] } = looked;
      const start = expected.find(
        (want) =>
          want.length > 3 && got.some((have) => have.startsWith(want) || have.startsWith(want.replace(/\*$/, ''))),
      );
      return start === undefined
        ? undefined
        : `${quote(got)} begins like ${quote([start])} and goes on; StringLike with a * at the end would take it.`;
    },
  ],
  [
    'another-key',
    ({ expected, key, keys }) => {
      const other = [...keys].find(
        ([name, values]) => name !== key.toLowerCase() && values.some((value) => expected.includes(value)),
      );
      return other && `${quote(expected.filter((value) => other[1].includes(value)))} stands under ${other[0]}.`;
    },
  ],
  [
    'claim-not-a-key',
    ({ expected, claims, key }) => {
      const other = [...claims].find(
        ([name, values]) => !isAbout(key, name) && values.some((value) => expected.includes(value)),
      );
      return other && `The proof has this value as ${other[0]}, which is not ${afterColon(key)}.`;
    },
  ],
  [
    'misspelt-value',
    ({ expected, got = [] }) => {
      const pair = got.map((have) => [have, near(have, expected)] as const).find(([, near]) => near !== undefined);
      return pair && `${quote([pair[0]])} and ${quote([pair[1] ?? ''])} differ in a few letters only.`;
    },
  ],
];

const likeIgnoringCase = (looked: Looked) =>
  changedHolds(looked, (text) => text.toLowerCase()) || lowerPatternHolds(looked);

/** Whether the pattern in lower case fits the value in lower case. */
function lowerPatternHolds({ operator, expected, got = [] }: Looked): boolean {
  if (operator.name !== 'StringLike') return false;
  const lowered = parseOperator('StringLike')?.compile(
    expected.map((value) => value.toLowerCase()),
    false,
  );
  return got.some((value) => lowered?.([value.toLowerCase()], { values: () => undefined }) ?? false);
}

export function hintForCondition(failure: ConditionFailure, scene: Scene): Hint | undefined {
  const operator = parseOperator(failure.condition.operator);
  if (!operator) return undefined;
  const { key, expected } = failure.condition;
  const { keys, claims, ...rest } = scene;
  const got = failure.got?.slice(0, mostCompared);
  const looked = {
    ...failure,
    ...rest,
    got,
    keys: firstOnes(keys),
    claims: firstOnes(claims),
    operator,
    key,
    expected,
  };
  return firstOf(got === undefined ? missing : present, looked);
}

function firstOf(looks: typeof missing, looked: Looked): Hint | undefined {
  for (const [code, look] of looks) {
    const says = look(looked);
    if (says !== undefined) return { code, says };
  }
  return undefined;
}

const withoutAccount = (arn: string) => arn.replace(/^(arn:[\w-]+:iam::)\d*:/, '$1:');

/** For a statement that speaks of another principal. `alsoAws`: the names that stand under AWS. */
export function hintForPrincipal(expected: readonly string[], alsoAws: readonly string[], { principal }: Scene): Hint {
  const fits = (change: (name: string) => string) => expected.find((name) => change(name) === change(principal));
  if (alsoAws.includes(principal)) {
    return { code: 'federated-principal', says: 'A provider stands under Federated, not under AWS.' };
  }
  const elsewhere = fits(withoutAccount);
  if (elsewhere !== undefined) {
    return {
      code: 'wrong-account',
      says: `The provider named is that of account ${accountOf(elsewhere)}; the role trusts one of its own account, ${accountOf(principal)}.`,
    };
  }
  if (fits((name) => name.replace('oidc-provider/https://', 'oidc-provider/')) !== undefined) {
    return { code: 'scheme-in-arn', says: "A provider's ARN carries the issuer without https://." };
  }
  if (fits((name) => name.toLowerCase()) !== undefined)
    return { code: 'letter-case', says: 'Only the letter case differs, and it counts.' };
  if (fits((name) => name.replace(/\/$/, '')) !== undefined)
    return { code: 'trailing-slash', says: 'Only a slash at the end differs.' };
  const meant = near(principal, expected);
  if (meant !== undefined)
    return { code: 'misspelt-principal', says: `${meant} and ${principal} differ in a few letters only.` };
  if (alsoAws.includes('*')) {
    return {
      code: 'everybody-is-not-federated',
      says: 'AWS: "*" does not speak of callers with a token or assertion; name the provider under Federated.',
    };
  }
  return { code: 'another-provider', says: `The proof comes from ${principal}.` };
}

/** For a statement that speaks of another action. */
export function hintForAction(action: string, expected: readonly string[]): Hint {
  if (action === 'sts:TagSession') {
    return {
      code: 'missing-tag-session',
      says: 'The identity provider signs session tags, so the trust policy must allow sts:TagSession beside the assumption.',
    };
  }
  if (action === 'sts:SetSourceIdentity') {
    return {
      code: 'missing-set-source-identity',
      says: 'The identity provider signs a source identity, so the trust policy must allow sts:SetSourceIdentity beside the assumption.',
    };
  }
  const other = expected.find((each) => /^sts:AssumeRole/i.test(each));
  if (other !== undefined)
    return { code: 'wrong-action', says: `Whoever brings this proof asks for ${action}, not for ${other}.` };
  const meant = near(action, expected);
  return meant === undefined
    ? { code: 'another-action', says: `The call is ${action}.` }
    : { code: 'misspelt-action', says: `${meant} is not ${action}.` };
}

/** A condition that held because there was nothing to compare. */
export function warningFor(
  condition: Condition,
  got: readonly string[] | undefined,
  keys: Scene['keys'],
): Hint | undefined {
  if (got !== undefined || condition.operator === 'Null') return undefined;
  const meant = near(condition.key, [...keys.keys()].slice(0, mostCompared));
  const also = meant && meant !== condition.key.toLowerCase() ? ` Did you mean ${meant}?` : '';
  const operator = parseOperator(condition.operator);
  const why =
    operator?.set === 'ForAllValues'
      ? 'ForAllValues holds when there is nothing to compare, so whoever has no such key gets in'
      : operator?.ifExists
        ? 'IfExists lets in whoever has no such key'
        : 'An exclusion holds for whoever has no such key';
  const code =
    operator?.set === 'ForAllValues'
      ? 'for-all-values-on-nothing'
      : operator?.ifExists
        ? 'if-exists-on-nothing'
        : 'exclusion-on-nothing';
  return { code, says: `${condition.operator} ${condition.key}: ${why}.${also}` };
}
