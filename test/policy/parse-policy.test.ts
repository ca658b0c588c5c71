import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { PolicyError, type PolicyKind } from '../../lib/policy/policy.ts';
import { allow, aPolicy, problemsOf, trust } from './kit.ts';

const document = (...statements: readonly unknown[]) => ({ Version: '2012-10-17', Statement: statements });

describe('a document', () => {
  test('is read from its JSON text or from what the text says', () => {
    const value = document(allow({ Sid: 'All' }));
    const fromValue = parsePolicy({ name: 'n', kind: 'identity', document: value });
    const fromText = parsePolicy({ name: 'n', kind: 'identity', document: JSON.stringify(value) });
    for (const { name, statements } of [fromValue, fromText]) {
      expect(name).toBe('n');
      expect(statements).toMatchObject([{ index: 0, sid: 'All', effect: 'Allow', conditions: [] }]);
    }
  });

  test('may have one statement without a list', () => {
    expect(problemsOf({ Statement: allow() })).toEqual([]);
  });

  test('counts its statements from 0', () => {
    expect(aPolicy([allow(), allow()]).statements.map(({ index }) => index)).toEqual([0, 1]);
  });

  test.each<[says: string, document: unknown, path: string]>([
    ['text that is not JSON', '{', 'policy'],
    ['empty text', '', 'policy'],
    ['a list', [], 'policy'],
    ['nothing', null, 'policy'],
    ['a missing document', undefined, 'policy'],
    ['JSON text of a text', '"{}"', 'policy'],
    ['an unknown element', { ...document(allow()), Statements: [] }, 'Statements'],
    ['an element in other case', { statement: [], Statement: [] }, 'statement'],
    ['the prototype as element', '{"Statement":[],"__proto__":{}}', '__proto__'],
    ['an unknown version', { Version: '2020-01-01', Statement: [] }, 'Version'],
    ['a version that is nothing', { Version: null, Statement: [] }, 'Version'],
    ['no statement', { Version: '2012-10-17' }, 'Statement'],
    ['a statement that is a text', document('Allow'), 'Statement[0]'],
    ['a statement that is nothing', { Statement: null }, 'Statement[0]'],
    ['a version that cannot be a text', '{"Version":{"toString":1},"Statement":[]}', 'Version'],
    ['a version nested deeply', `{"Version":${'['.repeat(20_000)}${']'.repeat(20_000)},"Statement":[]}`, 'Version'],
  ])('%s is refused', (_says, value, path) => {
    expect(problemsOf(value).map((problem) => problem.path)).toEqual([path]);
  });

  test('has variables only in version 2012-10-17', () => {
    const broken = { StringEquals: { k: '${' } };
    expect(problemsOf({ Version: '2012-10-17', Statement: allow({ Condition: broken }) })).toHaveLength(1);
    expect(problemsOf({ Version: '2008-10-17', Statement: allow({ Condition: broken }) })).toEqual([]);
    expect(problemsOf({ Statement: allow({ Condition: broken }) })).toEqual([]);
  });

  test('an error has every problem, with its place', () => {
    const value = document(allow({ Effect: 'Permit' }), allow({ Action: 'all', Condition: { Bool: { k: 'yes' } } }));
    const parse = () => parsePolicy({ name: 'n', kind: 'identity', document: value });
    expect(parse).toThrow(PolicyError);
    expect(parse).toThrow(/Effect: must be Allow or Deny\n.*Statement\[1\]\.Action: /s);
    expect(problemsOf(value).map(({ path }) => path)).toEqual([
      'Statement[0].Effect',
      'Statement[1].Action',
      'Statement[1].Condition.Bool.k',
    ]);
  });
});

