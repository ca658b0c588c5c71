import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../kit/account-of.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { overHttp } from '../../../kit/loopback.ts';
import {
  anEmailAddress,
  aRolePair,
  aSamlIdp,
  awsAttributes,
  type ResponseSettings,
  us,
} from '../../../kit/saml-idp.ts';
import {
  anAccount,
  anotherAccount,
  formHeaders,
  formOf,
  refused,
  roleArn,
  type StsAnswer,
  stsAnswer,
  type TrustSettings,
} from '../../../kit/sts.ts';
import { uris } from '../../../kit/xml-signer.ts';
import { anEmbeddedSamlSts, aSamlStack, filesArn, type SamlRoleSettings, samlProviderArn } from '../kit.ts';

const idp = await aSamlIdp();

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const denied = (action = 'sts:AssumeRoleWithSAML') =>
  refused(403, 'AccessDenied', `Not authorized to perform ${action}`);
const invalid = (message: string) => refused(400, 'InvalidIdentityToken', message);
const expired = (message: string) => refused(400, 'ExpiredTokenException', message);

/** What another service of AWS told STS, its request's id left open. */
const fromDiscovery = (message: string, code = 'AuthSamlInvalidSamlResponseException') =>
  invalid(
    expect.stringMatching(
      new RegExp(
        `^${message.replace(/[()]/g, '\\$&')} \\(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: ${code}; Request ID: ${uuid}; Proxy: null\\)$`,
      ),
    ) as string,
  );
const unreadable = fromDiscovery('Invalid base64 SAMLResponse');
const unsigned = fromDiscovery(
  'Response (with optional signature) must contain an assertion with a mandatory signature',
);
const noProvider = fromDiscovery("Specified provider doesn't exist", 'AuthSamlManifestNotFoundException');

const aws = (name: string, ...values: string[]) => ({ [awsAttributes + name]: values });

/** The answer to a response of these settings. */
const answerTo = async (settings: ResponseSettings = {}): Promise<StsAnswer> =>
  (await anEmbeddedSamlSts({ idp })).assumeAs(settings);

const withRole = (role: SamlRoleSettings) =>
  anEmbeddedSamlSts({ idp, stacks: [aSamlStack({ roles: [role], providers: { 'daypass-corp': idp } })] });

type When = NonNullable<TrustSettings['when']>;

/** Whether a trust policy with these conditions lets such a response in. */
const lets = async (when: When, settings: ResponseSettings = {}) =>
  (await (await withRole({ trust: [{ when }] })).assumeAs(settings)).status === 200;

const secondsOf = (answer: StsAnswer) => (Date.parse(answer.text('Expiration') ?? '') - aMoment.getTime()) / 1000;

