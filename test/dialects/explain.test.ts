import { describe, expect, test } from 'vitest';
import { explain } from '../../lib/dialects/explain.ts';
import { stage } from '../../lib/explain/explanation.ts';
import { refusals } from '../../lib/refusal.ts';
import { aRequest, golden, refusalOf } from './kit.ts';

const operator = 'arn:aws:iam::111122223333:user/operator';
const forOperators = (body: object, iamCaller: string | undefined = operator) => ({
  ...aRequest(body),
  path: '/v1/admin/explain',
  ...(iamCaller !== undefined && { iamCaller }),
});

describe('a caller’s question', () => {
  test('has a grant and a token, or a signed AWS request', () => {
    expect(explain.read(aRequest({ grant: 'files', token: 'a.b.c' }))).toEqual({
      by: 'caller',
      grant: 'files',
      proof: { kind: 'oidc', token: 'a.b.c' },
    });
    expect(explain.read(aRequest({ grant: 'files', awsRequest: 'daypass-aws-v1.e30' }))).toMatchObject({
      proof: { kind: 'aws', request: 'daypass-aws-v1.e30' },
    });
  });

  test.each([
    [{ token: 'a.b.c' }],
    [{ grant: 'files' }],
    [{ grant: '', token: 'a.b.c' }],
    [{ grant: 'files', token: 1 }],
    [{ grant: 'files', samlResponse: 'PHNhbWw+' }],
    [{ grant: 'files', token: 'a.b.c', awsRequest: 'daypass-aws-v1.e30' }],
    [{ grant: 'files', provider: 'app', claims: { sub: 'alice' } }],
  ])('is not %j', (body) => {
    expect(refusalOf(() => explain.read(aRequest(body)))?.code).toBe('request_malformed');
  });
});

describe('an operator’s question', () => {
  test('has a token, or claims with the provider that would prove them', () => {
    expect(explain.read(forOperators({ grant: 'files', token: 'a.b.c' }))).toEqual({
      by: 'operator',
      operator,
      grant: 'files',
      proof: { token: 'a.b.c' },
    });
    expect(explain.read(forOperators({ grant: 'files', provider: 'app', claims: { sub: 'alice' } }))).toEqual({
      by: 'operator',
      operator,
      grant: 'files',
      proof: { provider: 'app', claims: new Map([['sub', 'alice']]) },
    });
  });

  test.each([
    [{ grant: 'files' }],
    [{ grant: 'files', claims: { sub: 'alice' } }],
    [{ grant: 'files', provider: 'app', claims: ['alice'] }],
    [{ grant: 'files', provider: 'app', claims: null }],
    [{ grant: 'files', provider: 'app', claims: {}, token: 'a.b.c' }],
  ])('is not %j', (body) => {
    expect(refusalOf(() => explain.read(forOperators(body)))?.code).toBe('request_malformed');
  });

  test('is nobody’s without IAM’s word, whatever it says', () => {
    const request = { ...aRequest({ grant: 'files', token: 'a.b.c' }), path: '/v1/admin/explain' };
    expect(refusalOf(() => explain.read(request))?.code).toBe('operator_unknown');
  });
});

describe('an answer', () => {
  test('to a caller is this, to the byte', () => {
    const own = {
      verdict: 'denied',
      provider: 'app',
      subject: 'alice',
      provenUntil: new Date('2026-06-01T12:05:00Z'),
      claims: new Map([['sub', ['alice']]]),
      notComparable: ['address'],
      lookedAtInVain: ['sub'],
      grants: ['reports'],
    } as const;
    expect(explain.answer({ to: 'caller', own }, new Date(0))).toStrictEqual(golden('explain-caller'));
  });

  test('to an operator is this, to the byte', () => {
    const explanation = { verdict: 'denied', stages: [stage('proof', 'failed', 'The token has expired.')] } as const;
    expect(explain.answer({ to: 'operator', explanation }, new Date(0))).toStrictEqual(golden('explain-operator'));
  });

  test('that refuses is this, to the byte', () => {
    expect(explain.refuse(refusals.operator_unknown, 'request-1')).toStrictEqual(golden('explain-refused'));
  });
});
