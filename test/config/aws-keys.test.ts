import { describe, expect, test } from 'vitest';
import { aConfiguration } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

describe('keys of AWS in a grant', () => {
  test.each<[what: string, grant: Record<string, unknown>, path: string, says: string]>([
    [
      'amr without a set operator',
      { when: { StringEquals: { sub: 'a', amr: 'mfa' } } },
      'when.StringEquals.amr',
      'is a list',
    ],
    [
      'one key in two spellings',
      { when: { StringEquals: { sub: 'a', 'aws:RequestTag/role': 'x', 'aws:requesttag/Role': 'y' } } },
      'when.StringEquals.aws:requesttag/Role',
      'is there twice',
    ],
    [
      'a key that no token brings',
      { when: { StringEquals: { sub: 'a', 'aws:SourceIp': '10.0.0.1' } } },
      'when.StringEquals.aws:SourceIp',
      'is no claim',
    ],
    [
      'permissions by session name, which a direct call picks itself',
      { role: { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::home/${aws:userid}/*'] }] } },
      'role.permissions',
      'speak of aws:userid',
    ],
  ])('%s is refused', (_what, grant, path, says) => {
    const problems = problemsOf(aConfiguration({ oidc: { awsClaims: ['tags'] }, grant }));
    expect(problems).toContainEqual({ path: `grants.files.${path}`, says: expect.stringContaining(says) });
  });
});

describe('an issuer that looks like a shared one', () => {
  test.each(['https://token.actions.githubusercontent.com/', 'https://GitLab.com', 'https://accounts.google.com/'])(
    '%s is refused',
    (issuer) => {
      const problems = problemsOf(aConfiguration({ oidc: { issuer } }));
      expect(problems).toContainEqual({
        path: 'providers.app.oidc.issuer',
        says: expect.stringContaining('tokens of'),
      });
    },
  );
});
