import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesArn, parseArnPattern } from '../../lib/policy/arn-pattern.ts';
import { authorize } from '../../lib/policy/authorize.ts';
import { evaluate, type Layer, type PolicyRequest } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { matchesPattern, parsePattern } from '../../lib/policy/pattern.ts';
import { type Policy, PolicyError, type PolicyKind } from '../../lib/policy/policy.ts';
import type { AwsCaller } from '../../lib/policy/principal.ts';
import { printPolicy } from '../../lib/policy/print-policy.ts';
import { requests as anyRequests, documentsOf } from './documents.ts';
import { aPolicy, contextOf } from './kit.ts';

type Elements = Readonly<Record<string, unknown>>;

const syntax = { wildcards: true, variables: true };

// Few words, so that statements and requests meet often.
const actions = fc.constantFrom('s3:GetObject', 's3:PutObject', 'ec2:RunInstances');
const resources = fc.constantFrom(
  'arn:aws:s3:::a/x',
  'arn:aws:s3:::b/x',
  'arn:aws:ec2:eu-west-1:111122223333:instance/i',
);
const actionPatterns = fc.oneof(actions, fc.constantFrom('*', 's3:*', 's3:Get*', 'S3:?utObject'));
const resourcePatterns = fc.oneof(resources, fc.constantFrom('*', 'arn:aws:s3:::*', 'arn:aws:s3:::${team}/*'));
const conditions = fc.constantFrom(
  {},
  { StringEquals: { team: ['a', 'b'] } },
  { StringNotEquals: { team: '${other}' } },
  { 'ForAllValues:StringLike': { team: 'a*' } },
  { BoolIfExists: { mfa: true } },
  { Null: { team: 'true' } },
);
const keys = fc.record(
  { team: fc.subarray(['a', 'b', '*']), other: fc.constantFrom('a', 'c'), mfa: fc.constantFrom('true', 'false', '') },
  { requiredKeys: [] },
);

const some = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: 1, maxLength: 3 });
const statementOf = (effect: 'Allow' | 'Deny') =>
  fc
    .tuple(fc.boolean(), some(actionPatterns), fc.boolean(), some(resourcePatterns), conditions)
    .map(([notAction, action, notResource, resource, condition]) => ({
      Effect: effect,
      [notAction ? 'NotAction' : 'Action']: action,
      [notResource ? 'NotResource' : 'Resource']: resource,
      Condition: condition,
    }));

interface Narrowing {
  readonly wide: Elements;
  readonly narrow: Elements;
}
/** One element with fewer entries and with more; which of them says less depends on whether it is negated. */
const fewerAndMore = (positive: string, negative: string, entries: fc.Arbitrary<string>): fc.Arbitrary<Narrowing> =>
  fc.tuple(fc.boolean(), some(entries), some(entries)).map(([negated, few, further]) => {
    const [fewer, more] = [few, [...few, ...further]];
    return negated
      ? { wide: { [negative]: fewer }, narrow: { [negative]: more } }
      : { wide: { [positive]: more }, narrow: { [positive]: fewer } };
  });
const teams = fc.constantFrom('a', 'b', 'a*', '*', '${other}', "${other, 'b'}");
const oneCondition = fc
  .tuple(
    fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom(['StringEquals', 'StringNotEquals'] as const, ['StringLike', 'StringNotLike'] as const),
    fc.constantFrom('', 'IfExists'),
  )
  .chain(([set, [positive, negative], suffix]) => fewerAndMore(set + positive + suffix, set + negative + suffix, teams))
  .map(({ wide, narrow }): Narrowing => ({ wide: underTeam(wide), narrow: underTeam(narrow) }));
const underTeam = (operators: Elements): Elements =>
  Object.fromEntries(Object.entries(operators).map(([operator, values]) => [operator, { team: values }]));
const furtherConditions = fc.constantFrom({}, { Bool: { mfa: true } }, { Null: { other: ['true', 'false'] } });
const narrowings = (effect: 'Allow' | 'Deny'): fc.Arbitrary<Narrowing> =>
  fc
    .tuple(
      fewerAndMore('Action', 'NotAction', actionPatterns),
      fewerAndMore('Resource', 'NotResource', resourcePatterns),
      oneCondition,
      furtherConditions,
    )
    .map(([action, resource, condition, further]) => ({
      wide: { Effect: effect, ...action.wide, ...resource.wide, Condition: condition.wide },
      narrow: {
        Effect: effect,
        ...action.narrow,
        ...resource.narrow,
        Condition: { ...condition.narrow, ...further },
      },
    }));
