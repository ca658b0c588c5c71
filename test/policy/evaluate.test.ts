import { describe, expect, test } from 'vitest';
import { evaluate, everyMiss, type Layer, type PolicyRequest, type Verdict } from '../../lib/policy/evaluate.ts';
import type { Caller } from '../../lib/policy/principal.ts';
import { allow, aPolicy, contextOf, deny, type RequestKeys, trust } from './kit.ts';

type Elements = ReturnType<typeof allow>;

const object = 'arn:aws:s3:::bucket/key';
const oidc = 'arn:aws:iam::111122223333:oidc-provider/idp.example';

const layer = (name: string, ...statements: readonly Elements[]): Layer => ({ name, policies: [aPolicy(statements)] });

const read = (layers: readonly Layer[], request: Partial<PolicyRequest> = {}): Verdict =>
  evaluate(layers, { action: 's3:GetObject', resource: object, context: contextOf(), ...request });

const allowed = (...statements: readonly Elements[]) => read([layer('identity policies', ...statements)]).allowed;

describe('a decision', () => {
  test('without a layer, a policy or a statement is no', () => {
    expect(read([])).toEqual({ allowed: false, because: 'no allow', layer: 'none', misses: [] });
    expect(read([{ name: 'identity policies', policies: [] }]).allowed).toBe(false);
    expect(allowed()).toBe(false);
  });

  test('with an Allow that applies is yes', () => {
    expect(allowed(allow())).toBe(true);
  });

  test('with a Deny that applies is no, wherever the Deny stands', () => {
    expect(allowed(allow(), deny())).toBe(false);
    expect(allowed(deny(), allow())).toBe(false);
  });

  test('with a Deny that does not apply is yes', () => {
    expect(allowed(allow(), deny({ Action: 's3:PutObject' }))).toBe(true);
  });

  test('with only a Deny that does not apply is no', () => {
    expect(allowed(deny({ Action: 's3:PutObject' }))).toBe(false);
  });

  test('needs any one policy of a layer', () => {
    const policies = [aPolicy([allow({ Action: 'ec2:*' })]), aPolicy([allow({ Action: 's3:*' })])];
    expect(read([{ name: 'identity policies', policies }]).allowed).toBe(true);
  });

  test('needs an Allow of every layer', () => {
    const everything = layer('identity policies', allow());
    const reading = layer('session policies', allow({ Action: 's3:Get*' }));
    const writing = layer('boundary', allow({ Action: 's3:Put*' }));
    expect(read([everything, reading]).allowed).toBe(true);
    expect(read([everything, reading, writing])).toMatchObject({ because: 'no allow', layer: 'boundary' });
    expect(read([writing, everything])).toMatchObject({ because: 'no allow', layer: 'boundary' });
  });

  test('an explicit deny of a later layer comes before a missing allow of an earlier one', () => {
    const verdict = read([layer('identity policies'), layer('boundary', allow(), deny({ Sid: 'Stop' }))]);
    expect(verdict).toMatchObject({ because: 'explicit deny', by: { sid: 'Stop', statement: 1 } });
  });
});

describe('an action', () => {
  test.each<[action: string | readonly string[], expected: boolean]>([
    ['*', true],
    ['s3:*', true],
    ['S3:GETOBJECT', true],
    ['s3:Get*', true],
    ['s3:GetObjec?', true],
    ['s3:Get', false],
    ['s3:Put*', false],
    [['ec2:*', 's3:get*'], true],
  ])('%j', (action, expected) => {
    expect(allowed(allow({ Action: action }))).toBe(expected);
    expect(allowed(allow({ NotAction: action }))).toBe(!expected);
  });
});

describe('a resource', () => {
  test.each<[resource: string | readonly string[], expected: boolean]>([
    ['*', true],
    [object, true],
    ['arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::Bucket/*', false],
    ['arn:aws:s3:::bucket', false],
    [['arn:aws:s3:::other/*', 'arn:aws:s3:::bucket/*'], true],
  ])('%j', (resource, expected) => {
    expect(allowed(allow({ Resource: resource }))).toBe(expected);
    expect(allowed(allow({ NotResource: resource }))).toBe(!expected);
  });

  test('a statement about resources never applies to a request without one', () => {
    for (const elements of [{ Resource: '*' }, { NotResource: 'arn:aws:s3:::other' }]) {
      expect(evaluate([layer('p', allow(elements))], { action: 's3:GetObject', context: contextOf() }).allowed).toBe(
        false,
      );
    }
  });

  test('a request without a resource is told apart from one with another', () => {
    const verdict = evaluate([layer('p', allow())], { action: 's3:GetObject', context: contextOf() });
    expect(verdict).toMatchObject({ misses: [{ element: 'Resource', expected: ['*'], got: [] }] });
  });

  test('a variable without a value applies neither as Resource nor as NotResource', () => {
    expect(allowed(allow({ Resource: 'arn:aws:s3:::${gone}/*' }))).toBe(false);
    expect(allowed(allow({ NotResource: 'arn:aws:s3:::${gone}/*' }))).toBe(false);
    expect(allowed(allow({ NotResource: ['arn:aws:s3:::other', 'arn:aws:s3:::${gone}/*'] }))).toBe(false);
  });

  test('a variable brings in the value of the request', () => {
    const home = [layer('identity policies', allow({ Resource: 'arn:aws:s3:::bucket/${aws:username}' }))];
    const as = (keys: RequestKeys) => read(home, { context: contextOf(keys) }).allowed;
    expect(as({ 'aws:username': 'key' })).toBe(true);
    expect(as({ 'aws:username': '*' })).toBe(false);
    expect(as({})).toBe(false);
  });
});

