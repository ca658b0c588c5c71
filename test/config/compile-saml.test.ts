import { describe, expect, test } from 'vitest';
import type { SamlProviderSettings } from '../../lib/config/configuration.ts';
import { type Documents, documentNames, isAddress } from '../../lib/config/documents.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aPermission } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';
import { problemsOf } from './problems.ts';

type Members = Readonly<Record<string, unknown>>;

const idp = await aSamlIdp();
const other = await aSamlIdp({ entityId: 'https://other.acme.example/saml' });
const address = 'https://idp.acme.example/metadata';
const certificates = [idp.certificate];
const pem = `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----\n`;
const documents: Documents = new Map([
  ...documentsOf({
    'corp.xml': aMetadata({ certificates }),
    [address]: aMetadata({ certificates }),
    'http://idp.acme.example/metadata': aMetadata({ certificates }),
    'other.xml': aMetadata({ entityId: other.entityId, certificates: [other.certificate] }),
    'signed.xml': aMetadata({ certificates, wantsSignedRequests: true }),
    'ended.xml': aMetadata({ certificates, validUntil: aMoment }),
    'short.xml': '<EntityDescriptor/>',
    'our.pem': pem,
    'no.pem': 'certificate',
  }),
  ['gone.xml', { problem: 'cannot be read' }],
  ['https://gone.acme.example/', { problem: 'could not be fetched: gone.acme.example answered 404' }],
  ['gone.pem', { problem: 'cannot be read' }],
]);
const sources = { documents, now: aMoment };

interface Settings {
  /** Members of the provider `corp`'s `saml`. */
  readonly saml?: Members;
  readonly providers?: Members;
  /** Members of the grant `support`. */
  readonly grant?: Members;
  readonly grants?: Members;
  readonly file?: Members;
}

/** What a daypass.yaml says: one SAML provider, `corp`, and one grant of it, `support`. */
const aFile = ({ saml = {}, providers = {}, grant = {}, grants = {}, file = {} }: Settings = {}): Members => ({
  providers: { corp: { saml: { metadata: 'corp.xml', ...saml } }, ...providers },
  grants: {
    support: {
      from: 'corp',
      when: { StringEquals: { sub: 'alice' } },
      role: { permissions: [aPermission()] },
      ...grant,
    },
    ...grants,
  },
  ...file,
});

const problems = (settings: Settings) => problemsOf(aFile(settings), sources);
const loaded = (settings: Settings = {}) => loadConfiguration(aFile(settings), sources);
const provider = (settings: Settings = {}) => loaded(settings).providers.get('corp') as SamlProviderSettings;

const secretArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:daypass/signing-AbCdEf';
const keyPair = (members: Members = {}) => ({ certificate: 'our.pem', privateKey: secretArn, ...members });

