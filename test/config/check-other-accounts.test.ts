import { expect, test } from 'vitest';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

const role = { account: '444455556666', permissions: [aPermission()] };

test('a grant that vouches for a role in another account needs the address of our issuer', () => {
  const grant = { way: 'vouch', role };
  expect(problemsOf(aConfiguration({ grant }))).toEqual([
    {
      path: 'grants.files.role.account',
      says: "needs url at the top of the file: the role's trust policy names the address of our issuer, and another account's stack cannot look it up",
    },
  ]);
  expect(problemsOf(aConfiguration({ grant, file: { url: 'https://access.acme.example' } }))).toEqual([]);
});

test.each(['forward', 'chain'])('with an OIDC provider %s does not', (way) => {
  expect(problemsOf(aConfiguration({ grant: { way, role } }))).toEqual([]);
});
