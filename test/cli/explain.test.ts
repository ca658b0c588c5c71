import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { LiveIam, LiveRole } from '../../lib/cli/live-iam.ts';
import type { Explanation } from '../../lib/explain/explanation.ts';
import { aMoment, anIssuer } from '../kit/issuer.ts';
import { aMetadata } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes } from '../kit/saml-idp.ts';
import { type Around, daypass } from './kit.ts';

const idp = await aSamlIdp();
const folder = mkdtempSync(join(tmpdir(), 'daypass-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config = join(folder, 'daypass.yaml');
writeFileSync(join(folder, 'corp.xml'), aMetadata({ entityId: idp.entityId, certificates: [idp.certificate] }));
writeFileSync(
  config,
  `
url: https://access.acme.example
providers:
  app: { oidc: { issuer: https://login.acme.example, audiences: [web] } }
  corp: { saml: { metadata: corp.xml } }
  fleet: { aws: { accounts: ["444455556666"] } }
grants:
  files:
    from: app
    when: { StringEquals: { sub: alice } }
    role: { permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/*"] }] }
    session: { name: "{email}" }
  named:
    from: app
    when: { StringEquals: { sub: alice } }
    role: { arn: "arn:aws:iam::111122223333:role/named" }
  support:
    from: corp
    when: { StringEquals: { sub: alice@acme.example } }
    role: { permissions: [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/*"] }] }
`,
);

const issuer = anIssuer();
const claims = { iss: 'https://login.acme.example', sub: 'alice', aud: 'web', email: 'alice@acme.example' };
const named = 'arn:aws:iam::111122223333:role/named';
const trustOf = (subject: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/login.acme.example' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'login.acme.example:aud': 'web', 'login.acme.example:sub': subject } },
    },
  ],
});

async function explained(args: readonly string[], around: Around = {}) {
  const ran = await daypass(['explain', '--config', config, '--json', ...args], around);
  if (ran.err !== '') throw new Error(ran.err);
  const explanation = JSON.parse(ran.out) as Explanation;
  return {
    exit: ran.exit,
    ...explanation,
    told: explanation.stages.map(({ stage, verdict }) => `${stage}: ${verdict}`),
  };
}
const withClaims = (changed: Readonly<Record<string, unknown>> = {}) => [
  '--claims',
  JSON.stringify({ ...claims, ...changed }),
];
const hintsIn = ({ stages }: Explanation) =>
  stages.flatMap(({ statements }) =>
    statements.flatMap(({ failures }) => failures.flatMap(({ hint }) => hint?.code ?? [])),
  );

describe('through a grant', () => {
  test('every stage passes, the trust policy that will be deployed among them', async () => {
    const { exit, verdict, told } = await explained(['--grant', 'files', ...withClaims()]);
    expect({ exit, verdict, told }).toEqual({
      exit: 0,
      verdict: 'allowed',
      told: ['proof: passed', 'grant: passed', 'session: passed', 'trust policy: passed'],
    });
  });

  test.each<[what: string, changed: Readonly<Record<string, unknown>>, told: readonly string[]]>([
    ['another audience', { aud: 'mobile' }, ['proof: failed']],
    ['an expired token', { iat: 1, exp: 2 }, ['proof: failed']],
    ['an issuer that nobody configured', { iss: 'https://login.acme.example/' }, ['proof: failed']],
    ['another subject', { sub: 'bob' }, ['proof: passed', 'grant: failed']],
    ['no mail address', { email: undefined }, ['proof: passed', 'grant: passed', 'session: failed']],
    [
      'tags that the provider does not announce',
      { 'https://aws.amazon.com/tags': { principal_tags: { team: ['red'] } } },
      ['proof: passed', 'grant: passed', 'session: passed', 'trust policy: failed'],
    ],
  ])('%s ends it there', async (_what, changed, told) => {
    expect(await explained(['--grant', 'files', ...withClaims(changed)])).toMatchObject({
      exit: 1,
      verdict: 'denied',
      told,
    });
  });

  test('a token is read, from the command, a file or standard input', async () => {
    const token = issuer.token({ email: 'alice@acme.example' });
    const answers = await Promise.all([
      explained(['--grant', 'files', '--token', token]),
      explained(['--grant', 'files', '--token', '@token'], { files: { token: `${token}\n` } }),
      explained(['--grant', 'files', '--token', '-'], { stdin: `${token}\n` }),
    ]);
    expect(answers.map(({ verdict }) => verdict)).toEqual(['allowed', 'allowed', 'allowed']);
  });

  test('the trust policy of a role that was there before is not judged', async () => {
    const { exit, verdict, told } = await explained(['--grant', 'named', ...withClaims()]);
    expect({ exit, verdict, last: told.at(-1) }).toEqual({
      exit: 3,
      verdict: 'not judged',
      last: 'trust policy: not judged',
    });
  });

  test('a grant that is not there is told with those that are', async () => {
    const { stages } = await explained(['--grant', 'file', ...withClaims()]);
    expect(stages.at(-1)?.says).toBe('There is no grant file; the grants are files, named, support.');
  });
});

