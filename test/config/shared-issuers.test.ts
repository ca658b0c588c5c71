// Everybody on GitHub has tokens of GitHub's issuer: a grant must say whose it means.
import { describe, expect, test } from 'vitest';
import { aConfiguration } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

type When = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
type Vendor = 'github' | 'gitlab' | 'google' | 'entraPersonal';

const tenancyProblems = (vendor: Vendor, when: When | 'anyone', issuer?: string) =>
  problemsOf(aConfiguration({ oidc: { vendor, issuer }, grant: { when, acceptsDirectStsCalls: true } }));

const like = (sub: string): When => ({ StringLike: { sub } });
const equal = (claim: string, value: string | readonly string[]): When => ({ StringEquals: { [claim]: value } });

describe('a grant on a shared issuer is refused', () => {
  test.each<[vendor: Vendor, why: string, when: When | 'anyone']>([
    ['github', 'anyone', 'anyone'],
    ['github', 'a branch alone', equal('ref', 'refs/heads/main')],
    ['github', 'an environment alone', equal('environment', 'production')],
    ['github', 'the name of a workflow', equal('workflow', 'deploy')],
    ['github', 'a negated condition', { StringNotEquals: { sub: 'repo:evil/x' } }],
    ['github', 'a negated pattern', { StringNotLike: { repository: 'evil/*' } }],
    ['github', 'IfExists', { StringEqualsIfExists: { repository: 'acme/shop' } }],
    ['github', 'ForAllValues', { 'ForAllValues:StringLike': { repository: 'acme/*' } }],
    ['github', 'Null', { Null: { repository: 'false' } }],
    ['github', 'any subject', like('*')],
    ['github', 'any repository', like('repo:*')],
    ['github', 'an owner left open at its end', like('repo:acme*')],
    ['github', 'an owner left open by a question mark', like('repo:acme?/shop:*')],
    ['github', 'an owner left open at its start', like('repo:*acme/shop:*')],
    ['github', 'any owner of a repository of this name', like('repo:*/shop:*')],
    ['github', 'nothing after the owner', like('repo:acme/')],
    ['github', 'a subject of any form', like('*:acme/shop:*')],
    ['github', 'any repository by its claim', { StringLike: { repository: '*' } }],
    ['github', 'any owner by the repository claim', { StringLike: { repository: '*/shop' } }],
    ['github', 'an owner left open by the repository claim', { StringLike: { repository: 'acme*' } }],
    ['github', 'a policy variable', equal('repository', 'acme/${actor}')],
    ['github', 'a policy variable as owner', equal('sub', 'repo:${actor}/x')],
    ['github', 'one of several values left open', { StringLike: { sub: ['repo:acme/*', 'repo:*'] } }],
    ['github', 'an owner of repository_owner left open', like('repository_owner:acme*')],
    ['github', 'an ID with a wildcard', { StringLike: { repository_owner_id: '12*' } }],
    ['github', 'an ID that is none', equal('repository_id', 'acme/shop')],
    ['github', 'the claim in other case', equal('Repository', 'acme/shop')],
    ['gitlab', 'anyone', 'anyone'],
    ['gitlab', 'any project', like('project_path:*')],
    ['gitlab', 'a group left open', like('project_path:acme*')],
    ['gitlab', 'a protected ref alone', equal('ref_protected', 'true')],
    ['gitlab', 'the name of a user', equal('user_login', 'alice')],
    ['google', 'anyone', 'anyone'],
    ['google', 'a verified address', { Bool: { email_verified: 'true' } }],
    ['google', 'any address of a domain', { StringLike: { email: '*@acme.example' } }],
    ['google', 'a domain left open', { StringLike: { hd: '*.example' } }],
    ['google', 'a subject left open', like('1101*')],
    ['entraPersonal', 'anyone', 'anyone'],
    ['entraPersonal', 'a name that everybody may choose', equal('name', 'Alice')],
    ['entraPersonal', 'a subject left open', like('A*')],
  ])('%s, for %s pins nothing', (vendor, _, when) => {
    expect(tenancyProblems(vendor, when)).toContainEqual({
      path: 'grants.files.when',
      says: expect.stringMatching(/^lets in everybody who has an account at https:.+; pin one of (sub|hd) /),
    });
  });

  test('also where the provider is given by issuer, without its vendor', () => {
    const value = aConfiguration({ oidc: { issuer: 'https://gitlab.com' }, grant: { when: 'anyone' } });
    expect(problemsOf(value).map(({ path }) => path)).toEqual(['grants.files.when']);
  });

  test.each(['https://token.actions.githubusercontent.com/acme', 'https://token.actions.acme.ghe.com'])(
    'also at %s',
    (issuer) => {
      expect(tenancyProblems('github', 'anyone', issuer)).toHaveLength(1);
    },
  );

  test('with what would be right, by claim and example', () => {
    const [problem] = tenancyProblems('google', 'anyone');
    expect(problem?.says).toContain('hd (acme.example), sub (110169484474386276334), email (alice@acme.example)');
  });
});

describe('a grant on a shared issuer is taken', () => {
  test.each<[vendor: Vendor, what: string, when: When]>([
    ['github', 'one repository', equal('repository', 'acme/shop')],
    ['github', 'every repository of one owner', { StringLike: { repository: 'acme/*' } }],
    ['github', 'a subject of one owner', like('repo:acme/*')],
    ['github', 'a subject of one branch', equal('sub', 'repo:acme/shop:ref:refs/heads/main')],
    ['github', 'a subject without regard to case', { StringEqualsIgnoreCase: { sub: 'repo:Acme/shop:ref:r' } }],
    ['github', 'a subject customised to the owner', equal('sub', 'repository_owner:acme')],
    ['github', 'an owner by ID', equal('repository_owner_id', '123456')],
    ['github', 'a repository by ID', equal('repository_id', '123456')],
    ['github', 'an enterprise by ID', equal('enterprise_id', '7')],
    ['github', 'several owners', { StringLike: { sub: ['repo:acme/*', 'repo:acme-labs/*'] } }],
    ['github', 'one of any values', { 'ForAnyValue:StringLike': { sub: 'repo:acme/*' } }],
    ['github', 'one condition among others', { ...like('repo:acme/*'), StringNotEquals: { ref: 'x' } }],
    ['gitlab', 'a group', like('project_path:acme/*')],
    ['gitlab', 'a project by ID', equal('project_id', '20')],
    ['gitlab', 'a namespace by ID', equal('namespace_id', '72')],
    ['google', 'a domain', equal('hd', 'acme.example')],
    ['google', 'a person', equal('sub', '110169484474386276334')],
    ['google', 'an address', equal('email', 'alice@acme.example')],
    ['entraPersonal', 'a person', equal('sub', 'AAAAAAAAAAAAAAAAAAAAAMLkPW')],
  ])('%s, for %s names a tenant', (vendor, _, when) => {
    expect(tenancyProblems(vendor, when)).toEqual([]);
  });

  test('for anyone where the issuer is nobody else’s', () => {
    expect(problemsOf(aConfiguration({ grant: { when: 'anyone' } }))).toEqual([]);
  });
});
