// The policies of AWS's own that the embedded account knows, by ARN.
// Source: AWS Managed Policy Reference.

import { parsePolicy } from '../../../policy/parse-policy.ts';
import type { ManagedPolicy } from './iam.ts';

type Statement = { readonly Action: string | readonly string[]; readonly Resource?: string };

const documents: Readonly<Record<string, Statement>> = {
  AdministratorAccess: { Action: '*' },
  ReadOnlyAccess: {
    Action: ['iam:Get*', 'iam:List*', 's3:Get*', 's3:List*', 'ec2:Describe*', 'sts:GetCallerIdentity'],
  },
  IAMFullAccess: { Action: 'iam:*' },
  IAMReadOnlyAccess: { Action: ['iam:Get*', 'iam:List*', 'iam:Simulate*'] },
  AmazonS3FullAccess: { Action: 's3:*' },
  AmazonS3ReadOnlyAccess: { Action: ['s3:Get*', 's3:List*', 's3:Describe*'] },
};

/** What an AssumeRoot session may do, by task policy: of IAM's calls only those about the root user itself. */
const rootTasks: Readonly<Record<string, readonly string[]>> = {
  IAMAuditRootUserCredentials: [
    'iam:GetUser',
    'iam:GetLoginProfile',
    'iam:ListAccessKeys',
    'iam:ListMFADevices',
    'iam:ListSigningCertificates',
    'iam:GetAccountSummary',
    'iam:GetAccessKeyLastUsed',
  ],
  IAMCreateRootUserPassword: ['iam:CreateLoginProfile', 'iam:GetLoginProfile'],
  IAMDeleteRootUserCredentials: [
    'iam:DeleteAccessKey',
    'iam:DeleteLoginProfile',
    'iam:DeleteSigningCertificate',
    'iam:DeactivateMFADevice',
    'iam:ListAccessKeys',
    'iam:ListMFADevices',
    'iam:ListSigningCertificates',
    'iam:GetUser',
    'iam:GetLoginProfile',
  ],
  S3UnlockBucketPolicy: ['s3:DeleteBucketPolicy', 's3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:ListAllMyBuckets'],
  SQSUnlockQueuePolicy: ['sqs:SetQueueAttributes', 'sqs:GetQueueAttributes', 'sqs:ListQueues', 'sqs:GetQueueUrl'],
};

const rootTaskPath = '/root-task/';
const created = new Date('2015-02-06T18:39:46Z');

function managed(name: string, path: string, { Action, Resource = '*' }: Statement, index: number): ManagedPolicy {
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] };
  return {
    id: `ANPAAWSMANAGED${String(index).padStart(7, '0')}`,
    arn: `arn:aws:iam::aws:policy${path}${name}`,
    name,
    path,
    created,
    versions: new Map([['v1', { document, policy: parsePolicy({ name, kind: 'identity', document }), created }]]),
    defaultVersion: 'v1',
    made: 1,
  };
}

export const awsManagedPolicies: ReadonlyMap<string, ManagedPolicy> = new Map(
  [
    ...Object.entries(documents).map(([name, statement], index) => managed(name, '/', statement, index)),
    ...Object.entries(rootTasks).map(([name, Action], index) => {
      const Resource = name.startsWith('IAM') ? 'arn:aws:iam::*:root' : '*';
      return managed(name, rootTaskPath, { Action, Resource }, 100 + index);
    }),
  ].map((policy) => [policy.arn, policy]),
);

export const isRootTask = (arn: string) => awsManagedPolicies.get(arn)?.path === rootTaskPath;
