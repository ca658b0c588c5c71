import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { carry, unpack } from '../../lib/config/carried.ts';
import type { Configuration } from '../../lib/config/configuration.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { decideGrant, type Grants } from '../../lib/grant/decide-grant.ts';
import { aConfiguration, anIdentity, aPermission } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

const idp = await aSamlIdp();

const home = { accountId: '111122223333', partition: 'aws' };
const there = (configuration: Configuration) => unpack(carry(configuration), home);

describe('a configuration carried to a door', () => {
  test('keeps what the door needs of its providers', () => {
    const oidc = { audiences: ['web', 'mobile'], clockLeeway: 5, longestTokenLifetime: '1h', awsClaims: ['tags'] };
    expect(there(loadConfiguration(aConfiguration({ oidc }))).oidc).toEqual([
      {
        name: 'app',
        issuer: 'https://login.acme.example',
        audiences: ['web', 'mobile'],
        awsClaims: ['tags'],
        clockLeewaySeconds: 5,
        longestTokenLifetimeSeconds: 3600,
      },
    ]);
  });

  test('keeps the order of its grants and the Regions', () => {
    const grant = { from: 'app', when: 'anyone', role: { permissions: [aPermission()] } };
    const file = { grants: { z: grant, a: grant }, sts: { fallbackRegions: ['us-west-2', 'eu-west-1'] } };
    const { grants, fallbackRegions } = there(loadConfiguration(aConfiguration({ file })));
    expect([...grants.keys()]).toEqual(['z', 'a']);
    expect(fallbackRegions).toEqual(['us-west-2', 'eu-west-1']);
  });

  test('keeps the terms of its sessions', () => {
    const session = {
      name: '{email}-{sub}',
      duration: '90m',
      policy: [aPermission({ resources: ['arn:aws:s3:::privet/${aws:userid}/{tenant}/*'] })],
      valuesMayContain: ['/'],
    };
    const configuration = loadConfiguration(aConfiguration({ grant: { session, acceptsDirectStsCalls: true } }));
    expect(there(configuration).grants.get('files')?.session).toEqual(configuration.grants.get('files')?.session);
  });

  test('does not carry the permissions of its roles, which are not its business', () => {
    expect(carry(loadConfiguration(aConfiguration()))).not.toContain('s3:GetObject');
  });

  test.each<[what: string, role: object, arn: string]>([
    ['a made role at home', {}, 'arn:aws-cn:iam::444455556666:role/daypass-files'],
    ['a made role with a name', { name: 'Files' }, 'arn:aws-cn:iam::444455556666:role/Files'],
    ['a made role elsewhere', { account: '777788889999' }, 'arn:aws-cn:iam::777788889999:role/daypass-files'],
  ])('%s is found by its account and partition', (_, role, arn) => {
    const configuration = loadConfiguration(
      aConfiguration({ grant: { role: { permissions: [aPermission()], ...role }, session: { duration: '2h' } } }),
    );
    const { grants } = unpack(carry(configuration), { accountId: '444455556666', partition: 'aws-cn' });
    expect(grants.get('files')?.role).toEqual({ arn, maxSessionSeconds: 7200 });
  });

  test.each<[what: string, role: object, accountName?: string]>([
    ['home', {}, 'Broker'],
    ['elsewhere', { account: '444455556666' }, 'Shop production'],
    ['nowhere known', { account: '777788889999' }],
  ])('a role %s is told with what people know its account as', (_, role, accountName) => {
    const accounts = { [home.accountId]: 'Broker', '444455556666': 'Shop production' };
    const grant = { role: { permissions: [aPermission()], ...role } };
    const { grants } = there(loadConfiguration(aConfiguration({ grant, file: { accounts } })));
    expect(grants.get('files')?.role.accountName).toBe(accountName);
  });

  test('a named role stays what it is', () => {
    const role = { arn: 'arn:aws:iam::777788889999:role/path/existing', maxSessionDuration: '6h' };
    expect(there(loadConfiguration(aConfiguration({ grant: { role } }))).grants.get('files')?.role).toEqual({
      arn: role.arn,
      maxSessionSeconds: 21_600,
    });
  });

  test.each<[what: string, json: string]>([
    ['an older version', '{"format":"daypass/1","providers":[],"grants":[],"fallbackRegions":[]}'],
    ['no version', '{"providers":[],"grants":[],"fallbackRegions":[]}'],
    ['a list', '[]'],
  ])('%s is refused, with what is read', (_, json) => {
    expect(() => unpack(json, home)).toThrow('this door reads daypass/4');
  });

  test.each(['', 'providers: {}', '{"format":"daypass/4"', 'null'])('%j is refused', (json) => {
    expect(() => unpack(json, home)).toThrow(Error);
  });
});

