import { describe, expect, test } from 'vitest';
import { readAwsAttributes } from '../../../lib/identity/saml/aws-attributes.ts';
import { Refusal } from '../../../lib/refusal.ts';

const aws = 'https://aws.amazon.com/SAML/Attributes/';
const role = 'arn:aws:iam::111122223333:role/deploy';
const saml = 'arn:aws:iam::111122223333:saml-provider/acme';
const pair = { roleArn: role, principalArn: saml };

type Written = Readonly<Record<string, string | readonly string[]>>;

/** AWS attributes by what follows the prefix; a name that is a URI stands as it is. */
const read = (written: Written, opaque: readonly string[] = []) =>
  readAwsAttributes({
    texts: new Map(
      Object.entries(written).map(([name, values]) => [
        name.startsWith('http') ? name : aws + name,
        typeof values === 'string' ? [values] : values,
      ]),
    ),
    opaque: new Set(opaque.map((name) => (name.startsWith('http') ? name : aws + name))),
  });

/** Anything thrown that is not a `Refusal` fails the test. */
const verdictOn = (...given: Parameters<typeof read>) => {
  try {
    read(...given);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
};

test('an assertion need not have any', () => {
  expect(read({})).toEqual({ roles: [], sessionName: undefined, keys: new Map(), signed: [] });
});

test('they are those whose name begins exactly as AWS writes it', () => {
  const others = {
    'https://aws.amazon.com/saml/attributes/Role': `${role},${saml}`,
    'https://aws.amazon.com/SAML/Attributes': `${role},${saml}`,
    'http://aws.amazon.com/SAML/Attributes/Role': `${role},${saml}`,
    'https://aws.amazon.com.evil.example/SAML/Attributes/Role': `${role},${saml}`,
    role: `${role},${saml}`,
    ROLE: `${role},${saml}`,
    'Role ': `${role},${saml}`,
    'PrincipalTag/team': 'blue',
    'principaltag:team': 'blue',
    sourceIdentity: 'alice',
    rolesessionname: 'alice',
  };
  expect(read(others)).toEqual({ roles: [], sessionName: undefined, keys: new Map(), signed: [] });
});

describe('case 67: Role', () => {
  test.each([`${role},${saml}`, `${saml},${role}`, ` ${role} , ${saml}\n`, `\t${saml},\r\n  ${role}`])(
    '%j is a pair',
    (value) => {
      expect(read({ Role: value }).roles).toEqual([pair]);
    },
  );

  test.each([
    'arn:aws:iam::111122223333:role/path/to/deploy',
    'arn:aws:iam::111122223333:role/a+b=c.d@e_f-g',
    'arn:aws-cn:iam::111122223333:role/deploy',
    'arn:aws-us-gov:iam::111122223333:role/deploy',
  ])('%s may be a role', (roleArn) => {
    const principalArn = roleArn.replace(/role\/.*/, 'saml-provider/ac_me.x-1');
    expect(read({ Role: `${principalArn},${roleArn}` }).roles).toEqual([{ roleArn, principalArn }]);
  });

  test('has as many as it has values, in their order', () => {
    const other = 'arn:aws:iam::444455556666:role/read';
    const otherSaml = 'arn:aws:iam::444455556666:saml-provider/acme';
    expect(read({ Role: [`${otherSaml},${other}`, `${role},${saml}`] }).roles).toEqual([
      { roleArn: other, principalArn: otherSaml },
      pair,
    ]);
  });

  test.each<[name: string, value: string]>([
    ['empty', ''],
    ['space', ' '],
    ['a comma', ','],
    ['one ARN', role],
    ['the other one', saml],
    ['one ARN and a comma', `${role},`],
    ['two roles', `${role},${role}`],
    ['two providers', `${saml},${saml}`],
    ['three ARNs', `${role},${saml},${role}`],
    ['four ARNs', `${role},${saml},${role},${saml}`],
    ['a semicolon between', `${role};${saml}`],
    ['a space between', `${role} ${saml}`],
    ['a role of another account', `arn:aws:iam::999999999999:role/deploy,${saml}`],
    ['a provider of another account', `${role},arn:aws:iam::999999999999:saml-provider/acme`],
    ['a role of another partition', `arn:aws-cn:iam::111122223333:role/deploy,${saml}`],
    ['a role of any account', `arn:aws:iam::*:role/deploy,${saml}`],
    ['every role', `arn:aws:iam::111122223333:role/*,${saml}`],
    ['a user', `arn:aws:iam::111122223333:user/deploy,${saml}`],
    ['root', `arn:aws:iam::111122223333:root,${saml}`],
    ['an assumed role', `arn:aws:sts::111122223333:assumed-role/deploy/x,${saml}`],
    ['an OIDC provider', `${role},arn:aws:iam::111122223333:oidc-provider/acme`],
    ['an account of 11 digits', 'arn:aws:iam::11112222333:role/deploy,arn:aws:iam::11112222333:saml-provider/acme'],
    ['an account of other digits', `${role.replace('111122223333', '١١١١٢٢٢٢٣٣٣٣')},${saml}`],
    ['a region', `arn:aws:iam:us-east-1:111122223333:role/deploy,${saml}`],
    ['capitals', `${role.toUpperCase()},${saml}`],
    ['a line end within', `${role}\nx,${saml}`],
    ['something before', `x${role},${saml}`],
    ['a template', `arn:aws:iam::111122223333:role/\${sub},${saml}`],
    ['an empty role', `arn:aws:iam::111122223333:role/,${saml}`],
    ['an empty provider', `${role},arn:aws:iam::111122223333:saml-provider/`],
  ])('that is %s is no pair, and takes nothing from the others', (_name, value) => {
    expect(read({ Role: value }).roles).toEqual([]);
    expect(read({ Role: [value, `${role},${saml}`] }).roles).toEqual([pair]);
  });

  test('without a value that is text is refused', () => {
    expect(verdictOn({}, ['Role'])).toBe('assertion_invalid');
  });
});

describe('case 67: RoleSessionName', () => {
  test.each(['ab', 'a'.repeat(64), 'alice@acme.example', '_+=,.@-', '42'])('%j is taken', (name) => {
    expect(read({ RoleSessionName: name }).sessionName).toBe(name);
  });

  test.each<[value: string | readonly string[]]>([
    [''],
    ['a'],
    ['a'.repeat(65)],
    ['a b'],
    ['alice\n'],
    [' alice'],
    ['alice/bob'],
    ['alice:bob'],
    ['alicé'],
    ['алиса'],
    ['alice*'],
    ['${sub}'],
    ['alice\u0000'],
    [['alice', 'bob']],
    [['alice', 'alice']],
    [[]],
  ])('%j is refused', (value) => {
    expect(verdictOn({ RoleSessionName: value })).toBe('assertion_invalid');
  });

  test('without a value that is text is refused', () => {
    expect(verdictOn({}, ['RoleSessionName'])).toBe('assertion_invalid');
  });
});

describe('case 67: SessionDuration', () => {
  test.each(['900', '3600', '43200'])('%s is taken', (seconds) => {
    expect(verdictOn({ SessionDuration: seconds })).toBe('accepted');
  });

  test.each<[value: string | readonly string[]]>([
    [''],
    ['0'],
    ['899'],
    ['43201'],
    ['99999'],
    ['900000'],
    ['-900'],
    ['+900'],
    ['900.0'],
    ['9e3'],
    ['0x384'],
    [' 900'],
    ['900\n'],
    ['900s'],
    ['PT1H'],
    ['Infinity'],
    ['NaN'],
    ['٩٠٠'],
    [['900', '3600']],
    [['900', '900']],
    [[]],
  ])('%j is refused', (value) => {
    expect(verdictOn({ SessionDuration: value })).toBe('assertion_invalid');
  });

  test('without a value that is text is refused', () => {
    expect(verdictOn({}, ['SessionDuration'])).toBe('assertion_invalid');
  });
});

describe('case 67: SourceIdentity', () => {
  test.each(['ab', 'a'.repeat(64), 'alice@acme.example', 'aws', 'x-aws.'])('%j is taken', (value) => {
    expect(read({ SourceIdentity: value })).toMatchObject({
      keys: new Map([['sts:SourceIdentity', value]]),
      signed: ['sourceIdentity'],
    });
  });

  test.each<[value: string | readonly string[]]>([
    [''],
    ['a'],
    ['a'.repeat(65)],
    ['a b'],
    ['alice\n'],
    ['aws:alice'],
    ['AWS:alice'],
    ['alice:bob'],
    ['alicé'],
    [['alice', 'bob']],
    [['alice', 'alice']],
    [[]],
  ])('%j is refused', (value) => {
    expect(verdictOn({ SourceIdentity: value })).toBe('assertion_invalid');
  });

  test('without a value that is text is refused', () => {
    expect(verdictOn({}, ['SourceIdentity'])).toBe('assertion_invalid');
  });
});

describe('case 67: PrincipalTag', () => {
  const tagsOf = (written: Written) => Object.fromEntries(read(written).keys);
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`PrincipalTag:tag${index}`, 'x']));

  test('makes a condition key of each', () => {
    const written = { 'PrincipalTag:team': 'blue', 'PrincipalTag:cost center': '', 'PrincipalTag:a:b/c': 'd:e/f' };
    expect(tagsOf(written)).toEqual({
      'aws:RequestTag/team': 'blue',
      'aws:RequestTag/cost center': '',
      'aws:RequestTag/a:b/c': 'd:e/f',
    });
    expect(read(written).signed).toEqual(['tags']);
  });

  test('is one of two things that a provider may sign for AWS', () => {
    expect(read({ 'PrincipalTag:team': 'blue', SourceIdentity: 'alice' }).signed).toEqual(['tags', 'sourceIdentity']);
  });

  test('is within the limits of session tags', () => {
    expect(read(many(50)).keys.size).toBe(50);
    expect(verdictOn(many(51))).toBe('assertion_invalid');
    expect(verdictOn({ [`PrincipalTag:${'k'.repeat(128)}`]: 'v'.repeat(256) })).toBe('accepted');
    expect(verdictOn({ [`PrincipalTag:${'k'.repeat(129)}`]: 'v' })).toBe('assertion_invalid');
    expect(verdictOn({ 'PrincipalTag:k': 'v'.repeat(257) })).toBe('assertion_invalid');
  });

  test.each(['__proto__', 'constructor', 'toString'])('may be called %s', (key) => {
    expect([...read({ [`PrincipalTag:${key}`]: 'x' }).keys]).toEqual([[`aws:RequestTag/${key}`, 'x']]);
  });

  test.each<[name: string, written: Written]>([
    ['without a key', { 'PrincipalTag:': 'x' }],
    ['with a key of AWS', { 'PrincipalTag:aws:team': 'x' }],
    ['with a key of AWS in capitals', { 'PrincipalTag:AWS:team': 'x' }],
    ['with a key that has a line end', { 'PrincipalTag:team\n': 'x' }],
    ['with a key that has a star', { 'PrincipalTag:te*m': 'x' }],
    ['with a key twice, by case', { 'PrincipalTag:team': 'x', 'PrincipalTag:Team': 'x' }],
    ['with two values', { 'PrincipalTag:team': ['a', 'b'] }],
    ['with one value twice', { 'PrincipalTag:team': ['a', 'a'] }],
    ['with no value', { 'PrincipalTag:team': [] }],
    ['with a star', { 'PrincipalTag:team': '*' }],
    ['with a line end', { 'PrincipalTag:team': 'blue\n' }],
    ['with a template', { 'PrincipalTag:team': '${aws:username}' }],
    ['with a comma', { 'PrincipalTag:team': 'a,b' }],
    ['besides good ones', { ...many(3), 'PrincipalTag:team': '*' }],
  ])('%s is refused', (_name, written) => {
    expect(verdictOn(written)).toBe('assertion_invalid');
  });

  test('without a value that is text is refused', () => {
    expect(verdictOn({}, ['PrincipalTag:team'])).toBe('assertion_invalid');
  });
});

test('what is opaque and not of AWS is nobody’s concern here', () => {
  expect(verdictOn({}, ['https://acme.example/groups', 'https://aws.amazon.com/saml/attributes/Role'])).toBe(
    'accepted',
  );
});

test('no refusal quotes a value', () => {
  const secret = 'a secret*';
  for (const name of ['RoleSessionName', 'SessionDuration', 'SourceIdentity', 'PrincipalTag:team']) {
    try {
      read({ [name]: secret });
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify((error as Refusal).detail)).not.toContain(secret);
    }
  }
});
