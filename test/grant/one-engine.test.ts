// The grant and the trust policy compiled from it are judged by one engine and must agree: what Daypass allows, STS
// allows, and what Daypass denies, STS denies too.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideGrant } from '../../lib/grant/decide-grant.ts';
import { conditionKey, type FederatedProvider, trustPolicy } from '../../lib/grant/trust-policy.ts';
import type { Identity } from '../../lib/identity/identity.ts';
import { attributesOf } from '../../lib/identity/oidc/attributes.ts';
import { issuerName } from '../../lib/identity/oidc/condition-keys.ts';
import { awsContext } from '../../lib/policy/context.ts';
import { evaluate } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { aGrant, anIdentity, grantsNamed, type When } from '../kit/builders.ts';
import { sourceIdentities, tagValues, values, whensOn } from './kit.ts';

type Claims = Readonly<Record<string, unknown>>;

const vendors = [
  { issuer: 'https://login.acme.example', keys: ['sub', 'email', 'amr'] },
  { issuer: 'https://acme.eu.auth0.com/', keys: ['sub', 'email', 'amr'] },
  { issuer: 'https://token.actions.githubusercontent.com', keys: ['sub', 'repository', 'ref', 'actor_id'] },
  { issuer: 'https://gitlab.com', keys: ['sub', 'project_id', 'ref_protected', 'user_login'] },
];

const providerOf = (issuer: string): FederatedProvider => ({
  kind: 'oidc',
  issuer,
  audiences: ['web'],
  awsClaims: ['tags', 'sourceIdentity'],
});

/** A token's claims as an identity, the way the provider makes it. */
function identityOf(issuer: string, claims: Claims): Identity {
  return { ...anIdentity({ issuer }), attributes: attributesOf(new Map(Object.entries(claims))) };
}

const principal = (issuer: string) => `arn:aws:iam::111122223333:oidc-provider/${issuerName(issuer)}`;

/** By the keys that STS makes of the same claims (IAM User Guide, "Available keys for AWS OIDC federation"). */
function stsAllows(when: When, issuer: string, keys: readonly string[], claims: Claims): boolean {
  const document = trustPolicy(aGrant({ when }), providerOf(issuer), principal(issuer));
  const attributes = attributesOf(new Map(Object.entries(claims))).texts;
  const known = [...attributes].flatMap(([name, values]): [string, readonly string[]][] => {
    if (/^(aws|sts):/.test(name)) return [[name, values]];
    return keys.includes(name) ? [[`${issuerName(issuer)}:${name}`, values]] : [];
  });
  const verdict = evaluate(
    [{ name: 'trust policy', policies: [parsePolicy({ name: 'role', kind: 'trust', document })] }],
    {
      caller: { kind: 'federated', provider: principal(issuer) },
      action: 'sts:AssumeRoleWithWebIdentity',
      context: awsContext([...known, [`${issuerName(issuer)}:aud`, 'web']]),
    },
  );
  return verdict.allowed;
}

const daypassAllows = (when: When, issuer: string, claims: Claims) =>
  decideGrant(identityOf(issuer, claims), 'files', grantsNamed(aGrant({ when }))).allowed;

const cases = fc.constantFrom(...vendors).chain(({ issuer, keys }) => {
  const reaching = [...keys, 'aws:RequestTag/tenant', 'aws:RequestTag/role', 'sts:SourceIdentity'];
  const claim = fc.oneof(values, fc.array(values, { maxLength: 3 }));
  const members: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    ...Object.fromEntries(keys.map((key) => [key, claim])),
    groups: claim,
    'https://aws.amazon.com/tags': fc.record({
      principal_tags: fc.dictionary(
        fc.constantFrom('tenant', 'role'),
        tagValues.map((value) => [value]),
      ),
    }),
    'https://aws.amazon.com/source_identity': sourceIdentities,
  };
  const tokens = fc.record(members, { requiredKeys: ['sub'] });
  return fc.record({ issuer: fc.constant(issuer), keys: fc.constant(keys), when: whensOn(reaching), claims: tokens });
});

describe('a grant', () => {
  test('whose every condition reaches STS is decided by Daypass and by its trust policy alike', () => {
    let allowed = 0;
    fc.assert(
      fc.property(cases, ({ issuer, keys, when, claims }) => {
        for (const condition of aGrant({ when }).when)
          expect(conditionKey(condition, providerOf(issuer))).toBeDefined();
        const daypass = daypassAllows(when, issuer, claims);
        if (daypass) allowed++;
        expect(stsAllows(when, issuer, keys, claims)).toBe(daypass);
      }),
      { numRuns: 2_000 },
    );
    expect(allowed, 'the property would be empty if nothing were ever allowed').toBeGreaterThan(100);
  });

  test('of which some conditions stay with Daypass is judged by STS on the others', () => {
    const claims = { sub: 'a', groups: ['editors'] };
    const when = { StringEquals: { sub: 'a' }, 'ForAnyValue:StringEquals': { groups: 'editors' } };
    const { issuer, keys } = vendors[0] ?? { issuer: '', keys: [] };
    expect([daypassAllows(when, issuer, claims), stsAllows(when, issuer, keys, claims)]).toEqual([true, true]);
    expect(daypassAllows(when, issuer, { sub: 'a' })).toBe(false);
    expect(stsAllows(when, issuer, keys, { sub: 'b', groups: ['editors'] })).toBe(false);
  });

  // AWS compares tag keys without regard to case, so a tag must not slip past Daypass by its spelling.
  test.each<[when: When, tag: string]>([
    [{ StringEquals: { 'aws:RequestTag/role': 'admin' } }, 'Role'],
    [{ StringNotEquals: { 'aws:RequestTag/role': 'admin' } }, 'Role'],
    [{ StringNotEquals: { 'aws:RequestTag/Role': 'admin' } }, 'role'],
    [{ StringEqualsIfExists: { 'aws:RequestTag/role': 'viewer' } }, 'ROLE'],
  ])('on %j is decided alike for a tag spelt %s', (when, tag) => {
    const claims = { sub: 'a', 'https://aws.amazon.com/tags': { principal_tags: { [tag]: ['admin'] } } };
    const { issuer, keys } = vendors[0] ?? { issuer: '', keys: [] };
    expect(daypassAllows(when, issuer, claims)).toBe(stsAllows(when, issuer, keys, claims));
  });
});
