// What an operator declares in daypass.yaml. The JSON Schema for editors is generated from here.

import * as v from 'valibot';
import { ways } from '../grant/grant.ts';
import { awsClaims } from '../identity/aws-keys.ts';
import { vendorNames } from '../identity/oidc/vendors.ts';
import { nearest } from '../nearest.ts';
import { doorNames, routeKey, routes } from '../routes.ts';

/** An object that takes these keys and no others, and says so. */
const only = <const E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, (issue) =>
    issue.expected === 'never'
      ? notKnown(String(issue.path?.at(-1)?.key ?? ''), Object.keys(entries))
      : issue.received === 'undefined'
        ? 'is missing'
        : `must be an object with ${Object.keys(entries).join(', ')}`,
  );

/** What an unknown key may have been meant to be, and what is allowed. */
function notKnown(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `is not known here; ${meant ? `did you mean ${meant}? ` : ''}allowed are ${known.join(', ')}`;
}

const notText = ({ input }: v.BaseIssue<unknown>) =>
  typeof input === 'object' ? 'must be a text; YAML takes {…} without quotes for an object' : 'must be a text';

const text = (description: string) =>
  v.pipe(v.string(notText), v.nonEmpty('must not be empty'), v.description(description));
const list = <const S extends v.GenericSchema>(item: S, description: string) =>
  v.pipe(
    v.array(item, 'must be a list'),
    v.nonEmpty('must not be empty: empty means none'),
    v.description(description),
  );

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name of small letters, digits and -, of at most 40 characters'),
);

const duration = (description: string) =>
  v.pipe(
    v.union([v.string(), v.number()], 'must be a duration such as 4h, 90m or 3600'),
    v.description(`${description} As 4h, 90m, or plain seconds.`),
  );

const region = v.pipe(v.string(), v.regex(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'must be a Region such as eu-central-1'));

/** YAML reads a long number without quotes as another number. */
const exact = 'must be put in quotes: beyond 9007199254740991 a number loses digits';
const scalar = v.union([
  v.string(),
  v.pipe(v.number(), v.minValue(Number.MIN_SAFE_INTEGER, exact), v.maxValue(Number.MAX_SAFE_INTEGER, exact)),
  v.boolean(),
]);
const conditionValue = v.union([scalar, v.array(scalar)], (issue) =>
  typeof issue.input === 'number' ? exact : 'must be a text, a number, a boolean or a list of them',
);
/** A list would pass for an object whose keys are 0, 1, 2. */
const key = v.pipe(v.string(), v.regex(/\D/, 'must be a name; this is a list where an object is wanted'));

const conditions = v.pipe(
  v.record(key, v.record(key, conditionValue), 'must be an object of operators, each an object of keys'),
  v.description('IAM condition operators, each with keys and values. All must hold.'),
);

export const statement = only({
  sid: v.optional(text('The statement identifier: letters and digits.')),
  effect: v.optional(v.picklist(['Allow', 'Deny'], 'must be Allow or Deny'), 'Allow'),
  actions: list(text('As s3:GetObject.'), 'The actions the statement speaks of.'),
  resources: list(text('As arn:aws:s3:::bucket/*.'), 'The resources the statement speaks of.'),
  conditions: v.optional(conditions),
});

/** What a provider signs for AWS itself. */
const signedForAws = (description: string) =>
  v.optional(
    v.pipe(
      v.array(v.picklist(awsClaims, `must be one of ${awsClaims.join(', ')}`), 'must be a list'),
      v.description(description),
    ),
    [],
  );

const inIam = (description: string) =>
  v.optional(
    v.pipe(v.picklist(['create', 'existing'], 'must be create or existing'), v.description(description)),
    'create',
  );

