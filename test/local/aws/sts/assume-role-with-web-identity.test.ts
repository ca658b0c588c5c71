import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../kit/account-of.ts';
import { anIssuer } from '../../../kit/issuer.ts';
import {
  anAccount,
  anEmbeddedSts,
  anotherAccount,
  aStack,
  aStackThatTrusts,
  formOf,
  providerArn,
  refused,
  roleArn,
} from '../../../kit/sts.ts';

const denied = (action = 'sts:AssumeRoleWithWebIdentity') =>
  refused(403, 'AccessDenied', `Not authorized to perform ${action}`);
const invalid = (message: string) => refused(400, 'InvalidIdentityToken', message);
const oneViolation = (what: string) => refused(400, 'ValidationError', `1 validation error detected: ${what}`);

type Claims = Readonly<Record<string, unknown>>;
type When = Parameters<typeof aStackThatTrusts>[0];

/** Whether a trust policy with these conditions lets a token with these claims in. */
const lets = async (when: When, claims: Claims = {}) => {
  const { status } = await (await anEmbeddedSts({ stacks: [aStackThatTrusts(when)] })).assumeAs(claims);
  return status === 200;
};

describe('success', () => {
  test('the answer has STS’s members in order', async () => {
    const sts = await anEmbeddedSts();
    const { status, headers, xml } = await sts.assume();
    const { id = '' } = sts.iam.role(roleArn()) ?? {};
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/xml');
    expect(xml).toMatch(
      new RegExp(
        [
          '^<AssumeRoleWithWebIdentityResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">',
          '<AssumeRoleWithWebIdentityResult>',
          '<SubjectFromWebIdentityToken>alice</SubjectFromWebIdentityToken>',
          '<Audience>web</Audience>',
          `<AssumedRoleUser><AssumedRoleId>${id}:alice</AssumedRoleId>`,
          `<Arn>arn:aws:sts::${anAccount}:assumed-role/files/alice</Arn></AssumedRoleUser>`,
          '<Credentials><AccessKeyId>ASIA[A-Z2-7]{16}</AccessKeyId>',
          '<SecretAccessKey>[A-Za-z0-9+/]{40}</SecretAccessKey>',
          '<SessionToken>[A-Za-z0-9+/=]+</SessionToken>',
          '<Expiration>2026-06-01T13:00:00Z</Expiration></Credentials>',
          `<Provider>${providerArn()}</Provider>`,
          '<PackedPolicySize>\\d+</PackedPolicySize>',
          '</AssumeRoleWithWebIdentityResult>',
          '<ResponseMetadata><RequestId>[0-9a-f-]{36}</RequestId></ResponseMetadata>',
          '</AssumeRoleWithWebIdentityResponse>$',
        ].join(''),
      ),
    );
  });

  test('the credentials are those of a session that the endpoint knows', async () => {
    const sts = await anEmbeddedSts();
    const answer = await sts.assume();
    const key = answer.text('AccessKeyId') ?? '';
    expect(accountOf(key)).toBe(anAccount);
    expect(sts.sessions.find(key)).toMatchObject({
      secretAccessKey: answer.text('SecretAccessKey'),
      sessionToken: answer.text('SessionToken'),
    });
  });

  test('a role’s path is not part of the session’s ARN', async () => {
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ path: '/team/' }] })] });
    const answer = await sts.assume({ RoleArn: roleArn('team/files') });
    expect(answer.text('Arn')).toBe(`arn:aws:sts::${anAccount}:assumed-role/files/alice`);
  });

  test.each([
    [undefined, '2026-06-01T13:00:00Z'],
    ['900', '2026-06-01T12:15:00Z'],
    ['+900', '2026-06-01T12:15:00Z'],
    ['0900', '2026-06-01T12:15:00Z'],
    ['43200', '2026-06-02T00:00:00Z'],
  ])('a duration of %s ends at %s', async (DurationSeconds, expiration) => {
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ maxSessionSeconds: 43_200 }] })] });
    expect((await sts.assume({ DurationSeconds })).text('Expiration')).toBe(expiration);
  });

  test('the end is told in whole seconds, however fine the clock is', async () => {
    const sts = await anEmbeddedSts({ clock: () => new Date('2026-06-01T12:00:00.789Z') });
    expect((await sts.assume()).text('Expiration')).toBe('2026-06-01T13:00:00Z');
  });

  test('the packed size grows with the subject and the policy, and is there for a bare call', async () => {
    const sts = await anEmbeddedSts();
    const size = async (parameters: Readonly<Record<string, string>> = {}) =>
      Number((await sts.assume(parameters)).text('PackedPolicySize'));
    const bare = await size();
    const Policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
    expect(bare).toBeGreaterThan(0);
    expect(await size({ Policy })).toBeGreaterThan(bare);
    expect(
      await size({ WebIdentityToken: sts.issuer.token({ sub: randomBytes(150).toString('hex') }) }),
    ).toBeGreaterThan(bare);
  });

  test('the first value of a parameter given twice is used', async () => {
    const sts = await anEmbeddedSts();
    const form = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: roleArn(),
      RoleSessionName: 'first',
      WebIdentityToken: sts.issuer.token(),
    };
    const answer = await sts.post(
      `${formOf(form)}&${formOf({ ...form, RoleSessionName: 's e c o n d', RoleArn: 'x' })}`,
    );
    expect(answer.text('Arn')).toBe(`arn:aws:sts::${anAccount}:assumed-role/files/first`);
  });

  test('parameters that nobody knows are ignored', async () => {
    const sts = await anEmbeddedSts();
    expect((await sts.assume({ Colour: 'blue', 'Tags.member.1.Key': 'role', ExternalId: '' })).status).toBe(200);
  });
});

