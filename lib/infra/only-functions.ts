import { Aws } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { doorRolePath } from '../grant/trust-policy.ts';

/**
 * For the policy of a resource: nobody but functions of Daypass, whatever else IAM allows him. An administrator of the
 * account can change the policy, and stands in CloudTrail when he does.
 */
export const onlyFunctions = (...actions: readonly string[]): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [...actions],
    resources: ['*'],
    conditions: {
      ArnNotLike: { 'aws:PrincipalArn': `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role${doorRolePath}*` },
    },
  });