const oidc = only({
  vendor: v.optional(
    v.pipe(
      v.picklist(vendorNames, `must be one of ${vendorNames.join(', ')}`),
      v.description('A well-known issuer: its form is checked, and some need no issuer.'),
    ),
  ),
  issuer: v.optional(text('The issuer, exactly as tokens spell it in iss.')),
  audiences: list(text('A client ID.'), 'The audiences whose tokens are taken: aud, or azp where there is one.'),
  clockLeeway: v.optional(duration('How far clocks may differ.'), 60),
  longestTokenLifetime: v.optional(duration('The longest time from iat to exp.'), '24h'),
  awsClaims: signedForAws(
    'The https://aws.amazon.com/… claims in its tokens. Roles must allow STS to take them, so they do.',
  ),
  iamProvider: inIam('Whether the stack makes the IAM OIDC provider. An account can have one for each issuer.'),
});

const httpsAddress = (description: string) =>
  v.pipe(
    v.string('must be an https:// address'),
    v.regex(
      /^https:\/\/[\w.-]+(:\d+)?(\/[\w.~!&'()+,;=:@%/-]*)?$/,
      'must be an https:// address without query, fragment, * and $',
    ),
    v.description(description),
  );

const saml = only({
  metadata: text(
    "The identity provider's metadata: a file beside this one, or an https:// address from which it is fetched again every hour.",
  ),
  allowUnsolicited: v.optional(
    v.pipe(
      v.union([v.boolean(), v.literal('clients')], 'must be true, false or clients'),
      v.description(
        'Takes sign-ins that nobody asked for: clients for responses that clients bring to POST /v1/credentials, true also for those that begin at the identity provider. Anyone can then sign your people in as himself.',
      ),
    ),
    false,
  ),
  recipients: v.optional(
    v.pipe(
      v.array(httpsAddress('An assertion consumer service.'), 'must be a list'),
      v.description(
        'Addresses besides our own that responses may be meant for when a client brings them to POST /v1/credentials.',
      ),
    ),
    [],
  ),
  requireSignedResponse: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description('The assertion must be signed, always; true asks for a signature around it, too.'),
    ),
    false,
  ),
  signRequests: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether our requests to it are signed, by default where saml.signing is configured. Keycloak takes unsigned ones although its metadata says otherwise.',
      ),
    ),
  ),
  clockLeeway: v.optional(duration('How far clocks may differ.'), 60),
  longestAssertionLifetime: v.optional(duration('The longest time from NotBefore to NotOnOrAfter.'), '24h'),
  awsAttributes: signedForAws(
    'The https://aws.amazon.com/SAML/Attributes/… of its assertions besides Role and RoleSessionName: PrincipalTag (tags), SourceIdentity. Roles must allow STS to take them, so they do.',
  ),
  iamProvider: inIam('Whether the stack makes the IAM SAML provider.'),
  iamProviderName: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\w.-]{1,128}$/, 'must be 1 to 128 letters, digits and . _ -'),
      v.description(
        'The name of the IAM SAML provider, by default daypass-{provider}. Assertions name it beside each role.',
      ),
    ),
  ),
});

const aws = only({
  accounts: list(
    v.pipe(
      v.string('must be an account ID in quotes'),
      v.regex(/^\d{12}$/, 'must be an account ID of 12 digits, in quotes'),
    ),
    'The accounts whose roles and users may prove who they are.',
  ),
  audiences: v.optional(
    list(
      v.pipe(v.string(notText), v.regex(/^[!-~]{1,255}$/, 'must be 1 to 255 visible ASCII characters')),
      'For whom requests must be signed (x-daypass-audience), by default the address of the doors.',
    ),
  ),
  organization: v.optional(
    v.pipe(
      v.string(notText),
      v.regex(/^o-[a-z0-9]{10,32}$/, 'must be the ID of an organization, such as o-exampleorgid'),
      v.description('The organization of the accounts. You state it, for grants to ask: AWS does not tell it.'),
    ),
  ),
  clockLeeway: v.optional(duration('How far clocks may differ.'), 60),
});