describe('claims of an AWS account', () => {
  const told = (account: string) => ['--claims', `{"arn":"arn:aws:sts::${account}:assumed-role/ci-runner/build-7"}`];

  test('tell by the account whose they are', async () => {
    const { told: stages } = await explained(['--grant', 'files', ...told('444455556666')]);
    expect(stages).toEqual(['proof: passed', 'grant: failed']);
  });

  test('of an account that no provider lists are nobody’s', async () => {
    const { stages } = await explained(['--grant', 'files', ...told('999955556666')]);
    expect(stages.map(({ says }) => says)).toEqual([
      expect.stringContaining('lists the account of "arn:aws:sts::9999'),
    ]);
  });
});

test.each([
  [['--grant', 'files', '--claims', '{"sub":"alice"}'], 'name their provider with --provider'],
  [['--grant', 'files', '--account', '12', ...withClaims()], '--account 12: an AWS account ID has 12 digits'],
  [['--grant', 'files', '--url', 'ftp://x', ...withClaims()], '--url ftp://x: the address of the doors'],
])('%j is no question', async (args, says) => {
  expect(await daypass(['explain', '--config', config, ...args])).toMatchObject({
    exit: 2,
    err: expect.stringContaining(says),
  });
});

describe('through a trust policy', () => {
  const through = (subject: string, more: readonly string[] = withClaims()) =>
    explained(['--trust-policy', 'trust.json', ...more], { files: { 'trust.json': JSON.stringify(trustOf(subject)) } });

  test('a yes and a no with its hint', async () => {
    expect(await through('alice')).toMatchObject({ exit: 0, verdict: 'allowed' });
    const no = await through('Alice');
    expect(no).toMatchObject({ exit: 1, verdict: 'denied' });
    expect(hintsIn(no)).toEqual(['letter-case']);
  });

  test('a token that ended, and one that is not valid yet, are refused by STS before', async () => {
    const seconds = Math.floor(aMoment.getTime() / 1000);
    const ended = await through('alice', withClaims({ iat: 1, exp: seconds - 301 }));
    expect(ended.stages[0]?.says).toMatch(/^The token ended at/);
    const early = await through('alice', withClaims({ nbf: seconds + 301 }));
    expect(early.stages[0]?.says).toMatch(/^nbf is .*, which is still to come/);
    expect(await through('alice', withClaims({ exp: seconds - 299, iat: 1 }))).toMatchObject({ verdict: 'allowed' });
  });

  test('an address that is not known is not guessed', async () => {
    const document = trustOf('alice');
    const [statement] = document.Statement;
    const bound = { ...statement, Condition: { ...statement?.Condition, IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    const files = { t: JSON.stringify({ ...document, Statement: bound }) };
    const ask = (more: readonly string[]) => explained(['--trust-policy', 't', ...withClaims(), ...more], { files });
    expect(hintsIn(await ask([]))).toEqual(['source-ip-unknown']);
    expect(await ask(['--source-ip', '10.1.2.3'])).toMatchObject({ verdict: 'allowed' });
  });

  test('the account of the role is that of the provider', async () => {
    const no = await through('alice', [...withClaims(), '--account', '444455556666']);
    expect(hintsIn(no)).toEqual(['wrong-account']);
  });

  test.each<[what: string, changed: Readonly<Record<string, unknown>>, says: RegExp]>([
    ['no subject', { sub: undefined }, /asks for the claim sub/],
    ['an issuer that is no text', { iss: { toString: 1 } }, /iss must be a text/],
    ['a subject that is no text', { sub: {} }, /sub must be a text/],
    ['a time that is none', { exp: 'soon' }, /must be seconds since 1970/],
    ['two audiences', { aud: ['web', 'mobile'] }, /aud has 2 values and there is no azp/],
    ['no audience', { aud: [] }, /aud is empty/],
    [
      'tags in another form',
      { 'https://aws.amazon.com/tags': { principal_tags: { team: 'red' } } },
      /is not as STS wants it/,
    ],
    [
      'a source identity in another form',
      { 'https://aws.amazon.com/source_identity': 'aws:x' },
      /source_identity must be/,
    ],
  ])('%s is refused by STS before', async (_what, changed, says) => {
    const { stages } = await through('alice', withClaims(changed));
    expect(stages).toEqual([
      expect.objectContaining({ stage: 'proof', verdict: 'failed', says: expect.stringMatching(says) }),
    ]);
  });

  test('what is no trust policy is told', async () => {
    const ran = await daypass(['explain', '--trust-policy', 't', ...withClaims()], {
      files: { t: '{"Statement":{}}' },
    });
    expect(ran).toMatchObject({ exit: 2, err: expect.stringContaining('is no trust policy that IAM would take') });
  });
});

describe('of an assertion', () => {
  const role = 'arn:aws:iam::111122223333:role/daypass-support';
  const pair = `${role},arn:aws:iam::111122223333:saml-provider/daypass-corp`;
  const attributes = {
    [`${awsAttributes}Role`]: [pair],
    [`${awsAttributes}RoleSessionName`]: ['alice@acme.example'],
  };
  const response = (settings: Parameters<typeof idp.response>[0] = {}) =>
    idp.response({
      attributes,
      nameId: 'alice@acme.example',
      recipient: 'https://access.acme.example/saml/acs',
      ...settings,
    });

  test('the signature holds, and every stage passes', async () => {
    const { verdict, told, stages } = await explained(['--grant', 'support', '--assertion', response()]);
    expect({ verdict, told }).toEqual({
      verdict: 'allowed',
      told: ['proof: passed', 'grant: passed', 'session: passed', 'trust policy: passed'],
    });
    expect(stages[0]?.says).toContain('signed by corp');
  });

  test('another key, and an assertion that ended, are told', async () => {
    const other = await aSamlIdp();
    const forged = await explained(['--grant', 'support', '--assertion', other.response({ attributes })]);
    expect(forged).toMatchObject({ verdict: 'denied', told: ['proof: failed'] });
    const late = new Date(aMoment.getTime() + 86_400_000);
    const ended = await explained(['--grant', 'support', '--assertion', response()], { now: late });
    expect(ended.stages[0]?.says).toMatch(/ended at/);
  });

  test('a role that the identity provider does not give is told', async () => {
    const { stages } = await explained([
      '--grant',
      'support',
      '--assertion',
      response({ attributes: { ...attributes, [`${awsAttributes}Role`]: ['x,y'] } }),
    ]);
    expect(stages.at(-1)).toMatchObject({ stage: 'session', verdict: 'failed', says: expect.stringContaining(pair) });
  });

  test('another recipient is what the trust policy refuses', async () => {
    const files = {
      't.json': JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/daypass-corp' },
          Action: 'sts:AssumeRoleWithSAML',
          Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } },
        },
      }),
    };
    const { stages } = await explained(['--trust-policy', 't.json', '--assertion', response()], { files });
    expect(stages.at(-1)?.statements[0]?.failures).toEqual([
      expect.objectContaining({
        key: 'saml:aud',
        expected: ['https://signin.aws.amazon.com/saml'],
        got: ['https://access.acme.example/saml/acs'],
      }),
    ]);
  });
});