describe('a SAML provider', () => {
  test('has what was left out filled in, and the metadata as it was read', () => {
    expect(provider()).toEqual({
      kind: 'saml',
      name: 'corp',
      entityId: 'https://idp.acme.example/saml',
      singleSignOnService: 'https://idp.acme.example/sso',
      certificates,
      wantsSignedRequests: false,
      document: aMetadata({ certificates }),
      refreshedFrom: undefined,
      clockLeewaySeconds: 60,
      longestAssertionLifetimeSeconds: 86_400,
      allowUnsolicited: false,
      requireSignedResponse: false,
      signRequests: undefined,
      recipients: [],
      awsClaims: [],
      iamProvider: 'create',
      iamProviderName: 'daypass-corp',
    });
  });

  test('has what is written', () => {
    const saml = {
      metadata: address,
      clockLeeway: '5m',
      longestAssertionLifetime: '8784h',
      allowUnsolicited: true,
      requireSignedResponse: true,
      signRequests: false,
      recipients: ['https://signin.aws.amazon.com/saml', 'https://cli.acme.example:8443/acs'],
      awsAttributes: ['tags', 'sourceIdentity'],
      iamProvider: 'existing',
      iamProviderName: 'Acme_IdP.1-2',
    };
    expect(provider({ saml })).toMatchObject({
      refreshedFrom: address,
      clockLeewaySeconds: 300,
      longestAssertionLifetimeSeconds: 31_622_400,
      allowUnsolicited: true,
      requireSignedResponse: true,
      signRequests: false,
      recipients: saml.recipients,
      awsClaims: ['tags', 'sourceIdentity'],
      iamProvider: 'existing',
      iamProviderName: 'Acme_IdP.1-2',
    });
  });

  test('stands beside an OIDC provider, in the order of the file', () => {
    const app = { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } };
    const kinds = [...loaded({ providers: { app } }).providers.values()].map(({ name, kind }) => [name, kind]);
    expect(kinds).toEqual([
      ['corp', 'saml'],
      ['app', 'oidc'],
    ]);
  });

  test.each<[what: string, metadata: string, says: string]>([
    ['is not there', 'gone.xml', 'is "gone.xml", which cannot be read'],
    [
      'cannot be fetched',
      'https://gone.acme.example/',
      'is "https://gone.acme.example/", which could not be fetched: gone.acme.example answered 404',
    ],
    ['nobody read', 'never.xml', 'is "never.xml", which was not read'],
    ['is not https', 'http://idp.acme.example/metadata', 'is "http://idp.acme.example/metadata"; it must be https'],
    ['says too little', 'short.xml', '"short.xml" has 19 characters; IAM takes metadata of at least 1000'],
    ['has ended', 'ended.xml', `"ended.xml" is valid until ${aMoment.toISOString()} only; fetch it anew`],
    [
      'wants signed requests where nothing signs',
      'signed.xml',
      'says WantAuthnRequestsSigned; configure saml.signing, or write signRequests: false where unsigned requests are taken all the same',
    ],
  ])('whose metadata %s is told so', (_, metadata, says) => {
    expect(problems({ saml: { metadata } })).toEqual([{ path: 'providers.corp.saml.metadata', says }]);
  });

  test('with recipients that nobody may be for is told so', () => {
    const recipients = ['https://signin.aws.amazon.com/saml'];
    const says = 'need allowUnsolicited: clients, for nobody here asked for the responses that clients bring';
    expect(problems({ saml: { recipients } })).toEqual([{ path: 'providers.corp.saml.recipients', says }]);
    for (const allowUnsolicited of ['clients', true]) {
      expect(loaded({ saml: { recipients, allowUnsolicited } })).toBeDefined();
    }
  });

  test.each<[key: string, value: unknown, says: string]>([
    ['clockLeeway', '301s', 'is "301s"; it must be a duration of at most 300 seconds'],
    ['clockLeeway', 'a moment', 'is "a moment"; it must be a duration of at most 300 seconds'],
    ['clockLeeway', -1, 'is "-1"; it must be a duration of at most 300 seconds'],
    ['longestAssertionLifetime', '8785h', 'is "8785h"; it must be a duration of at most 31622400 seconds'],
    ['longestAssertionLifetime', 'for ever', 'is "for ever"; it must be a duration of at most 31622400 seconds'],
    ['signRequests', true, 'is true; configure saml.signing, the key to sign with'],
  ])('with %s of %j is refused', (key, value, says) => {
    expect(problems({ saml: { [key]: value } })).toEqual([{ path: `providers.corp.saml.${key}`, says }]);
  });

  test.each<[key: string, value: unknown, says: string]>([
    ['metadata', '', 'must not be empty'],
    ['metadata', 7, 'is 7; must be a text'],
    ['metadata', {}, 'must be a text; YAML takes {…} without quotes for an object'],
    ['clockLeeway', true, 'must be a duration such as'],
    ['allowUnsolicited', 'yes', 'is "yes"; must be true, false or clients'],
    ['requireSignedResponse', 1, 'is 1; must be true or false'],
    ['signRequests', 'no', 'is "no"; must be true or false'],
    ['recipients', 'https://signin.aws.amazon.com/saml', 'must be a list'],
    ['recipients[0]', [7], 'is 7; must be an https:// address'],
    ['recipients[0]', ['http://cli.acme.example/acs'], 'must be an https:// address without query, fragment'],
    ['recipients[0]', ['cli.acme.example/acs'], 'must be an https:// address'],
    ['recipients[0]', ['https://cli.acme.example/acs?a=1'], 'without query, fragment'],
    ['recipients[0]', ['https://cli.acme.example/acs#a'], 'without query, fragment'],
    ['recipients[0]', ['https://alice@cli.acme.example/acs'], 'must be an https:// address'],
    ['recipients[0]', ['https://cli.acme.example/a b'], 'must be an https:// address'],
    ['recipients[0]', [' https://cli.acme.example/'], 'must be an https:// address'],
    ['recipients[0]', ['https://cli.acme.example/\n'], 'must be an https:// address'],
    ['recipients[0]', ['https://'], 'must be an https:// address'],
    ['recipients[1]', ['https://cli.acme.example', '*'], 'is "*"; must be an https:// address'],
    ['awsAttributes[0]', ['roles'], 'is "roles"; must be one of tags, sourceIdentity'],
    ['iamProvider', 'make', 'is "make"; must be create or existing'],
    ['iamProviderName', '', 'must be 1 to 128 letters, digits and . _ -'],
    ['iamProviderName', 'a/b', 'is "a/b"; must be 1 to 128 letters'],
    ['iamProviderName', 'a b', 'must be 1 to 128 letters'],
    ['iamProviderName', 'x'.repeat(129), 'must be 1 to 128 letters'],
    ['issuer', 'https://a', 'is not known here'],
  ])('with %s of %j has no such shape', (key, value, says) => {
    const name = key.replace(/\[\d\]$/, '');
    const found = problems({ saml: { [name]: value } }).find(({ path }) => path === `providers.corp.saml.${key}`);
    expect(found?.says).toContain(says);
  });

  test('needs metadata', () => {
    const saml = { iamProvider: 'create' };
    expect(problemsOf(aFile({ providers: { corp: { saml } } }), sources)).toEqual([
      { path: 'providers.corp.saml.metadata', says: 'is missing' },
    ]);
  });

  // Each goes into the trust policy, where it would be a variable.
  test.each(['https://cli.acme.example/${aws:userid}', 'https://cli.acme.example/${*}'])(
    'with the recipient %s is refused',
    (recipient) => {
      expect(problems({ saml: { recipients: [recipient] } })).toContainEqual({
        path: 'providers.corp.saml.recipients[0]',
        says: expect.stringContaining('must'),
      });
    },
  );

  test('is not OIDC at the same time, nor nothing', () => {
    const oidc = { issuer: 'https://login.acme.example', audiences: ['web'] };
    const says =
      'must have one of oidc, an OpenID Connect issuer, saml, a SAML identity provider, and aws, AWS accounts';
    const both = { both: { oidc, saml: { metadata: 'other.xml' } }, neither: {} };
    expect(problems({ providers: both })).toEqual([
      { path: 'providers.both', says },
      { path: 'providers.neither', says },
    ]);
  });

  test('is the only one of its entityID', () => {
    const providers = { again: { saml: { metadata: address } } };
    expect(problems({ providers })).toEqual([
      {
        path: 'providers.again.saml.metadata',
        says: 'is that of "https://idp.acme.example/saml", which is already that of corp',
      },
    ]);
  });

  test.each<[first: string | undefined, second: string | undefined]>([
    ['Acme', 'Acme'],
    ['daypass-again', undefined],
  ])('is the only one of its name in IAM: %j and %j', (first, second) => {
    const again = { saml: { metadata: 'other.xml', ...(second && { iamProviderName: second }) } };
    expect(problems({ saml: first ? { iamProviderName: first } : {}, providers: { again } })).toEqual([
      { path: 'providers.again.saml.iamProviderName', says: `is "${first}", which is already that of corp` },
    ]);
  });

  test('two of them are two', () => {
    expect(problems({ providers: { again: { saml: { metadata: 'other.xml' } } } })).toEqual([]);
  });

  test('with problems is not told of again at its grants', () => {
    const found = problems({ saml: { metadata: 'gone.xml' }, grant: { when: { StringEquals: { groups: 'a' } } } });
    expect(found.map(({ path }) => path)).toEqual(['providers.corp.saml.metadata']);
  });
});

