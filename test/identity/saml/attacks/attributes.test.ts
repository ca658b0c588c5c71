import { describe, expect, test } from 'vitest';
import { type Attributes, type Identity, isOpaque, type SamlEvidence } from '../../../../lib/identity/identity.ts';
import { aSamlIdp, awsAttributes, type ResponseSettings, samlProvidersOf } from '../../../kit/saml-idp.ts';
import { element, putAfter, putBefore, removing, replacing } from './edits.ts';
import { attacksOn, verdictOn } from './families.ts';

const idp = await aSamlIdp();
const providers = samlProvidersOf(idp.provider());
const { attack, control } = attacksOn({ providers });
const make = (settings: ResponseSettings) => () => idp.response(settings);

const role = 'arn:aws:iam::111122223333:role/deploy';
const saml = 'arn:aws:iam::111122223333:saml-provider/acme';

const value = (text: string) => `<saml:AttributeValue>${text}</saml:AttributeValue>`;
const attributeNamed = (name: string, ...values: readonly string[]) =>
  `<saml:Attribute Name="${name}">${values.map(value).join('')}</saml:Attribute>`;
/** Attributes as XML, after those of the kit. */
const adding = (xml: string): ResponseSettings => ({ edit: putBefore('</saml:AttributeStatement>', xml) });
const aws = (attributes: Readonly<Record<string, readonly string[] | null>>): ResponseSettings => ({
  attributes: Object.fromEntries(Object.entries(attributes).map(([name, values]) => [awsAttributes + name, values])),
});

/** The identity, where the test is about what is in it. */
function accepted(settings: ResponseSettings, overrides: Parameters<typeof idp.provider>[0] = {}): Identity {
  const verdict = verdictOn(idp.response(settings), { providers: samlProvidersOf(idp.provider(overrides)) });
  if (typeof verdict === 'string') throw new Error(`refused: ${verdict}`);
  return verdict;
}

const attributesOf = (settings: ResponseSettings): Attributes => accepted(settings).attributes;
const evidenceOf = (settings: ResponseSettings) => accepted(settings).evidence as SamlEvidence;

control('the response of the kit', make({}));

