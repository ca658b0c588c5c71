import { AwsError } from '../../../aws-query/aws-error.ts';
import { PolicyError } from '../../../policy/policy.ts';
import { policyWithPrincipals, shownPolicy } from '../iam/principals.ts';
import type { AwsAnswer } from '../service.ts';
import { type Bucket, list, newBucket } from './buckets.ts';
import {
  conflict,
  invalidArgument,
  malformedPolicy,
  noSuchBucket,
  nothing,
  type S3Call,
  xmlAnswer,
} from './s3-call.ts';

/** By method and subresource. */
export const bucketOperations = new Map<string, (call: S3Call, name: string) => AwsAnswer>([
  ['PUT', createBucket],
  ['HEAD', withBucket(headBucket)],
  ['GET', withBucket(listObjects)],
  ['DELETE', withBucket(deleteBucket)],
  ['GET location', withBucket(getLocation)],
  ['GET policy', withBucket(getPolicy)],
  ['PUT policy', withBucket(putPolicy)],
  ['DELETE policy', withBucket(deletePolicy)],
]);

function withBucket(operation: (call: S3Call, bucket: Bucket) => AwsAnswer) {
  return (call: S3Call, name: string) => {
    const bucket = call.buckets.get(name);
    if (!bucket) throw noSuchBucket();
    return operation(call, bucket);
  };
}

export const bucketArn = (name: string) => `arn:aws:s3:::${name}`;

const timestamp = (date: Date) => date.toISOString();

export function listBuckets({ caller, buckets, demand }: S3Call): AwsAnswer {
  demand('s3:ListAllMyBuckets', '*');
  const theirs = [...buckets.values()].filter(({ owner }) => owner === caller.account);
  return xmlAnswer('ListAllMyBucketsResult', {
    Owner: { ID: caller.account },
    Buckets: { Bucket: theirs.map(({ name, created }) => ({ Name: name, CreationDate: timestamp(created) })) },
  });
}

const bucketName = /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

function createBucket({ caller, buckets, demand, request, region }: S3Call, name: string): AwsAnswer {
  demand('s3:CreateBucket', bucketArn(name));
  if (!bucketName.test(name)) {
    throw new AwsError({ status: 400, code: 'InvalidBucketName', message: 'The specified bucket is not valid.' });
  }
  const existing = buckets.get(name);
  if (existing?.owner === caller.account) {
    throw conflict(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  }
  if (existing) throw conflict('BucketAlreadyExists', 'The requested bucket name is not available.');
  buckets.set(name, newBucket({ name, owner: caller.account, region, created: request.now }));
  return nothing(200, { location: `/${name}` });
}

function headBucket({ demand }: S3Call, bucket: Bucket): AwsAnswer {
  demand('s3:ListBucket', bucketArn(bucket.name), bucket);
  return nothing(200, { 'x-amz-bucket-region': bucket.region });
}

function deleteBucket({ demand, buckets }: S3Call, bucket: Bucket): AwsAnswer {
  demand('s3:DeleteBucket', bucketArn(bucket.name), bucket);
  if (bucket.objects.size > 0) throw conflict('BucketNotEmpty', 'The bucket you tried to delete is not empty');
  buckets.delete(bucket.name);
  return nothing();
}

function getLocation({ demand }: S3Call, bucket: Bucket): AwsAnswer {
  demand('s3:GetBucketLocation', bucketArn(bucket.name), bucket);
  // S3 has no word for us-east-1.
  return xmlAnswer('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region);
}

const mostKeys = 1000;

/** ListObjectsV2, and ListObjects for who still asks so. */
function listObjects({ demand, request }: S3Call, bucket: Bucket): AwsAnswer {
  const { query } = request;
  const text = (name: string) => query.get(name) ?? '';
  const prefix = text('prefix');
  const delimiter = text('delimiter');
  const most = Number(query.get('max-keys') ?? mostKeys);
  if (!Number.isInteger(most) || most < 0) throw invalidArgument('max-keys must be a whole number, 0 or more.');
  const version2 = query.get('list-type') === '2';
  demand('s3:ListBucket', bucketArn(bucket.name), bucket, [
    ...(query.has('prefix') ? [['s3:prefix', prefix] as const] : []),
    ...(query.has('delimiter') ? [['s3:delimiter', delimiter] as const] : []),
    ['s3:max-keys', String(most)],
  ]);
  const token = text('continuation-token');
  const after = version2 ? (token === '' ? text('start-after') : decodedToken(token)) : text('marker');
  const listing = list(bucket, { prefix, delimiter, after, most: Math.min(most, mostKeys) });
  const { objects, commonPrefixes, last } = listing;
  const shown = query.get('encoding-type') === 'url' ? urlEncoded : (name: string) => name;
  const next = last === undefined ? undefined : Buffer.from(last).toString('base64url');
  return xmlAnswer('ListBucketResult', {
    Name: bucket.name,
    Prefix: shown(prefix),
    Delimiter: delimiter === '' ? undefined : shown(delimiter),
    MaxKeys: most,
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyCount: version2 ? objects.length + commonPrefixes.length : undefined,
    IsTruncated: last !== undefined,
    NextContinuationToken: version2 ? next : undefined,
    NextMarker: version2 || last === undefined ? undefined : shown(last),
    Contents: objects.map(({ key, modified, etag, body }) => ({
      Key: shown(key),
      LastModified: timestamp(modified),
      ETag: etag,
      Size: body.length,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: commonPrefixes.map((each) => ({ Prefix: shown(each) })),
  });
}

const decodedToken = (token: string) => Buffer.from(token, 'base64url').toString('utf8');
const urlEncoded = (name: string) => encodeURIComponent(name).replaceAll('%2F', '/');

/** Root is never kept out by a bucket's policy: it is the one who can put right what locks everybody out. */
function demandPolicyCall({ demand, caller }: S3Call, action: string, bucket: Bucket): void {
  const isOwnersRoot = caller.kind === 'root' && caller.account === bucket.owner;
  demand(action, bucketArn(bucket.name), isOwnersRoot ? { ...bucket, policy: undefined } : bucket);
}

function getPolicy(call: S3Call, bucket: Bucket): AwsAnswer {
  demandPolicyCall(call, 's3:GetBucketPolicy', bucket);
  if (!bucket.policy) {
    throw new AwsError({ status: 404, code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist' });
  }
  const body = JSON.stringify(shownPolicy(bucket.policy, call.iam));
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function putPolicy(call: S3Call, bucket: Bucket): AwsAnswer {
  demandPolicyCall(call, 's3:PutBucketPolicy', bucket);
  const document = call.request.body.toString('utf8');
  try {
    const policy = policyWithPrincipals(`policy of bucket ${bucket.name}`, 'resource', document, call.iam);
    const resources = policy.policy.statements.flatMap(({ resource }) => resource?.entries ?? []);
    const arn = bucketArn(bucket.name);
    if (!resources.every(({ source }) => source === arn || source.startsWith(`${arn}/`))) {
      throw malformedPolicy('Policy has invalid resource');
    }
    bucket.policy = policy;
  } catch (error) {
    if (error instanceof PolicyError) {
      throw malformedPolicy(error.problems.map(({ path, says }) => `${path} ${says}.`).join(' '));
    }
    if (error instanceof AwsError && error.form.code === 'MalformedPolicyDocument') {
      throw malformedPolicy(error.form.message ?? '');
    }
    throw error;
  }
  return nothing();
}

function deletePolicy(call: S3Call, bucket: Bucket): AwsAnswer {
  demandPolicyCall(call, 's3:DeleteBucketPolicy', bucket);
  bucket.policy = undefined;
  return nothing();
}
