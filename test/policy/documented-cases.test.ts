// What the IAM User Guide says, case by case. Each table names the page it is drawn from.

import { describe, expect, test } from 'vitest';
import { evaluate } from '../../lib/policy/evaluate.ts';
import type { PolicyKind } from '../../lib/policy/policy.ts';
import type { Caller } from '../../lib/policy/principal.ts';
import { allow, aPolicy, type ConditionBlock, contextOf, deny, holds, type RequestKeys, trust } from './kit.ts';

type ConditionCase = readonly [says: string, block: ConditionBlock, keys: RequestKeys, result: boolean];

// biome-ignore format: a table reads by the line
const conditionTables: Readonly<Record<string, readonly ConditionCase[]>> = {
  'Condition operators: string': [
    ['StringEquals is exact', { StringEquals: { 'aws:PrincipalTag/job': 'iamuser-admin' } }, { 'aws:PrincipalTag/job': 'iamuser-admin' }, true],
    ['StringEquals counts the case of values', { StringEquals: { 'aws:PrincipalTag/job': 'Admin' } }, { 'aws:PrincipalTag/job': 'admin' }, false],
    ['keys do not count case', { StringEquals: { 'AWS:SourceVpc': 'vpc-1' } }, { 'aws:sourcevpc': 'vpc-1' }, true],
    ['StringEqualsIgnoreCase does not count case', { StringEqualsIgnoreCase: { 'aws:username': 'ANN' } }, { 'aws:username': 'Ann' }, true],
    ['StringEquals takes no wildcards', { StringEquals: { 's3:prefix': 'home/*' } }, { 's3:prefix': 'home/ann' }, false],
    ['StringLike takes *', { StringLike: { 's3:prefix': 'home/*' } }, { 's3:prefix': 'home/ann' }, true],
    ['* stands for nothing too', { StringLike: { 's3:prefix': 'home/*' } }, { 's3:prefix': 'home/' }, true],
    ['StringLike takes ? for one character', { StringLike: { 's3:prefix': 'v?' } }, { 's3:prefix': 'v10' }, false],
    ['StringLike counts case', { StringLike: { 's3:prefix': 'Home/*' } }, { 's3:prefix': 'home/ann' }, false],
    ['StringNotLike is the reverse', { StringNotLike: { 's3:prefix': 'home/*' } }, { 's3:prefix': 'work/ann' }, true],
  ],
  'Condition operators: numeric': [
    ['NumericLessThanEquals includes the bound', { NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, true],
    ['NumericLessThanEquals excludes more', { NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '11' }, false],
    ['numbers compare as numbers, not as text', { NumericLessThan: { 's3:max-keys': '10' } }, { 's3:max-keys': '9' }, true],
    ['MFA age over an hour', { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' } }, { 'aws:MultiFactorAuthAge': '3601' }, true],
    ['without MFA there is no age', { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }, {}, false],
  ],
  'Condition operators: date': [
    ['DateGreaterThan', { DateGreaterThan: { 'aws:CurrentTime': '2020-04-01T00:00:00Z' } }, { 'aws:CurrentTime': '2020-04-01T00:00:01Z' }, true],
    ['DateLessThan excludes the bound', { DateLessThan: { 'aws:CurrentTime': '2020-06-30T23:59:59Z' } }, { 'aws:CurrentTime': '2020-06-30T23:59:59Z' }, false],
    ['seconds since 1970 are a date', { DateLessThan: { 'aws:TokenIssueTime': '2020-01-01T00:00:01Z' } }, { 'aws:TokenIssueTime': '1577836800' }, true],
    ['seconds since 1970 in the policy', { DateGreaterThanEquals: { 'aws:EpochTime': 1577836800 } }, { 'aws:EpochTime': '1577836800' }, true],
    ['no token, no issue time', { DateLessThan: { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' } }, {}, false],
  ],
  'Condition operators: Boolean': [
    ['Bool true', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    ['Bool false', { Bool: { 'aws:SecureTransport': 'false' } }, { 'aws:SecureTransport': 'true' }, false],
    ['a JSON boolean is the same', { Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'false' }, true],
    ['long-term keys carry no MFA key, so Bool false fails', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }, {}, false],
    ['and BoolIfExists false holds', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }, {}, true],
  ],
  'Condition operators: binary': [
    ['BinaryEquals compares bytes', { BinaryEquals: { key: 'QmluYXJ5VmFsdWVJbkJhc2U2NA==' } }, { key: 'QmluYXJ5VmFsdWVJbkJhc2U2NA==' }, true],
    ['one byte is enough to differ', { BinaryEquals: { key: 'QmluYXJ5VmFsdWVJbkJhc2U2NA==' } }, { key: 'QmluYXJ5VmFsdWVJbkJhc2U2Mw==' }, false],
  ],
  'Condition operators: IP address': [
    ['IpAddress in the range', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, { 'aws:SourceIp': '203.0.113.9' }, true],
    ['IpAddress outside the range', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, { 'aws:SourceIp': '203.0.112.9' }, false],
    ['without a prefix it is one address', { IpAddress: { 'aws:SourceIp': '203.0.113.9' } }, { 'aws:SourceIp': '203.0.113.10' }, false],
    ['IPv4 and IPv6 in one list', { IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '2001:DB8:1234:5678::/64'] } }, { 'aws:SourceIp': '2001:db8:1234:5678::1' }, true],
    ['NotIpAddress is outside every range', { NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/24'] } }, { 'aws:SourceIp': '203.0.113.9' }, false],
    ['through a VPC endpoint there is no source IP', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }, {}, true],
  ],
  'Condition operators: ARN': [
    ['ArnEquals takes wildcards', { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:*:111122223333:t*' } }, { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:topic' }, true],
    ['ArnLike behaves alike', { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:111122223333:t*' } }, { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:topic' }, true],
    ['each of the six parts is checked by itself', { ArnLike: { 'aws:SourceArn': 'arn:aws:s*:*:*:x' } }, { 'aws:SourceArn': 'arn:aws:ec2:sns:1:x' }, false],
    ['ArnNotLike is the reverse', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/admin' } }, { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/reader' }, true],
    ['ArnNotEquals without the key holds', { ArnNotEquals: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } }, {}, true],
    ['ArnLike without the key fails', { ArnLike: { 'aws:SourceArn': '*' } }, {}, false],
  ],
  'Condition operators: IfExists and Null': [
    ['a missing key passes IfExists', { StringLikeIfExists: { 'ec2:InstanceType': 't2.*' } }, {}, true],
    ['a key that is there must match', { StringLikeIfExists: { 'ec2:InstanceType': 't2.*' } }, { 'ec2:InstanceType': 'm5.large' }, false],
    ['a negated operator with IfExists denies what is there', { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } }, { 'aws:PrincipalOrgID': 'o-2' }, true],
    ['Null true asks for absence', { Null: { 'aws:TokenIssueTime': 'true' } }, {}, true],
    ['Null true fails on presence', { Null: { 'aws:TokenIssueTime': 'true' } }, { 'aws:TokenIssueTime': '1577836800' }, false],
    ['Null false asks for presence', { Null: { 'aws:TokenIssueTime': 'false' } }, { 'aws:TokenIssueTime': '1577836800' }, true],
    ['Null false guards ForAllValues in an Allow', { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' }, Null: { 'aws:TagKeys': 'false' } }, {}, false],
  ],
  'Conditions with multiple keys or values': [
    ['operators are ANDed', { StringEquals: { a: '1' }, NumericEquals: { b: '2' } }, { a: '1', b: '3' }, false],
    ['keys of one operator are ANDed', { StringEquals: { a: '1', b: '2' } }, { a: '1' }, false],
    ['values of one key are ORed', { StringEquals: { a: ['1', '2'] } }, { a: '2' }, true],
    ['values of a negated operator are NORed: none matches', { StringNotEquals: { a: ['1', '2'] } }, { a: '3' }, true],
    ['values of a negated operator are NORed: one matches', { StringNotEquals: { a: ['1', '2'] } }, { a: '2' }, false],
    ['a missing key satisfies NOR', { StringNotEquals: { a: ['1', '2'] } }, {}, true],
  ],
  'Multivalued context keys': [
    ['ForAllValues: every tag key is listed', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['env', 'team'] } }, { 'aws:TagKeys': ['team'] }, true],
    ['ForAllValues: one tag key is not listed', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['env', 'team'] } }, { 'aws:TagKeys': ['team', 'cost'] }, false],
    ['ForAllValues is true without the key', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['env'] } }, {}, true],
    ['ForAllValues is true without values', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['env'] } }, { 'aws:TagKeys': [] }, true],
    ['ForAnyValue: one tag key is listed', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['env', 'team'] } }, { 'aws:TagKeys': ['team', 'cost'] }, true],
    ['ForAnyValue: no tag key is listed', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['env'] } }, { 'aws:TagKeys': ['team', 'cost'] }, false],
    ['ForAnyValue is false without the key', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['env'] } }, {}, false],
    ['ForAnyValue of a negated operator is false without the key', { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['env'] } }, {}, false],
    ['ForAllValues of a negated operator: none is listed', { 'ForAllValues:StringNotLike': { 'aws:TagKeys': ['env*'] } }, { 'aws:TagKeys': ['team', 'cost'] }, true],
    ['ForAllValues of a negated operator: one is listed', { 'ForAllValues:StringNotLike': { 'aws:TagKeys': ['env*'] } }, { 'aws:TagKeys': ['team', 'environment'] }, false],
    ['ForAnyValue of a negated operator: one is not listed', { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['env'] } }, { 'aws:TagKeys': ['env', 'cost'] }, true],
  ],
  'Variables and tags': [
    ['a variable stands for its value', { StringLike: { 's3:prefix': 'home/${aws:username}/*' } }, { 's3:prefix': 'home/ann/x', 'aws:username': 'ann' }, true],
    ['variable names do not count case', { StringEquals: { 's3:prefix': '${AWS:UserName}' } }, { 's3:prefix': 'ann', 'aws:username': 'ann' }, true],
    ['tag against tag', { StringEquals: { 'aws:ResourceTag/team': '${aws:PrincipalTag/team}' } }, { 'aws:ResourceTag/team': 'a', 'aws:PrincipalTag/team': 'b' }, false],
    ['a default for a missing key', { StringEquals: { 'aws:ResourceTag/team': "${aws:PrincipalTag/team, 'company-wide'}" } }, { 'aws:ResourceTag/team': 'company-wide' }, true],
    ['a default is not for a key that is there', { StringEquals: { 'aws:ResourceTag/team': "${aws:PrincipalTag/team, 'company-wide'}" } }, { 'aws:ResourceTag/team': 'company-wide', 'aws:PrincipalTag/team': 'yellow' }, false],
    ['without value and default nothing matches', { StringLike: { 's3:prefix': 'home/${aws:username}*' } }, { 's3:prefix': 'home/' }, false],
    ['${*} is a star', { StringLike: { 's3:prefix': 'a${*}' } }, { 's3:prefix': 'ab' }, false],
    ['${*} is a star and matches one', { StringLike: { 's3:prefix': 'a${*}' } }, { 's3:prefix': 'a*' }, true],
    ['${?} is a question mark', { StringLike: { 's3:prefix': 'a${?}' } }, { 's3:prefix': 'ab' }, false],
    ['${$} is a dollar', { StringEquals: { 's3:prefix': '${$}5' } }, { 's3:prefix': '$5' }, true],
    ['a variable in an ARN condition', { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:${aws:PrincipalAccount}:*' } }, { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:t', 'aws:PrincipalAccount': '111122223333' }, true],
  ],
};

