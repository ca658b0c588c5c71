import { describe, expect, test } from 'vitest';
import { printRequiredTrusts, requiredTrusts, type Whereabouts } from '../../lib/check/required-trust.ts';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

type Members = Readonly<Record<string, unknown>>;

const idp = await aSamlIdp();
const arn = 'arn:aws:iam::444455556666:role/theirs';
const unknown: Whereabouts = { account: undefined, url: undefined };
const known: Whereabouts = { account: '111122223333', url: 'https://access.acme.example' };
const trustsOf = (grant: Members, where = known, role: Members = {}, file: Members = {}) =>
  requiredTrusts(loadConfiguration(aConfiguration({ grant: { role: { arn, ...role }, ...grant }, file })), where);

describe('the trust policy that a named role needs', () => {
  test('forward: the provider of its own account, the audience and what AWS knows of the conditions', () => {
    expect(trustsOf({})).toEqual([
      {
        grant: 'files',
        roleArn: arn,
        maxSessionSeconds: 3600,
        iamProvider: { arn: 'arn:aws:iam::444455556666:oidc-provider/login.acme.example', audiences: ['web'] },
        trustPolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Federated: 'arn:aws:iam::444455556666:oidc-provider/login.acme.example' },
              Action: ['sts:AssumeRoleWithWebIdentity'],
              Condition: {
                StringEquals: { 'login.acme.example:aud': ['web'], 'login.acme.example:sub': ['alice'] },
                'ForAnyValue:StringEqualsIfExists': { 'login.acme.example:oaud': ['web'] },
              },
            },
          ],
        },
        notKnown: [],
      },
    ]);
  });

  test('forward with SAML: assertions for our address', () => {
    const configuration = loadConfiguration(
      {
        providers: { corp: { saml: { metadata: 'corp.xml' } } },
        grants: { support: { from: 'corp', when: 'anyone', role: { arn } } },
      },
      { documents: documentsOf({ 'corp.xml': aMetadata({ certificates: [idp.certificate] }) }), now: aMoment },
    );
    const [trust] = requiredTrusts(configuration, known);
    expect(trust).toMatchObject({
      iamProvider: { arn: 'arn:aws:iam::444455556666:saml-provider/daypass-corp', audiences: [] },
      trustPolicy: {
        Statement: [{ Condition: { StringEquals: { 'saml:aud': ['https://access.acme.example/saml/acs'] } } }],
      },
    });
    expect(requiredTrusts(configuration, unknown)[0]?.notKnown).toEqual(['url']);
  });

  test('vouch: our issuer', () => {
    expect(trustsOf({ way: 'vouch', session: { tags: { tenant: '{tenant}' } } })[0]).toMatchObject({
      iamProvider: {
        arn: 'arn:aws:iam::444455556666:oidc-provider/access.acme.example',
        audiences: ['sts.amazonaws.com'],
      },
      trustPolicy: {
        Statement: [
          {
            Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
            Condition: { StringLike: { 'access.acme.example:sub': ['files:*'] } },
          },
        ],
      },
    });
  });

  test('chain: the doors, and the ExternalId where the role asks for one', () => {
    const of = (role: Members, file: Members = {}) =>
      trustsOf({ way: 'chain', role: { arn, ...role } }, known, {}, file)[0]?.trustPolicy.Statement[0];
    const doors = { ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/daypass/doors/*'] } };
    expect(of({})).toEqual({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: doors,
    });
    expect(of({ externalId: 'of:us' }, { organization: 'o-a1b2c3d4e5' })?.Condition).toEqual({
      StringEquals: { 'sts:ExternalId': ['of:us'], 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] },
      ...doors,
    });
  });

  test('is in the partition of the role', () => {
    const [trust] = trustsOf({ way: 'chain', role: { arn: 'arn:aws-cn:iam::444455556666:role/theirs' } });
    expect(JSON.stringify(trust?.trustPolicy)).toContain('arn:aws-cn:iam::111122223333:root');
  });

  test('is not told of roles that Daypass makes', () => {
    expect(requiredTrusts(loadConfiguration(aConfiguration()), known)).toEqual([]);
  });
});

test('a person is told what to do at the role, and what still has to be filled in', () => {
  expect(printRequiredTrusts(trustsOf({ way: 'vouch' }, unknown))).toBe(`
The role arn:aws:iam::444455556666:role/theirs, which the grant files gives, is yours. It needs
- a MaxSessionDuration of at least 3600 s
- in its account the IAM provider arn:aws:iam::444455556666:oidc-provider/ADDRESS-OF-DAYPASS, with the client IDs sts.amazonaws.com
- in place of ADDRESS-OF-DAYPASS what --url tells
- this trust policy, or one that lets in no less:
${JSON.stringify(trustsOf({ way: 'vouch' }, unknown)[0]?.trustPolicy, null, 2)}
`);
  expect(printRequiredTrusts(trustsOf({ way: 'chain' }, unknown))).toContain(
    '- in place of ACCOUNT-OF-DAYPASS what --account tells\n',
  );
});