describe('a statement', () => {
  test.each<[says: string, elements: Readonly<Record<string, unknown>>, path: string]>([
    ['an unknown element', { Conditions: {} }, 'Conditions'],
    ['a Sid with other characters', { Sid: 'a-b' }, 'Sid'],
    ['a Sid that is a number', { Sid: 1 }, 'Sid'],
    ['an effect in other case', { Effect: 'allow' }, 'Effect'],
    ['a missing effect', { Effect: undefined }, 'Effect'],
    ['an empty list of actions', { Action: [] }, 'Action'],
    ['an action that is nothing', { Action: null }, 'Action'],
    ['an action that is a number', { Action: ['s3:Get', 1] }, 'Action'],
    ['an action without a service', { Action: 'GetObject' }, 'Action'],
    ['an action of any service', { Action: '*:GetObject' }, 'Action'],
    ['an action with a variable', { Action: 's3:${x}' }, 'Action'],
    ['an empty action', { Action: '' }, 'Action'],
    ['an action with a line break', { Action: 's3:Get\n' }, 'Action'],
    ['both Action and NotAction', { Action: '*', NotAction: 's3:*' }, 'Action'],
    ['neither Action nor NotAction', { Action: undefined }, 'Action'],
    ['an empty list of resources', { Resource: [] }, 'Resource'],
    ['a resource that is no ARN', { Resource: 'bucket' }, 'Resource'],
    ['both Resource and NotResource', { Resource: '*', NotResource: '*' }, 'Resource'],
    ['neither Resource nor NotResource', { Resource: undefined }, 'Resource'],
    ['a bad entry of NotResource', { NotResource: 'bucket' }, 'NotResource'],
    ['a bad entry of NotAction', { NotAction: 'all' }, 'NotAction'],
    ['a condition that is nothing', { Condition: null }, 'Condition'],
    ['a principal', { Principal: '*' }, 'Principal'],
    ['a NotPrincipal', { NotPrincipal: '*' }, 'Principal'],
  ])('%s is refused', (_says, elements, path) => {
    expect(problemsOf(document(allow(elements))).map((problem) => problem.path)).toEqual([`Statement[0].${path}`]);
  });

  test('a Sid stands once in a document', () => {
    const twice = document(allow({ Sid: 'A' }), allow({ Sid: 'A' }));
    expect(problemsOf(twice).map(({ path }) => path)).toEqual(['Statement[1].Sid']);
  });

  test.each(['*', 's3:*', 's3:Get*', 's3:?etObject', 'STS:assumerole', 'execute-api:Invoke'])(
    'takes the action %s',
    (action) => {
      expect(problemsOf(document(allow({ Action: action })))).toEqual([]);
      expect(problemsOf(document(allow({ NotAction: [action, 'iam:*'] })))).toEqual([]);
    },
  );
});

describe('a kind', () => {
  const principal = { AWS: '111122223333' };
  const shapes = {
    'a principal alone': { Effect: 'Allow', Action: '*', Principal: principal },
    'a resource alone': { Effect: 'Allow', Action: '*', Resource: '*' },
    'a principal and a resource': { Effect: 'Allow', Action: '*', Principal: principal, Resource: '*' },
    'a NotPrincipal and a NotResource': { Effect: 'Deny', Action: '*', NotPrincipal: principal, NotResource: '*' },
  } as const;

  test.each<[kind: PolicyKind, shape: keyof typeof shapes, accepted: boolean]>([
    ['trust', 'a principal alone', true],
    ['trust', 'a resource alone', false],
    ['trust', 'a principal and a resource', false],
    ['trust', 'a NotPrincipal and a NotResource', false],
    ['identity', 'a principal alone', false],
    ['identity', 'a resource alone', true],
    ['identity', 'a principal and a resource', false],
    ['identity', 'a NotPrincipal and a NotResource', false],
    ['resource', 'a principal alone', false],
    ['resource', 'a resource alone', false],
    ['resource', 'a principal and a resource', true],
    ['resource', 'a NotPrincipal and a NotResource', true],
  ])('%s with %s: %s', (kind, shape, accepted) => {
    expect(problemsOf(document(shapes[shape]), kind).length === 0).toBe(accepted);
  });
});

describe('a trust policy', () => {
  test.each<[says: string, elements: Readonly<Record<string, unknown>>, path: string]>([
    ['everyone', { Principal: '*' }, 'Principal'],
    ['every provider', { Principal: { Federated: '*' } }, 'Principal'],
    ['a NotPrincipal', { Principal: undefined, NotPrincipal: { AWS: '111122223333' } }, 'NotPrincipal'],
    ['no principal', { Principal: undefined }, 'Principal'],
    ['a principal that is nothing', { Principal: null }, 'Principal'],
    ['a resource', { Resource: '*' }, 'Resource'],
    ['a NotResource', { NotResource: '*' }, 'Resource'],
  ])('with %s is refused', (_says, elements, path) => {
    expect(problemsOf(document(trust(elements)), 'trust').map((problem) => problem.path)).toEqual([
      `Statement[0].${path}`,
    ]);
  });

  test('may trust every AWS account', () => {
    expect(problemsOf(document(trust({ Principal: { AWS: '*' } })), 'trust')).toEqual([]);
  });
});
