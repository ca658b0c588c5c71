import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

const made = (members: Readonly<Record<string, unknown>>) => ({ role: { permissions: [aPermission()], ...members } });

describe('a configuration', () => {
  test('has what was left out filled in', () => {
    const { providers, grants, ...rest } = loadConfiguration(aConfiguration());
    expect(providers.get('app')).toEqual({
      kind: 'oidc',
      name: 'app',
      issuer: 'https://login.acme.example',
      audiences: ['web'],
      clockLeewaySeconds: 60,
      longestTokenLifetimeSeconds: 86_400,
      awsClaims: [],
      iamProvider: 'create',
    });
    expect(grants.get('files')).toMatchObject({
      name: 'files',
      from: 'app',
      way: 'forward',
      role: { kind: 'made', roleName: 'daypass-files', account: undefined, maxSessionSeconds: 3600 },
      session: { name: { source: '{sub}' }, durationSeconds: 3600 },
    });
    expect(rest).toEqual({
      url: undefined,
      serviceProvider: { entityId: undefined, signing: undefined, decryption: undefined },
      vouch: { issuer: undefined, keyGeneration: 1 },
      organization: undefined,
      accountNames: new Map(),
      corsOrigins: [],
      operations: { regions: [], stackSets: undefined, tracing: false, concurrency: new Map(), throttles: new Map() },
      fallbackRegions: [],
    });
  });

  test('keeps providers and grants in the order of the file', () => {
    const grant = { from: 'z', when: 'anyone', role: { arn: 'arn:aws:iam::111122223333:role/a' } };
    const oidc = (name: string) => ({ oidc: { issuer: `https://${name}.example`, audiences: ['web'] } });
    const { providers, grants } = loadConfiguration({
      providers: { z: oidc('z'), a: oidc('a') },
      grants: { second: grant, first: grant },
    });
    expect([...providers.keys()]).toEqual(['z', 'a']);
    expect([...grants.keys()]).toEqual(['second', 'first']);
  });

  test('tells every problem of its shape at once, each with its path', () => {
    const value = aConfiguration({
      oidc: { audiences: [], clockLeway: 5 },
      grant: { when: undefined, way: 'vouched' },
      file: { sts: { fallbackRegions: ['europe'] } },
    });
    expect(problemsOf(value)).toEqual(
      expect.arrayContaining([
        { path: 'providers.app.oidc.audiences', says: expect.stringContaining('must not be empty: empty means none') },
        { path: 'providers.app.oidc.clockLeway', says: expect.stringContaining('allowed are vendor, issuer') },
        { path: 'grants.files.way', says: 'is "vouched"; must be one of forward, vouch, chain, federation-token' },
        { path: 'sts.fallbackRegions[0]', says: 'is "europe"; must be a Region such as eu-central-1' },
      ]),
    );
  });

  test('tells every problem of its sense at once, across providers and grants', () => {
    const value = aConfiguration({
      oidc: { issuer: 'http://login.acme.example', clockLeeway: '1h' },
      grant: { when: { StringEqual: { sub: 'alice' } }, session: { name: '{sub', duration: '13h' } },
    });
    expect(problemsOf(value).map(({ path }) => path)).toEqual([
      'providers.app.oidc.issuer',
      'providers.app.oidc.clockLeeway',
      'grants.files.when.StringEqual',
      'grants.files.session.duration',
      'grants.files.session.name',
    ]);
  });

  test('has an error whose message is a line for each problem', () => {
    const load = () => loadConfiguration(aConfiguration({ oidc: { clockLeeway: '1h' }, grant: { from: 'ap' } }));
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(
      'providers.app.oidc.clockLeeway: is "1h"; it must be a duration of at most 300 seconds\n' +
        'grants.files.from: is "ap"; the providers are app',
    );
  });

  test('does not tell of a provider with problems again at each of its grants', () => {
    expect(problemsOf(aConfiguration({ oidc: { issuer: undefined, vendor: 'okta' } }))).toHaveLength(1);
  });
});

