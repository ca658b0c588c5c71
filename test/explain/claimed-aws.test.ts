import { describe, expect, test } from 'vitest';
import type { AwsProviderSettings } from '../../lib/config/configuration.ts';
import { claimedByAws } from '../../lib/explain/claimed-aws.ts';
import { Refusal } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';

const fleet: AwsProviderSettings = { kind: 'aws', name: 'fleet', accounts: ['111122223333'], clockLeewaySeconds: 60 };
const arn = 'arn:aws:sts::111122223333:assumed-role/ci-runner/build-7';
const claimed = (claims: Readonly<Record<string, unknown>>) =>
  claimedByAws(new Map(Object.entries(claims)), {
    provider: fleet,
    given: ['arn:aws:iam::111122223333:role/daypass-files'],
    now: aMoment,
  });

describe('what STS would tell', () => {
  test('an ARN is enough', () => {
    const { subject, attributes, evidence } = claimed({ arn });
    expect([subject, evidence]).toEqual(['arn:aws:iam::111122223333:role/ci-runner', { kind: 'aws' }]);
    expect(attributes.texts.get('session')).toEqual(['build-7']);
    expect(attributes.texts.has('user_id')).toBe(false);
  });

  test('a user id may be among it', () => {
    const userId = 'AROAQ3EGAAAAEXAMPLE01:build-7';
    expect(claimed({ arn, user_id: userId }).attributes.texts.get('user_id')).toEqual([userId]);
  });

  test.each([
    [{}, 'claims_invalid'],
    [{ arn: 1 }, 'claims_invalid'],
    [{ arn: 'arn:aws:iam::111122223333:root' }, 'claims_invalid'],
    [{ arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice' }, 'claims_invalid'],
    [{ arn: 'arn:aws:sts::444455556666:assumed-role/ci-runner/build-7' }, 'issuer_unknown'],
  ])('%j is refused', (claims, code) => {
    try {
      claimed(claims);
    } catch (error) {
      expect(error instanceof Refusal && error.code).toBe(code);
      return;
    }
    throw new Error('nothing was refused');
  });
});
