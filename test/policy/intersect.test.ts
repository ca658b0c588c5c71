import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awsContext } from '../../lib/policy/context.ts';
import { evaluate } from '../../lib/policy/evaluate.ts';
import { intersection, NoIntersection } from '../../lib/policy/intersect.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import type { Policy } from '../../lib/policy/policy.ts';

const parse = (document: unknown) =>
  parsePolicy({ name: 'policy', kind: 'identity', document: JSON.stringify(document) });

interface Written {
  readonly Effect?: 'Allow' | 'Deny';
  readonly [element: string]: unknown;
}

const aPolicy = (...statements: readonly Written[]): Policy =>
  parse({
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...each })),
  });

const both = (left: Policy, right: Policy) => intersection(left, right).Statement;

describe('what two policies both allow', () => {
  test.each([
    ['the narrower action', { Action: 's3:*' }, { Action: 's3:GetObject' }, { Action: 's3:GetObject' }],
    [
      'the narrower action, whatever its case',
      { Action: 'S3:Get*' },
      { Action: 's3:getObject' },
      { Action: 's3:getObject' },
    ],
    [
      'the narrower resource',
      { Resource: 'arn:aws:s3:::privet/*' },
      { Resource: 'arn:aws:s3:::privet/blue/*' },
      { Resource: 'arn:aws:s3:::privet/blue/*' },
    ],
    [
      'the resource both name',
      { Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::b'] },
      { Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::c'] },
      { Resource: 'arn:aws:s3:::b' },
    ],
  ])('is %s', (_, left, right, expected) => {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const [statement] = both(aPolicy(one), aPolicy(other));
      const single = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
      for (const [element, value] of Object.entries(expected)) {
        expect(single(statement?.[element as 'Action'])).toEqual(value);
      }
    }
  });

  test('is nothing, said as a denial, when they have nothing in common', () => {
    expect(both(aPolicy({ Action: 's3:GetObject' }), aPolicy({ Action: 'ec2:*' }))).toEqual([
      { Effect: 'Deny', Action: '*', Resource: '*' },
    ]);
  });

  test('keeps every denial of both', () => {
    const denial = { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::privet/secret/*' } as const;
    const [allowed, denied] = both(aPolicy({}), aPolicy({ Action: '*' }, { ...denial, Sid: 'Never' }));
    expect([allowed?.Effect, denied]).toEqual(['Allow', denial]);
  });

  test('has the conditions of both', () => {
    const left = { Condition: { StringEquals: { 'aws:PrincipalTag/a': '1' } } };
    const right = {
      Condition: { StringEquals: { 'aws:PrincipalTag/b': '2' }, Bool: { 'aws:SecureTransport': 'true' } },
    };
    expect(both(aPolicy(left), aPolicy(right))[0]?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalTag/a': '1', 'aws:PrincipalTag/b': '2' },
      Bool: { 'aws:SecureTransport': 'true' },
    });
  });
});

describe('is not guessed at', () => {
  const on = (value: string) => ({ Condition: { StringEquals: { 'aws:PrincipalTag/a': value } } });
  test.each<[string, Written, Written]>([
    ['actions that overlap', { Action: 's3:Get*' }, { Action: 's3:*Object' }],
    ['resources that overlap', { Resource: 'arn:aws:s3:::a*' }, { Resource: 'arn:aws:s3:::*b' }],
    ['a * before the last part of an ARN', { Resource: 'arn:aws:*' }, { Resource: 'arn:aws:s3:::a' }],
    ['a variable', { Resource: 'arn:aws:s3:::${aws:username}' }, { Resource: 'arn:aws:s3:::a' }],
    ['NotAction', { Action: undefined, NotAction: 's3:GetObject' }, {}],
    ['NotResource', { Resource: undefined, NotResource: 'arn:aws:s3:::a' }, {}],
    ['two conditions on one key', on('1'), on('2')],
  ])('%s', (_, left, right) => {
    expect(() => both(aPolicy(left), aPolicy(right))).toThrow(NoIntersection);
    expect(() => both(aPolicy(right), aPolicy(left))).toThrow(NoIntersection);
  });

  test('${…} in a version that has no variables', () => {
    const old = parse({
      Version: '2008-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::${aws:username}' }],
    });
    expect(() => both(aPolicy({}), old)).toThrow(NoIntersection);
  });

  test('a product of too many statements', () => {
    const many = aPolicy(...Array.from({ length: 11 }, () => ({})));
    expect(() => both(many, many)).toThrow(NoIntersection);
  });
});

describe('whatever the policies', () => {
  const actions = ['s3:GetObject', 's3:PutObject', 's3:Get*', 's3:*', '*', 'ec2:RunInstances'];
  const resources = [
    '*',
    'arn:aws:s3:::privet',
    'arn:aws:s3:::privet/*',
    'arn:aws:s3:::privet/blue/*',
    'arn:aws:s3:::privet/b*',
    'arn:aws:s3:::other/*',
  ];
  const some = (of: readonly string[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 3 });
  const condition = fc.constantFrom<Record<string, unknown> | undefined>(
    undefined,
    { StringEquals: { 'aws:PrincipalTag/tenant': 'blue' } },
    { StringEquals: { 'aws:PrincipalTag/tenant': ['blue', 'red'] } },
    { Bool: { 'aws:SecureTransport': 'true' } },
  );
  const statement = fc.record({
    Effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Deny'),
    Action: some(actions),
    Resource: some(resources),
    Condition: condition,
  });
  const policies = fc.array(statement, { minLength: 1, maxLength: 3 });
  const asked = fc.record({
    action: fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:DeleteObject', 'ec2:RunInstances'),
    resource: fc.constantFrom(
      'arn:aws:s3:::privet',
      'arn:aws:s3:::privet/blue/a',
      'arn:aws:s3:::privet/bx',
      'arn:aws:s3:::other/a',
      'arn:aws:ec2:us-east-1:111122223333:instance/i-1',
    ),
    tenant: fc.constantFrom('blue', 'red', 'green', undefined),
    secure: fc.boolean(),
  });

  test('both allow exactly what the intersection allows', () => {
    let written = 0;
    fc.assert(
      fc.property(policies, policies, asked, (left, right, { action, resource, tenant, secure }) => {
        const [one, other] = [aPolicy(...left), aPolicy(...right)];
        const context = awsContext([
          ['aws:SecureTransport', String(secure)],
          ...(tenant === undefined ? [] : [['aws:PrincipalTag/tenant', tenant] as const]),
        ]);
        const allows = (policy: Policy) =>
          evaluate([{ name: 'policy', policies: [policy] }], {
            caller: { kind: 'aws', account: '111122223333', arns: ['arn:aws:iam::111122223333:user/ali'] },
            action,
            resource,
            context,
          }).allowed;
        let found: unknown;
        try {
          found = intersection(one, other);
        } catch (error) {
          if (error instanceof NoIntersection) return;
          throw error;
        }
        written += 1;
        expect(allows(parse(found))).toBe(allows(one) && allows(other));
      }),
      { numRuns: 5_000 },
    );
    // It is about something.
    expect(written).toBeGreaterThan(500);
  });
});