for (const [page, cases] of Object.entries(conditionTables)) {
  describe(page, () => {
    test.each(cases)('%s', (_says, block, keys, result) => {
      expect(holds(block, keys)).toBe(result);
    });
  });
}

describe('NotAction, NotResource and Resource', () => {
  // biome-ignore format: a table reads by the line
  test.each<
    [says: string, statements: readonly ReturnType<typeof allow>[], action: string, resource: string, allowed: boolean]
  >([
    ['action names do not count case', [allow({ Action: 'iam:listaccesskeys' })], 'iam:ListAccessKeys', '*', true],
    ['a star within an action', [allow({ Action: 'iam:*AccessKey*' })], 'iam:UpdateAccessKey', '*', true],
    ['Allow with NotAction allows the others', [allow({ NotAction: 'iam:*' })], 's3:GetObject', '*', true],
    ['Allow with NotAction does not allow the named', [allow({ NotAction: 'iam:*' })], 'iam:CreateUser', '*', false],
    ['Deny with NotAction denies the others', [allow(), deny({ NotAction: 'iam:*' })], 's3:GetObject', '*', false],
    ['Deny with NotAction grants nothing', [deny({ NotAction: 'iam:*' })], 'iam:CreateUser', '*', false],
    ['Deny with NotResource denies elsewhere', [allow(), deny({ NotResource: 'arn:aws:s3:::logs/*' })], 's3:GetObject', 'arn:aws:s3:::data/x', false],
    ['Deny with NotResource spares the named', [allow(), deny({ NotResource: 'arn:aws:s3:::logs/*' })], 's3:GetObject', 'arn:aws:s3:::logs/x', true],
    ['Allow with NotResource allows elsewhere', [allow({ NotResource: ['arn:aws:s3:::hr', 'arn:aws:s3:::hr/*'] })], 's3:GetObject', 'arn:aws:s3:::data/x', true],
    ['a star at the end of a part runs across colons', [allow({ Resource: 'arn:aws:sns:*:111122223333:*' })], 'sns:Publish', 'arn:aws:sns:eu-west-1:x:111122223333:a:b', true],
    ['a bucket ARN is not its objects', [allow({ Resource: 'arn:aws:s3:::logs' })], 's3:GetObject', 'arn:aws:s3:::logs/x', false],
    ['user names in a resource count case', [allow({ Resource: 'arn:aws:iam::111122223333:user/Bob' })], 'iam:GetUser', 'arn:aws:iam::111122223333:user/bob', false],
    ['paths with several wildcards', [allow({ Resource: 'arn:aws:s3:::b/*/test/*' })], 's3:GetObject', 'arn:aws:s3:::b/1/2/test/3/object.jpg', true],
    ['paths need what stands between the wildcards', [allow({ Resource: 'arn:aws:s3:::b/*/test/*' })], 's3:GetObject', 'arn:aws:s3:::b/1/2/test.jpg', false],
  ])('%s', (_says, statements, action, resource, allowed) => {
    const layers = [{ name: 'identity policies', policies: [aPolicy(statements)] }];
    expect(evaluate(layers, { action, resource, context: contextOf() }).allowed).toBe(allowed);
  });
});

