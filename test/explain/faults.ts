// Trust policies with one thing wrong, as people have deployed them: each took somebody hours, or let somebody in.

export interface Fault {
  readonly name: string;
  /** What the hint or warning must be. */
  readonly code: string;
  /** Whether the policy refuses what it should take; otherwise it takes what it should look at. */
  readonly verdict: 'denied' | 'allowed';
  readonly claims: Readonly<Record<string, unknown>>;
  readonly trust: Document;
}

type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: string | readonly string[];
  readonly Condition: Condition;
}

interface Document {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const account = '111122223333';
const providerArn = (name: string, of = account) => `arn:aws:iam::${of}:oidc-provider/${name}`;
const tags = (members: Readonly<Record<string, readonly string[]>>) => ({
  'https://aws.amazon.com/tags': { principal_tags: members },
});

interface Made {
  readonly statement?: Partial<Statement>;
  readonly version?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A provider with a token that its policy takes; a fault changes the one or the other. */
function provider(name: string, claims: Readonly<Record<string, unknown>>, condition: Condition) {
  const key = (claim: string) => `${name}:${claim}`;
  const made = ({ statement = {}, version = '2012-10-17', claims: changed = {} }: Made) => ({
    claims: { iss: `https://${name}`, ...claims, ...changed },
    trust: {
      Version: version,
      Statement: [
        {
          Effect: 'Allow' as const,
          Principal: { Federated: providerArn(name) },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: condition,
          ...statement,
        },
      ],
    },
  });
  return { key, made };
}

const github = 'token.actions.githubusercontent.com';
const main = 'repo:acme/shop:ref:refs/heads/main';
const { key: gh, made: actions } = provider(
  github,
  { sub: main, aud: 'sts.amazonaws.com', repository: 'acme/shop', ref: 'refs/heads/main', repository_owner: 'acme' },
  { StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com', [`${github}:sub`]: main } },
);
const login = 'login.acme.example';
const { key: app, made: ownIdp } = provider(
  login,
  { sub: 'alice', aud: 'web', email: 'alice@acme.example', groups: ['editors'], amr: ['pwd', 'mfa'] },
  { StringEquals: { [`${login}:aud`]: 'web', [`${login}:sub`]: 'alice' } },
);
const auth0 = 'acme.eu.auth0.com/';
const { key: a0, made: withSlash } = provider(
  auth0,
  { sub: 'auth0|1', aud: 'web' },
  { StringEquals: { [`${auth0}:aud`]: 'web' } },
);

const aud = { [gh('aud')]: 'sts.amazonaws.com' };
/** GitHub's, with another condition on the subject. */
const subject = (operator: string, value: string | readonly string[], more: Made = {}) =>
  actions({ ...more, statement: { Condition: condition(operator, { [gh('sub')]: value }) } });
/** The audience stays as it is, beside these. */
const condition = (operator: string, keys: Readonly<Record<string, string | readonly string[]>>): Condition =>
  operator === 'StringEquals' ? { StringEquals: { ...aud, ...keys } } : { StringEquals: aud, [operator]: keys };

const denied = (name: string, code: string, made: Pick<Fault, 'claims' | 'trust'>): Fault => ({
  name,
  code,
  verdict: 'denied',
  ...made,
});
const allowed = (name: string, code: string, made: Pick<Fault, 'claims' | 'trust'>): Fault => ({
  ...denied(name, code, made),
  verdict: 'allowed',
});

export const faults: readonly Fault[] = [
  denied(
    'letter case of the organisation',
    'letter-case',
    subject('StringEquals', 'repo:Acme/shop:ref:refs/heads/main'),
  ),
  denied('letter case within a pattern', 'letter-case', subject('StringLike', 'repo:ACME/shop:*')),
  denied('a pull request', 'pull-request', actions({ claims: { sub: 'repo:acme/shop:pull_request' } })),
  denied('a job with an environment', 'environment', actions({ claims: { sub: 'repo:acme/shop:environment:prod' } })),
  denied('aud under sub', 'aud-for-sub', subject('StringEquals', 'sts.amazonaws.com')),
  denied(
    'sub under aud',
    'aud-for-sub',
    actions({ statement: { Condition: { StringEquals: { [gh('aud')]: main, [gh('sub')]: main } } } }),
  ),
  denied('a * in StringEquals', 'wildcard-in-equals', subject('StringEquals', 'repo:acme/shop:*')),
  denied('a regular expression', 'regular-expression', subject('StringLike', '^repo:acme/shop:.*$')),
  denied('a branch without refs/heads', 'ref-form', subject('StringEquals', 'repo:acme/shop:ref:main')),
  denied('refs/heads without ref:', 'ref-form', subject('StringEquals', 'repo:acme/shop:refs/heads/main')),
  denied(
    'a tag where a branch is meant',
    'branch-for-tag',
    subject('StringEquals', 'repo:acme/shop:ref:refs/tags/main'),
  ),
  denied('a subject without repo:', 'prefix-missing', subject('StringEquals', 'acme/shop:ref:refs/heads/main')),
  denied('a pattern that ends too early', 'wildcard-missing', subject('StringLike', 'repo:acme/shop')),
  denied('a repository misspelt', 'misspelt-value', subject('StringEquals', 'repo:acme/shpo:ref:refs/heads/main')),
  denied('a space at the end', 'whitespace', subject('StringEquals', `${main} `)),
  denied(
    'the audience of the default workflow',
    'audience-is-client-id',
    actions({ claims: { aud: 'https://github.com/acme' } }),
  ),
  denied(
    'a claim that AWS makes no key of',
    'claim-not-a-key',
    actions({ statement: { Condition: condition('StringEquals', { [gh('repository_owner')]: 'acme' }) } }),
  ),
  denied(
    'a key misspelt',
    'claim-not-a-key',
    actions({ statement: { Condition: condition('StringEquals', { [gh('repositry')]: 'acme/shop' }) } }),
  ),
  denied(
    'an environment that the job does not name',
    'environment-missing',
    actions({ statement: { Condition: condition('StringEquals', { [gh('environment')]: 'prod' }) } }),
  ),
  denied(
    'https:// in a key',
    'scheme-in-key',
    actions({ statement: { Condition: condition('StringEquals', { [`https://${gh('sub')}`]: main }) } }),
  ),
  denied(
    'the key of another issuer',
    'key-of-another-issuer',
    actions({ statement: { Condition: condition('StringEquals', { 'gitlab.com:sub': main }) } }),
  ),
  denied(
    'the issuer’s slash missing in a key',
    'key-of-another-issuer',
    withSlash({
      statement: { Condition: { StringEquals: { [a0('aud')]: 'web', 'acme.eu.auth0.com:sub': 'auth0|1' } } },
    }),
  ),
  denied(
    'the provider of another account',
    'wrong-account',
    actions({ statement: { Principal: { Federated: providerArn(github, '444455556666') } } }),
  ),
  denied(
    'https:// in the provider’s ARN',
    'scheme-in-arn',
    actions({ statement: { Principal: { Federated: providerArn(`https://${github}`) } } }),
  ),
  denied(
    'a provider under AWS',
    'federated-principal',
    actions({ statement: { Principal: { AWS: providerArn(github) } } }),
  ),
  denied('AWS: "*"', 'everybody-is-not-federated', actions({ statement: { Principal: { AWS: '*' } } })),
  denied(
    'the slash of the provider’s ARN missing',
    'trailing-slash',
    withSlash({ statement: { Principal: { Federated: providerArn('acme.eu.auth0.com') } } }),
  ),
  denied('sts:AssumeRole', 'wrong-action', actions({ statement: { Action: 'sts:AssumeRole' } })),
  denied('sts:AssumeRoleWithSAML', 'wrong-action', actions({ statement: { Action: 'sts:AssumeRoleWithSAML' } })),
  denied('no sts:TagSession', 'missing-tag-session', ownIdp({ claims: tags({ team: ['blue'] }) })),
  denied(
    'no sts:SetSourceIdentity',
    'missing-set-source-identity',
    ownIdp({ claims: { 'https://aws.amazon.com/source_identity': 'alice' } }),
  ),
  denied(
    'a claim that never becomes a key',
    'claim-not-a-key',
    ownIdp({
      statement: {
        Condition: {
          StringEquals: { [app('aud')]: 'web' },
          'ForAnyValue:StringEquals': { [app('groups')]: 'editors' },
        },
      },
    }),
  ),
  denied('azp that stands for aud', 'azp-for-aud', ownIdp({ claims: { aud: 'web', azp: 'mobile' } })),
  denied(
    'a list without a set operator',
    'several-values',
    ownIdp({ statement: { Condition: { StringEquals: { [app('aud')]: 'web', [app('amr')]: 'mfa' } } } }),
  ),
  denied(
    'ForAllValues where one is meant',
    'for-all-values',
    ownIdp({
      statement: {
        Condition: { StringEquals: { [app('aud')]: 'web' }, 'ForAllValues:StringEquals': { [app('amr')]: 'mfa' } },
      },
    }),
  ),
  denied(
    'aws:PrincipalTag where the request’s tag is meant',
    'only-with-credentials',
    ownIdp({
      claims: tags({ team: ['blue'] }),
      statement: {
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        Condition: { StringEquals: { [app('aud')]: 'web', 'aws:PrincipalTag/team': 'blue' } },
      },
    }),
  ),
  denied(
    'aws:PrincipalOrgID of a federated caller',
    'only-with-credentials',
    ownIdp({ statement: { Condition: { StringEquals: { [app('aud')]: 'web', 'aws:PrincipalOrgID': 'o-acme' } } } }),
  ),
  denied(
    'a tag that is called otherwise',
    'tag-not-signed',
    ownIdp({
      claims: tags({ team: ['blue'] }),
      statement: {
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        Condition: { StringEquals: { [app('aud')]: 'web', 'aws:RequestTag/teams': 'blue' } },
      },
    }),
  ),
  denied(
    'a policy variable in a document of 2008',
    'variable-with-old-version',
    ownIdp({
      version: '2008-10-17',
      statement: { Condition: { StringEquals: { [app('aud')]: 'web', 'sts:RoleSessionName': `\${${app('sub')}}` } } },
    }),
  ),
  denied(
    'an exclusion that fits',
    'excluded',
    ownIdp({
      statement: {
        Condition: { StringEquals: { [app('aud')]: 'web' }, StringNotLike: { [app('email')]: '*@acme.example' } },
      },
    }),
  ),
  denied(
    'the value under another key',
    'another-key',
    ownIdp({ statement: { Condition: { StringEquals: { [app('aud')]: 'web', [app('sub')]: 'alice@acme.example' } } } }),
  ),
  denied(
    'a value that the token has as a claim of its own',
    'claim-not-a-key',
    ownIdp({
      claims: { preferred_username: 'asmith' },
      statement: { Condition: { StringEquals: { [app('aud')]: 'web', [app('sub')]: 'asmith' } } },
    }),
  ),
  allowed(
    'ForAllValues on a key that is never there',
    'for-all-values-on-nothing',
    actions({
      statement: { Condition: { StringEquals: aud, 'ForAllValues:StringLike': { [gh('subject')]: 'repo:acme/*' } } },
    }),
  ),
  allowed(
    'IfExists on a key that is never there',
    'if-exists-on-nothing',
    actions({ statement: { Condition: { StringEquals: aud, StringLikeIfExists: { [gh('suub')]: 'repo:acme/*' } } } }),
  ),
  allowed(
    'an exclusion on a key that is never there',
    'exclusion-on-nothing',
    actions({ statement: { Condition: { StringEquals: aud, StringNotEquals: { [gh('repository_owner')]: 'evil' } } } }),
  ),
];