describe('a principal', () => {
  const user: Caller = { kind: 'aws', account: '111122223333', arns: ['arn:aws:iam::111122223333:user/ann'] };
  const federated: Caller = { kind: 'federated', provider: oidc };
  const assume = (elements: Elements, caller?: Caller) =>
    evaluate([{ name: 'trust policy', policies: [aPolicy([trust(elements)], 'trust')] }], {
      action: 'sts:AssumeRole',
      context: contextOf(),
      ...(caller && { caller }),
    });

  test('that names the caller applies', () => {
    expect(assume({}, user).allowed).toBe(true);
    expect(assume({ Principal: { Federated: oidc } }, federated).allowed).toBe(true);
  });

  test('AWS "*" does not let a federated caller in', () => {
    expect(assume({ Principal: { AWS: '*' } }, user).allowed).toBe(true);
    expect(assume({ Principal: { AWS: '*' } }, federated).allowed).toBe(false);
  });

  test('never applies when nobody is known to ask', () => {
    expect(assume({ Principal: { AWS: '*' } })).toMatchObject({
      misses: [{ element: 'Principal', expected: ['*'], got: [] }],
    });
  });

  test('NotPrincipal denies everyone else', () => {
    const statements = [
      { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
      { Effect: 'Deny', NotPrincipal: { AWS: [...user.arns, user.account] }, Action: '*', Resource: '*' },
    ];
    const layers = [{ name: 'bucket policy', policies: [aPolicy(statements, 'resource')] }];
    expect(read(layers, { caller: user }).allowed).toBe(true);
    expect(read(layers, { caller: federated })).toMatchObject({ because: 'explicit deny' });
  });
});

describe('why', () => {
  const context = contextOf({ 'aws:PrincipalTag/team': 'blue' });
  const condition = { StringEquals: { 'aws:PrincipalTag/team': ['red', 'blue'] } };
  const trace = { operator: 'StringEquals', key: 'aws:PrincipalTag/team', expected: ['red', 'blue'], got: ['blue'] };

  test('a yes tells the first statement that allowed in each layer, and what its conditions saw', () => {
    const first = {
      name: 'identity policies',
      policies: [aPolicy([deny({ Action: 'ec2:*' }), allow({ Condition: condition })], 'identity', 'Readers')],
    };
    expect(read([first, layer('boundary', allow())], { context })).toEqual({
      allowed: true,
      by: [
        { policy: 'Readers', statement: 1, conditions: [trace] },
        { policy: 'p', statement: 0, conditions: [] },
      ],
    });
  });

  test('an explicit no tells the statement, its Sid, and what its conditions saw', () => {
    expect(read([layer('boundary', allow(), deny({ Sid: 'NoBlue', Condition: condition }))], { context })).toEqual({
      allowed: false,
      because: 'explicit deny',
      layer: 'boundary',
      by: { policy: 'p', statement: 1, sid: 'NoBlue', conditions: [trace] },
    });
  });

  test('a missing allow tells for each Allow the first element that kept it from applying', () => {
    const verdict = read([
      layer(
        'session policies',
        allow({ Action: ['s3:Put*', 's3:List*'] }),
        allow({ Sid: 'Elsewhere', Resource: 'arn:aws:s3:::other/*' }),
        deny({ Action: 'ec2:*' }),
        allow({ Condition: { Bool: { 'aws:SecureTransport': true } } }),
      ),
    ]);
    expect(verdict).toEqual({
      allowed: false,
      because: 'no allow',
      layer: 'session policies',
      misses: [
        { policy: 'p', statement: 0, element: 'Action', expected: ['s3:Put*', 's3:List*'], got: ['s3:GetObject'] },
        {
          policy: 'p',
          statement: 1,
          sid: 'Elsewhere',
          element: 'Resource',
          expected: ['arn:aws:s3:::other/*'],
          got: [object],
        },
        {
          policy: 'p',
          statement: 3,
          element: 'Condition',
          operator: 'Bool',
          key: 'aws:SecureTransport',
          expected: ['true'],
          got: undefined,
        },
      ],
    });
  });
});

describe('everything that keeps a statement from applying', () => {
  const request = { action: 's3:GetObject', resource: object, context: contextOf({ team: 'blue' }) };
  const missed = (elements: Elements) => aPolicy([allow(elements)]).statements.map((each) => everyMiss(each, request));

  test('is told at once', () => {
    const condition = { StringEquals: { team: 'red', site: 'a' }, StringLike: { team: 'b*' } };
    expect(missed({ Action: 's3:Put*', Resource: 'arn:aws:s3:::other', Condition: condition })).toEqual([
      {
        elements: [
          { element: 'Action', expected: ['s3:Put*'], got: ['s3:GetObject'] },
          { element: 'Resource', expected: ['arn:aws:s3:::other'], got: [object] },
        ],
        conditions: [
          { condition: expect.objectContaining({ operator: 'StringEquals', key: 'team' }), got: ['blue'] },
          { condition: expect.objectContaining({ operator: 'StringEquals', key: 'site' }), got: undefined },
        ],
      },
    ]);
  });

  test('is nothing where it applies', () => {
    expect(missed({ Condition: { StringLike: { team: 'b*' } } })).toEqual([{ elements: [], conditions: [] }]);
  });
});
