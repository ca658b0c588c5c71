// What IAM takes for a trust policy.

import type { Cast } from '../cast.ts';
import { type CallRow, type Group, invalid, type Refusal } from '../row.ts';
import { documentOf, permits, sessionArn, trusts } from '../statements.ts';
import type { World } from '../world.ts';

export function trustPolicies(world: World, { ali }: Cast): Group {
  const { account, target } = world;
  const trusting = documentOf(trusts({ AWS: ali.arn }));
  const role = world.role({ name: 'trusting', trust: trusting });
  const spacious = world.role({ name: 'spacious', trust: trusting.padEnd(4000) });

  const refused = (says: string, AssumeRolePolicyDocument: string, refuses: Refusal, more = {}): CallRow => ({
    ...{ says, as: world.administrator, refuses },
    input: { RoleName: `${target.prefix}never`, AssumeRolePolicyDocument, ...more },
  });
  const malformed = (message: string | RegExp): Refusal => [400, 'MalformedPolicyDocument', message];
  const long = Array.from(
    { length: 40 },
    (_, index) => `arn:aws:iam::${account}:role/not-there-${index}-${'x'.repeat(40)}`,
  );
  return {
    name: 'IAM: trust policies',
    operation: 'iam:CreateRole',
    rows: [
      refused(
        'nobody trusts everybody',
        documentOf(trusts('*')),
        malformed('AssumeRolepolicy contained an invalid principal: "STAR":"*".'),
      ),
      refused(
        'nor every provider',
        documentOf(trusts({ Federated: '*' }, { actions: 'sts:AssumeRoleWithSAML' })),
        malformed('Federated principals must be valid domain names or SAML metadata ARNs'),
      ),
      refused(
        'nor somebody who is not there',
        documentOf(trusts({ AWS: `arn:aws:iam::${account}:user/${target.prefix}nobody` })),
        malformed(/^Invalid principal in policy/),
      ),
      refused(
        'nor everybody but somebody',
        documentOf({ Effect: 'Allow', NotPrincipal: { AWS: ali.arn }, Action: 'sts:AssumeRole' }),
        malformed(/./),
      ),
      refused(
        'a resource has no place in it',
        documentOf({ ...permits('sts:AssumeRole'), Principal: { AWS: ali.arn } }),
        malformed(/./),
      ),
      refused('it is JSON', 'trust everybody', malformed(/./)),
      refused('it has 2048 characters at most', documentOf(trusts({ AWS: long })), [
        409,
        'LimitExceeded',
        'Cannot exceed quota for ACLSizePerRole: 2048',
      ]),
      {
        says: 'of which blanks do not count',
        as: ali,
        operation: 'AssumeRole',
        input: { RoleArn: spacious, RoleSessionName: 'session' },
        gives: { AssumedRoleUser: { Arn: sessionArn(spacious) } },
      },
      refused(
        'a role’s sessions may not have less than an hour',
        trusting,
        invalid(
          /'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600$/,
        ),
        { MaxSessionDuration: 3599 },
      ),
      refused(
        'nor more than twelve',
        trusting,
        invalid(
          /'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200$/,
        ),
        { MaxSessionDuration: 43_201 },
      ),
      refused(
        'no two roles have names that differ by case only',
        trusting,
        [409, 'EntityAlreadyExists', /^Role with name \S+ already exists\.$/],
        { RoleName: `${target.prefix}TRUSTING` },
      ),
      {
        says: 'and an ARN is to the letter',
        as: ali,
        operation: 'AssumeRole',
        input: { RoleArn: role.replace(/trusting$/, 'TRUSTING'), RoleSessionName: 'session' },
        refuses: [403, 'AccessDenied', /is not authorized to perform: sts:AssumeRole on resource/],
      },
    ],
  };
}