/** An entry of `providers`. */
export const provider = only({
  oidc: v.optional(v.pipe(oidc, v.description('An OpenID Connect issuer.'))),
  saml: v.optional(v.pipe(saml, v.description('A SAML 2.0 identity provider.'))),
  aws: v.optional(v.pipe(aws, v.description('AWS accounts, whose roles and users sign a request as proof.'))),
});

const role = v.pipe(
  only({
    arn: v.optional(text('A role that exists. Daypass leaves it alone; its trust policy is yours.')),
    maxSessionDuration: v.optional(
      duration('With arn: the MaxSessionDuration of that role. AWS gives roles 1h unless told otherwise.'),
    ),
    permissions: v.optional(list(statement, 'What the role may do. Daypass makes the role.')),
    name: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[\w+=,.@-]{1,64}$/, 'must be 1 to 64 letters, digits and _+=,.@-'),
        v.description('The name of the role that is made. By default daypass-{grant}.'),
      ),
    ),
    account: v.optional(
      v.pipe(
        v.string('must be an account ID in quotes'),
        v.regex(/^\d{12}$/, 'must be an account ID of 12 digits, in quotes'),
        v.description('The account of the role that is made. By default the one Daypass is deployed in.'),
      ),
    ),
    externalId: v.optional(
      v.pipe(
        v.string('must be a text'),
        v.regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 letters, digits and _+=,.@:/-'),
        v.description('With chain: the ExternalId that the role asks for. By default daypass:{grant}.'),
      ),
    ),
  }),
  v.description('The role that the grant gives: permissions makes one, arn names one.'),
);

const droppableTag = only({
  value: text('The value, with {claims}.'),
  drop: v.pipe(
    v.number('must be a whole number'),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be 1 or more'),
    v.description(
      'Makes the tag one that may be left out: where a claim is missing or cannot be in a tag, and, the lowest number first, where the session would be too large for STS.',
    ),
  ),
});

const session = only({
  name: v.optional(text('The session name, with {claims}; {sub} where none is given.')),
  duration: v.optional(duration('The longest session, and the length where none is asked for.'), '1h'),
  withinProof: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether the session ends with the token at the latest. With less than 15 minutes left there is none.',
      ),
    ),
    false,
  ),
  policy: v.optional(
    list(statement, 'Narrows the role for this session. Resources and condition values may have {claims}.'),
  ),
  maxAuthAge: v.optional(
    duration(
      'The longest time since the caller authenticated: by auth_time of a token, AuthnInstant of an assertion. Who did so before signs in again.',
    ),
  ),
  onlyFrom: v.optional(
    list(
      v.pipe(
        v.string('must be a text'),
        v.regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'must be an address or a range such as 203.0.113.0/24'),
      ),
      'The networks from which the session may be used (aws:SourceIp). What AWS services do for it is not held to them.',
    ),
  ),
  readOnly: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether the session only reads: what AWS calls Read and List, and kms:Decrypt. The policy, or else the role, must name its services.',
      ),
    ),
    false,
  ),
  tags: v.optional(
    v.pipe(
      v.record(
        key,
        v.union([v.string(), droppableTag], 'must be a text with {claims}, or an object with value and drop'),
        'must be an object of tags',
      ),
      v.description('The session tags, each with its value. With vouch, chain and federation-token.'),
    ),
    {},
  ),
  transitiveTags: v.optional(
    v.pipe(
      v.array(v.string(notText), 'must be a list'),
      v.description('The keys of tags that stay when the session assumes another role. With vouch and chain.'),
    ),
    [],
  ),
  sourceIdentity: v.optional(
    text('The source identity, with {claims}: it stays whatever role is assumed next. With vouch and chain.'),
  ),
  valuesMayContain: v.optional(
    v.pipe(
      v.array(v.picklist(['/', ':', '*', '?', '$'], 'must be one of / : * ? $'), 'must be a list'),
      v.description('Characters that claims may bring into the session policy. Wildcards stay plain characters.'),
    ),
    [],
  ),
});