describe('a variable without a value', () => {
  const team = '${aws:PrincipalTag/team}';
  const bucket = `arn:aws:s3:::${team}/*`;

  test.each<[says: string, statements: readonly ReturnType<typeof allow>[], allowed: boolean]>([
    ['never lets in by equality', [allow({ Condition: { StringEquals: { k: team } } })], false],
    ['never lets in by exclusion', [allow({ Condition: { StringNotEquals: { k: team } } })], false],
    ['does not deny by equality', [allow(), deny({ Condition: { StringEquals: { k: team } } })], true],
    ['denies by exclusion', [allow(), deny({ Condition: { StringNotEquals: { k: team } } })], false],
    ['never lets in by NotResource', [allow({ NotResource: bucket })], false],
    ['exempts nothing from a Deny by NotResource', [allow(), deny({ NotResource: bucket })], false],
    ['does not deny by Resource', [allow(), deny({ Resource: bucket })], true],
  ])('%s', (_says, statements, allowed) => {
    const layers = [{ name: 'identity policies', policies: [aPolicy(statements)] }];
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::blue/x', context: contextOf({ k: 'v' }) };
    expect(evaluate(layers, request).allowed).toBe(allowed);
  });

  test('nor does a value of another type let in, or slip through', () => {
    const judge = (statements: readonly ReturnType<typeof allow>[]) =>
      evaluate([{ name: 'p', policies: [aPolicy(statements)] }], {
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::blue/x',
        context: contextOf({ age: 'unknown' }),
      }).allowed;
    expect(judge([allow({ Condition: { NumericNotEquals: { age: 5 } } })])).toBe(false);
    expect(judge([allow(), deny({ Condition: { NumericNotEquals: { age: 5 } } })])).toBe(false);
  });

  test('of several values without a set operator, all must fit an Allow and any fits a Deny', () => {
    const judge = (statements: readonly ReturnType<typeof allow>[]) =>
      evaluate([{ name: 'p', policies: [aPolicy(statements)] }], {
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::blue/x',
        context: contextOf({ team: ['blue', 'red'] }),
      }).allowed;
    expect(judge([allow({ Condition: { StringEquals: { team: 'blue' } } })])).toBe(false);
    expect(judge([allow(), deny({ Condition: { StringEquals: { team: 'blue' } } })])).toBe(false);
  });
});