describe('an unknown key', () => {
  test.each<[path: string, value: unknown, allowed: string]>([
    [
      'grant',
      aConfiguration({ file: { grant: {} } }),
      'providers, grants, url, saml, vouch, organization, accounts, cors, sts, operations',
    ],
    [
      'providers.app.ldap',
      aConfiguration({ file: { providers: { app: { oidc: { issuer: 'i', audiences: ['a'] }, ldap: {} } } } }),
      'oidc, saml',
    ],
    ['providers.app.oidc.audience', aConfiguration({ oidc: { audience: 'web' } }), 'audiences'],
    ['grants.files.if', aConfiguration({ grant: { if: {} } }), 'from, when, way, role, session'],
    ['grants.files.role.policy', aConfiguration({ grant: made({ policy: [] }) }), 'permissions'],
    [
      'grants.files.role.permissions[0].action',
      aConfiguration({ grant: made({ permissions: [aPermission({ action: 's3:*' })] }) }),
      'actions',
    ],
    [
      'grants.files.session.tag',
      aConfiguration({ grant: { session: { tag: {} } } }),
      'name, duration, withinProof, policy, maxAuthAge, onlyFrom, readOnly, tags',
    ],
    [
      'grants.files.session.policy[1].resource',
      aConfiguration({ grant: { session: { policy: [aPermission(), aPermission({ resource: '*' })] } } }),
      'resources',
    ],
    ['cors.origin', aConfiguration({ file: { cors: { origins: [], origin: '*' } } }), 'origins'],
    ['sts.regions', aConfiguration({ file: { sts: { fallbackRegions: [], regions: [] } } }), 'fallbackRegions'],
    ['grants.files.toString', aConfiguration({ grant: { toString: 1 } }), 'from, when'],
  ])('%s is refused, with what is allowed', (path, value, allowed) => {
    const says = problemsOf(value).find((problem) => problem.path === path)?.says;
    expect(says).toMatch(/^is not known here; (did you mean [a-zA-Z]+\? )?allowed are /);
    expect(says).toContain(allowed);
  });
});

describe('the shape', () => {
  const role = made;
  const oidc = { issuer: 'https://login.acme.example', audiences: ['web'] };
  const statement = (members: Readonly<Record<string, unknown>>) => role({ permissions: [aPermission(members)] });

  test.each<[path: string, value: unknown, says: string]>([
    ['daypass.yaml', null, 'must be an object with providers, grants'],
    ['providers', [], 'is missing'],
    ['daypass.yaml', 'text', 'must be an object with providers, grants'],
    ['providers', { grants: {} }, 'is missing'],
    ['grants', { providers: {} }, 'is missing'],
    ['providers.App', aConfiguration({ file: { providers: { App: { oidc } } } }), 'small letters'],
    ['providers.app', aConfiguration({ file: { providers: { app: null } } }), 'is null; must be an object with oidc'],
    ['providers.app', aConfiguration({ file: { providers: { app: {} } } }), 'must have one of oidc'],
    ['providers.app.oidc.vendor', aConfiguration({ oidc: { vendor: 'gh' } }), 'is "gh"; must be one of github, gitlab'],
    ['providers.app.oidc.audiences', aConfiguration({ oidc: { audiences: 'web' } }), 'is "web"; must be a list'],
    ['providers.app.oidc.audiences[0]', aConfiguration({ oidc: { audiences: [42] } }), 'is 42; must be a text'],
    ['providers.app.oidc.audiences[1]', aConfiguration({ oidc: { audiences: ['a', ''] } }), 'must not be empty'],
    ['providers.app.oidc.clockLeeway', aConfiguration({ oidc: { clockLeeway: true } }), 'must be a duration such as'],
    ['providers.app.oidc.awsClaims[0]', aConfiguration({ oidc: { awsClaims: ['roles'] } }), 'one of tags, source'],
    ['providers.app.oidc.iamProvider', aConfiguration({ oidc: { iamProvider: 'no' } }), 'must be create or existing'],
    ['grants.a_b', aConfiguration({ file: { grants: { a_b: {} } } }), 'small letters'],
    ['grants.files.from', aConfiguration({ grant: { from: 7 } }), 'is 7; must be a text'],
    ['grants.files.when', aConfiguration({ grant: { when: 'everyone' } }), 'or the word anyone'],
    ['grants.files.when', aConfiguration({ grant: { when: [] } }), 'is empty'],
    ['grants.files.role', aConfiguration({ grant: { role: null } }), 'must be an object with arn'],
    ['grants.files.role.permissions', aConfiguration({ grant: role({ permissions: [] }) }), 'must not be empty'],
    ['grants.files.role.permissions[0].effect', aConfiguration({ grant: statement({ effect: 'allow' }) }), 'or Deny'],
    ['grants.files.role.permissions[0].actions', aConfiguration({ grant: statement({ actions: [] }) }), 'empty'],
    ['grants.files.role.permissions[0].resources', aConfiguration({ grant: statement({ resources: '*' }) }), 'a list'],
    ['grants.files.role.name', aConfiguration({ grant: role({ name: 'a/b' }) }), 'is "a/b"; must be 1 to 64 letters'],
    ['grants.files.role.name', aConfiguration({ grant: role({ name: 'x'.repeat(65) }) }), 'must be 1 to 64 letters'],
    [
      'grants.files.role.account',
      aConfiguration({ grant: role({ account: 111122223333 }) }),
      'is 111122223333; must be an account ID in quotes',
    ],
    ['grants.files.role.account', aConfiguration({ grant: role({ account: '1111' }) }), 'an account ID of 12 digits'],
    [
      'grants.files.session.valuesMayContain[0]',
      aConfiguration({ grant: { session: { valuesMayContain: ['"'] } } }),
      'must be one of / : * ? $',
    ],
    [
      'grants.files.acceptsDirectStsCalls',
      aConfiguration({ grant: { acceptsDirectStsCalls: 'yes' } }),
      'is "yes"; must be true or false',
    ],
    ['cors.origins[0]', aConfiguration({ file: { cors: { origins: ['*'] } } }), 'is "*"; must be an origin such as'],
    ['cors.origins[0]', aConfiguration({ file: { cors: { origins: ['https://a.example/'] } } }), 'must be an origin'],
    ['sts.fallbackRegions[0]', aConfiguration({ file: { sts: { fallbackRegions: ['aws-global'] } } }), 'a Region'],
  ])('%s of %j is refused', (path, value, says) => {
    const problem = problemsOf(value).find((each) => each.path === path);
    expect(problem?.says ?? problemsOf(value)).toContain(says);
  });
});