/** An entry of `grants`. */
export const grant = only({
  from: text('The provider that must prove the caller.'),
  when: v.union(
    [v.pipe(v.literal('anyone'), v.description('Everybody the provider proves.')), conditions],
    'must be an object of operators, each an object of claims, or the word anyone',
  ),
  way: v.optional(
    v.pipe(
      v.picklist(ways, `must be one of ${ways.join(', ')}`),
      v.description(
        "How STS is asked: forward hands on the caller's own proof; vouch shows STS a token that Daypass signs, with tags from any claim; chain assumes the role from the function's own role, for 1h at most; federation-token asks as an IAM user, for up to 36h.",
      ),
    ),
    'forward',
  ),
  role,
  session: v.optional(session, {}),
  oneTime: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether a token is good once for this grant: by its jti, or by what was signed. Assertions always are.',
      ),
    ),
    false,
  ),
  acceptsDirectStsCalls: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        "With forward, whoever holds a token can ask STS for the role without Daypass, past conditions on claims that AWS never sees and past the session policy. Write true where the role's own permissions may be had that way.",
      ),
    ),
    false,
  ),
});

const cors = only({
  origins: v.pipe(
    v.array(
      v.pipe(v.string(), v.regex(/^https?:\/\/[\w.-]+(:\d+)?$/, 'must be an origin such as https://app.acme.example')),
      'must be a list',
    ),
    v.description('The origins whose pages may call. None by default.'),
  ),
});

const sts = only({
  fallbackRegions: v.pipe(
    v.array(region, 'must be a list'),
    v.description("Tried in this order when STS does not answer in the broker's own Region."),
  ),
});

const keyPair = only({
  certificate: text('A PEM file beside this one: what identity providers are told.'),
  privateKey: v.pipe(
    v.string('must be the ARN of a secret'),
    v.regex(
      /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/,
      'must be arn:aws:secretsmanager:{region}:{account}:secret:{name}',
    ),
    v.description('The secret in AWS Secrets Manager that holds the private key as PEM.'),
  ),
});

export const serviceProvider = only({
  entityId: v.optional(
    text(
      'What identity providers know us as, by default the address of our metadata. AWS itself is urn:amazon:webservices.',
    ),
  ),
  signing: v.optional(v.pipe(keyPair, v.description('Signs what we ask of identity providers.'))),
  decryption: v.optional(v.pipe(keyPair, v.description('Opens encrypted assertions.'))),
});

const vouch = only({
  keyGeneration: v.pipe(
    v.number('must be a whole number'),
    v.integer('must be a whole number'),
    v.minValue(1, 'must be 1 or more'),
    v.description('Which signing key signs. Raised by one and deployed, the key that was published ahead takes over.'),
  ),
});

/** API Gateway has these for all HTTP APIs of an account and Region together, and AWS raises them when asked. */
const mostPerSecond = 10_000;
const largestBurst = 5000;
/** Lambda gives an account and Region 1000 unless asked for more. */
const mostConcurrency = 10_000;

const count = (most: number, description: string) => {
  const says = `must be a whole number from 1 to ${most}`;
  return v.pipe(
    v.number(says),
    v.integer(says),
    v.minValue(1, says),
    v.maxValue(most, says),
    v.description(description),
  );
};
const each = <const S extends v.GenericSchema>(names: readonly string[], value: S) =>
  only(Object.fromEntries(names.map((name) => [name, v.optional(value)])));

const throttle = only({
  perSecond: count(mostPerSecond, 'Requests a second in the long run.'),
  burst: count(largestBurst, 'Requests at once.'),
});

const stackSets = only({
  organizationalUnits: list(
    v.pipe(
      v.string(notText),
      v.regex(
        /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/,
        'must be the ID of an organizational unit or root, as ou-a1b2-c3d4e5f6',
      ),
    ),
    'The organizational units that the other accounts are in.',
  ),
  fromManagementAccount: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether Daypass is deployed in the management account. Otherwise its account must be a delegated administrator of CloudFormation StackSets.',
      ),
    ),
    false,
  ),
});