describe('success', () => {
  const nameQualifier = createHash('sha1').update(`${idp.entityId}${anAccount}/daypass-corp`).digest('base64');

  test('the answer has STS’s members in order', async () => {
    const sts = await anEmbeddedSamlSts({ idp });
    const { status, headers, xml } = await sts.assumeAs({ attributes: aws('SourceIdentity', 'alice') });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/xml');
    expect(xml).toMatch(
      new RegExp(
        [
          '^<AssumeRoleWithSAMLResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">',
          '<AssumeRoleWithSAMLResult>',
          '<Credentials><AccessKeyId>ASIA[A-Z2-7]{16}</AccessKeyId>',
          '<SecretAccessKey>[A-Za-z0-9+/]{40}</SecretAccessKey>',
          '<SessionToken>[A-Za-z0-9+/=]+</SessionToken>',
          '<Expiration>2026-06-01T13:00:00Z</Expiration></Credentials>',
          `<AssumedRoleUser><AssumedRoleId>${sts.idOf(filesArn)}:alice@acme\\.example</AssumedRoleId>`,
          `<Arn>arn:aws:sts::${anAccount}:assumed-role/daypass-files/alice@acme\\.example</Arn></AssumedRoleUser>`,
          '<PackedPolicySize>\\d+</PackedPolicySize>',
          '<Subject>alice@acme\\.example</Subject>',
          `<SubjectType>${anEmailAddress}</SubjectType>`,
          `<Issuer>${idp.entityId}</Issuer>`,
          `<Audience>${us.assertionConsumerService}</Audience>`,
          `<NameQualifier>${nameQualifier.replace(/[+/]/g, '\\$&')}</NameQualifier>`,
          '<SourceIdentity>alice</SourceIdentity>',
          '</AssumeRoleWithSAMLResult>',
          `<ResponseMetadata><RequestId>${uuid}</RequestId></ResponseMetadata>`,
          '</AssumeRoleWithSAMLResponse>$',
        ].join(''),
      ),
    );
  });

  test('without a source identity there is no such member', async () => {
    expect((await answerTo()).xml).not.toContain('SourceIdentity');
  });

  test('the name qualifier is AWS’s own example’s digest: issuer, account, slash, name', async () => {
    // AWS STS API Reference, AssumeRoleWithSAML: Base64(SHA1("https://example.com/saml" + "123456789012" + "/MySAMLIdP")).
    const account = '123456789012';
    const theirs = await aSamlIdp({ entityId: 'https://example.com/saml', kind: 'ec' });
    const principal = samlProviderArn('MySAMLIdP', account);
    const roles = [{ trust: [{ principal: { Federated: principal } }] }];
    const stacks = [aSamlStack({ account, roles, providers: { MySAMLIdP: theirs } })];
    const RoleArn = roleArn('daypass-files', account);
    const answer = await (await anEmbeddedSamlSts({ idp: theirs, stacks })).assumeAs(
      { attributes: aws('Role', `${RoleArn},${principal}`) },
      { RoleArn, PrincipalArn: principal },
    );
    expect(answer.text('NameQualifier')).toBe(
      createHash('sha1').update('https://example.com/saml123456789012/MySAMLIdP').digest('base64'),
    );
  });

  test.each([
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', 'persistent'],
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'transient'],
    ['urn:oasis:names:tc:SAML:2.0:nameid-format:', ''],
    [anEmailAddress, anEmailAddress],
    ['urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified', 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'],
    ['https://acme.example/formats/number', 'https://acme.example/formats/number'],
    [
      'x urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      'x urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    ],
  ])('the format %s is the subject type "%s"', async (format, type) => {
    expect((await answerTo({ format })).text('SubjectType')).toBe(type);
  });

  test('the credentials are those of a session that the endpoint knows', async () => {
    const sts = await anEmbeddedSamlSts({ idp });
    const answer = await sts.assume();
    const key = answer.text('AccessKeyId') ?? '';
    expect(accountOf(key)).toBe(anAccount);
    expect(sts.sessions.find(key)).toMatchObject({
      secretAccessKey: answer.text('SecretAccessKey'),
      sessionToken: answer.text('SessionToken'),
    });
  });

  test('a role’s path is part of its own ARN and not of the session’s', async () => {
    const RoleArn = roleArn('team/daypass-files');
    const attributes = aws('Role', `${RoleArn},${samlProviderArn()}`);
    const answer = await (await withRole({ path: '/team/' })).assumeAs({ attributes }, { RoleArn });
    expect(answer.text('Arn')).toBe(`arn:aws:sts::${anAccount}:assumed-role/daypass-files/alice@acme.example`);
  });

  test('the packed size is there for a bare call, and grows with policy, subject and tags', async () => {
    const size = async (settings: ResponseSettings = {}, parameters = {}) =>
      Number((await (await anEmbeddedSamlSts({ idp })).assumeAs(settings, parameters)).text('PackedPolicySize'));
    const Policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] });
    const bare = await size();
    expect(bare).toBeGreaterThan(0);
    expect(await size({}, { Policy })).toBeGreaterThan(bare);
    expect(await size({ nameId: createHash('sha512').update('x').digest('hex') })).toBeGreaterThan(bare);
    expect(await size({ attributes: aws('PrincipalTag:team', 'b1u3-'.repeat(40)) })).toBeGreaterThan(bare);
  });

  test('line ends in the base64 are forgiven', async () => {
    const SAMLAssertion = idp.response().replace(/.{76}/g, '$&\r\n');
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ SAMLAssertion })).status).toBe(200);
  });

  test('GET carries the parameters in its query', async () => {
    const { address } = await anEmbeddedSamlSts({ idp });
    const form = formOf({
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: filesArn,
      PrincipalArn: samlProviderArn(),
      SAMLAssertion: idp.response(),
    });
    expect((await overHttp(address, { method: 'GET', path: `/?${form}` })).status).toBe(200);
  });

  test('no signature, header or credential of a caller matters', async () => {
    const { address } = await anEmbeddedSamlSts({ idp });
    const form = { Action: 'AssumeRoleWithSAML', RoleArn: filesArn, PrincipalArn: samlProviderArn() };
    const headers = {
      ...formHeaders,
      authorization: 'AWS4-HMAC-SHA256 Credential=x/20260601/us-east-1/sts/aws4_request',
    };
    const body = formOf({ ...form, SAMLAssertion: idp.response() });
    expect(stsAnswer(await overHttp(address, { headers, body })).status).toBe(200);
  });
});

