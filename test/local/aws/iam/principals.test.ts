import { describe, expect, test } from 'vitest';
import { newUser } from '../../../../lib/local/aws/iam/iam.ts';
import {
  policyWithPrincipals,
  refuseOpenPrincipals,
  shownPolicy,
  trustPolicyOf,
} from '../../../../lib/local/aws/iam/principals.ts';
import { PolicyError } from '../../../../lib/policy/policy.ts';
import { awsErrorOf } from '../../../kit/aws-error.ts';
import { addUser, anIam } from '../../../kit/embedded-aws.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { anAccount, anotherAccount, aStack, roleArn } from '../../../kit/sts.ts';

/** An IAM with the role `files` and the user `ali`. */
function anIamWithAli() {
  const iam = anIam([aStack()], [anotherAccount]);
  const { user } = addUser({ iam });
  return { iam, ali: user, role: iam.role(roleArn()) };
}

const trusting = (principal: unknown) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
});
const principalIn = (document: unknown) =>
  (document as { Statement: readonly [{ Principal: unknown }] }).Statement[0].Principal;

describe('a policy keeps', () => {
  test('a user and a role by their ids, and shows them by their names', () => {
    const { iam, ali, role } = anIamWithAli();
    const written = trusting({ AWS: [ali.arn, roleArn()] });
    const policy = trustPolicyOf('files', written, iam);
    expect(principalIn(policy.document)).toEqual({ AWS: [ali.id, role?.id] });
    expect(shownPolicy(policy, iam)).toEqual(written);
  });

  test('the text of a document as well as the document', () => {
    const { iam, ali } = anIamWithAli();
    const policy = trustPolicyOf('files', JSON.stringify(trusting({ AWS: ali.arn })), iam);
    expect(principalIn(policy.document)).toEqual({ AWS: ali.id });
  });

  test.each([
    ['an account', { AWS: anotherAccount }],
    ['an account’s root', { AWS: `arn:aws:iam::${anotherAccount}:root` }],
    ['a session', { AWS: `arn:aws:sts::${anAccount}:assumed-role/files/alice` }],
    ['a federated user', { AWS: `arn:aws:sts::${anAccount}:federated-user/guest` }],
    ['everybody', { AWS: '*' }],
    ['a provider', { Federated: `arn:aws:iam::${anAccount}:oidc-provider/login.acme.example` }],
    ['a service', { Service: 'ec2.amazonaws.com' }],
  ])('%s as it is written', (_, principal) => {
    const { iam } = anIamWithAli();
    expect(principalIn(trustPolicyOf('files', trusting(principal), iam).document)).toEqual(principal);
  });

  test('one statement that stands without a list', () => {
    const { iam, ali } = anIamWithAli();
    const [Statement] = trusting({ AWS: ali.arn }).Statement;
    const policy = trustPolicyOf('files', { Version: '2012-10-17', Statement }, iam);
    expect(policy.policy.statements).toHaveLength(1);
    expect(JSON.stringify(policy.document)).toContain(ali.id);
  });

  test('whom a bucket’s policy leaves out', () => {
    const { iam, ali } = anIamWithAli();
    const statement = {
      Effect: 'Deny',
      NotPrincipal: { AWS: ali.arn },
      Action: 's3:*',
      Resource: 'arn:aws:s3:::privet',
    };
    const policy = policyWithPrincipals('privet', 'resource', { Statement: [statement] }, iam);
    expect(JSON.stringify(policy.document)).toContain(`"NotPrincipal":{"AWS":"${ali.id}"}`);
  });
});

describe('who is deleted', () => {
  test('stays in the policy as a bare id', () => {
    const { iam, ali } = anIamWithAli();
    const policy = trustPolicyOf('files', trusting({ AWS: ali.arn }), iam);
    iam.accounts.get(anAccount)?.users.delete('ali');
    expect(principalIn(shownPolicy(policy, iam))).toEqual({ AWS: ali.id });
  });

  test('and made again is not who was meant', () => {
    const { iam, ali } = anIamWithAli();
    const policy = trustPolicyOf('files', trusting({ AWS: ali.arn }), iam);
    const again = newUser({ account: anAccount, name: 'ali', created: aMoment });
    iam.accounts.get(anAccount)?.users.set('ali', again);
    expect(again.arn).toBe(ali.arn);
    expect(principalIn(shownPolicy(policy, iam))).toEqual({ AWS: ali.id });
    expect(principalIn(trustPolicyOf('files', trusting({ AWS: ali.arn }), iam).document)).toEqual({ AWS: again.id });
  });
});

describe('refused is', () => {
  test.each([
    ['a user who is not there', `arn:aws:iam::${anAccount}:user/nobody`],
    ['a role that is not there', roleArn('nothing')],
    ['a user of an account that is not there', 'arn:aws:iam::999999999999:user/ali'],
    ['a user in other letters', `arn:aws:iam::${anAccount}:user/Ali`],
  ])('%s', (_, arn) => {
    const { iam } = anIamWithAli();
    expect(awsErrorOf(() => trustPolicyOf('files', trusting({ AWS: arn }), iam))).toMatchObject({
      status: 400,
      code: 'MalformedPolicyDocument',
      message: `Invalid principal in policy: "AWS":"${arn}"`,
    });
  });

  test.each([
    ['a wildcard within a name', { AWS: `arn:aws:iam::${anAccount}:user/*` }],
    ['a kind of principal that is none', { User: 'ali' }],
    ['an empty list', { AWS: [] }],
  ])('%s, in the engine’s words', (_, principal) => {
    const { iam } = anIamWithAli();
    expect(() => trustPolicyOf('files', trusting(principal), iam)).toThrow(PolicyError);
  });

  test.each([
    ['everybody', trusting('*'), 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'],
    [
      'everybody beside somebody',
      { Statement: [...trusting({ AWS: anAccount }).Statement, ...trusting('*').Statement] },
      'AssumeRolepolicy contained an invalid principal: "STAR":"*".',
    ],
    [
      'every provider',
      trusting({ Federated: '*' }),
      'Federated principals must be valid domain names or SAML metadata ARNs',
    ],
    [
      'every provider beside one',
      trusting({ Federated: ['accounts.google.com', '*'] }),
      'Federated principals must be valid domain names or SAML metadata ARNs',
    ],
  ])('%s, in IAM’s words', (_, document, message) => {
    expect(awsErrorOf(() => refuseOpenPrincipals(JSON.stringify(document)))).toMatchObject({
      code: 'MalformedPolicyDocument',
      message,
    });
  });

  test.each(['no JSON', '[]', '{"Statement":[1]}', JSON.stringify(trusting({ AWS: '*' }))])(
    'nothing for others to refuse: %s',
    (text) => {
      expect(() => refuseOpenPrincipals(text)).not.toThrow();
    },
  );
});