export const operations = only({
  regions: v.optional(
    list(region, 'The Regions that Daypass runs in. The first is its home: roles and the table are there.'),
  ),
  canary: v.optional(
    text(
      'A grant of AWS accounts that a function asks for every five minutes, and then once more than it may. It goes by the role daypass.canary.',
    ),
  ),
  stackSets: v.optional(
    v.pipe(
      stackSets,
      v.description(
        'Brings the roles of other accounts there by service-managed StackSets of the home stack, instead of a stack for each account.',
      ),
    ),
  ),
  tracing: v.optional(
    v.pipe(
      v.boolean('must be true or false'),
      v.description(
        'Whether AWS X-Ray traces every function. Traces hold times and names of functions, nothing of callers.',
      ),
    ),
    false,
  ),
  concurrency: v.optional(
    v.pipe(
      each(doorNames, count(mostConcurrency, 'How many requests its function works on at once.')),
      v.description('Reserves for a door as much of the concurrency of the account as it may use at most.'),
    ),
    {},
  ),
  throttles: v.optional(
    v.pipe(
      each(routes.map(routeKey), throttle),
      v.description('What API Gateway lets through on a route, where it is not what the table of routes says.'),
    ),
    {},
  ),
});

const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'must be an account ID of 12 digits, in quotes'));
const printable = 'must be 1 to 64 printable characters';
const accountName = v.pipe(v.string(notText), v.minLength(1, printable), v.maxLength(64, printable));

export const accounts = v.record(accountId, accountName, 'must be an object of account IDs, each with its name');

/** The whole file. */
export const schema = only({
  providers: v.pipe(v.record(name, provider, 'must be an object of providers'), v.description('Who proves callers.')),
  grants: v.pipe(
    v.record(name, grant, 'must be an object of grants'),
    v.description('Who may get which role, and how.'),
  ),
  url: v.optional(
    v.pipe(
      v.string('must be an https:// address'),
      v.regex(
        /^https:\/\/[a-z0-9.-]+(:(?!443$)\d+)?$/,
        'must be as https://access.acme.example: small letters, no path, no port 443',
      ),
      v.description('The address of the doors, where it is not the one that API Gateway gives them.'),
    ),
  ),
  saml: v.optional(v.pipe(serviceProvider, v.description('Daypass as a SAML service provider.')), {}),
  vouch: v.optional(v.pipe(vouch, v.description('Daypass as an OpenID issuer to AWS.')), { keyGeneration: 1 }),
  organization: v.optional(
    v.pipe(
      v.string('must be a text'),
      v.regex(/^o-[a-z0-9]{10,32}$/, 'must be the ID of an AWS organization, as o-a1b2c3d4e5'),
      v.description('The organization that all accounts are in. Roles of grants that chain ask for it.'),
    ),
  ),
  accounts: v.optional(
    v.pipe(
      accounts,
      v.description('What people know accounts as: shown beside the roles in them. By account ID, in quotes.'),
    ),
    {},
  ),
  cors: v.optional(cors, { origins: [] }),
  sts: v.optional(sts, { fallbackRegions: [] }),
  operations: v.optional(v.pipe(operations, v.description('How Daypass is run.')), {}),
});

export type DeclaredOidc = v.InferOutput<typeof oidc>;
export type DeclaredSaml = v.InferOutput<typeof saml>;
export type DeclaredAws = v.InferOutput<typeof aws>;
export type DeclaredServiceProvider = v.InferOutput<typeof serviceProvider>;
export type DeclaredOperations = v.InferOutput<typeof operations>;
export type DeclaredProvider = v.InferOutput<typeof provider>;
export type DeclaredGrant = v.InferOutput<typeof grant>;
export type DeclaredStatement = v.InferOutput<typeof statement>;