describe('one of a kind', () => {
  const oidc = { issuer: 'https://login.acme.example', audiences: ['web'] };
  const grant = (name?: string, account?: string) => ({
    from: 'app',
    when: 'anyone',
    role: { permissions: [aPermission()], name, account },
  });
  const twoGrants = (one: unknown, two: unknown) => aConfiguration({ file: { grants: { one, two } } });

  test('two providers of one issuer are refused', () => {
    expect(problemsOf(aConfiguration({ file: { providers: { app: { oidc }, web: { oidc } } } }))).toEqual([
      {
        path: 'providers.web.oidc.issuer',
        says: 'is "https://login.acme.example", which is already that of app; list all audiences in one provider',
      },
    ]);
  });

  test('two made roles of one name are refused, whatever the case', () => {
    expect(problemsOf(twoGrants(grant('Files'), grant('files')))).toEqual([
      {
        path: 'grants.two.role.name',
        says: 'is the name of the role of one too; IAM compares names without regard to case',
      },
    ]);
  });

  test('a made role is not named like another that is named by default', () => {
    expect(problemsOf(twoGrants(grant(), grant('DAYPASS-one'))).map(({ path }) => path)).toEqual([
      'grants.two.role.name',
    ]);
  });

  test('roles of one name in two accounts are two', () => {
    expect(problemsOf(twoGrants(grant('files', '111122223333'), grant('files', '444455556666')))).toEqual([]);
  });

  test('two grants may name the same existing role', () => {
    const named = { from: 'app', when: 'anyone', role: { arn: 'arn:aws:iam::111122223333:role/a' } };
    expect(problemsOf(twoGrants(named, named))).toEqual([]);
  });
});