describe('signed requests', () => {
  const file = { saml: { signing: keyPair() } };

  test.each<[what: string, settings: Settings]>([
    ['may be wanted where there is a key', { saml: { metadata: 'signed.xml' }, file }],
    ['may be left out all the same', { saml: { metadata: 'signed.xml', signRequests: false } }],
    ['may be sent to whoever does not ask for them', { saml: { signRequests: true }, file }],
  ])('%s', (_, settings) => {
    expect(problems(settings)).toEqual([]);
  });

  test('are not wanted of a provider that has another key for them', () => {
    const decryption = { saml: { decryption: keyPair() } };
    expect(problems({ saml: { metadata: 'signed.xml' }, file: decryption }).map(({ path }) => path)).toEqual([
      'providers.corp.saml.metadata',
    ]);
  });
});

describe('a slip in one line', () => {
  // The rest of the file is there: what needs it must not be said to lack it.
  test('elsewhere does not make a key pair missing', () => {
    const file = { saml: { signing: keyPair() }, crs: {} };
    expect(problems({ saml: { metadata: 'signed.xml' }, file }).map(({ path }) => path)).toEqual(['crs']);
  });

  test('elsewhere does not make our address missing', () => {
    const role = { account: '444455556666', permissions: [aPermission()] };
    const file = { url: 'https://access.acme.example', crs: {} };
    expect(problems({ grant: { role }, file }).map(({ path }) => path)).toEqual(['crs']);
  });
});