describe('what AWS takes although the documentation does not', () => {
  test.each<[string, ResponseSettings]>([
    ['an audience of somebody else', { audience: 'https://other.example' }],
    ['no audience', { audiences: [] }],
    ['two audience restrictions that exclude each other', { audiences: [['a'], ['b']] }],
    ['NotBefore in a day, in the conditions', { from: 86_400, until: 172_800 }],
    ['NotBefore in a day, in the confirmation', { confirmedFrom: 86_400, confirmedUntil: 172_800 }],
    ['conditions without an end', { until: null }],
    ['conditions without any time', { from: null, until: null }],
    ['an IssueInstant in the future', { issued: 3600, until: 7200, confirmedUntil: 7200 }],
    ['an AuthnInstant in the future', { authenticated: 3600 }],
    ['OneTimeUse', { edit: (xml) => xml.replace('</saml:Conditions>', '<saml:OneTimeUse/></saml:Conditions>') }],
    [
      'ProxyRestriction',
      { edit: (xml) => xml.replace('</saml:Conditions>', '<saml:ProxyRestriction Count="0"/></saml:Conditions>') },
    ],
    ['a Response of another issuer', { responseIssuer: 'https://other.example' }],
    ['a Response without an issuer', { responseIssuer: null }],
    ['a Response of an old time', { responseIssued: -86_400 }],
    ['another destination', { destination: 'https://other.example/saml' }],
    ['no destination', { destination: null }],
    ['nobody’s request', { inResponseTo: '_somebody' }],
    ['no request', { inResponseTo: null }],
    ['two requests', { inResponseTo: '_one', responseInResponseTo: '_other' }],
    ['assertion and Response signed', { sign: 'both' }],
  ])('%s', async (_, settings) => {
    expect((await answerTo(settings)).error).toEqual({ status: 200, code: undefined, message: undefined });
  });

  test.each(['https://signin.aws.amazon.com/saml', 'https://evil.test/saml', 'not-a-url', ''])(
    'the recipient "%s", which is then the audience',
    async (recipient) => {
      const answer = await answerTo({ recipient });
      expect([answer.status, answer.text('Audience')]).toEqual([200, recipient]);
    },
  );

  test('the same assertion twice, even with OneTimeUse', async () => {
    const sts = await anEmbeddedSamlSts({ idp });
    const SAMLAssertion = idp.response({
      edit: (xml) => xml.replace('</saml:Conditions>', '<saml:OneTimeUse/></saml:Conditions>'),
    });
    const [one, two] = [await sts.assume({ SAMLAssertion }), await sts.assume({ SAMLAssertion })];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.text('AccessKeyId')).not.toBe(two.text('AccessKeyId'));
  });

  test('a signing certificate that has expired', async () => {
    const old = await aSamlIdp({
      kind: 'ec',
      from: new Date('2020-01-01T00:00:00Z'),
      until: new Date('2021-01-01T00:00:00Z'),
    });
    expect((await (await anEmbeddedSamlSts({ idp: old })).assume()).status).toBe(200);
  });

  test.each<[string, Parameters<typeof aSamlIdp>[0]]>([
    ['P-384', { kind: 'ec', curve: 'P-384' }],
    ['RSA of 3072 bit', { bits: 3072 }],
  ])('a key of %s', async (_, settings) => {
    expect((await (await anEmbeddedSamlSts({ idp: await aSamlIdp(settings) })).assume()).status).toBe(200);
  });
});

describe('duration', () => {
  const withMost = () => withRole({ maxSessionSeconds: 43_200 });

  test.each<[string, string | undefined, string | undefined, number]>([
    ['neither is given', undefined, undefined, 3600],
    ['the call says 7200', undefined, '7200', 7200],
    ['the assertion says 900', '900', undefined, 900],
    ['the assertion says 7200: it only shortens', '7200', undefined, 3600],
    ['the assertion says less than the call', '1800', '7200', 1800],
    ['the call says less than the assertion', '7200', '1800', 1800],
    ['both say the most', '43200', '43200', 43_200],
  ])('%s', async (_, signed, asked, seconds) => {
    const attributes = signed === undefined ? {} : aws('SessionDuration', signed);
    const answer = await (await withMost()).assumeAs({ attributes }, { DurationSeconds: asked });
    expect(answer.error.message).toBeUndefined();
    expect(secondsOf(answer)).toBe(seconds);
  });

  test('a session at the identity provider that ends in 600 s ends the credentials, below the least of 900 s', async () => {
    const seconds = secondsOf(await answerTo({ sessionUntil: 600 }));
    expect(seconds).toBeGreaterThanOrEqual(598);
    expect(seconds).toBeLessThanOrEqual(600);
  });

  test('a session at the identity provider that ends later lengthens nothing', async () => {
    expect(secondsOf(await answerTo({ sessionUntil: 86_400 }))).toBe(3600);
  });

  test('the earliest of the three ends counts', async () => {
    const answer = await (await withMost()).assumeAs(
      { sessionUntil: 5000, attributes: aws('SessionDuration', '4000') },
      { DurationSeconds: '6000' },
    );
    expect(secondsOf(answer)).toBe(4000);
  });

  test('beyond the role’s maximum is refused', async () => {
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ DurationSeconds: '3601' })).error).toEqual(
      refused(
        400,
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      ),
    );
  });

  test('beyond the role’s maximum is refused even where the assertion would shorten it', async () => {
    const answer = await (await anEmbeddedSamlSts({ idp })).assumeAs(
      { attributes: aws('SessionDuration', '900') },
      { DurationSeconds: '7200' },
    );
    expect(answer.error.code).toBe('ValidationError');
  });

  // AWS's answer is not recorded; credentials without an end, or a fault of ours, it is not.
  test.each(['abc', '', '-1', '0', '899', '43201', '1e3'])(
    'a SessionDuration of "%s" is the assertion’s fault',
    async (seconds) => {
      expect((await answerTo({ attributes: aws('SessionDuration', seconds) })).error).toMatchObject({
        status: 400,
        code: 'InvalidIdentityToken',
      });
    },
  );
});

describe('responses that have expired', () => {
  test.each<[string, ResponseSettings]>([
    ['by their conditions', { until: -1 }],
    ['by their conditions, this very moment', { until: 0 }],
    ['by their confirmation', { confirmedUntil: -1 }],
    ['by their confirmation, this very moment', { confirmedUntil: 0 }],
    ['by the session at the identity provider', { sessionUntil: -1 }],
  ])('%s', async (_, settings) => {
    expect((await answerTo(settings)).error).toEqual(expired('Response has expired'));
  });

  const long = { until: 3600, confirmedUntil: 3600 };

  test('those issued more than 5 minutes ago, however long they are valid', async () => {
    expect((await answerTo({ ...long, issued: -301 })).error).toEqual(
      expired('Token must be redeemed within 5 minutes of issuance'),
    );
    expect((await answerTo({ ...long, issued: -300 })).status).toBe(200);
  });

  test('of both reasons the end is told', async () => {
    expect((await answerTo({ until: -1, issued: -301 })).error).toEqual(expired('Response has expired'));
  });
});

