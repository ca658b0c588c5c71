// Documents that hold, of every kind and version and with all that the language has, and requests that meet them.

import fc from 'fast-check';
import type { PolicyRequest } from '../../lib/policy/evaluate.ts';
import { operatorNames } from '../../lib/policy/operator.ts';
import type { PolicyKind } from '../../lib/policy/policy.ts';
import type { Caller } from '../../lib/policy/principal.ts';
import { contextOf } from './kit.ts';

const role = 'arn:aws:iam::111122223333:role/deploy';
const oidc = 'arn:aws:iam::111122223333:oidc-provider/idp.example';

const oneOrMore = <T>(values: fc.Arbitrary<T>) => fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 }));
const joined = (...pieces: readonly string[]) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((list) => list.join(''));

const variables = ['${k}', "${aws:username, 'none'}", '${*}', '${?}', '${$}'];
const texts = fc.oneof(
  joined('a', '*', '?', '$', ' ', '😀', ...variables),
  fc.string().filter((text) => !text.includes('${')),
);
const arns = joined('a', '*', '?', ':', '/', ...variables).map((resource) => `arn:aws:s3:::${resource}`);
const keys = fc.oneof(fc.constantFrom('k', 'aws:username', '__proto__', '1'), fc.string());

/** What an operator takes, by the beginning of its name. */
const values = new Map<string, fc.Arbitrary<unknown>>([
  ['String', fc.oneof(texts, fc.integer(), fc.boolean())],
  ['Numeric', fc.oneof(fc.integer(), fc.constantFrom('1', '-0.5', '+10'))],
  ['Date', fc.constantFrom('2030-01-01', '2030-01-01T00:00:00Z', 1893456000)],
  ['Bool', fc.constantFrom(true, 'False')],
  ['Binary', fc.constantFrom('', 'QQ==')],
  ['Ip', fc.constantFrom('10.0.0.0/8', '2001:db8::/32', '203.0.113.7')],
  ['Arn', fc.oneof(arns, fc.constant('*'))],
  ['Null', fc.constantFrom(true, 'false')],
]);

const operatorsWithValues = fc
  .tuple(
    fc.constantFrom(...operatorNames),
    fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'),
    fc.constantFrom('', 'IfExists'),
  )
  .chain(([base, set, suffix]) => {
    const [, type = ''] = /^(?:Not)?([A-Z][a-z]+)/.exec(base) ?? [];
    const block = fc.dictionary(keys, oneOrMore(values.get(type) ?? fc.constant('')), { minKeys: 1, maxKeys: 2 });
    return fc.tuple(fc.constant(type === 'Null' ? base : set + base + suffix), block);
  });
const conditions = fc.array(operatorsWithValues, { maxLength: 3 }).map((list) => Object.fromEntries(list));

const principals = fc
  .record(
    {
      AWS: oneOrMore(fc.constantFrom('*', '111122223333', role)),
      Federated: oneOrMore(fc.constantFrom(oidc, 'cognito-identity.amazonaws.com')),
      Service: oneOrMore(fc.constantFrom('lambda.amazonaws.com')),
    },
    { requiredKeys: [] },
  )
  .filter((principal) => Object.keys(principal).length > 0);

const named = <T>(names: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.tuple(names, value).map(([name, each]): Readonly<Record<string, T>> => ({ [name]: each }));
const actions = (...words: readonly string[]) =>
  named(fc.constantFrom('Action', 'NotAction'), oneOrMore(fc.constantFrom(...words)));
const anyActions = actions('*', 's3:*', 'S3:get?bject', 'sts:AssumeRole');
const resources = named(fc.constantFrom('Resource', 'NotResource'), oneOrMore(fc.oneof(arns, fc.constant('*'))));

const places: Readonly<Record<PolicyKind, readonly fc.Arbitrary<Readonly<Record<string, unknown>>>[]>> = {
  trust: [actions('sts:*', 'sts:AssumeRole', 'STS:tag?ession'), named(fc.constant('Principal'), principals)],
  identity: [anyActions, resources],
  resource: [
    anyActions,
    named(fc.constantFrom('Principal', 'NotPrincipal'), fc.oneof(principals, fc.constant<'*'>('*'))),
    resources,
  ],
};

const statementsOf = (kind: PolicyKind) =>
  fc
    .tuple(
      fc.record({ Effect: fc.constantFrom('Allow', 'Deny') }),
      fc.oneof(fc.constant({}), named(fc.constant('Condition'), conditions)),
      ...places[kind],
    )
    .map((elements) => Object.assign({}, ...elements) as Readonly<Record<string, unknown>>);

export const documentsOf = (kind: PolicyKind): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.record({ Version: fc.constantFrom('2012-10-17', '2008-10-17'), Id: fc.string() }, { requiredKeys: [] }),
      fc.array(fc.tuple(statementsOf(kind), fc.boolean()), { maxLength: 3 }),
    )
    .map(([head, statements]) => ({
      ...head,
      Statement: statements.map(([statement, isNamed], index) =>
        isNamed ? { Sid: `Statement${index}`, ...statement } : statement,
      ),
    }));

const callers = fc.oneof(
  fc.constant<Caller>({ kind: 'aws', account: '111122223333', arns: [role] }),
  fc.constantFrom(oidc, '*').map((provider): Caller => ({ kind: 'federated', provider })),
  fc.string().map((service): Caller => ({ kind: 'service', service })),
);
const got = fc.oneof(texts, fc.constantFrom('true', '1', '2030-01-01', '10.1.2.3', 'fe80::1%eth0', 'QQ=='), arns);

/** Whatever a caller may send, and what the documents ask for often enough. */
export const requests: fc.Arbitrary<PolicyRequest> = fc.record(
  {
    action: fc.oneof(fc.constantFrom('s3:GetObject', 'sts:AssumeRole'), fc.string()),
    context: fc.dictionary(keys, fc.array(fc.oneof(got, fc.string({ unit: 'binary' })))).map(contextOf),
    caller: callers,
    resource: fc.oneof(arns, fc.string()),
  },
  { requiredKeys: ['action', 'context'] },
);