describe('Daypass as a service provider', () => {
  test('is nothing in particular unless told', () => {
    const { url, serviceProvider } = loaded();
    expect(url).toBeUndefined();
    expect(serviceProvider).toEqual({ entityId: undefined, signing: undefined, decryption: undefined });
  });

  test('has what is written', () => {
    const file = {
      url: 'https://access.acme.example',
      saml: { entityId: 'urn:amazon:webservices', signing: keyPair(), decryption: keyPair() },
    };
    const pair = { certificate: idp.certificate, privateKey: secretArn };
    const { url, serviceProvider } = loaded({ file });
    expect(url).toBe('https://access.acme.example');
    expect(serviceProvider).toEqual({ entityId: 'urn:amazon:webservices', signing: pair, decryption: pair });
  });

  test.each(['signing', 'decryption'])('needs a certificate in PEM for %s', (use) => {
    const saying = (certificate: string) => problems({ file: { saml: { [use]: keyPair({ certificate }) } } });
    const path = `saml.${use}.certificate`;
    expect(saying('gone.pem')).toEqual([{ path, says: 'is "gone.pem", which cannot be read' }]);
    expect(saying('never.pem')).toEqual([{ path, says: 'is "never.pem", which was not read' }]);
    expect(saying('no.pem')).toEqual([{ path, says: 'is "no.pem", which holds no certificate in PEM' }]);
    expect(saying('corp.xml')).toEqual([{ path, says: 'is "corp.xml", which holds no certificate in PEM' }]);
  });

  test.each<[path: string, file: Members, says: string]>([
    ['saml.entityId', { saml: { entityId: '' } }, 'must not be empty'],
    ['saml.entityId', { saml: { entityId: 7 } }, 'is 7; must be a text'],
    ['saml.entityID', { saml: { entityID: 'a' } }, 'did you mean entityId?'],
    ['saml.signing', { saml: { signing: 'our.pem' } }, 'must be an object with certificate, privateKey'],
    ['saml.signing.certificate', { saml: { signing: { privateKey: secretArn } } }, 'is missing'],
    ['saml.signing.privateKey', { saml: { signing: { certificate: 'our.pem' } } }, 'is missing'],
    [
      'saml.signing.privateKey',
      { saml: { signing: keyPair({ privateKey: 'key.pem' }) } },
      'must be arn:aws:secretsmanager',
    ],
    [
      'saml.decryption.privateKey',
      { saml: { decryption: keyPair({ privateKey: `${secretArn}*` }) } },
      'must be arn:aws:secretsmanager:{region}:{account}:secret:{name}',
    ],
    [
      'saml.decryption.privateKey',
      { saml: { decryption: keyPair({ privateKey: 'arn:aws:ssm:eu-central-1:111122223333:parameter/key' }) } },
      'must be arn:aws:secretsmanager',
    ],
    [
      'saml.decryption.privateKey',
      { saml: { decryption: keyPair({ privateKey: 'arn:aws:secretsmanager:*:111122223333:secret:key' }) } },
      'must be arn:aws:secretsmanager',
    ],
    ['saml.decryption.privateKey', { saml: { decryption: keyPair({ privateKey: 7 }) } }, 'must be the ARN of a secret'],
    ['url', { url: 7 }, 'is 7; must be an https:// address'],
    ...[
      'http://access.acme.example',
      'access.acme.example',
      'https://access.acme.example/',
      'https://access.acme.example/daypass',
      'https://access.acme.example?a',
      'https://alice@access.acme.example',
      'https://',
      ' https://access.acme.example',
      'https://access.acme.example\n',
      // Browsers say their Origin otherwise, and the portal would refuse its own forms.
      'https://Access.acme.example',
      'https://access.acme.example:443',
    ].map((url): [string, Members, string] => [
      'url',
      { url },
      'must be as https://access.acme.example: small letters, no path, no port 443',
    ]),
  ])('%s of %j is refused', (path, file, says) => {
    const found = problems({ file }).find((problem) => problem.path === path);
    expect(found?.says).toContain(says);
  });
});