describe('responses that AWS cannot read', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const cut = (pattern: RegExp, by = '') => ({ edit: (xml: string) => xml.replace(pattern, by) });

  test.each<[string, ResponseSettings]>([
    ['no Recipient', { recipient: null }],
    ['no NotOnOrAfter in the confirmation', { confirmedUntil: null }],
    ['two SubjectConfirmations', cut(/<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/, '$&$&')],
    ['no Conditions', cut(/<saml:Conditions.*<\/saml:Conditions>/)],
    ['a NotBefore that is no time', cut(/(<saml:Conditions NotBefore=")[^"]*/, '$1yesterday')],
    ['no AuthnStatement', cut(/<saml:AuthnStatement.*<\/saml:AuthnStatement>/)],
    ['a NameID without Format', { format: null }],
    ['no NameID', { nameId: null }],
    ['an assertion of nobody', cut(/<saml:Subject>.*<\/saml:Subject>/)],
    ['an encrypted assertion, which the provider has no key for', { encrypt: { publicKey } }],
  ])('%s', async (_, settings) => {
    expect((await answerTo(settings)).error).toEqual(unreadable);
  });

  test.each([
    ['no base64', 'not base64!'],
    ['XML in plain', '<samlp:Response/>'],
    ['base64 of nothing that is XML', Buffer.from('hello there').toString('base64')],
    ['base64 of another document', Buffer.from('<a xmlns="urn:a"/>').toString('base64')],
    ['base64 of bytes that are no UTF-8', Buffer.from([0x3c, 0xff, 0xfe, 0x3e]).toString('base64')],
  ])('%s', async (_, SAMLAssertion) => {
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ SAMLAssertion })).error).toEqual(unreadable);
  });

  test('a status that is no success is no sign-in', async () => {
    const settings = {
      status: 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed',
      ...cut(/<saml:Assertion.*<\/saml:Assertion>/),
    };
    expect((await answerTo({ ...settings, sign: 'none' })).error).toMatchObject({
      status: 400,
      code: 'InvalidIdentityToken',
    });
  });
});

describe('signatures', () => {
  test.each<[string, ResponseSettings]>([
    ['only the Response is signed', { sign: 'response' }],
    ['nothing is signed', { sign: 'none' }],
  ])('%s: the assertion’s is mandatory', async (_, settings) => {
    expect((await answerTo(settings)).error).toEqual(unsigned);
  });

  test.each<[string, ResponseSettings]>([
    [
      'the NameID was changed',
      { after: (xml) => xml.replace('>alice@acme.example</saml:NameID>', '>mallory</saml:NameID>') },
    ],
    ['a role was added', { after: (xml) => xml.replace(aRolePair, `${aRolePair}x`) }],
    [
      'the assertion holds and the Response’s does not',
      { sign: 'both', after: (xml) => xml.replace(/Destination="[^"]*"/, 'Destination="x"') },
    ],
    ['the value is cut', { after: (xml) => xml.replace(/(<ds:SignatureValue>)..../, '$1AAAA') }],
  ])('%s', async (_, settings) => {
    expect((await answerTo(settings)).error).toEqual(invalid('Response signature invalid'));
  });

  test('of somebody else, even with his certificate in it', async () => {
    const other = await aSamlIdp({ entityId: idp.entityId });
    const sts = await anEmbeddedSamlSts({ idp });
    for (const keyInfo of ['none', 'own'] as const) {
      expect((await sts.assume({ SAMLAssertion: other.response({ keyInfo }) })).error).toEqual(
        invalid('Response signature invalid'),
      );
    }
  });

  test('another issuer is not present in the provider, whoever signed', async () => {
    expect((await answerTo({ issuer: 'https://other.example' })).error).toEqual(
      fromDiscovery('Issuer not present in specified provider'),
    );
  });

  test('stricter than AWS on purpose: SHA-1 is no signature', async () => {
    for (const signing of [{ algorithm: uris.rsaSha1 }, { digest: uris.sha1 }]) {
      expect((await answerTo({ signing })).error).toEqual(invalid('Response signature invalid'));
    }
  });

  test.each<[string, ResponseSettings]>([
    [
      'a comment',
      {
        edit: (xml) => xml.replace('alice@acme.example</saml:NameID>', 'alice@acme.example<!---->.evil</saml:NameID>'),
      },
    ],
    ['a DTD', { after: (xml) => `<!DOCTYPE a []>${xml}` }],
    ['a processing instruction', { after: (xml) => xml.replace('<samlp:Status>', '<?x?><samlp:Status>') }],
    ['an attribute twice', { edit: (xml) => xml.replace(/<saml:Attribute Name="mail">.*?<\/saml:Attribute>/, '$&$&') }],
    ['a second assertion', { after: (xml) => xml.replace('</samlp:Response>', '<saml:Assertion/></samlp:Response>') }],
    ['inclusive canonicalization', { signing: { canonicalization: uris.inclusive } }],
  ])('stricter than AWS on purpose: %s makes the response unreadable', async (_, settings) => {
    expect((await answerTo(settings)).error).toEqual(unreadable);
  });
});

describe('role and session name', () => {
  const notInIt = invalid("SAML Assertion doesn't contain the requested Role and Metadata in the attributes");
  const [role = '', provider = ''] = aRolePair.split(',');

  test.each<[string, readonly string[]]>([
    ['reversed', [`${provider},${role}`]],
    ['with space between', [`${role} , ${provider}`]],
    ['among others', [`${role}x,${provider}`, aRolePair, 'nonsense']],
  ])('the pair may be %s', async (_, pairs) => {
    expect((await answerTo({ attributes: aws('Role', ...pairs) })).status).toBe(200);
  });

  test.each<[string, Readonly<Record<string, readonly string[] | null>>]>([
    ['no Role', { [`${awsAttributes}Role`]: null }],
    ['an empty Role', aws('Role', '')],
    ['another role', aws('Role', `${role}-other,${provider}`)],
    ['a role in other letters', aws('Role', `${role.replace('files', 'Files')},${provider}`)],
    ['another provider', aws('Role', `${role},${provider}-other`)],
    ['role and provider in different pairs', aws('Role', `${role},${provider}x`, `${role}x,${provider}`)],
    ['the role alone', aws('Role', role)],
    ['a third part', aws('Role', `${role},${provider},${provider}`)],
    ['a wildcard', aws('Role', `arn:aws:iam::${anAccount}:role/*,${provider}`)],
    ['the pair under another name', { [`${awsAttributes}Role`]: null, [`${awsAttributes}role`]: [aRolePair] }],
  ])('%s: the requested pair is not in it', async (_, attributes) => {
    expect((await answerTo({ attributes })).error).toEqual(notInIt);
  });

  test('a session needs a name', async () => {
    expect((await answerTo({ attributes: { [`${awsAttributes}RoleSessionName`]: null } })).error).toEqual(
      invalid('RoleSessionName is required in AuthnResponse'),
    );
  });

  test.each(['a', '', 'a'.repeat(65), 'alice smith', 'alice/x', 'alice:x', 'älice', 'alice\n'])(
    '"%s" is no name for one',
    async (name) => {
      expect((await answerTo({ attributes: aws('RoleSessionName', name) })).error).toEqual(
        invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}'),
      );
    },
  );

  test.each(['ab', 'a'.repeat(64), 'Alice_0+=,.@-'])('"%s" is', async (name) => {
    const answer = await answerTo({ attributes: aws('RoleSessionName', name) });
    expect(answer.text('Arn')).toBe(`arn:aws:sts::${anAccount}:assumed-role/daypass-files/${name}`);
  });

  test('no parameter names the session', async () => {
    const answer = await (await anEmbeddedSamlSts({ idp })).assume({ RoleSessionName: 'mallory' });
    expect(answer.text('Arn')).toMatch(/\/alice@acme\.example$/);
  });

  test.each(['a', 'a'.repeat(65), 'aws:alice', 'alice smith', ''])(
    '"%s" is no source identity',
    async (sourceIdentity) => {
      expect((await answerTo({ attributes: aws('SourceIdentity', sourceIdentity) })).error).toEqual(
        invalid('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'),
      );
    },
  );
});

