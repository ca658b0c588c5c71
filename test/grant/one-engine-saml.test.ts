// The grant and the trust policy compiled from it, for a SAML provider: an assertion goes through our own door's checks
// to the grant, and the same assertion to the embedded STS with the compiled role. Both must come to one decision.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../lib/aws-query/aws-error.ts';
import { parametersOf } from '../../lib/aws-query/parameters.ts';
import { decideGrant } from '../../lib/grant/decide-grant.ts';
import { conditionKey, type FederatedSaml, trustPolicy } from '../../lib/grant/trust-policy.ts';
import { samlConditionKeys } from '../../lib/identity/saml/condition-keys.ts';
import { proveSamlResponse } from '../../lib/identity/saml/saml-provider.ts';
import { authorizationMessages } from '../../lib/local/aws/authorization-message.ts';
import { sessions } from '../../lib/local/aws/sessions.ts';
import { assumeRoleWithSaml } from '../../lib/local/aws/sts/assume-role-with-saml.ts';
import { webIdentityIssuer } from '../../lib/local/aws/web-identity-issuer.ts';
import { aGrant, aPrincipalArn, aRoleArn, grantsNamed, type When } from '../kit/builders.ts';
import { anIam } from '../kit/embedded-aws.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata } from '../kit/metadata.ts';
import { aNetwork } from '../kit/network.ts';
import { aSamlIdp, awsAttributes, proofOf, samlProvidersOf, us } from '../kit/saml-idp.ts';
import { sourceIdentities, tagValues, values, whensOn } from './kit.ts';

const idp = await aSamlIdp();
const provider: FederatedSaml = {
  kind: 'saml',
  recipients: [us.assertionConsumerService],
  awsClaims: ['tags', 'sourceIdentity'],
};
const ours = samlProvidersOf(idp.provider({ awsClaims: provider.awsClaims }));
const clock = () => aMoment;

interface Said {
  readonly nameId: string;
  readonly format: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly recipient?: string;
}

const responseOf = ({ nameId, format, attributes, recipient = us.assertionConsumerService }: Said) =>
  idp.response({ nameId, format, attributes, recipient, destination: recipient });

function daypassAllows(when: When, samlResponse: string): boolean {
  const identity = proveSamlResponse(proofOf(samlResponse), ours, us, aMoment);
  return decideGrant(identity, 'files', grantsNamed(aGrant({ from: 'corp', when }))).allowed;
}

async function stsAllows(when: When, samlResponse: string): Promise<boolean> {
  const Properties = {
    RoleName: 'daypass-files',
    AssumeRolePolicyDocument: trustPolicy(aGrant({ when }), provider, aPrincipalArn),
  };
  const Resources = {
    Role: { Type: 'AWS::IAM::Role', Properties },
    Provider: {
      Type: 'AWS::IAM::SAMLProvider',
      Properties: { Name: 'daypass-corp', SamlMetadataDocument: aMetadata({ certificates: [idp.certificate] }) },
    },
  };
  const iam = anIam([{ account: '111122223333', region: 'us-east-1', template: { Resources } }]);
  const form = { RoleArn: aRoleArn, PrincipalArn: aPrincipalArn, SAMLAssertion: samlResponse };
  const parameters = parametersOf(new URLSearchParams(form));
  const signedBy = () => {
    throw new Error('nobody signs');
  };
  const around = {
    sessions: sessions(clock),
    network: aNetwork({}),
    now: aMoment,
    sourceIp: '127.0.0.1',
    signedBy,
    messages: authorizationMessages(),
    issuer: webIdentityIssuer(),
    enabledRegions: [],
  };
  try {
    await assumeRoleWithSaml({ parameters, iam, ...around });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.form.code === 'AccessDenied') return false;
    throw error;
  }
}

const attributeNames = [...samlConditionKeys].map(([attribute]) => attribute).filter((name) => !name.startsWith('sub'));
const formats = [
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  'a',
];

