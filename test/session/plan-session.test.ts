import { describe, expect, test } from 'vitest';
import type { SamlEvidence } from '../../lib/identity/identity.ts';
import { planSession } from '../../lib/session/plan-session.ts';
import { aGrant, anIdentity, aPrincipalArn, aRoleArn, aSessionPolicy, samlEvidence } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';

const evidence = { kind: 'oidc', token: 'header.payload.signature' } as const;

describe('a session plan', () => {
  test('is everything STS will be told', () => {
    const grant = aGrant({
      roleArn: 'arn:aws:iam::111122223333:role/reports',
      sessionName: '{email}',
      durationSeconds: 7200,
      roleSeconds: 43_200,
      policy: aSessionPolicy([{ resources: ['arn:aws:s3:::privet/{tenant}/*'] }]),
    });
    const identity = anIdentity({ attributes: { email: 'alice@acme.example', tenant: 'acme' } });
    expect(planSession(identity, grant, { durationSeconds: 3600 })).toEqual({
      way: 'forward',
      evidence,
      roleArn: 'arn:aws:iam::111122223333:role/reports',
      sessionName: 'alice@acme.example',
      duration: { seconds: 3600 },
      policy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],' +
        '"Resource":["arn:aws:s3:::privet/acme/*"]}]}',
    });
  });

  test('has no policy where the grant narrows nothing', () => {
    expect(planSession(anIdentity(), aGrant(), {})).not.toHaveProperty('policy');
  });

  test('lasts what the grant gives where nothing is asked', () => {
    expect(planSession(anIdentity(), aGrant({ durationSeconds: 1800 }), {}).duration).toEqual({ seconds: 1800 });
  });

  test('is refused when a claim of its name is missing', () => {
    const plan = () => planSession(anIdentity(), aGrant({ sessionName: '{email}' }), {});
    expect(plan).toThrow(expect.objectContaining({ code: 'session_unrenderable' }));
  });

  test('is refused when a claim of its policy is missing', () => {
    const policy = aSessionPolicy([{ resources: ['arn:aws:s3:::privet/{tenant}/*'] }]);
    const plan = () => planSession(anIdentity(), aGrant({ policy }), {});
    expect(plan).toThrow(expect.objectContaining({ code: 'session_unrenderable' }));
  });
});

describe('with an assertion', () => {
  const grant = aGrant({ principalArn: aPrincipalArn, sessionName: '{groups}' });
  const planWith = (members: Partial<SamlEvidence> = {}) =>
    planSession(anIdentity({ evidence: samlEvidence(members) }), grant, {});

  test('it is the identity provider that names the session, and the provider goes along', () => {
    expect(planWith()).toEqual({
      way: 'forward',
      evidence: samlEvidence(),
      roleArn: aRoleArn,
      principalArn: aPrincipalArn,
      sessionName: 'alice@acme.example',
      duration: { seconds: 3600 },
    });
  });

  test('the pair may stand among others', () => {
    const others = ['a', 'b'].map((name) => ({ roleArn: `${aRoleArn}-${name}`, principalArn: aPrincipalArn }));
    expect(planWith({ roles: [...others, ...samlEvidence().roles] }).roleArn).toBe(aRoleArn);
  });

  test.each<[what: string, members: Partial<SamlEvidence>, detail: object]>([
    ['names no role', { roles: [] }, { wanted: `${aRoleArn},${aPrincipalArn}`, given: 0 }],
    [
      'names another role',
      { roles: [{ roleArn: `${aRoleArn}-2`, principalArn: aPrincipalArn }] },
      { wanted: `${aRoleArn},${aPrincipalArn}`, given: 1 },
    ],
    [
      'names the role with another provider',
      { roles: [{ roleArn: aRoleArn, principalArn: `${aPrincipalArn}-2` }] },
      { wanted: `${aRoleArn},${aPrincipalArn}`, given: 1 },
    ],
    [
      'names role and provider in two pairs',
      {
        roles: [
          { roleArn: aRoleArn, principalArn: `${aPrincipalArn}-2` },
          { roleArn: `${aRoleArn}-2`, principalArn: aPrincipalArn },
        ],
      },
      { wanted: `${aRoleArn},${aPrincipalArn}`, given: 2 },
    ],
    [
      'spells the role otherwise',
      { roles: [{ roleArn: aRoleArn.toUpperCase(), principalArn: aPrincipalArn }] },
      { wanted: `${aRoleArn},${aPrincipalArn}`, given: 1 },
    ],
    ['names no session', { sessionName: undefined }, { why: 'no RoleSessionName' }],
  ])('that %s it is refused', (_, members, detail) => {
    expect(() => planWith(members)).toThrow(expect.objectContaining({ code: 'role_not_in_assertion', detail }));
  });

  test('a role without a SAML provider is never had', () => {
    const identity = anIdentity({ evidence: samlEvidence() });
    expect(() => planSession(identity, aGrant(), {})).toThrow(
      expect.objectContaining({ code: 'role_not_in_assertion' }),
    );
  });
});

describe('who authenticated long ago', () => {
  const usual = aGrant();
  const grant = { ...usual, session: { ...usual.session, maxAuthAgeSeconds: 900 } };
  const ago = (seconds: number) => new Date(aMoment.getTime() - seconds * 1000);

  test.each([
    [900, true],
    [901, false],
    [0, true],
  ])('%i seconds ago: %s', (seconds, isTaken) => {
    const plan = () => planSession({ ...anIdentity(), authenticatedAt: ago(seconds) }, grant, {}, aMoment);
    if (isTaken) expect(plan().way).toBe('forward');
    else expect(plan).toThrow(expect.objectContaining({ code: 'authentication_too_old' }));
  });

  test('and a proof that does not say when, is of no use', () => {
    expect(() => planSession(anIdentity(), grant, {}, aMoment)).toThrow(
      expect.objectContaining({ code: 'authentication_too_old' }),
    );
  });
});