describe('provider', () => {
  test('one that is not there', async () => {
    const PrincipalArn = samlProviderArn('other');
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ PrincipalArn })).error).toEqual(noProvider);
  });

  test('one in other letters', async () => {
    const PrincipalArn = samlProviderArn('Daypass-Corp');
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ PrincipalArn })).error).toEqual(noProvider);
  });

  test('role and provider must be of one account', async () => {
    const principal = { Federated: samlProviderArn() };
    const providers = { 'daypass-corp': idp };
    const stacks = [
      aSamlStack({ providers }),
      aSamlStack({ account: anotherAccount, roles: [{ trust: [{ principal }] }], providers }),
    ];
    const RoleArn = roleArn('daypass-files', anotherAccount);
    const answer = await (await anEmbeddedSamlSts({ idp, stacks })).assumeAs(
      { attributes: aws('Role', `${RoleArn},${samlProviderArn()}`) },
      { RoleArn },
    );
    expect(answer.error).toEqual(noProvider);
  });

  test('another account’s role is assumed through that account’s provider', async () => {
    const PrincipalArn = samlProviderArn(undefined, anotherAccount);
    const RoleArn = roleArn('daypass-files', anotherAccount);
    const theirs = { account: anotherAccount, roles: [{ trust: [{ principal: { Federated: PrincipalArn } }] }] };
    const providers = { 'daypass-corp': idp };
    const stacks = [aSamlStack({ providers }), aSamlStack({ ...theirs, providers })];
    const answer = await (await anEmbeddedSamlSts({ idp, stacks })).assumeAs(
      { attributes: aws('Role', aRolePair, `${RoleArn},${PrincipalArn}`) },
      { RoleArn, PrincipalArn },
    );
    expect(answer.text('Arn')).toBe(`arn:aws:sts::${anotherAccount}:assumed-role/daypass-files/alice@acme.example`);
    expect(accountOf(answer.text('AccessKeyId') ?? '')).toBe(anotherAccount);
  });

  test('a provider verifies with its own keys, though another of the account knows the signer', async () => {
    const other = await aSamlIdp({ entityId: 'https://other.example', kind: 'ec' });
    const stacks = [aSamlStack({ providers: { 'daypass-corp': idp, other } })];
    const sts = await anEmbeddedSamlSts({ idp, stacks });
    const answer = await sts.assume({ SAMLAssertion: other.response({ issuer: idp.entityId }) });
    expect(answer.error).toEqual(invalid('Response signature invalid'));
  });
});

