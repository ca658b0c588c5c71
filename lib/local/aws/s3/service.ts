// A small part of S3, so that credentials can be seen at work: buckets and their policies; objects listed, got, put,
// copied, deleted. Source: Amazon S3 API Reference.

import { AwsError } from '../../../aws-query/aws-error.ts';
import { element } from '../../../aws-query/xml.ts';
import type { Keys } from '../../../policy/context.ts';
import { type Access, deniedText, judge } from '../access.ts';
import type { EmbeddedIam } from '../iam/iam.ts';
import { formOf } from '../query-protocol.ts';
import type { AwsAnswer, AwsRequest, Service } from '../service.ts';
import type { Sessions } from '../sessions.ts';
import { verifySignatureV4 } from '../signature-v4.ts';
import { bucketOperations, listBuckets } from './bucket-operations.ts';
import type { Bucket, Buckets } from './buckets.ts';
import { objectOperations } from './object-operations.ts';
import { noSuchBucket, notImplemented, type S3Call, s3Error } from './s3-call.ts';

export interface S3 {
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  readonly buckets: Buckets;
}

export function s3Service({ iam, sessions, buckets }: S3): Service {
  return async (request) => {
    try {
      const { now } = request;
      const { caller, region } = verifySignatureV4(request, { iam, sessions, service: 's3', now });
      return answer(callOf({ request, caller, region, iam, buckets }));
    } catch (error) {
      return errorAnswer(error, request);
    }
  };
}

function callOf({ request, caller, region, iam, buckets }: Omit<S3Call, 'demand' | 'allows'>): S3Call {
  const scene = { iam, now: request.now, sourceIp: request.sourceIp };
  const access = (action: string, resource: string, bucket?: Bucket, keys: Keys = []): Access => ({
    caller,
    action,
    resource,
    keys: [['aws:ResourceAccount', bucket?.owner ?? caller.account], ...keys],
    ...(bucket && {
      of: { account: bucket.owner, policies: bucket.policy ? [bucket.policy.policy] : [], mustAllow: false },
    }),
  });
  return {
    request,
    caller,
    region,
    iam,
    buckets,
    allows: (...asked) => judge(access(...asked), scene).allowed,
    demand(...asked) {
      const wanted = access(...asked);
      const verdict = judge(wanted, scene);
      if (!verdict.allowed)
        throw new AwsError({ status: 403, code: 'AccessDenied', message: deniedText(wanted, verdict) });
    },
  };
}

function answer(call: S3Call): AwsAnswer {
  const { method, path, query } = call.request;
  const [, bucketName = '', key = ''] = /^\/([^/]*)\/?([\s\S]*)$/.exec(decoded(path)) ?? [];
  if (bucketName === '') {
    if (method === 'GET') return listBuckets(call);
    throw notImplemented('Of what needs no bucket this S3 has ListBuckets only.');
  }
  const subresource = [...query.keys()].find((name) => subresources.includes(name));
  const operation = [method, subresource].filter(Boolean).join(' ');
  if (key === '') {
    const found = bucketOperations.get(operation);
    if (!found) throw notImplemented(`This S3 has no ${operation} for buckets.`);
    return found(call, bucketName);
  }
  const found = objectOperations.get(operation);
  if (!found) throw notImplemented(`This S3 has no ${operation} for objects: no multipart uploads, versions or ACLs.`);
  const bucket = call.buckets.get(bucketName);
  if (!bucket) throw noSuchBucket();
  return found(call, bucket, key);
}

/** What in a query names another thing than the bucket or object itself. */
const subresources = [
  ...['accelerate', 'acl', 'analytics', 'attributes', 'cors', 'delete', 'encryption'],
  ...['intelligent-tiering', 'inventory', 'legal-hold', 'lifecycle', 'location', 'logging', 'metrics'],
  ...['notification', 'object-lock', 'ownershipControls', 'partNumber', 'policy', 'policyStatus'],
  ...['publicAccessBlock', 'renameObject', 'replication', 'requestPayment', 'restore', 'retention'],
  ...['select', 'session', 'tagging', 'torrent', 'uploadId', 'uploads', 'versionId', 'versioning'],
  ...['versions', 'website'],
];

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw s3Error(400, 'InvalidURI')("Couldn't parse the specified URI.");
  }
}

/** S3 has names of its own for what is wrong with a signature. */
const ownNames = new Map<string, readonly [status: number, code: string, message?: string]>([
  [
    'InvalidClientTokenId',
    [403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'],
  ],
  ['ExpiredToken', [400, 'ExpiredToken', 'The provided token has expired.']],
  ['MissingAuthenticationToken', [403, 'AccessDenied', 'Access Denied']],
  ['IncompleteSignature', [400, 'AuthorizationHeaderMalformed']],
  ['InternalFailure', [500, 'InternalError', 'We encountered an internal error. Please try again.']],
]);

function errorAnswer(error: unknown, { method, requestId, path }: AwsRequest): AwsAnswer {
  const form = formOf(error);
  const [status, code, message = form.message] = ownNames.get(form.code) ?? [form.status, form.code];
  const fault = { Code: code, Message: message, Resource: path, RequestId: requestId };
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: method === 'HEAD' ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', fault)}`,
  };
}