const some = fc.array(values, { minLength: 1, maxLength: 3 });
const attributes = fc
  .tuple(
    // What AWS knows, and what it does not.
    fc.dictionary(
      fc.constantFrom(...attributeNames.slice(0, 4), 'groups', 'Sub', 'saml:sub', 'aws:RequestTag/role'),
      some,
    ),
    fc.dictionary(fc.constantFrom('tenant', 'role', 'Tenant'), tagValues, { maxKeys: 2 }),
    fc.option(sourceIdentities),
  )
  .map(([plain, tags, sourceIdentity]) => {
    // Keys that differ by case only are one key to STS, which refuses the assertion.
    const distinct = 'tenant' in tags ? Object.entries(tags).filter(([key]) => key !== 'Tenant') : Object.entries(tags);
    return {
      ...plain,
      ...Object.fromEntries(distinct.map(([key, value]) => [`${awsAttributes}PrincipalTag:${key}`, [value]])),
      ...(sourceIdentity !== null && { [`${awsAttributes}SourceIdentity`]: [sourceIdentity] }),
    };
  });
const assertions = fc.record({ nameId: values, format: fc.constantFrom(...formats), attributes });
const whens = whensOn([
  'sub',
  'sub_type',
  ...attributeNames.slice(0, 4),
  'aws:RequestTag/tenant',
  'aws:RequestTag/role',
  'sts:SourceIdentity',
]);

describe('a grant of a SAML provider', () => {
  test('whose every condition reaches STS is decided by Daypass and by its trust policy alike', async () => {
    let allowed = 0;
    await fc.assert(
      fc.asyncProperty(whens, assertions, async (when, said) => {
        for (const condition of aGrant({ when }).when) expect(conditionKey(condition, provider)).toBeDefined();
        const samlResponse = responseOf(said);
        const daypass = daypassAllows(when, samlResponse);
        if (daypass) allowed++;
        expect(await stsAllows(when, samlResponse)).toBe(daypass);
      }),
      { numRuns: 400 },
    );
    expect(allowed, 'the property would be empty if nothing were ever allowed').toBeGreaterThan(20);
  });

  test.each(attributeNames)('on the attribute %s reaches STS', async (name) => {
    const when = { StringEquals: { [name]: 'a' } };
    const having = (value: string) => responseOf({ nameId: 'alice', format: 'a', attributes: { [name]: [value] } });
    for (const [value, is] of [
      ['a', true],
      ['b', false],
    ] as const) {
      expect([daypassAllows(when, having(value)), await stsAllows(when, having(value))]).toEqual([is, is]);
    }
  });

  const plain = { nameId: 'alice', format: 'a', attributes: {} };

  test.each<[when: When, attributes: Said['attributes']]>([
    [{ StringEquals: { sub: 'bob' } }, { sub: ['bob'] }],
    [{ StringNotEquals: { sub: 'alice' } }, { sub: ['bob'] }],
    [{ 'ForAnyValue:StringEquals': { sub: 'bob' } }, { sub: ['bob'] }],
    [{ StringEquals: { sub_type: 'persistent' } }, { sub_type: ['persistent'] }],
    [{ 'ForAnyValue:StringEquals': { sub_type: 'persistent' } }, { sub_type: ['persistent'] }],
  ])('on %j is not had by an attribute of that name: %j', async (when, named) => {
    const samlResponse = responseOf({ ...plain, attributes: named });
    expect([daypassAllows(when, samlResponse), await stsAllows(when, samlResponse)]).toEqual([false, false]);
  });

  test('of which some conditions stay with Daypass is judged by STS on the others', async () => {
    const when = { StringEquals: { sub: 'alice' }, 'ForAnyValue:StringEquals': { groups: 'editors' } };
    const judged = async (said: Said) => [
      daypassAllows(when, responseOf(said)),
      await stsAllows(when, responseOf(said)),
    ];
    expect(await judged({ ...plain, attributes: { groups: ['editors'] } })).toEqual([true, true]);
    expect(await judged({ ...plain, attributes: { groups: ['viewers'] } })).toEqual([false, true]);
    expect(await judged({ ...plain, nameId: 'bob', attributes: { groups: ['editors'] } })).toEqual([false, false]);
  });

  test('is not had at STS with an assertion for somebody else', async () => {
    const recipient = 'https://signin.aws.amazon.com/saml';
    expect(await stsAllows({ StringEquals: { sub: 'alice' } }, responseOf({ ...plain, recipient }))).toBe(false);
    expect(await stsAllows({ StringEquals: { sub: 'alice' } }, responseOf(plain))).toBe(true);
  });
});