describe('trust policy', () => {
  test('a role that does not exist sounds like one that does not trust', async () => {
    const missing = roleArn('daypass-missing');
    const answer = await (await anEmbeddedSamlSts({ idp })).assumeAs(
      { attributes: aws('Role', `${missing},${samlProviderArn()}`) },
      { RoleArn: missing },
    );
    expect(answer.error).toEqual(denied());
    expect((await (await withRole({ trust: [] })).assume()).error).toEqual(denied());
  });

  test.each<[string, unknown]>([
    ['everybody with an AWS account', { AWS: '*' }],
    ['the account', { AWS: anAccount }],
    ['another provider', { Federated: samlProviderArn('other') }],
    ['a service', { Service: 'lambda.amazonaws.com' }],
  ])('a role that trusts %s does not trust the assertion', async (_, principal) => {
    expect((await (await withRole({ trust: [{ principal }] })).assume()).error).toEqual(denied());
  });

  test('another action is not this one, and a wildcard is', async () => {
    const withActions = async (...actions: readonly string[]) => (await withRole({ trust: [{ actions }] })).assume();
    expect((await withActions('sts:AssumeRoleWithWebIdentity')).error).toEqual(denied());
    expect((await withActions('sts:AssumeRole')).error).toEqual(denied());
    expect((await withActions('sts:AssumeRole*')).status).toBe(200);
    expect((await withActions('STS:assumerolewithsaml')).status).toBe(200);
  });

  test('a Deny beats the Allow', async () => {
    const trust = [{}, { effect: 'Deny' as const, when: { StringEquals: { 'saml:sub': 'mallory' } } }];
    const sts = await withRole({ trust });
    expect((await sts.assume()).status).toBe(200);
    expect((await sts.assumeAs({ nameId: 'mallory' })).error).toEqual(denied());
  });

  test('the audience is guarded here and nowhere else', async () => {
    const when = { StringEquals: { 'saml:aud': us.assertionConsumerService } };
    expect(await lets(when)).toBe(true);
    for (const recipient of ['https://signin.aws.amazon.com/saml', `${us.assertionConsumerService}/`, '']) {
      expect(await lets(when, { recipient })).toBe(false);
    }
  });

  const eduPerson = 'urn:oid:1.3.6.1.4.1.5923.1.1.1';
  const eduOrg = 'urn:oid:1.3.6.1.4.1.5923.1.2.1';
  const claims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

  test.each([
    [`${eduPerson}.1`, 'saml:edupersonaffiliation'],
    [`${eduPerson}.2`, 'saml:edupersonnickname'],
    [`${eduPerson}.3`, 'saml:edupersonorgdn'],
    [`${eduPerson}.4`, 'saml:edupersonorgunitdn'],
    [`${eduPerson}.5`, 'saml:edupersonprimaryaffiliation'],
    [`${eduPerson}.6`, 'saml:edupersonprincipalname'],
    [`${eduPerson}.7`, 'saml:edupersonentitlement'],
    [`${eduPerson}.8`, 'saml:edupersonprimaryorgunitdn'],
    [`${eduPerson}.9`, 'saml:edupersonscopedaffiliation'],
    [`${eduPerson}.10`, 'saml:edupersontargetedid'],
    [`${eduPerson}.11`, 'saml:edupersonassurance'],
    [`${eduOrg}.2`, 'saml:eduorghomepageuri'],
    [`${eduOrg}.3`, 'saml:eduorgidentityauthnpolicyuri'],
    [`${eduOrg}.4`, 'saml:eduorglegalname'],
    [`${eduOrg}.5`, 'saml:eduorgsuperioruri'],
    [`${eduOrg}.6`, 'saml:eduorgwhitepagesuri'],
    ['urn:oid:2.5.4.3', 'saml:cn'],
    [`${claims}/emailaddress`, 'saml:mail'],
    [`${claims}/givenname`, 'saml:givenName'],
    [`${claims}/name`, 'saml:name'],
    [`${claims}/surname`, 'saml:surname'],
    ['http://schemas.xmlsoap.org/claims/CommonName', 'saml:commonName'],
    ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', 'saml:uid'],
  ])('the attribute %s is the key %s', async (attribute, key) => {
    const when = { 'ForAnyValue:StringEquals': { [key]: 'staff' } };
    expect(await lets(when, { attributes: { [attribute]: ['staff'] } })).toBe(true);
    expect(await lets(when, { attributes: { [attribute]: ['guest'] } })).toBe(false);
    expect(await lets(when)).toBe(false);
  });

  test.each<[string, When, ResponseSettings]>([
    ['the subject', { StringEquals: { 'saml:sub': 'alice@acme.example' } }, {}],
    [
      'the kind of subject',
      { StringEquals: { 'saml:sub_type': 'persistent' } },
      { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' },
    ],
    ['the issuer', { StringEquals: { 'saml:iss': idp.entityId } }, {}],
    ['the provider', { StringEquals: { 'saml:doc': `${anAccount}/daypass-corp` } }, {}],
    [
      'the name qualifier',
      {
        StringEquals: {
          'saml:namequalifier': createHash('sha1').update(`${idp.entityId}${anAccount}/daypass-corp`).digest('base64'),
        },
      },
      {},
    ],
    ['the session’s name', { StringEquals: { 'sts:RoleSessionName': 'alice@acme.example' } }, {}],
    [
      'every value of an attribute',
      { 'ForAllValues:StringEquals': { 'saml:edupersonaffiliation': ['staff', 'member'] } },
      { attributes: { [`${eduPerson}.1`]: ['staff', 'member'] } },
    ],
    ['names of keys in other letters', { StringEquals: { 'SAML:Aud': us.assertionConsumerService } }, {}],
    ['no principal ARN', { Null: { 'aws:PrincipalArn': 'true' } }, {}],
    ['the account', { StringEquals: { 'aws:PrincipalAccount': anAccount } }, {}],
    ['the user id, which is the provider', { ArnEquals: { 'aws:userid': samlProviderArn() } }, {}],
    ['the time', { DateLessThan: { 'aws:CurrentTime': '2026-06-01T12:00:01Z' } }, {}],
    ['the address', { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } }, {}],
    ['no keys of other attributes', { Null: { 'saml:groups': 'true', groups: 'true' } }, {}],
    ['no key that belongs to tokens', { Null: { 'sts:RoleAuthorizedByIdp': 'true' } }, {}],
  ])('knows %s', async (_, when, settings) => {
    expect(await lets(when, settings)).toBe(true);
  });

  test.each<[string, When, ResponseSettings]>([
    ['a groups attribute', { 'ForAnyValue:StringEquals': { 'saml:groups': 'staff' } }, {}],
    ['a subject in other letters', { StringEquals: { 'saml:sub': 'Alice@acme.example' } }, {}],
    [
      'an attribute named like a key',
      { StringEquals: { 'aws:RequestTag/role': 'editor' } },
      { attributes: { 'aws:RequestTag/role': ['editor'] } },
    ],
    [
      'an attribute named like a SAML key',
      { 'ForAnyValue:StringEquals': { 'saml:cn': 'admin' } },
      { attributes: { 'saml:cn': ['admin'] } },
    ],
    // IAM User Guide: saml:sub is the NameID; an identity provider's own attribute of this name is none of it.
    [
      'an attribute named sub',
      { 'ForAnyValue:StringEquals': { 'saml:sub': 'root' } },
      { attributes: { sub: ['root'] } },
    ],
    [
      'an attribute named sub_type',
      { 'ForAnyValue:StringEquals': { 'saml:sub_type': 'persistent' } },
      { attributes: { sub_type: ['persistent'] } },
    ],
  ])('%s does not help', async (_, when, settings) => {
    expect(await lets(when, settings)).toBe(false);
  });
});