describe('parameters', () => {
  const pattern = 'Member must satisfy regular expression pattern';

  test.each<[Readonly<Record<string, string | undefined>>, string]>([
    [{ RoleArn: undefined }, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"],
    [
      { RoleSessionName: undefined },
      "Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null",
    ],
    [
      { WebIdentityToken: undefined },
      "Value null at 'webIdentityToken' failed to satisfy constraint: Member must not be null",
    ],
    [
      { RoleArn: 'arn:aws:iam::1:role' },
      "Value 'arn:aws:iam::1:role' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [
      { RoleSessionName: 'a' },
      "Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { RoleSessionName: 'a'.repeat(65) },
      `Value '${'a'.repeat(65)}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      { RoleSessionName: 'alice <alice@acme.example>' },
      `Value 'alice <alice@acme.example>' at 'roleSessionName' failed to satisfy constraint: ${pattern}: [\\w+=,.@-]*`,
    ],
    [
      { WebIdentityToken: 'abc' },
      "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4",
    ],
    [
      { WebIdentityToken: 'a'.repeat(20_001) },
      `Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000`,
    ],
    [
      { ProviderId: 'abc' },
      "Value 'abc' at 'providerId' failed to satisfy constraint: Member must have length greater than or equal to 4",
    ],
    [
      { Policy: 'x'.repeat(2049) },
      `Value '${'x'.repeat(2049)}' at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048`,
    ],
    [
      { Policy: '{"Ā":1}' },
      `Value '{"Ā":1}' at 'policy' failed to satisfy constraint: ${pattern}: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+`,
    ],
    [
      { DurationSeconds: '899' },
      "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: '43201' },
      "Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
  ])('%j is refused in STS’s words', async (parameters, says) => {
    expect((await (await anEmbeddedSts()).assume(parameters)).error).toEqual(oneViolation(says));
  });

  test.each([
    'arn:aws:iam::1111:role/files',
    'arn:aws:iam::111122223333:user/files',
    'arn:aws:iam::111122223333:role/',
    'https://login.acme.example/role',
  ])('%s is not a role’s ARN', async (RoleArn) => {
    expect((await (await anEmbeddedSts()).assume({ RoleArn })).error).toEqual(
      refused(400, 'ValidationError', `${RoleArn} is invalid`),
    );
  });

  test.each([' 900 ', '900.0', '9e2', 'abc', '2147483648', '-2147483649'])(
    'a duration of "%s" is malformed, without a message',
    async (DurationSeconds) => {
      const answer = await (await anEmbeddedSts()).assume({ DurationSeconds });
      expect(answer.error).toEqual(refused(400, 'MalformedInput', undefined));
      expect(answer.xml).not.toContain('<Message');
    },
  );

  test('an empty duration is malformed', async () => {
    expect((await (await anEmbeddedSts()).assume({ DurationSeconds: '' })).error).toEqual(
      refused(400, 'MalformedInput', 'missing value for decimal type'),
    );
  });

  test('a token for Login with Amazon is none', async () => {
    expect((await (await anEmbeddedSts()).assume({ ProviderId: 'www.amazon.com' })).error).toEqual(
      invalid('Provided Token is not a Login With Amazon token'),
    );
  });

  test.each(['login.acme.example', 'graph.facebook.com', 'accounts.google.com'])(
    'ProviderId %s does not go with an ID token',
    async (ProviderId) => {
      expect((await (await anEmbeddedSts()).assume({ ProviderId })).error).toEqual(
        refused(
          403,
          'AccessDenied',
          'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens',
        ),
      );
    },
  );
});

describe('provider', () => {
  const unknown = (issuer: string) => invalid(`No OpenIDConnect provider found in your account for ${issuer}`);

  test.each([
    ['somebody else', 'https://evil.test'],
    ['a slash more', 'https://login.acme.example/'],
    ['other letters', 'https://Login.acme.example'],
    ['a host that begins alike', 'https://login.acme.example.evil.test'],
    ['no scheme', 'login.acme.example'],
  ])('an issuer that is %s has no provider', async (_, iss) => {
    expect((await (await anEmbeddedSts()).assumeAs({ iss })).error).toEqual(unknown(iss));
  });

  test('the provider must be in the role’s account', async () => {
    const stacks = [aStack(), aStack({ account: anotherAccount, providers: {} })];
    const sts = await anEmbeddedSts({ stacks });
    expect((await sts.assume({ RoleArn: roleArn('files', anotherAccount) })).error).toEqual(
      unknown('https://login.acme.example'),
    );
  });

  test('a role in another account is assumed through that account’s provider', async () => {
    const trust = [{ principal: { Federated: providerArn(undefined, anotherAccount) } }];
    const stacks = [aStack({ roles: [] }), aStack({ account: anotherAccount, roles: [{ trust }] })];
    const answer = await (await anEmbeddedSts({ stacks })).assume({ RoleArn: roleArn('files', anotherAccount) });
    expect(answer.text('Arn')).toBe(`arn:aws:sts::${anotherAccount}:assumed-role/files/alice`);
    expect(answer.text('Provider')).toBe(providerArn(undefined, anotherAccount));
    expect(accountOf(answer.text('AccessKeyId') ?? '')).toBe(anotherAccount);
  });

  test('a trust policy that names a sibling account’s provider lets nobody in', async () => {
    const stacks = [
      aStack(),
      aStack({ account: anotherAccount, roles: [{ trust: [{ principal: { Federated: providerArn() } }] }] }),
    ];
    const sts = await anEmbeddedSts({ stacks });
    expect((await sts.assume({ RoleArn: roleArn('files', anotherAccount) })).error).toEqual(denied());
  });

  test('no issuer is asked for keys unless the account knows it', async () => {
    const issuer = anIssuer();
    const network = issuer.network();
    await (await anEmbeddedSts({ issuer, network })).assumeAs({ iss: 'https://evil.test' });
    expect(network.requests).toEqual([]);
  });
});

describe('trust policy', () => {
  test('a role that does not exist sounds like one that does not trust', async () => {
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust: [] }] })] });
    const untrusting = await sts.assume();
    const missing = await sts.assume({ RoleArn: roleArn('missing') });
    expect(untrusting.error).toEqual(denied());
    expect(missing.error).toEqual(untrusting.error);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['everybody with an AWS account', { AWS: '*' }],
    ['the account', { AWS: anAccount }],
    ['another provider', { Federated: providerArn('https://other.example') }],
    ['the provider’s name instead of its ARN', { Federated: 'login.acme.example' }],
    ['a service', { Service: 'lambda.amazonaws.com' }],
  ])('a role that trusts %s does not trust the token', async (_, principal) => {
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust: [{ principal }] }] })] });
    expect((await sts.assume()).error).toEqual(denied());
  });

  test('another action is not this one, and a wildcard is', async () => {
    const withActions = async (...actions: readonly string[]) =>
      (await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust: [{ actions }] }] })] })).assume();
    expect((await withActions('sts:AssumeRole')).error).toEqual(denied());
    expect((await withActions('sts:AssumeRole*')).status).toBe(200);
    expect((await withActions('STS:assumerolewithwebidentity')).status).toBe(200);
  });

  test('a Deny beats the Allow', async () => {
    const trust = [{}, { effect: 'Deny' as const, when: { StringEquals: { 'login.acme.example:sub': 'mallory' } } }];
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust }] })] });
    expect((await sts.assume()).status).toBe(200);
    expect((await sts.assumeAs({ sub: 'mallory' })).error).toEqual(denied());
  });

  test.each<[string, When, Claims]>([
    ['aud is the audience', { StringEquals: { 'login.acme.example:aud': 'web' } }, {}],
    ['aud is azp', { StringEquals: { 'login.acme.example:aud': 'web' } }, { aud: 'api', azp: 'web' }],
    [
      'oaud is every aud',
      {
        'ForAllValues:StringEquals': { 'login.acme.example:oaud': ['web', 'api'] },
        'ForAnyValue:StringEquals': { 'login.acme.example:oaud': 'api' },
      },
      { aud: ['web', 'api'], azp: 'web' },
    ],
    ['sub is sub', { StringLike: { 'login.acme.example:sub': 'al*' } }, {}],
    ['a numeric sub is text', { StringEquals: { 'login.acme.example:sub': '42' } }, { sub: 42 }],
    ['email is email', { StringEquals: { 'login.acme.example:email': 'a@acme.example' } }, { email: 'a@acme.example' }],
    [
      'amr has several values',
      { 'ForAnyValue:StringEquals': { 'login.acme.example:amr': 'mfa' } },
      { amr: ['pwd', 'mfa'] },
    ],
    ['keys are known in any case', { StringEquals: { 'LOGIN.acme.example:SUB': 'alice' } }, {}],
    ['the session’s name is known', { StringEquals: { 'sts:RoleSessionName': 'alice' } }, {}],
    ['the account is the provider’s', { StringEquals: { 'aws:PrincipalAccount': anAccount } }, {}],
    ['the principal is a user', { StringEquals: { 'aws:PrincipalType': 'User' } }, {}],
    ['the user id is the provider', { ArnEquals: { 'aws:userid': providerArn() } }, {}],
    ['there is no principal ARN', { Null: { 'aws:PrincipalArn': 'true' } }, {}],
    ['the time is known', { DateLessThan: { 'aws:CurrentTime': '2026-06-01T12:00:01Z' } }, {}],
    ['the address is known', { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } }, {}],
    [
      'other claims are no keys',
      { Null: { 'login.acme.example:groups': 'true', 'login.acme.example:repository': 'true' } },
      { groups: ['editors'], repository: 'acme/shop' },
    ],
    ['the prefix is the issuer’s only', { Null: { 'evil.test:sub': 'true' } }, {}],
  ])('%s', async (_, when, claims) => {
    expect(await lets(when, claims)).toBe(true);
  });

  test.each<[string, When, Claims]>([
    ['another audience', { StringEquals: { 'login.acme.example:aud': 'mobile' } }, {}],
    ['aud where azp counts', { StringEquals: { 'login.acme.example:aud': 'api' } }, { aud: 'api', azp: 'web' }],
    [
      'a custom claim',
      { 'ForAnyValue:StringEquals': { 'login.acme.example:groups': 'editors' } },
      { groups: ['editors'] },
    ],
    ['a sub in other letters', { StringEquals: { 'login.acme.example:sub': 'Alice' } }, {}],
    ['a tag that the token lacks', { StringEquals: { 'aws:RequestTag/role': 'editor' } }, {}],
    [
      'a claim named like a condition key',
      { StringEquals: { 'aws:RequestTag/role': 'editor' } },
      { 'aws:RequestTag/role': 'editor' },
    ],
  ])('a condition on %s keeps the token out', async (_, when, claims) => {
    expect(await lets(when, claims)).toBe(false);
  });

  test('the role’s own tags are condition keys', async () => {
    const trust = [{ when: { StringEquals: { 'aws:ResourceTag/team': 'blue' } } }];
    const statusWith = async (team: string) =>
      (await (await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust, tags: { team } }] })] })).assume()).status;
    expect(await statusWith('blue')).toBe(200);
    expect(await statusWith('yellow')).toBe(403);
  });
});

describe('vendors', () => {
  const github = 'https://token.actions.githubusercontent.com';
  const ofGithub = (when: When, claims: Claims) => {
    const trust = [{ principal: { Federated: providerArn(github) }, when }];
    return anEmbeddedSts({
      issuer: anIssuer({ issuer: github }),
      stacks: [aStack({ roles: [{ trust }], providers: { [github]: ['web'] } })],
    }).then((sts) => sts.assumeAs(claims));
  };

  test.each([
    'actor',
    'actor_id',
    'job_workflow_ref',
    'repository',
    'repository_id',
    'repository_owner_id',
    'workflow',
    'ref',
    'environment',
    'enterprise_id',
  ])('GitHub’s %s is a condition key', async (claim) => {
    const when = { StringEquals: { [`token.actions.githubusercontent.com:${claim}`]: 'acme' } };
    expect((await ofGithub(when, { [claim]: 'acme' })).status).toBe(200);
    expect((await ofGithub(when, { [claim]: 'evil' })).status).toBe(403);
  });

  test.each(['repository_owner', 'enterprise', 'workflow_ref', 'run_id'])(
    'GitHub’s %s is not a condition key',
    async (claim) => {
      const when = { Null: { [`token.actions.githubusercontent.com:${claim}`]: 'true' } };
      expect((await ofGithub(when, { [claim]: 'acme' })).status).toBe(200);
    },
  );

  const google = (when: When) =>
    anEmbeddedSts({
      issuer: anIssuer({ issuer: 'https://accounts.google.com' }),
      stacks: [
        aStack({ roles: [{ trust: [{ principal: { Federated: 'accounts.google.com' }, when }] }], providers: {} }),
      ],
    });

  test('Google is built in: no provider is declared, and any client is pinned by the trust policy alone', async () => {
    const sts = await google({ StringEquals: { 'accounts.google.com:aud': '1234.apps.googleusercontent.com' } });
    const answer = await sts.assumeAs({ aud: '1234.apps.googleusercontent.com' });
    expect(answer.text('Provider')).toBe('accounts.google.com');
    expect(answer.text('Audience')).toBe('1234.apps.googleusercontent.com');
    expect((await sts.assumeAs({ aud: '6666.apps.googleusercontent.com' })).error).toEqual(denied());
  });

  test('Google’s azp is the aud, and its aud is the oaud', async () => {
    const when = {
      StringEquals: { 'accounts.google.com:aud': 'app' },
      'ForAnyValue:StringEquals': { 'accounts.google.com:oaud': 'api' },
    };
    expect((await (await google(when)).assumeAs({ aud: 'api', azp: 'app' })).status).toBe(200);
  });
});

const tags = (principalTags: unknown, transitive?: readonly string[]) => ({
  'https://aws.amazon.com/tags': {
    principal_tags: principalTags,
    ...(transitive && { transitive_tag_keys: transitive }),
  },
});

describe('session tags', () => {
  const editor = { StringEquals: { 'aws:RequestTag/role': 'editor' } };

  test.each<[string, Claims]>([
    ['nested', tags({ role: ['editor'] })],
    ['flattened', { 'https://aws.amazon.com/tags/principal_tags/role': 'editor' }],
  ])('%s tags are condition keys', async (_, claims) => {
    expect(await lets(editor, claims)).toBe(true);
    expect(await lets({ StringEquals: { 'aws:requesttag/ROLE': 'editor' } }, claims)).toBe(true);
    expect(
      await lets({ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'role' }, Null: { 'aws:TagKeys': 'false' } }, claims),
    ).toBe(true);
    expect(await lets({ StringEquals: { 'aws:RequestTag/role': 'viewer' } }, claims)).toBe(false);
  });

  test.each<[string, Claims]>([
    ['a text', tags({ role: 'editor' })],
    ['two texts', tags({ role: ['editor', 'admin'] })],
    ['an empty list', tags({ role: [] })],
    ['a list of a number', tags({ role: [1] })],
    ['null', tags({ role: null })],
    ['tags that are a text', tags('role=editor')],
    ['tags that are a list', tags([{ role: ['editor'] }])],
    ['a flattened list', { 'https://aws.amazon.com/tags/principal_tags/role': ['editor'] }],
    ['a flattened number', { 'https://aws.amazon.com/tags/principal_tags/role': 1 }],
    ['one bad tag among good ones', tags({ tenant: ['blue'], role: 'editor' })],
  ])('%s is not in the correct format', async (_, claims) => {
    expect((await (await anEmbeddedSts()).assumeAs(claims)).error).toEqual(
      invalid('principal_tags passed in claim is not in correct format.'),
    );
  });

  test.each<[string, Claims]>([
    ['nested', tags({ role: ['editor'] }, ['role'])],
    [
      'flattened',
      {
        'https://aws.amazon.com/tags/principal_tags/role': 'editor',
        'https://aws.amazon.com/tags/transitive_tag_keys': ['role'],
      },
    ],
  ])('%s transitive tag keys are a condition key', async (_, claims) => {
    expect(await lets({ 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'role' } }, claims)).toBe(true);
  });

  test('an empty value is a value', async () => {
    expect(await lets({ StringEquals: { 'aws:RequestTag/role': '' } }, tags({ role: [''] }))).toBe(true);
  });

  test('more than fits is too large', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`tag${index}`, [randomBytes(128).toString('hex')]]),
    );
    const { error } = await (await anEmbeddedSts()).assumeAs(tags(many));
    expect(error).toMatchObject({ status: 400, code: 'PackedPolicyTooLarge' });
    expect(error.message).toMatch(/^Packed size of session tags consumes \d{3}% of allotted space\.$/);
  });
});

describe('permissions beside the assumption', () => {
  const assume = { actions: ['sts:AssumeRoleWithWebIdentity'] };
  const tagging = { actions: ['sts:TagSession'] };
  const naming = { actions: ['sts:SetSourceIdentity'] };
  const tagged = tags({ role: ['editor'] });
  const named = { 'https://aws.amazon.com/source_identity': 'alice@acme.example' };
  const trusting = async (
    trust: NonNullable<NonNullable<Parameters<typeof aStack>[0]>['roles']>[number]['trust'],
    claims: Claims,
  ) => (await anEmbeddedSts({ stacks: [aStack({ roles: [{ ...(trust && { trust }) }] })] })).assumeAs(claims);

  test('a token with tags needs TagSession', async () => {
    expect((await trusting([assume], tagged)).error).toEqual(denied('sts:TagSession'));
    expect((await trusting([assume, tagging], tagged)).status).toBe(200);
  });

  test('a token with a source identity needs SetSourceIdentity', async () => {
    expect((await trusting([assume], named)).error).toEqual(denied('sts:SetSourceIdentity'));
    expect((await trusting([assume, naming], named)).status).toBe(200);
  });

  test('a token with both needs both', async () => {
    const both = { ...tagged, ...named };
    expect((await trusting([assume, tagging], both)).error).toEqual(denied('sts:SetSourceIdentity'));
    expect((await trusting([assume, naming], both)).error).toEqual(denied('sts:TagSession'));
    expect((await trusting([assume, tagging, naming], both)).status).toBe(200);
  });

  test('a token with neither needs neither', async () => {
    expect((await trusting([assume], {})).status).toBe(200);
    expect((await trusting([assume], tags({}))).status).toBe(200);
    expect(
      (await trusting([assume], { 'https://aws.amazon.com/tags': { transitive_tag_keys: ['role'] } })).status,
    ).toBe(200);
  });

  test('the permission to tag alone assumes nothing', async () => {
    expect((await trusting([tagging], tagged)).error).toEqual(denied());
  });

  test('each decision has its own statement, with the same context', async () => {
    const onlyEditors = { ...tagging, when: { StringEquals: { 'aws:RequestTag/role': 'editor' } } };
    expect((await trusting([assume, onlyEditors], tagged)).status).toBe(200);
    expect((await trusting([assume, onlyEditors], tags({ role: ['admin'] }))).error).toEqual(denied('sts:TagSession'));
  });

  test('a Deny of the tagging keeps the token out', async () => {
    expect((await trusting([{}, { ...tagging, effect: 'Deny' }], tagged)).error).toEqual(denied('sts:TagSession'));
  });

  test('the source identity is echoed last, and is a condition key', async () => {
    const when = { StringEquals: { 'sts:SourceIdentity': 'alice@acme.example' } };
    const answer = await trusting([{ when }], named);
    expect(answer.text('SourceIdentity')).toBe('alice@acme.example');
    expect((await trusting([{ when }], { 'https://aws.amazon.com/source_identity': 'mallory' })).error).toEqual(
      denied(),
    );
    expect((await trusting([{}], {})).text('SourceIdentity')).toBeUndefined();
  });
});

describe('roles that the issuer pins', () => {
  const pinned = (value: unknown) => ({ 'https://aws.amazon.com/roles': value });

  test.each<[string, unknown]>([
    ['a list', [roleArn()]],
    ['a list with others', [roleArn('other'), 'not an ARN', 7, roleArn()]],
    ['one text', roleArn()],
    ['a text of several', `${roleArn('other')};${roleArn()}`],
    ['a text with spaces', ` ${roleArn('other')} ; ${roleArn()} `],
    ['a list with spaces', [` ${roleArn()} `]],
  ])('%s that names the role authorizes it', async (_, value) => {
    const sts = await anEmbeddedSts({ stacks: [aStackThatTrusts({ Bool: { 'sts:RoleAuthorizedByIdp': 'true' } })] });
    expect((await sts.assumeAs(pinned(value))).status).toBe(200);
  });

  test.each<[string, Claims]>([
    ['no such claim', {}],
    ['null', pinned(null)],
  ])('with %s the issuer authorized nothing, and refused nothing', async (_, claims) => {
    expect(await lets({ Bool: { 'sts:RoleAuthorizedByIdp': 'false' } }, claims)).toBe(true);
    expect(await lets({ Bool: { 'sts:RoleAuthorizedByIdp': 'true' } }, claims)).toBe(false);
  });

  test.each<[string, unknown]>([
    ['another role', [roleArn('other')]],
    ['a wildcard', [`arn:aws:iam::${anAccount}:role/*`]],
    ['the same role of another account', [roleArn('files', anotherAccount)]],
    ['a longer name', [`${roleArn()}-admin`]],
    ['an empty list', []],
    ['an empty text', ''],
    ['nothing valid', ['files', 7]],
    ['a number', 7],
    ['an object', { role: roleArn() }],
    ['commas for semicolons', `${roleArn('other')},${roleArn()}`],
  ])('%s does not name the role, and the token is refused', async (_, value) => {
    const { error } = await (await anEmbeddedSts()).assumeAs(pinned(value));
    expect(error).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  test('the pin comes before the trust policy', async () => {
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust: [] }] })] });
    expect((await sts.assumeAs(pinned([]))).error.code).toBe('InvalidIdentityToken');
  });
});

describe('session', () => {
  const tooLong = refused(
    400,
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  );

  test.each([
    [undefined, '3600', true],
    [undefined, '3601', false],
    [7200, '7200', true],
    [7200, '7201', false],
    [43_200, '43200', true],
  ])(
    'a role with MaxSessionDuration %s and a duration of %s: %s',
    async (maxSessionSeconds, DurationSeconds, allowed) => {
      const roles = [{ ...(maxSessionSeconds && { maxSessionSeconds }) }];
      const answer = await (await anEmbeddedSts({ stacks: [aStack({ roles })] })).assume({ DurationSeconds });
      if (allowed) expect(answer.status).toBe(200);
      else expect(answer.error).toEqual(tooLong);
    },
  );

  test('a stranger does not learn how long a session may be', async () => {
    const sts = await anEmbeddedSts({ stacks: [aStack({ roles: [{ trust: [] }] })] });
    expect((await sts.assume({ DurationSeconds: '43200' })).error).toEqual(denied());
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a statement without an effect', '{"Statement":[{"Action":"s3:*","Resource":"*"}]}'],
    ['a principal', '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}'],
    ['no resource', '{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}'],
    [
      'an unknown operator',
      '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Equals":{"a":"b"}}}]}',
    ],
    ['another version', '{"Version":"2020-01-01","Statement":[]}'],
  ])('a session policy with %s is malformed', async (_, Policy) => {
    const { error } = await (await anEmbeddedSts()).assume({ Policy });
    expect(error).toMatchObject({ status: 400, code: 'MalformedPolicyDocument' });
    expect(error.message).not.toBe('');
  });

  test('a good session policy is taken', async () => {
    const Policy =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::privet/*"}}';
    expect((await (await anEmbeddedSts()).assume({ Policy })).status).toBe(200);
  });

  test('a refusal carries no credentials', async () => {
    expect((await (await anEmbeddedSts()).assume({ Policy: '{' })).xml).not.toContain('AccessKeyId');
  });
});
