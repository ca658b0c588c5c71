import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import type { PolicyKind } from '../../lib/policy/policy.ts';
import { printPolicy } from '../../lib/policy/print-policy.ts';

const printed = (document: unknown, kind: PolicyKind = 'identity') =>
  printPolicy(parsePolicy({ name: 'p', kind, document }));

describe('a document as people write it is printed as it was', () => {
  test.each<[says: string, kind: PolicyKind, document: Readonly<Record<string, unknown>>]>([
    [
      'a trust policy',
      'trust',
      {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'Jobs',
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/idp.example' },
            Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
            Condition: {
              StringEquals: { 'idp.example:aud': 'daypass', 'idp.example:amr': ['mfa', 'hwk'] },
              'ForAnyValue:StringLikeIfExists': { 'idp.example:groups': 'dev-*' },
            },
          },
        ],
      },
    ],
    [
      'an identity policy',
      'identity',
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 's3:Get*', Resource: ['arn:aws:s3:::b', "arn:aws:s3:::b/${team, 'x'}/*"] },
          { Sid: '', Effect: 'Deny', NotAction: '*', NotResource: '*' },
        ],
      },
    ],
    [
      'a resource policy',
      'resource',
      {
        Version: '2008-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: '*', Resource: 'arn:aws:s3:::b/${team' },
          { Effect: 'Allow', Principal: { AWS: '*' }, Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            NotPrincipal: { AWS: ['111122223333', '444455556666'], Service: 'lambda.amazonaws.com' },
            Action: '*',
            Resource: '*',
          },
        ],
      },
    ],
    ['no statement', 'identity', { Version: '2012-10-17', Statement: [] }],
  ])('%s', (_says, kind, document) => {
    expect(printed(document, kind)).toStrictEqual(document);
  });
});

describe('what may be written in several ways is printed in one', () => {
  const statement = { Effect: 'Allow', Action: '*', Resource: '*' };
  const print = (elements: object, document: object = { Version: '2012-10-17' }) =>
    printed({ ...document, Statement: { ...statement, ...elements } });

  test.each<[says: string, elements: object, as: object]>([
    ['a list of one', { Action: ['s3:*'] }, { Action: 's3:*' }],
    ['a condition on a list of one', { Condition: { Bool: { k: ['true'] } } }, { Condition: { Bool: { k: 'true' } } }],
    ['a number', { Condition: { NumericEquals: { k: 1.5 } } }, { Condition: { NumericEquals: { k: '1.5' } } }],
    ['a boolean', { Condition: { Bool: { k: false } } }, { Condition: { Bool: { k: 'false' } } }],
    ['conditions that ask for nothing', { Condition: {} }, {}],
  ])('%s', (_says, elements, as) => {
    expect(print(elements)).toEqual({ Version: '2012-10-17', Statement: [{ ...statement, ...as }] });
  });

  test('a document without a version is of the earlier one', () => {
    expect(print({}, {})).toEqual({ Version: '2008-10-17', Statement: [statement] });
  });
});

test.each(['__proto__', 'constructor'])('the condition key "%s" is printed like any other', (key) => {
  const block = `{"Null":{"${key}":"true"}}`;
  const document = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":${block}}}`;
  expect(JSON.stringify(printed(document).Statement[0]?.Condition)).toBe(block);
});