describe('session tags and source identity', () => {
  const editor = aws('PrincipalTag:role', 'editor');
  const only = (...actions: readonly string[]) => withRole({ trust: [{ actions }] });

  test('tags are condition keys', async () => {
    const when = { StringEquals: { 'aws:RequestTag/role': 'editor' } };
    expect(await lets(when, { attributes: editor })).toBe(true);
    expect(await lets(when, { attributes: aws('PrincipalTag:role', 'viewer') })).toBe(false);
    expect(await lets(when)).toBe(false);
    expect(
      await lets(
        { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'role' }, Null: { 'aws:TagKeys': 'false' } },
        { attributes: editor },
      ),
    ).toBe(true);
  });

  test('transitive tag keys are one, too', async () => {
    const when = { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'role' } };
    expect(await lets(when, { attributes: { ...editor, ...aws('TransitiveTagKeys', 'team', 'role') } })).toBe(true);
    expect(await lets(when, { attributes: editor })).toBe(false);
  });

  test('tags need TagSession', async () => {
    const sts = await only('sts:AssumeRoleWithSAML');
    expect((await sts.assumeAs({ attributes: editor })).error).toEqual(denied('sts:TagSession'));
    expect((await sts.assume()).status).toBe(200);
    expect(
      (await (await only('sts:AssumeRoleWithSAML', 'sts:TagSession')).assumeAs({ attributes: editor })).status,
    ).toBe(200);
  });

  test('a source identity needs SetSourceIdentity, and is a condition key', async () => {
    const attributes = aws('SourceIdentity', 'alice');
    expect((await (await only('sts:AssumeRoleWithSAML')).assumeAs({ attributes })).error).toEqual(
      denied('sts:SetSourceIdentity'),
    );
    const when = { StringEquals: { 'sts:SourceIdentity': 'alice' } };
    expect(await lets(when, { attributes })).toBe(true);
    expect(await lets(when, { attributes: aws('SourceIdentity', 'bob') })).toBe(false);
  });

  test.each<[string, Readonly<Record<string, readonly string[]>>]>([
    ['a key that begins with aws:', aws('PrincipalTag:aws:role', 'editor')],
    ['no key', aws('PrincipalTag:', 'editor')],
    ['keys that differ by their letters only', { ...editor, ...aws('PrincipalTag:Role', 'viewer') }],
    ['a value of 257 characters', aws('PrincipalTag:role', 'x'.repeat(257))],
    ['a character that tags do not have', aws('PrincipalTag:role', 'a|b')],
  ])('%s is no tag', async (_, attributes) => {
    expect((await answerTo({ attributes })).error).toMatchObject({ status: 400, code: 'InvalidIdentityToken' });
  });

  // One Attribute per tag, one value (IAM User Guide); which of two would count is anybody's guess.
  test('a tag with two values is no tag', async () => {
    expect((await answerTo({ attributes: aws('PrincipalTag:role', 'viewer', 'editor') })).error).toMatchObject({
      status: 400,
      code: 'InvalidIdentityToken',
    });
  });

  test('more than fits is too large', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [
        `${awsAttributes}PrincipalTag:tag${index}`,
        [
          createHash('sha512').update(String(index)).digest('hex') +
            createHash('sha512').update(`x${index}`).digest('hex'),
        ],
      ]),
    );
    const { error } = await answerTo({ attributes: many });
    expect(error).toMatchObject({ status: 400, code: 'PackedPolicyTooLarge' });
    expect(error.message).toMatch(/^Packed size of session tags consumes \d{3}% of allotted space\.$/);
  });
});