describe('a SAML provider carried to a door', () => {
  const corp = {
    metadata: 'corp.xml',
    awsAttributes: ['tags'],
    allowUnsolicited: 'clients',
    recipients: ['https://signin.aws.amazon.com/saml'],
  };
  const secret = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-AbCdEf';
  const pair = { certificate: 'our.pem', privateKey: secret };
  const until = new Date(aMoment.getTime() + 86_400_000);
  const load = (saml: object = {}, more: object = {}) => {
    const grant = (role: object) => ({ from: 'corp', when: 'anyone', role });
    const permissions = [aPermission()];
    const named = { arn: 'arn:aws:iam::777788889999:role/path/existing' };
    const providers = { corp: { saml: { ...corp, ...saml } } };
    const url = 'https://access.acme.example';
    const grants = {
      here: grant({ permissions }),
      there: grant({ permissions, account: '777788889999' }),
      named: grant(named),
    };
    const text = aMetadata({ certificates: [idp.certificate], validUntil: until });
    const pem = `-----BEGIN CERTIFICATE-----\n${idp.certificate}\n-----END CERTIFICATE-----\n`;
    const documents = documentsOf({ 'corp.xml': text, 'https://idp.acme.example/metadata': text, 'our.pem': pem });
    return loadConfiguration({ providers, grants, url, ...more }, { documents, now: aMoment });
  };

  test('keeps what the door needs of it, and no document', () => {
    expect(there(load()).saml).toEqual([
      {
        name: 'corp',
        entityId: 'https://idp.acme.example/saml',
        singleSignOnService: 'https://idp.acme.example/sso',
        certificates: [idp.certificate],
        validUntil: until.toISOString(),
        clockLeewaySeconds: 60,
        longestAssertionLifetimeSeconds: 86_400,
        allowUnsolicited: 'clients',
        requireSignedResponse: false,
        signRequests: true,
        recipients: ['https://signin.aws.amazon.com/saml'],
        awsClaims: ['tags'],
        iamProvider: 'create',
        iamProviderName: 'daypass-corp',
      },
    ]);
    expect(carry(load())).not.toContain('EntityDescriptor');
  });

  test('keeps the address that it is fetched from again', () => {
    const [carried] = there(load({ metadata: 'https://idp.acme.example/metadata', signRequests: false })).saml;
    expect(carried).toMatchObject({ refreshedFrom: 'https://idp.acme.example/metadata', signRequests: false });
  });

  test('comes with what we are to it: certificates, and where the keys are', () => {
    const saml = { entityId: 'urn:amazon:webservices', signing: pair, decryption: pair };
    expect(there(load({}, { saml })).serviceProvider).toEqual({
      entityId: 'urn:amazon:webservices',
      signing: { certificate: idp.certificate, privateKey: secret },
      decryption: { certificate: idp.certificate, privateKey: secret },
    });
    expect(there(load()).serviceProvider).toEqual({});
  });

  test('is that of its roles, each in the account of the role', () => {
    const { grants } = unpack(carry(load({ iamProviderName: 'Acme' })), {
      accountId: '444455556666',
      partition: 'aws-cn',
    });
    expect([...grants.values()].map(({ role: { arn, principalArn } }) => [arn, principalArn])).toEqual([
      ['arn:aws-cn:iam::444455556666:role/daypass-here', 'arn:aws-cn:iam::444455556666:saml-provider/Acme'],
      ['arn:aws-cn:iam::777788889999:role/daypass-there', 'arn:aws-cn:iam::777788889999:saml-provider/Acme'],
      ['arn:aws:iam::777788889999:role/path/existing', 'arn:aws:iam::777788889999:saml-provider/Acme'],
    ]);
  });

  test('is none of the roles of an OIDC provider', () => {
    expect(there(loadConfiguration(aConfiguration())).grants.get('files')?.role).not.toHaveProperty('principalArn');
  });
});

describe('a decision is the same at synthesis and at the door', () => {
  const claims = ['team', 'amr', 'email_verified', 'age'];
  const texts = fc.constantFrom('a', 'b', 'A', 'ab', 'true', 'false', '7', '-1', '', '*', 'ü');
  const conditions = fc.constantFrom<Readonly<Record<string, unknown>>>(
    { StringEquals: { team: ['a', 'b'] } },
    { StringNotEquals: { team: 'a' } },
    { StringLike: { team: 'a*' } },
    { StringNotLikeIfExists: { team: '*b' } },
    { StringEqualsIgnoreCase: { team: 'A' } },
    { StringLike: { team: '${*}' } },
    { StringEquals: { team: "${amr, 'a'}" } },
    { 'ForAnyValue:StringEquals': { amr: ['a', 'b'] } },
    { 'ForAllValues:StringLike': { amr: ['a*', 'ü'] } },
    { Bool: { email_verified: true } },
    { Null: { team: true } },
    { NumericLessThanEquals: { age: 7 } },
    { StringEquals: { team: 'a' }, Bool: { email_verified: false }, NumericGreaterThan: { age: '-2' } },
  );
  const attributes = fc.dictionary(fc.constantFrom(...claims), fc.array(texts, { maxLength: 3 }));
  const providers = fc.constantFrom('app', 'ci');

  /** As decisions see them: the role is found only at the door. */
  const decidable = ({ grants }: Configuration): Grants =>
    new Map([...grants].map(([name, grant]) => [name, { ...grant, role: { arn: '', maxSessionSeconds: 0 } }]));

  test('for a policy variable, which stays one', () => {
    const when = { StringEquals: { team: '${unit}' }, StringLike: { email: '${*}@acme.example' } };
    const configuration = loadConfiguration(aConfiguration({ grant: { when, acceptsDirectStsCalls: true } }));
    const { grants } = there(configuration);
    const decided = (email: string, unit: string) =>
      decideGrant(anIdentity({ attributes: { team: 'a', unit, email } }), 'files', grants).allowed;
    expect([decided('*@acme.example', 'a'), decided('x@acme.example', 'a'), decided('*@acme.example', 'b')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('for every condition and every identity', () => {
    fc.assert(
      fc.property(conditions, attributes, providers, (when, known, provider) => {
        const configuration = loadConfiguration(aConfiguration({ grant: { when, acceptsDirectStsCalls: true } }));
        const identity = anIdentity({ provider, attributes: known });
        const here = decideGrant(identity, 'files', decidable(configuration));
        const carried = decideGrant(identity, 'files', there(configuration).grants);
        expect(carried.allowed).toBe(here.allowed);
        if (!carried.allowed && !here.allowed) expect(carried.miss).toEqual(here.miss);
      }),
      { numRuns: 500 },
    );
  });
});