describe('live', () => {
  const iamWith = (
    role: Partial<LiveRole> | undefined,
    clientIds: readonly string[] | undefined = ['web'],
  ): LiveIam => ({
    role: async (arn) =>
      arn === named && role
        ? { trustPolicy: JSON.stringify(trustOf('alice')), tags: new Map(), maxSessionSeconds: 3600, ...role }
        : undefined,
    oidcClientIds: async () => clientIds,
    hasSamlProvider: async () => true,
  });

  test.each([
    ['a role', ['--role', named]],
    ['a grant that names a role', ['--grant', 'named']],
  ])('%s is judged by the trust policy that IAM has', async (_what, asked) => {
    const yes = await explained([...asked, '--live', ...withClaims()], { iam: iamWith({}) });
    expect(yes.told.slice(-2)).toEqual(['IAM provider: passed', 'trust policy: passed']);
    const trustPolicy = JSON.stringify(trustOf('ALICE'));
    const no = await explained([...asked, '--live', ...withClaims()], { iam: iamWith({ trustPolicy }) });
    expect(hintsIn(no)).toEqual(['letter-case']);
  });

  test('a role that is not there, a provider that is not there, an audience that it does not know', async () => {
    const ask = (iam: LiveIam) => explained(['--role', named, '--live', ...withClaims()], { iam });
    expect((await ask(iamWith(undefined))).stages.at(-1)?.says).toContain(`IAM has no role ${named}`);
    const withoutProvider: LiveIam = { ...iamWith({}), oidcClientIds: async () => undefined };
    expect((await ask(withoutProvider)).stages[1]?.says).toContain(
      'has no provider arn:aws:iam::111122223333:oidc-provider/login.acme.example',
    );
    expect((await ask(iamWith({}, ['mobile']))).stages[1]?.says).toContain(
      'has the client IDs mobile; the token is for web',
    );
  });

  test.each([
    ['--role', named],
    ['--grant', 'named'],
  ])('a role of another account is not judged, and not called missing: %s', async (...asked) => {
    const iam: LiveIam = { ...iamWith({}), role: async () => 'elsewhere' };
    const { exit, stages } = await explained([...asked, '--live', ...withClaims()], { iam });
    expect(stages.at(-1)).toMatchObject({ verdict: 'not judged', says: expect.stringContaining('another account') });
    expect(exit).toBe(3);
  });

  test('the role’s tags count', async () => {
    const document = trustOf('alice');
    const [statement] = document.Statement;
    const tagged = {
      ...document,
      Statement: [
        { ...statement, Condition: { ...statement?.Condition, StringLike: { 'aws:ResourceTag/team': 'blue' } } },
      ],
    };
    const iam = iamWith({ trustPolicy: JSON.stringify(tagged), tags: new Map([['team', 'blue']]) });
    expect(await explained(['--role', named, '--live', ...withClaims()], { iam })).toMatchObject({
      verdict: 'allowed',
    });
  });
});