describe('session policy', () => {
  const under = async (Policy: string) => (await anEmbeddedSamlSts({ idp })).assume({ Policy });

  test.each(['{', '{}', '[]', '{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}'])(
    '%s is malformed',
    async (policy) => {
      expect((await under(policy)).error).toMatchObject({ status: 400, code: 'MalformedPolicyDocument' });
    },
  );

  test('one with a principal is malformed', async () => {
    const statement = { Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' };
    expect((await under(JSON.stringify({ Statement: [statement] }))).error.code).toBe('MalformedPolicyDocument');
  });
});

describe('parameters', () => {
  const oneViolation = (what: string) => refused(400, 'ValidationError', `1 validation error detected: ${what}`);
  const constraint = (field: string, value: string, says: string) =>
    `Value '${value}' at '${field}' failed to satisfy constraint: ${says}`;
  const tooShort = (length: number) => `Member must have length greater than or equal to ${length}`;
  const tooLong = (length: number) => `Member must have length less than or equal to ${length}`;

  test.each(['RoleArn', 'PrincipalArn', 'SAMLAssertion'])('%s must be there', async (name) => {
    const field = name.charAt(0).toLowerCase() + name.slice(1);
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ [name]: undefined })).error).toEqual(
      oneViolation(`Value null at '${field}' failed to satisfy constraint: Member must not be null`),
    );
  });

  test.each<[string, string, string, string]>([
    ['RoleArn', 'roleArn', 'arn:aws:iam::1:role', tooShort(20)],
    ['RoleArn', 'roleArn', `arn:aws:iam::${'1'.repeat(2048)}`, tooLong(2048)],
    ['PrincipalArn', 'principalArn', 'arn:aws:iam::1:saml', tooShort(20)],
    ['PrincipalArn', 'principalArn', `arn:aws:iam::${'1'.repeat(2048)}`, tooLong(2048)],
    ['SAMLAssertion', 'sAMLAssertion', 'abc', tooShort(4)],
    ['SAMLAssertion', 'sAMLAssertion', 'a'.repeat(100_001), tooLong(100_000)],
    ['Policy', 'policy', 'x'.repeat(2049), tooLong(2048)],
    ['DurationSeconds', 'durationSeconds', '899', 'Member must have value greater than or equal to 900'],
    ['DurationSeconds', 'durationSeconds', '43201', 'Member must have value less than or equal to 43200'],
  ])('%s: %s', async (name, field, value, says) => {
    expect((await (await anEmbeddedSamlSts({ idp })).assume({ [name]: value })).error).toEqual(
      oneViolation(constraint(field, value, says).replace(/^Value '.*' at 'sAML/, "Value at 'sAML")),
    );
  });

  test('several violations are told together', async () => {
    const { error } = await (await anEmbeddedSamlSts({ idp })).assume({ RoleArn: undefined, SAMLAssertion: 'abc' });
    expect(error.message).toMatch(/^2 validation errors detected: /);
  });

  test.each(['arn:aws:iam::1111:role/daypass-files', 'https://login.acme.example/role', samlProviderArn()])(
    '%s is no role’s ARN',
    async (RoleArn) => {
      expect((await (await anEmbeddedSamlSts({ idp })).assume({ RoleArn })).error).toEqual(
        refused(400, 'ValidationError', `${RoleArn} is invalid`),
      );
    },
  );

  test.each(['arn:aws:iam::1111:saml-provider/corp', 'https://idp.acme.example/saml', filesArn])(
    '%s is no SAML provider’s ARN',
    async (PrincipalArn) => {
      expect((await (await anEmbeddedSamlSts({ idp })).assume({ PrincipalArn })).error).toEqual(
        refused(400, 'ValidationError', `${PrincipalArn} is invalid`),
      );
    },
  );

  test.each([' 900 ', '900.0', '9e2', 'abc', '2147483648'])(
    'a duration of "%s" is malformed',
    async (DurationSeconds) => {
      expect((await (await anEmbeddedSamlSts({ idp })).assume({ DurationSeconds })).error).toEqual(
        refused(400, 'MalformedInput', undefined),
      );
    },
  );

  test('the first value of a parameter given twice is used', async () => {
    const { address } = await anEmbeddedSamlSts({ idp });
    const form = {
      Action: 'AssumeRoleWithSAML',
      RoleArn: filesArn,
      PrincipalArn: samlProviderArn(),
      SAMLAssertion: idp.response(),
    };
    const body = `${formOf(form)}&${formOf({ RoleArn: 'x', PrincipalArn: 'x', SAMLAssertion: 'x' })}`;
    expect(stsAnswer(await overHttp(address, { headers: formHeaders, body })).status).toBe(200);
  });
});
