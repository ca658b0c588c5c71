import { describe, expect, test } from 'vitest';
import { missingTenancy } from '../../lib/grant/tenancy.ts';
import { conditions } from '../kit/builders.ts';

// Which conditions pin a tenant is a table in test/config/shared-issuers.test.ts.
describe('the missing tenancy', () => {
  test('is nothing where the issuer is not shared', () => {
    expect(missingTenancy('https://login.acme.example', [])).toBeUndefined();
  });

  test('names every claim that would pin a tenant of a shared one', () => {
    expect(missingTenancy('https://gitlab.com', [])?.map(({ claim }) => claim)).toEqual([
      'sub',
      'namespace_id',
      'project_id',
    ]);
  });

  test('is nothing as soon as one condition pins a tenant', () => {
    const when = conditions({ StringEquals: { ref_protected: 'true', project_id: '20' } });
    expect(missingTenancy('https://gitlab.com', when)).toBeUndefined();
  });
});