describe('case 67: an attribute', () => {
  attack(67, 'twice', make(adding(attributeNamed('groups', 'admins'))), 'assertion_invalid');
  attack(
    67,
    'twice with the same value',
    make(adding(attributeNamed('mail', 'alice@acme.example'))),
    'assertion_invalid',
  );
  attack(67, 'twice, the second without a value', make(adding(attributeNamed('groups'))), 'assertion_invalid');
  attack(
    67,
    'twice, both without a value',
    make(adding(attributeNamed('x') + attributeNamed('x'))),
    'assertion_invalid',
  );
  attack(
    67,
    'twice in two statements',
    make({
      edit: putAfter(
        '</saml:AttributeStatement>',
        `<saml:AttributeStatement>${attributeNamed('groups', 'admins')}</saml:AttributeStatement>`,
      ),
    }),
    'assertion_invalid',
  );
  attack(
    67,
    'twice with two formats',
    make(adding('<saml:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>')),
    'assertion_invalid',
  );
  attack(
    67,
    'twice with two friendly names',
    make(adding('<saml:Attribute Name="groups" FriendlyName="other"/>')),
    'assertion_invalid',
  );
  attack(
    67,
    'Role twice',
    make(adding(attributeNamed(`${awsAttributes}Role`, `${role},${saml}`))),
    'assertion_invalid',
  );
  attack(
    67,
    'RoleSessionName twice',
    make(adding(attributeNamed(`${awsAttributes}RoleSessionName`, 'mallory'))),
    'assertion_invalid',
  );
  attack(67, 'twice, by a reference', make(adding(attributeNamed('g&#114;oups', 'admins'))), 'assertion_invalid');

  attack(67, 'without a name', make(adding(`<saml:Attribute>${value('x')}</saml:Attribute>`)), 'assertion_invalid');
  attack(
    67,
    'without a name, the first',
    make({ edit: putAfter('<saml:AttributeStatement>', `<saml:Attribute>${value('x')}</saml:Attribute>`) }),
    'assertion_invalid',
  );
  attack(
    67,
    'with a friendly name alone',
    make(adding(`<saml:Attribute FriendlyName="groups">${value('x')}</saml:Attribute>`)),
    'assertion_invalid',
  );
  attack(
    67,
    'with a name of another namespace',
    make(adding(`<saml:Attribute xmlns:x="urn:x" x:Name="y">${value('x')}</saml:Attribute>`)),
    'assertion_invalid',
  );
  attack(67, 'with an empty name', make(adding(attributeNamed('', 'x'))), 'assertion_invalid');
  attack(67, 'with a name of 513 characters', make(adding(attributeNamed('n'.repeat(513), 'x'))), 'assertion_invalid');
  attack(67, 'encrypted', make(adding('<saml:EncryptedAttribute/>')), 'assertion_invalid');
  attack(67, 'of another kind', make(adding('<saml:X/>')), 'assertion_invalid');
  attack(67, 'of another namespace', make(adding('<samlp:Attribute Name="x"/>')), 'assertion_invalid');
  attack(
    67,
    'with something else than a value',
    make(adding('<saml:Attribute Name="x"><saml:Audience>x</saml:Audience></saml:Attribute>')),
    'assertion_invalid',
  );
  attack(
    67,
    'with a value of another namespace',
    make(adding('<saml:Attribute Name="x"><samlp:AttributeValue>x</samlp:AttributeValue></saml:Attribute>')),
    'assertion_invalid',
  );
  attack(
    67,
    'within an attribute',
    make(adding(`<saml:Attribute Name="x">${attributeNamed('y', 'z')}</saml:Attribute>`)),
    'assertion_invalid',
  );
  attack(
    67,
    'with text for values',
    make(adding('<saml:Attribute Name="x">y</saml:Attribute><saml:X/>')),
    'assertion_invalid',
  );
  attack(
    67,
    'outside a statement',
    make({ edit: putBefore('</saml:Assertion>', attributeNamed('x', 'y')) }),
    'assertion_invalid',
  );
  attack(
    67,
    'in the wrapper',
    make({ after: putBefore('</samlp:Response>', attributeNamed('groups', 'admins')) }),
    'response_malformed',
  );
  attack(67, 'with text and an element', make(adding(attributeNamed('x', 'admins<saml:X/>'))), 'response_malformed');

  control('with a name of 512 characters', make(adding(attributeNamed('n'.repeat(512), 'x'))));
  control(
    'in a second statement',
    make({
      edit: putAfter(
        '</saml:AttributeStatement>',
        `<saml:AttributeStatement>${attributeNamed('x', 'y')}</saml:AttributeStatement>`,
      ),
    }),
  );
  control('none', make({ edit: removing(element('AttributeStatement')) }));
});

