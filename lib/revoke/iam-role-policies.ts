import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  type IAMClientConfig,
  LimitExceededException,
  NoSuchEntityException,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { RolePolicies } from './enforce.ts';

export const policyName = 'DaypassRevocations';

export interface IamSettings {
  readonly region: string;
  /** Where and as whom, when that is not what the SDK finds out by itself. */
  readonly client?: Pick<IAMClientConfig, 'endpoint' | 'credentials'>;
}

/** Methods reject with the SDK's error. */
export function iamRolePolicies({ region, client = {} }: IamSettings): RolePolicies {
  const iam = new IAMClient({
    region,
    ...client,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
  const ours = (RoleName: string) => ({ RoleName, PolicyName: policyName });
  return {
    async get(role) {
      try {
        const { PolicyDocument: document = '' } = await iam.send(new GetRolePolicyCommand(ours(role)));
        return decodeURIComponent(document);
      } catch (error) {
        if (error instanceof NoSuchEntityException) return undefined;
        throw error;
      }
    },
    async put(role, document) {
      try {
        await iam.send(new PutRolePolicyCommand({ ...ours(role), PolicyDocument: document }));
        return true;
      } catch (error) {
        if (error instanceof LimitExceededException) return false;
        throw error;
      }
    },
    async remove(role) {
      await iam.send(new DeleteRolePolicyCommand(ours(role))).catch((error: unknown) => {
        if (!(error instanceof NoSuchEntityException)) throw error;
      });
    },
  };
}
