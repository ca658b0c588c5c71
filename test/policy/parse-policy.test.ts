import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { PolicyError, type PolicyKind } from '../../lib/policy/policy.ts';
import { allow, aPolicy, problemsOf, trust } from './kit.ts';

/** Every problem, as an error tells it. */
const told = (value: unknown, kind: PolicyKind = 'identity') =>
  problemsOf(value, kind).map(({ path, says }) => `${path}: ${says}`);

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

  test('may have an Id', () => {
    expect(told({ Id: 'anything', ...document(allow()) })).toEqual([]);
  });

  const elements = 'is not an element of a policy; allowed are Version, Id, Statement';
  const versions = 'allowed are 2012-10-17, 2008-10-17';
  test.each<[says: string, document: unknown, problem: string]>([
    ['text that is not JSON', '{', 'policy: is not JSON'],
    ['empty text', '', 'policy: is not JSON'],
    ['a list', [], 'policy: must be an object'],
    ['nothing', null, 'policy: must be an object'],
    ['a missing document', undefined, 'policy: must be an object'],
    ['JSON text of a text', '"{}"', 'policy: must be an object'],
    ['an unknown element', { ...document(allow()), Statements: [] }, `Statements: ${elements}`],
    ['an element in other case', { statement: [], Statement: [] }, `statement: ${elements}`],
    ['the prototype as element', '{"Statement":[],"__proto__":{}}', `__proto__: ${elements}`],
    ['an unknown version', { Version: '2020-01-01', Statement: [] }, `Version: is "2020-01-01"; ${versions}`],
    ['a version that is nothing', { Version: null, Statement: [] }, `Version: is no text; ${versions}`],
    [
      'a version that cannot be a text',
      '{"Version":{"toString":1},"Statement":[]}',
      `Version: is no text; ${versions}`,
    ],
    [
      'a version nested deeply',
      `{"Version":${'['.repeat(20_000)}${']'.repeat(20_000)},"Statement":[]}`,
      `Version: is no text; ${versions}`,
    ],
    ['no statement', { Version: '2012-10-17' }, 'Statement: is missing'],
    ['a statement that is a text', document('Allow'), 'Statement[0]: must be an object'],
    ['a statement that is nothing', { Statement: null }, 'Statement[0]: must be an object'],
  ])('%s is refused', (_says, value, problem) => {
    expect(told(value)).toEqual([problem]);
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
    expect(parse).toThrow(expect.objectContaining({ name: 'PolicyError' }));
    expect(parse).toThrow(/Effect: must be Allow or Deny\n.*Statement\[1\]\.Action: /s);
    expect(problemsOf(value).map(({ path }) => path)).toEqual([
      'Statement[0].Effect',
      'Statement[1].Action',
      'Statement[1].Condition.Bool.k',
    ]);
  });
});

describe('a statement', () => {
  const oneOf = (element: string) => `${element}: must be there, and only one of ${element} and Not${element}`;
  const notAnAction = (written: string) => `"${written}" is not an action; write service:Action or *`;
  const notAnArn = (written: string) =>
    `"${written}" is not an ARN; write arn:partition:service:region:account:resource or *`;
  const notHere = 'Principal: has no place here: the principal is whoever carries the policy';
  const known = 'Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition';
  test.each<[says: string, elements: Readonly<Record<string, unknown>>, problem: string]>([
    ['an unknown element', { Conditions: {} }, `Conditions: is not an element of a statement; allowed are ${known}`],
    ['a Sid with other characters', { Sid: 'a-b' }, 'Sid: takes letters and digits only'],
    ['a Sid that is a number', { Sid: 1 }, 'Sid: takes letters and digits only'],
    ['an effect in other case', { Effect: 'allow' }, 'Effect: must be Allow or Deny'],
    ['a missing effect', { Effect: undefined }, 'Effect: must be Allow or Deny'],
    ['an empty list of actions', { Action: [] }, 'Action: must not be an empty list'],
    ['an action that is nothing', { Action: null }, 'Action: must be a text or a list of texts'],
    ['an action that is a number', { Action: ['s3:Get', 1] }, 'Action: must be a text or a list of texts'],
    ['an action without a service', { Action: 'GetObject' }, `Action: ${notAnAction('GetObject')}`],
    ['an action of any service', { Action: '*:GetObject' }, `Action: ${notAnAction('*:GetObject')}`],
    ['an action with a variable', { Action: 's3:${x}' }, `Action: ${notAnAction('s3:${x}')}`],
    ['an empty action', { Action: '' }, `Action: ${notAnAction('')}`],
    ['an action with a line break', { Action: 's3:Get\n' }, `Action: ${notAnAction('s3:Get\n')}`],
    ['two actions in one text', { Action: 's3:Get s3:Put' }, `Action: ${notAnAction('s3:Get s3:Put')}`],
    ['both Action and NotAction', { Action: '*', NotAction: 's3:*' }, oneOf('Action')],
    ['neither Action nor NotAction', { Action: undefined }, oneOf('Action')],
    ['a bad entry of NotAction', { NotAction: 'all' }, `NotAction: ${notAnAction('all')}`],
    ['an empty list of resources', { Resource: [] }, 'Resource: must not be an empty list'],
    ['a resource that is a list', { Resource: [['*']] }, 'Resource: must be a text or a list of texts'],
    ['a resource that is no ARN', { Resource: 'bucket' }, `Resource: ${notAnArn('bucket')}`],
    ['an ARN within a text', { Resource: 'x arn:aws:s3:::b' }, `Resource: ${notAnArn('x arn:aws:s3:::b')}`],
    ['an ARN with too few parts', { Resource: 'arn:aws:s3:b' }, `Resource: ${notAnArn('arn:aws:s3:b')}`],
    ['a star that ends no ARN', { Resource: 'arn:aws:*/x' }, `Resource: ${notAnArn('arn:aws:*/x')}`],
    ['both Resource and NotResource', { Resource: '*', NotResource: '*' }, oneOf('Resource')],
    ['neither Resource nor NotResource', { Resource: undefined }, oneOf('Resource')],
    ['a bad entry of NotResource', { NotResource: 'bucket' }, `NotResource: ${notAnArn('bucket')}`],
    ['a broken variable', { Resource: 'arn:aws:s3:::${' }, 'Resource: "arn:aws:s3:::${" opens a policy variable'],
    ['a condition that is nothing', { Condition: null }, 'Condition: must be an object of operators'],
    ['a principal', { Principal: '*' }, notHere],
    ['a NotPrincipal', { NotPrincipal: '*' }, notHere],
  ])('%s is refused', (_says, elements, problem) => {
    expect(told(document(allow(elements)))).toEqual([expect.stringContaining(`Statement[0].${problem}`)]);
  });

  test('a Sid stands once in a document', () => {
    const twice = document(allow({ Sid: 'A' }), allow({ Sid: 'A' }));
    expect(told(twice)).toEqual(['Statement[1].Sid: "A" stands on an earlier statement']);
  });

  test('an empty Sid is no name, and may stand again', () => {
    expect(told(document(allow({ Sid: '' }), allow({ Sid: '' })))).toEqual([]);
  });

  test.each(['*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::${team}', 'arn:*', 'arn:aws:s3*', 'arn:aws:sns:::a:b'])(
    'takes the resource %s',
    (resource) => {
      expect(told(document(allow({ Resource: resource })))).toEqual([]);
      expect(told(document(allow({ NotResource: [resource, '*'] })))).toEqual([]);
    },
  );

  test.each(['*', 's3:*', 's3:Get*', 's3:?etObject', 'STS:assumerole', 'execute-api:Invoke'])(
    'takes the action %s',
    (action) => {
      expect(problemsOf(document(allow({ Action: action })))).toEqual([]);
      expect(problemsOf(document(allow({ NotAction: [action, 'iam:*'] })))).toEqual([]);
    },
  );
});