describe('case 67: what attributes come to', () => {
  test('texts by name, in their order, as they are written', () => {
    const { texts } = attributesOf(adding(attributeNamed('x', ' b ', 'a', '', 'a', '&lt;&amp;', 'ü€𝒳')));
    expect(texts.get('x')).toEqual([' b ', 'a', '', 'a', '<&', 'ü€𝒳']);
    expect(texts.get('groups')).toEqual(['editors-blue', 'staff']);
  });

  test('names differ by case, by space and by what they look like', () => {
    const { texts } = attributesOf(
      adding(['Groups', ' groups', 'groups ', 'grоups'].map((name) => attributeNamed(name, 'x')).join('')),
    );
    expect(texts.get('groups')).toEqual(['editors-blue', 'staff']);
    expect(texts.get('Groups')).toEqual(['x']);
  });

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'then',
    'length',
    'size',
  ])('a name that is inherited, %s, is a name like any other', (name) => {
    const without = attributesOf({});
    expect(without.texts.has(name)).toBe(false);
    expect(isOpaque(without, name)).toBe(false);
    expect(attributesOf(adding(attributeNamed(name, 'x'))).texts.get(name)).toEqual(['x']);
    expect(isOpaque(attributesOf(adding(attributeNamed(name))), name)).toBe(true);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each<[name: string, values: string]>([
    ['no value', ''],
    ['an element', value('<saml:NameID>x</saml:NameID>')],
    ['elements', value('<saml:X/><saml:X/>')],
    ['text and then an element', value('x') + value('<saml:X/>')],
    ['an element and then text', value('<saml:X/>') + value('x')],
    ['nil', '<saml:AttributeValue xsi:nil="true"/>'],
    ['nil as 1', '<saml:AttributeValue xsi:nil="1"/>'],
    ['nil in space, which its type takes away', '<saml:AttributeValue xsi:nil=" true "/>'],
    [
      'nil by another prefix',
      '<saml:AttributeValue xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>',
    ],
    ['nil, though it has text', '<saml:AttributeValue xsi:nil="true">x</saml:AttributeValue>'],
    ['text and then nil', `${value('x')}<saml:AttributeValue xsi:nil="true"/>`],
  ])('%s is there and cannot be compared', (_name, values) => {
    const attributes = attributesOf(adding(`<saml:Attribute Name="x">${values}</saml:Attribute>`));
    expect(attributes.texts.has('x')).toBe(false);
    expect(isOpaque(attributes, 'x')).toBe(true);
    expect(isOpaque(attributes, 'groups')).toBe(false);
  });

  test.each<[name: string, written: string, text: string]>([
    ['empty', '<saml:AttributeValue/>', ''],
    ['not nil', '<saml:AttributeValue xsi:nil="false">x</saml:AttributeValue>', 'x'],
    ['a nil of nobody’s', '<saml:AttributeValue nil="true">x</saml:AttributeValue>', 'x'],
    [
      'a number',
      '<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:integer">01</saml:AttributeValue>',
      '01',
    ],
    ['of any type', '<saml:AttributeValue xsi:type="x:y">x</saml:AttributeValue>', 'x'],
  ])('a value that is %s is text', (_name, written, text) => {
    const attributes = attributesOf(adding(`<saml:Attribute Name="x">${written}</saml:Attribute>`));
    expect(attributes.texts.get('x')).toEqual([text]);
    expect(isOpaque(attributes, 'x')).toBe(false);
  });
});

describe('case 67: what does not pass for more than an attribute', () => {
  const withText = (name: string) => attributesOf(adding(attributeNamed(name, 'mallory')));
  const withoutValue = (name: string) => attributesOf(adding(attributeNamed(name)));

  test('called sub it is not the NameID', () => {
    expect(withText('sub').texts.get('sub')).toEqual(['alice@acme.example']);
    expect(accepted(adding(attributeNamed('sub', 'mallory'))).subject).toBe('alice@acme.example');
    expect(withoutValue('sub').texts.get('sub')).toEqual(['alice@acme.example']);
    expect(isOpaque(withoutValue('sub'), 'sub')).toBe(false);
  });

  test('called sub_type it is not the format of the NameID', () => {
    const format = ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'];
    expect(withText('sub_type').texts.get('sub_type')).toEqual(format);
    expect(withoutValue('sub_type').texts.get('sub_type')).toEqual(format);
    expect(
      attributesOf({ ...adding(attributeNamed('sub_type', 'persistent')), format: null }).texts.get('sub_type'),
    ).toEqual(['urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified']);
  });

  test('called AuthnContextClassRef it is not how somebody signed in, even if nothing else says it', () => {
    const password = ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'];
    expect(withText('AuthnContextClassRef').texts.get('AuthnContextClassRef')).toEqual(password);
    const silent = { ...adding(attributeNamed('AuthnContextClassRef', 'mfa')), contextClass: null };
    expect(attributesOf(silent).texts.has('AuthnContextClassRef')).toBe(false);
    const opaque = { ...adding(attributeNamed('AuthnContextClassRef')), contextClass: null };
    expect(isOpaque(attributesOf(opaque), 'AuthnContextClassRef')).toBe(false);
  });

  test.each([
    'aws:RequestTag/team',
    'aws:requesttag/team',
    'AWS:REQUESTTAG/team',
    'aws:PrincipalTag/team',
    'aws:TagKeys',
    'aws:userid',
    'sts:SourceIdentity',
    'sts:sourceidentity',
    'STS:SourceIdentity',
    'sts:ExternalId',
    'saml:sub',
    'saml:aud',
    'saml:doc',
    'SAML:sub_type',
  ])('called %s it is no condition key', (name) => {
    for (const attributes of [withText(name), withoutValue(name)]) {
      const names = [...attributes.texts.keys(), ...attributes.opaque].map((each) => each.toLowerCase());
      expect(names).not.toContain(name.toLowerCase());
      expect(isOpaque(attributes, name)).toBe(false);
    }
  });

  test('called aws:RequestTag/team it does not stand in for the tag that is signed', () => {
    const { texts } = attributesOf({
      ...aws({ 'PrincipalTag:team': ['blue'], SourceIdentity: ['alice'] }),
      edit: putBefore(
        '</saml:AttributeStatement>',
        attributeNamed('aws:RequestTag/team', 'red') +
          attributeNamed('aws:requesttag/team', 'red') +
          attributeNamed('sts:sourceidentity', 'mallory'),
      ),
    });
    expect(texts.get('aws:requesttag/team')).toEqual(['blue']);
    expect(texts.get('sts:sourceidentity')).toEqual(['alice']);
    expect(texts.has('aws:RequestTag/team')).toBe(false);
  });

  test('the names that conditions use are not spelt otherwise either', () => {
    const { texts } = attributesOf(
      adding(['SUB', 'sub ', 'Sub_Type'].map((name) => attributeNamed(name, 'x')).join('')),
    );
    expect(texts.get('sub')).toEqual(['alice@acme.example']);
  });
});