describe('Principal and NotPrincipal', () => {
  const ann: Caller = { kind: 'aws', account: '111122223333', arns: ['arn:aws:iam::111122223333:user/ann'] };
  const bob: Caller = { kind: 'aws', account: '444455556666', arns: ['arn:aws:iam::444455556666:user/bob'] };
  const cognito: Caller = { kind: 'federated', provider: 'cognito-identity.amazonaws.com' };
  const lambda: Caller = { kind: 'service', service: 'lambda.amazonaws.com' };
  const bucket = { Effect: 'Allow', Action: '*', Resource: '*' };

  // biome-ignore format: a table reads by the line
  test.each<
    [says: string, kind: PolicyKind, statements: readonly ReturnType<typeof trust>[], caller: Caller, allowed: boolean]
  >([
    ['an account is all of its principals', 'trust', [trust({ Principal: { AWS: '111122223333' } })], ann, true],
    ['account and :root say the same', 'trust', [trust({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } })], ann, true],
    [':root of one account is not another', 'trust', [trust({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } })], bob, false],
    ['a list of accounts', 'trust', [trust({ Principal: { AWS: ['111122223333', '444455556666'] } })], bob, true],
    ['AWS "*" is every account', 'trust', [trust({ Principal: { AWS: '*' } })], bob, true],
    ['AWS "*" is never a federated user', 'trust', [trust({ Principal: { AWS: '*' } })], cognito, false],
    ['a built-in provider by its domain', 'trust', [trust({ Principal: { Federated: 'cognito-identity.amazonaws.com' } })], cognito, true],
    ['a service by its name', 'trust', [trust({ Principal: { Service: ['ecs.amazonaws.com', 'lambda.amazonaws.com'] } })], lambda, true],
    ['a service is not its account', 'trust', [trust({ Principal: { AWS: '111122223333' } })], lambda, false],
    ['a Deny on the account closes the Allow on the user', 'trust', [trust({ Principal: { AWS: ann.arns } }), trust({ Effect: 'Deny' })], ann, false],
    ['everyone, in a resource policy', 'resource', [{ ...bucket, Principal: '*' }], cognito, true],
    ['Deny with NotPrincipal denies the others', 'resource', [{ ...bucket, Principal: '*' }, { ...bucket, Effect: 'Deny', NotPrincipal: { AWS: ann.arns } }], bob, false],
    ['Deny with NotPrincipal spares whom it names together with the account', 'resource', [{ ...bucket, Principal: '*' }, { ...bucket, Effect: 'Deny', NotPrincipal: { AWS: [...ann.arns, ann.account] } }], ann, true],
    ['Deny with NotPrincipal denies an account that it does not name, and with it the user', 'resource', [{ ...bucket, Principal: '*' }, { ...bucket, Effect: 'Deny', NotPrincipal: { AWS: ann.arns } }], ann, false],
    ['Deny with NotPrincipal that names the account denies its other users', 'resource', [{ ...bucket, Principal: '*' }, { ...bucket, Effect: 'Deny', NotPrincipal: { AWS: [...ann.arns, ann.account] } }], { ...ann, arns: ['arn:aws:iam::111122223333:user/eve'] }, false],
  ])('%s', (_says, kind, statements, caller, allowed) => {
    const layers = [{ name: 'policy', policies: [aPolicy(statements, kind)] }];
    const request = { caller, action: 'sts:AssumeRole', resource: 'arn:aws:s3:::bucket', context: contextOf() };
    expect(evaluate(layers, request).allowed).toBe(allowed);
  });
});