describe('a trust policy', () => {
  const trusting = (elements: object) =>
    problemsOf({ Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, ...elements } }, 'trust');

  test.each(['sts:AssumeRole', 'STS:assumerolewithSAML', 'sts:*', 'sts:TagSession'])(
    'takes the action %s',
    (action) => {
      expect(trusting({ Action: action })).toEqual([]);
    },
  );

  test.each(['*', 's3:GetObject', 'sts'])('does not take the action %s', (action) => {
    const says = `"${action}" is no action of a trust policy; write sts:AssumeRole…`;
    expect(trusting({ Action: action })).toEqual([{ path: 'Statement[0].Action', says }]);
    expect(trusting({ NotAction: action })).toEqual([{ path: 'Statement[0].NotAction', says }]);
  });

  test('has no space in a Sid, as policies of resources may', () => {
    expect(trusting({ Action: 'sts:AssumeRole', Sid: 'a b' })).toEqual([
      { path: 'Statement[0].Sid', says: 'takes letters and digits only' },
    ]);
  });
});

describe('a kind', () => {
  const principal = { AWS: '111122223333' };
  const shapes = {
    'a principal alone': { Effect: 'Allow', Action: 'sts:*', Principal: principal },
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
  const missing = 'Principal: must be there, and only one of Principal and NotPrincipal';
  const noPlace = 'Resource: has no place in a trust policy: the resource is the role itself';
  test.each<[says: string, elements: Readonly<Record<string, unknown>>, problem: string]>([
    ['everyone', { Principal: '*' }, 'Principal: must not be "*" in a trust policy'],
    ['every provider', { Principal: { Federated: '*' } }, 'Principal: Federated must name providers, not "*"'],
    [
      'a NotPrincipal',
      { Principal: undefined, NotPrincipal: { AWS: '111122223333' } },
      'NotPrincipal: is not allowed in a trust policy',
    ],
    ['no principal', { Principal: undefined }, missing],
    ['a principal that is nothing', { Principal: null }, 'Principal: must be "*" or an object'],
    ['a resource', { Resource: '*' }, noPlace],
    ['a NotResource', { NotResource: '*' }, noPlace],
  ])('with %s is refused', (_says, elements, problem) => {
    expect(told(document(trust(elements)), 'trust')).toEqual([expect.stringContaining(`Statement[0].${problem}`)]);
  });

  test('may trust every AWS account', () => {
    expect(problemsOf(document(trust({ Principal: { AWS: '*' } })), 'trust')).toEqual([]);
  });
});

describe('a resource policy', () => {
  test('may speak of every provider, which then is nobody', () => {
    expect(told(document(trust({ Principal: { Federated: '*' }, Resource: '*' })), 'resource')).toEqual([]);
  });

  test('tells what is wrong with NotPrincipal where it stands', () => {
    const statement = trust({ Principal: undefined, NotPrincipal: 'ann', Resource: '*' });
    expect(told(document(statement), 'resource')).toEqual([
      'Statement[0].NotPrincipal: must be "*" or an object with AWS, Federated or Service',
    ]);
  });
});
