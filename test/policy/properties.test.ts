import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesArn, parseArnPattern } from '../../lib/policy/arn-pattern.ts';
import { evaluate, type Layer, type PolicyRequest } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { matchesPattern, parsePattern } from '../../lib/policy/pattern.ts';
import { PolicyError, type PolicyKind } from '../../lib/policy/policy.ts';
import { aPolicy, contextOf } from './kit.ts';

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
const statements = fc.array(fc.oneof(statementOf('Allow'), statementOf('Deny')), { maxLength: 4 });
const layersOf = (lists: readonly (readonly Readonly<Record<string, unknown>>[])[]): Layer[] =>
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
        expect(isAllowed([...all, [{ Effect: 'Deny', Action: '*', Resource: '*' }]], request)).toBe(false);
      }),
    );
  });
});

describe('parsing', () => {
  const kinds = fc.constantFrom<PolicyKind>('trust', 'identity', 'resource');
  const onlyPolicyErrors = (kind: PolicyKind, document: unknown) => {
    try {
      parsePolicy({ name: 'p', kind, document });
    } catch (error) {
      expect(error).toBeInstanceOf(PolicyError);
    }
  };

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
