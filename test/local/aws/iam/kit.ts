// IAM of the embedded AWS, asked through the AWS SDK.

import { IAMClient } from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import {
  addUser,
  anEmbeddedAws,
  type EmbeddedAwsForTests,
  type UserOfTests,
  type UserSettings,
} from '../../../kit/embedded-aws.ts';
import type { SigningKeys } from '../../../kit/signer.ts';
import { anotherAccount } from '../../../kit/sts.ts';

export interface IamForTests extends EmbeddedAwsForTests {
  /** As the administrator. */
  readonly client: IAMClient;
  as(keys: SigningKeys): IAMClient;
  user(settings?: UserSettings): UserOfTests;
}

/** The SDK signs with the time of this machine, so that is what the embedded AWS goes by. */
export async function anIamService(): Promise<IamForTests> {
  const aws = await anEmbeddedAws({ otherAccounts: [anotherAccount], clock: () => new Date() });
  const as: IamForTests['as'] = ({ accessKeyId, secretAccessKey, sessionToken }) =>
    new IAMClient({
      region: 'us-east-1',
      endpoint: aws.address,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    });
  return { ...aws, client: as(aws.administrator), as, user: (settings) => addUser(aws, settings) };
}

/** An error of IAM, for comparison: its code as the SDK names it, its status, and maybe its message. */
export const iamError = (name: string, status: number, message?: string | RegExp) => ({
  name,
  $metadata: { httpStatusCode: status },
  ...(message !== undefined && { message: message instanceof RegExp ? expect.stringMatching(message) : message }),
});

export const policyOf = (...statements: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

export const allow = (actions: string | readonly string[], resources: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
});

export const trusting = (principal: unknown) =>
  policyOf({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' });