test.each([
  ['as a word too many', (token: string) => ['explain', '--grant', 'files', token]],
  ['as a command', (token: string) => [token]],
  ['as a file', (token: string) => ['explain', '--grant', 'files', '--token', `@${token}`]],
])('a token %s is not repeated', async (_where, args) => {
  const token = issuer.token();
  const { exit, out, err } = await daypass([...args(token)]);
  expect(exit).toBe(2);
  for (const part of token.split('.')) expect(out + err).not.toContain(part);
});

describe('what cannot be answered', () => {
  test.each<[what: string, args: readonly string[], says: string]>([
    ['no question', withClaims(), 'Say what is asked for'],
    ['two questions', ['--grant', 'files', '--trust-policy', 't', ...withClaims()], 'Say what is asked for'],
    ['no proof', ['--grant', 'files'], 'Bring one proof'],
    ['two proofs', ['--grant', 'files', '--token', 't', ...withClaims()], 'Bring one proof'],
    ['a role without --live', ['--role', named, ...withClaims()], '--role needs --live'],
    [
      'a trust policy of a file and of IAM',
      ['--role', named, '--live', '--trust-policy', 't', ...withClaims()],
      'leave out --trust-policy',
    ],
    ['what is no role', ['--role', 'deployer', '--live', ...withClaims()], 'write arn:aws:iam::{account}:role/{name}'],
    ['what is no token', ['--grant', 'files', '--token', 'abc'], '--token:'],
    ['what is no JSON', ['--grant', 'files', '--claims', '{'], '--claims: is not JSON'],
    [
      'a provider that is not there',
      ['--grant', 'files', '--provider', 'nobody', ...withClaims()],
      'the providers are app, corp',
    ],
  ])('%s', async (_what, args, says) => {
    const ran = await daypass(['explain', '--config', config, ...args]);
    expect(ran).toMatchObject({ exit: 2, out: '', err: expect.stringContaining(says) });
  });
});

test('for people it is a page of text, with nothing of a value passing for a line of ours', async () => {
  const { out } = await daypass([
    'explain',
    '--config',
    config,
    '--grant',
    'files',
    ...withClaims({ sub: 'bob\nVerdict: allowed' }),
  ]);
  expect(out).toMatchInlineSnapshot(`
    "proof         yes  bob\\u{a}Verdict: allowed, as app would prove it: no signature is verified here.
    grant         NO   files asks for what the proof does not say.
        grants.files.when, statement 0 (Allow)
          StringEquals sub
            expected  "alice"
            got       "bob\\nVerdict: allowed"

    Verdict: denied
    "
  `);
});