describe('names of accounts', () => {
  const problems = (accounts: unknown) => problemsOf(aConfiguration({ file: { accounts } }));

  test.each([{}, { '012345678901': 'Shop "production" <eu>' }, { '111122223333': 'Größe 見本' }])('%j', (accounts) => {
    expect(problems(accounts)).toEqual([]);
  });

  test.each<[accounts: unknown, path: string, says: string]>([
    [{ '1111': 'Shop' }, 'accounts.1111', 'must be an account ID of 12 digits'],
    [{ '111122223333': '' }, 'accounts.111122223333', 'must be 1 to 64 printable characters'],
    [{ '111122223333': ' Shop' }, 'accounts.111122223333', 'must be 1 to 64 printable characters'],
    [{ '111122223333': 'x'.repeat(65) }, 'accounts.111122223333', 'must be 1 to 64 printable characters'],
    [{ '111122223333': 'Shop\u202egnitset' }, 'accounts.111122223333', 'must be 1 to 64 printable characters'],
    [{ '111122223333': { name: 'Shop' } }, 'accounts.111122223333', 'must be a text'],
    ['Shop', 'accounts', 'must be an object of account IDs'],
  ])('%j is refused', (accounts, path, says) => {
    expect(problems(accounts)).toContainEqual({ path, says: expect.stringContaining(says) });
  });
});

describe('an inherited name', () => {
  const names = ['constructor', 'prototype', 'toString', 'hasOwnProperty'];

  test.each([...names, '__proto__'])('a condition on the claim %s is never lost', (claim) => {
    const keys = JSON.parse(`{"sub":"alice","${claim}":"x"}`) as unknown;
    const value = aConfiguration({ grant: { when: { StringEquals: keys }, acceptsDirectStsCalls: true } });
    const kept = problemsOf(value).length > 0 || loadConfiguration(value).grants.get('files')?.when.length === 2;
    expect(kept, 'the configuration loads without the condition, and so lets in more than it says').toBe(true);
  });

  test.each(['constructor', 'prototype'])('a grant named %s is never lost', (name) => {
    const { grants } = aConfiguration() as { grants: { files: unknown } };
    const value = aConfiguration({ file: { grants: { [name]: grants.files } } });
    expect(problemsOf(value).length > 0 || loadConfiguration(value).grants.has(name)).toBe(true);
  });
});

describe('a slip in one line', () => {
  test('does not hide what is wrong with the rest of its grant', () => {
    const paths = problemsOf({
      providers: { ci: { oidc: { vendor: 'github', audiences: ['sts.amazonaws.com'] } } },
      grants: {
        deploy: {
          from: 'ci',
          when: { StringLike: { sub: 'repo:*' } },
          role: { permissions: [{ actions: ['S3'], resources: ['x'] }] },
          session: { duration: '13h' },
          sesion: {},
        },
      },
    }).map(({ path }) => path);
    expect([...paths].sort()).toEqual([
      'grants.deploy.role.permissions[0].actions',
      'grants.deploy.role.permissions[0].resources',
      'grants.deploy.sesion',
      'grants.deploy.session.duration',
      'grants.deploy.when',
    ]);
  });

  test('does not hide what is wrong with the rest of its provider, and what stands in for it is not judged', () => {
    const provider = { issuer: 'http://login.acme.example', audiences: [], vendr: 'okta' };
    const paths = problemsOf({ providers: { app: { oidc: provider } }, grants: {} }).map(({ path }) => path);
    expect([...paths].sort()).toEqual([
      'providers.app.oidc.audiences',
      'providers.app.oidc.issuer',
      'providers.app.oidc.vendr',
    ]);
  });

  test('at two issuers does not make them one', () => {
    const oidc = { issuer: 7, audiences: ['web'] };
    const paths = problemsOf({ providers: { one: { oidc }, two: { oidc } }, grants: {} }).map(({ path }) => path);
    expect(paths).toEqual(['providers.one.oidc.issuer', 'providers.two.oidc.issuer']);
  });

  test('of shape says nothing of the condition that was never read', () => {
    const paths = problemsOf({
      providers: { ci: { oidc: { vendor: 'github', audiences: ['sts.amazonaws.com'] } } },
      grants: { deploy: { from: 'ci', when: 'nobody', role: { permissions: [aPermission()] } } },
    }).map(({ path }) => path);
    expect(paths).toEqual(['grants.deploy.when']);
  });
});