describe('case 67: what AWS takes', () => {
  test('roles, in either order', () => {
    expect(evidenceOf(aws({ Role: [`${role},${saml}`, `${saml.replace('acme', 'x')} , ${role}`] })).roles).toEqual([
      { roleArn: role, principalArn: saml },
      { roleArn: role, principalArn: saml.replace('acme', 'x') },
    ]);
  });

  test('no role where the accounts differ, the pair is broken or there is none', () => {
    const foreign = 'arn:aws:iam::999999999999:role/deploy';
    for (const value of [
      `${foreign},${saml}`,
      `${role},${saml.replace('1111', '9999')}`,
      role,
      `${role},${role}`,
      `${saml};${role}`,
      '',
    ]) {
      expect(evidenceOf(aws({ Role: [value] })).roles).toEqual([]);
    }
    expect(evidenceOf(aws({ Role: null }))).toMatchObject({ roles: [] });
    expect(evidenceOf(aws({ RoleSessionName: null })).sessionName).toBeUndefined();
  });

  test('no role and no session name by a name of another case', () => {
    const lower = 'https://aws.amazon.com/saml/attributes/';
    const { roles, sessionName } = evidenceOf({
      attributes: {
        [`${awsAttributes}Role`]: null,
        [`${awsAttributes}RoleSessionName`]: null,
        [`${lower}Role`]: [`${role},${saml}`],
        [`${awsAttributes}role`]: [`${role},${saml}`],
        [`${lower}RoleSessionName`]: ['mallory'],
      },
    });
    expect({ roles, sessionName }).toEqual({ roles: [], sessionName: undefined });
  });

  test('tags and a source identity make condition keys, in lower case', () => {
    const { texts } = attributesOf(aws({ 'PrincipalTag:CostCenter': ['42'], SourceIdentity: ['alice'] }));
    expect(texts.get('aws:requesttag/costcenter')).toEqual(['42']);
    expect(texts.get('sts:sourceidentity')).toEqual(['alice']);
  });

  test('tags and a source identity that the provider does not announce are told of', () => {
    const both = aws({ 'PrincipalTag:team': ['blue'], SourceIdentity: ['alice'] });
    expect(accepted(both).unannounced).toEqual(['tags', 'sourceIdentity']);
    expect(accepted(both, { awsClaims: ['tags'] }).unannounced).toEqual(['sourceIdentity']);
    expect(accepted(both, { awsClaims: ['sourceIdentity'] }).unannounced).toEqual(['tags']);
    expect(accepted(both, { awsClaims: ['tags', 'sourceIdentity'] }).unannounced).toEqual([]);
    expect(accepted({}, { awsClaims: ['tags', 'sourceIdentity'] }).unannounced).toEqual([]);
    expect(accepted(aws({ 'PrincipalTag:team': [''] })).unannounced).toEqual(['tags']);
  });

  for (const [what, attributes] of [
    ['an empty RoleSessionName', { RoleSessionName: [''] }],
    ['a RoleSessionName of one character', { RoleSessionName: ['a'] }],
    ['a RoleSessionName of 65 characters', { RoleSessionName: ['a'.repeat(65)] }],
    ['a RoleSessionName with a space', { RoleSessionName: ['alice bob'] }],
    ['a RoleSessionName with a slash', { RoleSessionName: ['alice/bob'] }],
    ['a RoleSessionName with a line end', { RoleSessionName: ['alice&#10;'] }],
    ['a RoleSessionName in another script', { RoleSessionName: ['алиса'] }],
    ['two RoleSessionNames', { RoleSessionName: ['alice', 'bob'] }],
    ['a RoleSessionName that is an element', { RoleSessionName: ['<saml:X/>'] }],
    ['a RoleSessionName without a value', { RoleSessionName: [] }],
    ['a Role without a value', { Role: [] }],
    ['a Role that is an element', { Role: ['<saml:X/>'] }],
    ['a Role that is text and one that is an element', { Role: [`${role},${saml}`, '<saml:X/>'] }],
    ['a SessionDuration of 899', { SessionDuration: ['899'] }],
    ['a SessionDuration of 43201', { SessionDuration: ['43201'] }],
    ['a negative SessionDuration', { SessionDuration: ['-900'] }],
    ['a SessionDuration that is no number', { SessionDuration: ['1h'] }],
    ['a SessionDuration with an exponent', { SessionDuration: ['9e3'] }],
    ['two SessionDurations', { SessionDuration: ['900', '3600'] }],
    ['an empty SessionDuration', { SessionDuration: [''] }],
    ['a SourceIdentity of one character', { SourceIdentity: ['a'] }],
    ['a SourceIdentity of 65 characters', { SourceIdentity: ['a'.repeat(65)] }],
    ['a SourceIdentity of AWS', { SourceIdentity: ['aws:alice'] }],
    ['a SourceIdentity with a space', { SourceIdentity: ['alice bob'] }],
    ['two SourceIdentities', { SourceIdentity: ['alice', 'bob'] }],
    ['a PrincipalTag without a key', { 'PrincipalTag:': ['x'] }],
    ['a PrincipalTag of AWS', { 'PrincipalTag:aws:team': ['x'] }],
    ['a PrincipalTag with a key of 129 characters', { [`PrincipalTag:${'k'.repeat(129)}`]: ['x'] }],
    ['a PrincipalTag with a value of 257 characters', { 'PrincipalTag:team': ['v'.repeat(257)] }],
    ['a PrincipalTag with a star', { 'PrincipalTag:team': ['*'] }],
    ['a PrincipalTag with two values', { 'PrincipalTag:team': ['a', 'b'] }],
    ['a PrincipalTag without a value', { 'PrincipalTag:team': [] }],
    ['a PrincipalTag that is an element', { 'PrincipalTag:team': ['<saml:X/>'] }],
    ['PrincipalTags that differ by case', { 'PrincipalTag:team': ['a'], 'PrincipalTag:Team': ['a'] }],
    ['51 PrincipalTags', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`PrincipalTag:t${at}`, ['x']]))],
    ['TransitiveTagKeys without a value', { TransitiveTagKeys: [] }],
  ] as const) {
    attack(67, what, make(aws(attributes)), 'assertion_invalid');
  }
  control(
    '50 PrincipalTags',
    make(aws(Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`PrincipalTag:t${at}`, ['x']])))),
  );
  control('SessionDuration at its limits', make(aws({ SessionDuration: ['900'] })));
  control('SessionDuration at its other limit', make(aws({ SessionDuration: ['43200'] })));

  test('case 67: a role changed after it was signed is refused', () => {
    const response = idp.response({ after: replacing('role/daypass-files', 'role/daypass-admin') });
    expect(verdictOn(response, { providers })).toBe('signature_invalid');
  });
});
