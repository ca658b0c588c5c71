import {
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  IAMClient,
  type IAMClientConfig,
  LimitExceededException,
  NoSuchEntityException,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { OurPolicies } from './enforce.ts';

export const policyName = 'DaypassRevocations';

export interface IamSettings {
  readonly region: string;
  /** Where and as whom, when that is not what the SDK finds out by itself. */
  readonly client?: Pick<IAMClientConfig, 'endpoint' | 'credentials'>;
}

/** Methods reject with the SDK's error. */
export function iamPolicies({ region, client = {} }: IamSettings): OurPolicies {
  const iam = new IAMClient({
    region,
    ...client,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
  const PolicyName = policyName;
  return {
    async get({ kind, name }) {
      const found =
        kind === 'role'
          ? iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName }))
          : iam.send(new GetUserPolicyCommand({ UserName: name, PolicyName }));
      try {
        return decodeURIComponent((await found).PolicyDocument ?? '');
      } catch (error) {
        if (error instanceof NoSuchEntityException) return undefined;
        throw error;
      }
    },
    async put({ kind, name }, PolicyDocument) {
      try {
        await (kind === 'role'
          ? iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument }))
          : iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName, PolicyDocument })));
        return true;
      } catch (error) {
        if (error instanceof LimitExceededException) return false;
        throw error;
      }
    },
    async remove({ kind, name }) {
      try {
        await (kind === 'role'
          ? iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName }))
          : iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName })));
      } catch (error) {
        if (!(error instanceof NoSuchEntityException)) throw error;
      }
    },
  };
}