const statements = fc.array(fc.oneof(statementOf('Allow'), statementOf('Deny')), { maxLength: 4 });
const layersOf = (lists: readonly (readonly Elements[])[]): Layer[] =>
  lists.map((list, index) => ({ name: `layer ${index}`, policies: [aPolicy(list)] }));
const lists = fc.array(statements, { minLength: 1, maxLength: 3 });
const requests: fc.Arbitrary<PolicyRequest> = fc.tuple(actions, resources, keys).map(([action, resource, known]) => ({
  action,
  resource,
  context: contextOf(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))),
}));

describe('evaluating', () => {
  const isAllowed = (all: Parameters<typeof layersOf>[0], request: PolicyRequest) =>
    evaluate(layersOf(all), request).allowed;

  test('adding a Deny never turns a no into a yes', () => {
    fc.assert(
      fc.property(lists, statementOf('Deny'), fc.nat(), requests, (all, denied, where, request) => {
        fc.pre(!isAllowed(all, request));
        const more = all.map((list, index) => (index === where % all.length ? [...list, denied] : list));
        expect(isAllowed(more, request)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('removing an Allow never widens', () => {
    fc.assert(
      fc.property(lists, statementOf('Allow'), fc.nat(), requests, (all, extra, where, request) => {
        fc.pre(
          !isAllowed(
            all.map((list, index) => (index === where % all.length ? [...list, extra] : list)),
            request,
          ),
        );
        expect(isAllowed(all, request)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('adding a session policy never widens', () => {
    fc.assert(
      fc.property(lists, statements, requests, (all, session, request) => {
        fc.pre(!isAllowed(all, request));
        expect(isAllowed([...all, session], request)).toBe(false);
        expect(isAllowed([session, ...all], request)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };

  test('narrowing an Allow of a session policy never widens', () => {
    const roles = fc.oneof(lists, fc.constant([[everything]]));
    fc.assert(
      fc.property(roles, statements, narrowings('Allow'), requests, (role, others, { wide, narrow }, request) => {
        fc.pre(!isAllowed([...role, [...others, wide]], request));
        expect(isAllowed([...role, [...others, narrow]], request)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('widening a Deny never widens', () => {
    fc.assert(
      fc.property(statements, narrowings('Deny'), requests, (others, { wide, narrow }, request) => {
        fc.pre(!isAllowed([[everything, ...others, narrow]], request));
        expect(isAllowed([[everything, ...others, wide]], request)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the order of layers and of statements never changes the answer', () => {
    fc.assert(
      fc.property(lists, requests, (all, request) => {
        const reversed = all.map((list) => list.toReversed()).toReversed();
        expect(isAllowed(reversed, request)).toBe(isAllowed(all, request));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a statement that denies everything leaves nothing', () => {
    fc.assert(
      fc.property(lists, requests, (all, request) => {
        expect(isAllowed([...all, [{ ...everything, Effect: 'Deny' }]], request)).toBe(false);
      }),
    );
  });
});

describe('authorizing', () => {
  const account = '111122223333';
  const [user, role, session] = ['user/ann', 'role/deploy', 'assumed-role/deploy/ann'].map(
    (name) => `arn:aws:iam::${account}:${name}`,
  ) as [string, string, string];
  const callers = fc.constantFrom<AwsCaller>(
    { kind: 'aws', account, arns: [user] },
    { kind: 'aws', account, arns: [session], roleArns: [role] },
  );
  const principals = fc.constantFrom('*', account, user, role, session).map((AWS) => ({ Principal: { AWS } }));
  const ofResource = fc
    .tuple(principals, statements, fc.constantFrom(account, '444455556666'), fc.boolean())
    .map(([principal, list, owner, mustAllow]) => ({
      account: owner,
      policies: [
        aPolicy(
          list.map((each) => ({ ...each, ...principal })),
          'resource',
        ),
      ],
      mustAllow,
    }));
  const policies = fc.record(
    { identity: statements.map((list) => [aPolicy(list)]), resource: ofResource },
    { requiredKeys: ['identity'] },
  );
  const asked = fc.tuple(callers, requests).map(([caller, request]) => ({ ...request, caller }));

  test('neither a boundary nor session policies ever widen', () => {
    fc.assert(
      fc.property(policies, statements, asked, (given, more, request) => {
        fc.pre(!authorize(given, request).allowed);
        const further = [aPolicy(more)];
        expect(authorize({ ...given, boundary: further }, request).allowed).toBe(false);
        expect(authorize({ ...given, session: further }, request).allowed).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('without a word of either side nothing is allowed', () => {
    fc.assert(
      fc.property(policies, asked, (given, request) => {
        const silent = {
          ...given,
          identity: [],
          ...(given.resource && { resource: { ...given.resource, policies: [] } }),
        };
        expect(authorize(silent, request).allowed).toBe(false);
      }),
    );
  });

  test('another account alone never gives access', () => {
    fc.assert(
      fc.property(policies, asked, ({ resource }, request) => {
        const given = { identity: [], ...(resource && { resource: { ...resource, account: '444455556666' } }) };
        expect(authorize(given, request).allowed).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

const kinds = fc.constantFrom<PolicyKind>('trust', 'identity', 'resource');

describe('printing', () => {
  const parse = (kind: PolicyKind, document: unknown) => parsePolicy({ name: 'p', kind, document });
  /** All that a policy says; what its conditions do follows from it. */
  const told = (policy: Policy) => JSON.stringify(policy);
  const documents = kinds.chain((kind) => fc.tuple(fc.constant(kind), documentsOf(kind)));

  test('and parsing again gives the same policy', () => {
    fc.assert(
      fc.property(documents, ([kind, document]) => {
        const policy = parse(kind, document);
        expect(told(parse(kind, printPolicy(policy)))).toBe(told(policy));
        expect(told(parse(kind, JSON.stringify(printPolicy(policy))))).toBe(told(policy));
      }),
      { numRuns: 1_000 },
    );
  });

  test('never changes a decision', () => {
    fc.assert(
      fc.property(documents, anyRequests, ([kind, document], request) => {
        const policy = parse(kind, document);
        const decide = (each: Policy) => evaluate([{ name: 'layer', policies: [each] }], request);
        expect(decide(parse(kind, printPolicy(policy)))).toEqual(decide(policy));
      }),
      { numRuns: 1_000 },
    );
  });

  test('what was printed gives the same print', () => {
    fc.assert(
      fc.property(documents, ([kind, document]) => {
        const print = printPolicy(parse(kind, document));
        expect(printPolicy(parse(kind, print))).toEqual(print);
      }),
    );
  });
});

describe('parsing', () => {
  const parsedOrRefused = (kind: PolicyKind, document: unknown) => {
    try {
      return parsePolicy({ name: 'p', kind, document });
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
      return undefined;
    }
  };
  const onlyPolicyErrors = (kind: PolicyKind, document: unknown) => void parsedOrRefused(kind, document);

  /** JSON that looks like a policy often enough to reach every check. */
  const policyLike = fc.letrec((again) => {
    const words = fc.constantFrom(
      ...[
        'Version',
        'Id',
        'Statement',
        'Sid',
        'Effect',
        'Principal',
        'NotPrincipal',
        'Action',
        'NotAction',
        'Resource',
      ],
      ...[
        'NotResource',
        'Condition',
        'AWS',
        'Federated',
        'Service',
        'StringLike',
        'ForAnyValue:Bool',
        'NotIpAddress',
        'Null',
      ],
      ...['DateLessThan', 'ArnLike', 'BinaryEquals', 'toString', 'valueOf', 'constructor', '__proto__', 'k'],
    );
    const texts = fc.constantFrom(
      ...[
        '2012-10-17',
        'Allow',
        'Deny',
        '*',
        's3:*',
        'arn:aws:s3:::${a}',
        '${',
        "${a, 'b'}",
        'true',
        '10.0.0.0/8',
        '1',
        '',
        ':',
      ],
    );
    return {
      value: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        texts,
        again('object'),
        again('list'),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      list: fc.array(again('value'), { maxLength: 3 }),
      object: fc.dictionary(words, again('value'), { maxKeys: 8, noNullPrototype: true }),
      document: fc.record(
        {
          Version: again('value'),
          Statement: fc.oneof(again('statement'), fc.array(again('statement'), { maxLength: 3 })),
        },
        { requiredKeys: ['Statement'] },
      ),
      statement: fc.record(
        {
          Sid: again('value'),
          Effect: fc.oneof(fc.constantFrom('Allow', 'Deny'), again('value')),
          Principal: again('value'),
          Action: fc.oneof(actionPatterns, again('value')),
          Resource: fc.oneof(resourcePatterns, again('value')),
          Condition: fc.dictionary(words, fc.dictionary(words, again('value'), { maxKeys: 2 }), { maxKeys: 3 }),
        },
        { requiredKeys: [] },
      ),
    };
  });

  test('any JSON value gives a policy or a PolicyError', () => {
    fc.assert(fc.property(kinds, fc.jsonValue(), onlyPolicyErrors), { numRuns: 500 });
  });

  test('anything that looks like a policy gives a policy or a PolicyError', () => {
    fc.assert(fc.property(kinds, fc.oneof(policyLike.document, policyLike.object), onlyPolicyErrors), {
      numRuns: 2_000,
    });
  });

  test('any text gives a policy or a PolicyError', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      policyLike.document.map((document) => JSON.stringify(document)),
    );
    fc.assert(fc.property(kinds, texts, onlyPolicyErrors), { numRuns: 1_000 });
  });

  test('whatever parses answers every request', () => {
    const documents = kinds.chain((kind) =>
      fc.tuple(fc.constant(kind), fc.oneof(documentsOf(kind), policyLike.document)),
    );
    fc.assert(
      fc.property(documents, anyRequests, ([kind, document], request) => {
        const policy = parsedOrRefused(kind, document);
        const layers = [{ name: 'layer', policies: policy ? [policy] : [] }];
        expect(evaluate(layers, request).allowed).toBeTypeOf('boolean');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('matching', () => {
  /** The textbook table: whether the first `i` elements match the first `j` characters. */
  function reference(pattern: string, value: string): boolean {
    let row = Array.from({ length: value.length + 1 }, (_, j) => j === 0);
    for (const element of pattern) {
      const next: boolean[] = [];
      for (let j = 0; j <= value.length; j++) {
        const one = j > 0 && row[j - 1] === true && (element === '?' || element === value[j - 1]);
        const run = row[j] === true || (j > 0 && next[j - 1] === true);
        next.push(element === '*' ? run : one);
      }
      row = next;
    }
    return row[value.length] === true;
  }

  const small = (...letters: readonly string[]) =>
    fc.array(fc.constantFrom(...letters), { maxLength: 12 }).map((list) => list.join(''));
  const matches = (pattern: string, value: string, ignoreCase = false) =>
    matchesPattern(parsePattern(pattern, syntax), value, contextOf(), { ignoreCase });

  test('agrees with the textbook', () => {
    fc.assert(
      fc.property(small('a', 'b', '*', '?'), small('a', 'b'), (pattern, value) => {
        expect(matches(pattern, value)).toBe(reference(pattern, value));
      }),
      { numRuns: 5_000 },
    );
  });

  test('agrees with the textbook on lower case when case is ignored', () => {
    fc.assert(
      fc.property(small('a', 'A', 'b', '*', '?'), small('a', 'A', 'B'), (pattern, value) => {
        expect(matches(pattern, value, true)).toBe(reference(pattern.toLowerCase(), value.toLowerCase()));
      }),
      { numRuns: 5_000 },
    );
  });

  test('every text matches itself, with its special characters escaped', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), small('$', '{', '}', '*', '?')), (text) => {
        const escaped = text.replace(/[*?$]/g, (character) => `\${${character}}`);
        expect(matches(escaped, text)).toBe(true);
      }),
    );
  });

  test('the value of a variable never acts as a wildcard', () => {
    const awkward = small('a', '*', '?', '$', '{', '}', ':');
    fc.assert(
      fc.property(awkward, awkward, (text, value) => {
        const pattern = parsePattern('${v}', syntax);
        expect(matchesPattern(pattern, value, contextOf({ v: text }))).toBe(text === value);
        const within = parsePattern('a${v}b', syntax);
        expect(matchesPattern(within, `a${value}b`, contextOf({ v: text }))).toBe(text === value);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the value of a variable never reaches beyond its part of an ARN', () => {
    const awkward = small('a', '*', '?', ':');
    fc.assert(
      fc.property(awkward, awkward, (text, account) => {
        const pattern = parseArnPattern('arn:aws:iam::${v}:role/x', syntax);
        const expected = text === account && !text.includes(':');
        expect(matchesArn(pattern, `arn:aws:iam::${account}:role/x`, contextOf({ v: text }))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[says: string, pattern: string, value: string]>([
    ['stars and letters', `${'*a'.repeat(999)}*b`, 'a'.repeat(2_000)],
    ['stars only', `${'*'.repeat(1_999)}b`, 'a'.repeat(2_000)],
    ['a long run that nearly fits', `*${'a'.repeat(998)}b`, 'a'.repeat(2_000)],
    ['stars and question marks', `${'*?'.repeat(999)}*b`, 'a'.repeat(2_000)],
  ])('a hostile pattern of 2,000 characters ends quickly: %s', (_says, pattern, value) => {
    const started = performance.now();
    expect(matches(pattern, value)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