describe('a grant of a SAML provider', () => {
  const groups = { 'ForAnyValue:StringLike': { groups: 'editors-*' } };
  const named = { arn: 'arn:aws:iam::111122223333:role/a' };

  test.each<[what: string, role: Members]>([
    ['a made role', { permissions: [aPermission()] }],
    ['a named role', named],
  ])('has no session name of its own, with %s', (_, role) => {
    expect(problems({ grant: { role, session: { name: '{sub}' } } })).toEqual([
      {
        path: 'grants.support.session.name',
        says: "goes with OIDC, or with another way than forward; with an assertion STS takes the session's name from its RoleSessionName attribute",
      },
    ]);
  });

  test('with a role in another account needs our address', () => {
    const role = { account: '444455556666', permissions: [aPermission()] };
    expect(problems({ grant: { role } })).toEqual([
      {
        path: 'grants.support.role.account',
        says: "needs url at the top of the file: the role's trust policy names the address of our assertion consumer service, and another account's stack cannot look it up",
      },
    ]);
    expect(problems({ grant: { role }, file: { url: 'https://access.acme.example' } })).toEqual([]);
  });

  test('of an OIDC provider with a role in another account does not', () => {
    const app = { oidc: { issuer: 'https://login.acme.example', audiences: ['web'] } };
    const files = { from: 'app', when: 'anyone', role: { account: '444455556666', permissions: [aPermission()] } };
    expect(problems({ providers: { app }, grants: { files } })).toEqual([]);
  });

  const notSeen =
    'is not among what AWS checks, and with forward an assertion is enough to ask STS without Daypass; use sub, sub_type, an attribute that AWS knows or aws:RequestTag/…, or write way: vouch, or acceptsDirectStsCalls: true where that is acceptable';

  test.each<[what: string, grant: Members, path: string, says: string]>([
    ['an attribute that AWS never sees', { when: groups }, 'when.ForAnyValue:StringLike.groups', notSeen],
    [
      'what AWS knows of tokens only',
      { when: { StringEquals: { email: 'alice@acme.example' } } },
      'when.StringEquals.email',
      notSeen,
    ],
    [
      'the context of authentication',
      { when: { StringEquals: { AuthnContextClassRef: 'a' } } },
      'when.StringEquals.AuthnContextClassRef',
      notSeen,
    ],
    [
      'a policy variable, which names another attribute there',
      { when: { StringEquals: { sub: '${mail}' } } },
      'when.StringEquals.sub',
      notSeen,
    ],
    [
      'a tag that the provider does not send',
      { when: { StringEquals: { 'aws:RequestTag/role': 'a' } } },
      'when.StringEquals.aws:RequestTag/role',
      'comes from an attribute of https://aws.amazon.com/SAML/Attributes/; write awsAttributes: [tags] at provider corp if its assertions have it',
    ],
    [
      'a source identity that the provider does not send',
      { when: { StringEquals: { 'sts:SourceIdentity': 'a' } } },
      'when.StringEquals.sts:SourceIdentity',
      'comes from an attribute of https://aws.amazon.com/SAML/Attributes/; write awsAttributes: [sourceIdentity] at provider corp if its assertions have it',
    ],
    [
      'a key that AWS alone knows',
      { when: { StringEquals: { 'aws:SourceIp': '192.0.2.1' } }, acceptsDirectStsCalls: true },
      'when.StringEquals.aws:SourceIp',
      'is no claim; of the keys of AWS a grant knows aws:RequestTag/… and sts:SourceIdentity',
    ],
    [
      'a list without a set operator',
      { when: { StringNotEquals: { 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1': 'student' } } },
      'when.StringNotEquals.urn:oid:1.3.6.1.4.1.5923.1.1.1.1',
      'is a list; write ForAnyValue: or ForAllValues: before the operator',
    ],
    [
      'a session policy',
      { session: { policy: [aPermission()] } },
      'session.policy',
      "binds sessions from Daypass only, and with forward the proof is enough to ask STS without it; narrow the role's permissions, or write way: vouch, or acceptsDirectStsCalls: true where that is acceptable",
    ],
  ])('on %s is refused', (_, grant, path, says) => {
    expect(problems({ grant })).toEqual([{ path: `grants.support.${path}`, says }]);
  });

  test.each<[what: string, grant: Members, saml?: Members]>([
    ['for anyone', { when: 'anyone' }],
    ['on the subject and its type', { when: { StringEquals: { sub: 'a', sub_type: 'persistent' } } }],
    [
      'on attributes that AWS knows',
      {
        when: {
          'ForAnyValue:StringLike': {
            'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress': '*@acme.example',
          },
          'ForAnyValue:StringEquals': { 'urn:oid:1.3.6.1.4.1.5923.1.1.1.1': 'staff' },
          StringEquals: { 'urn:oid:1.3.6.1.4.1.5923.1.1.1.5': 'staff' },
        },
      },
    ],
    ['on tags that it sends', { when: { StringEquals: { 'aws:RequestTag/a': 'b' } } }, { awsAttributes: ['tags'] }],
    [
      'on a source identity that it sends',
      { when: { StringEquals: { 'sts:SourceIdentity': 'ab' } } },
      { awsAttributes: ['sourceIdentity'] },
    ],
    ['on anything where direct calls are accepted', { when: groups, acceptsDirectStsCalls: true }],
    ['for a role whose trust policy is not ours', { when: groups, role: named }],
    [
      // The identity provider names the session, whoever asks.
      'whose permissions speak of the session name',
      { role: { permissions: [aPermission({ resources: ['arn:aws:s3:::home/${aws:userid}/*'] })] } },
    ],
    [
      'whose permissions speak of tags',
      { role: { permissions: [aPermission({ resources: ['arn:aws:s3:::home/${aws:PrincipalTag/tenant}/*'] })] } },
      { awsAttributes: ['tags'] },
    ],
  ])('%s is taken', (_, grant, saml = {}) => {
    expect(problems({ grant, saml })).toEqual([]);
  });
});

describe('the names of documents', () => {
  test('are those of metadata and of certificates, each once', () => {
    const file = { saml: { signing: keyPair(), decryption: keyPair({ certificate: 'their.pem' }) } };
    const providers = { other: { saml: { metadata: 'other.xml' } }, same: { saml: { metadata: 'corp.xml' } } };
    expect(documentNames(aFile({ providers, file }))).toEqual(['corp.xml', 'other.xml', 'our.pem', 'their.pem']);
  });

  test.each([
    null,
    undefined,
    'text',
    [],
    {},
    { providers: null },
    { providers: [{ saml: { metadata: ['corp.xml'] } }] },
    {
      providers: {
        corp: null,
        app: { saml: 'corp.xml' },
        hub: { saml: { metadata: 7 } },
        lab: { saml: { metadata: '' } },
      },
    },
    { saml: null },
    { saml: { signing: 'our.pem', decryption: { certificate: {} } } },
  ])('of %j are none', (file) => {
    expect(documentNames(file)).toEqual([]);
  });

  test.each([
    ['https://idp.acme.example/metadata', true],
    ['HTTPS://idp.acme.example/metadata', true],
    ['http://idp.acme.example/metadata', true],
    ['corp.xml', false],
    ['../https://corp.xml', false],
    ['file:///etc/passwd', false],
    ['//idp.acme.example/metadata', false],
  ])('%s is an address: %j', (name, is) => {
    expect(isAddress(name)).toBe(is);
  });
});
