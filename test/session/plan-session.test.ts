import { describe, expect, test } from 'vitest';
import { planSession } from '../../lib/session/plan-session.ts';
import { aGrant, anIdentity, aSessionPolicy } from '../kit/builders.ts';

const proof = { kind: 'oidc', token: 'header.payload.signature' } as const;

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
    expect(planSession(identity, grant, { proof, durationSeconds: 3600 })).toEqual({
      way: 'forward',
      proof,
      roleArn: 'arn:aws:iam::111122223333:role/reports',
      sessionName: 'alice@acme.example',
      duration: { seconds: 3600 },
      policy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],' +
        '"Resource":["arn:aws:s3:::privet/acme/*"]}]}',
    });
  });

  test('has no policy where the grant narrows nothing', () => {
    expect(planSession(anIdentity(), aGrant(), { proof })).not.toHaveProperty('policy');
  });

  test('lasts what the grant gives where nothing is asked', () => {
    expect(planSession(anIdentity(), aGrant({ durationSeconds: 1800 }), { proof }).duration).toEqual({ seconds: 1800 });
  });

  test('is refused when a claim of its name is missing', () => {
    const plan = () => planSession(anIdentity(), aGrant({ sessionName: '{email}' }), { proof });
    expect(plan).toThrow(expect.objectContaining({ code: 'session_unrenderable' }));
  });

  test('is refused when a claim of its policy is missing', () => {
    const policy = aSessionPolicy([{ resources: ['arn:aws:s3:::privet/{tenant}/*'] }]);
    const plan = () => planSession(anIdentity(), aGrant({ policy }), { proof });
    expect(plan).toThrow(expect.objectContaining({ code: 'session_unrenderable' }));
  });
});
