import { describe, expect, test } from 'vitest';
import { narrowSession } from '../../lib/session/narrow-session.ts';
import type { SessionPlan } from '../../lib/session/plan-session.ts';
import { refusalOf } from '../dialects/kit.ts';
import { aRoleArn } from '../kit/builders.ts';

const policyOf = (...resources: readonly string[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: resources }],
  });

const aPlan = (policy?: string): SessionPlan => ({
  way: 'forward',
  evidence: { kind: 'oidc', token: 'a.b.c' },
  roleArn: aRoleArn,
  sessionName: 'alice',
  duration: { seconds: 3600 },
  ...(policy !== undefined && { policy }),
});

const blue = 'arn:aws:s3:::privet/blue/*';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const wish = (policy?: string, ...policyArns: readonly string[]) => ({ policy, policyArns });

describe('a grant without a session policy', () => {
  test('lets the caller’s own narrow the role', () => {
    expect(narrowSession(aPlan(), wish(policyOf(blue), readOnly))).toEqual({
      ...aPlan(),
      policy: policyOf(blue),
      policyArns: [readOnly],
    });
  });

  test.each(['', '{}', '{"Version":"2012-10-17"}', 'null', '[]', '{"Statement":[{"Effect":"Allow"}]}'])(
    'takes no policy that is none: %j',
    (policy) => {
      expect(refusalOf(() => narrowSession(aPlan(), wish(policy)))?.code).toBe('policy_malformed');
    },
  );
});

describe('a grant with a session policy', () => {
  test('gives what both allow', () => {
    const { policy = '' } = narrowSession(aPlan(policyOf('arn:aws:s3:::privet/*')), wish(policyOf(blue)));
    expect(JSON.parse(policy)).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [blue] }],
    });
  });

  test('gives no more where the caller wants more', () => {
    const { policy = '' } = narrowSession(aPlan(policyOf(blue)), wish(policyOf('*')));
    expect(JSON.parse(policy).Statement[0].Resource).toEqual([blue]);
  });

  test('takes no managed policy, which STS would add to it', () => {
    expect(refusalOf(() => narrowSession(aPlan(policyOf(blue)), wish(undefined, readOnly)))?.code).toBe(
      'policy_not_within',
    );
    expect(refusalOf(() => narrowSession(aPlan(policyOf(blue)), wish(policyOf(blue), readOnly)))?.code).toBe(
      'policy_not_within',
    );
  });

  test('tells nobody what stands in it', () => {
    const refusal = refusalOf(() =>
      narrowSession(aPlan(policyOf('arn:aws:s3:::a*')), wish(policyOf('arn:aws:s3:::*b'))),
    );
    expect([refusal?.code, refusal?.detail.hint]).toEqual(['policy_not_within', undefined]);
  });

  test('stays in the characters that STS takes', () => {
    const own = policyOf('arn:aws:s3:::privet/Łukasz/*');
    const { policy = '' } = narrowSession(aPlan(own), wish(policyOf('arn:aws:s3:::privet/*')));
    expect(policy).toMatch(/^[ -~]+$/);
    expect(JSON.parse(policy).Statement[0].Resource).toEqual(['arn:aws:s3:::privet/Łukasz/*']);
  });

  test('repeats no token that was put into a policy', () => {
    const token = 'ewogICJhbGciOiJFUzI1NiIKfQ.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl';
    const told = refusalOf(() => narrowSession(aPlan(), wish(policyOf(token))))?.detail;
    const named = refusalOf(() => narrowSession(aPlan(), wish(JSON.stringify({ [token]: 1 }))))?.detail;
    expect(JSON.stringify([told, named])).not.toContain('c2lnbmF0dXJl');
  });

  test('takes none that would not fit', () => {
    const many = Array.from({ length: 60 }, (_, index) => `arn:aws:s3:::privet/${index}/${'x'.repeat(40)}`);
    const own = policyOf('arn:aws:s3:::privet/*');
    expect(refusalOf(() => narrowSession(aPlan(own), wish(policyOf(...many))))?.code).toBe('session_too_large');
  });
});