describe('Policy evaluation logic', () => {
  const layers = { identity: 'identity policies', session: 'session policies', boundary: 'boundary' } as const;
  type Statements = Readonly<Partial<Record<keyof typeof layers, readonly ReturnType<typeof allow>[]>>>;

  // biome-ignore format: a table reads by the line
  test.each<[says: string, statements: Statements, allowed: boolean]>([
    ['nothing said is an implicit deny', { identity: [] }, false],
    ['an allow overrides the implicit deny', { identity: [allow()] }, true],
    ['an explicit deny overrides the allow', { identity: [allow(), deny()] }, false],
    ['identity and session policy both allow', { identity: [allow()], session: [allow({ Action: 's3:*' })] }, true],
    ['a session policy that says nothing allows nothing', { identity: [allow()], session: [] }, false],
    ['a session policy grants nothing by itself', { identity: [], session: [allow()] }, false],
    ['a session policy may deny', { identity: [allow()], session: [allow(), deny({ Action: 's3:*' })] }, false],
    ['a boundary grants nothing by itself', { identity: [], boundary: [allow()] }, false],
    ['a boundary limits', { identity: [allow()], boundary: [allow({ Action: 'ec2:*' })] }, false],
    ['a boundary may deny', { identity: [allow()], boundary: [allow(), deny()] }, false],
    ['all three must allow', { identity: [allow()], session: [allow()], boundary: [allow()] }, true],
    ['two of three are not enough', { identity: [allow()], session: [allow({ Action: 'ec2:*' })], boundary: [allow()] }, false],
    ['a deny whose condition fails denies nothing', { identity: [allow(), deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] }, true],
  ])('%s', (_says, statements, allowed) => {
    const all = Object.entries(statements).map(([name, list]) => ({
      name: layers[name as keyof typeof layers],
      policies: [aPolicy(list)],
    }));
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key', context: contextOf() };
    expect(evaluate(all, request).allowed).toBe(allowed);
  });
});
