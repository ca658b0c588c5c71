import { AwsError } from '../../../aws-query/aws-error.ts';
import type { AwsAnswer, AwsRequest } from '../service.ts';
import { bucketArn } from './bucket-operations.ts';
import { type Bucket, put, type StoredObject } from './buckets.ts';
import {
  invalidArgument,
  noSuchBucket,
  noSuchKey,
  nothing,
  notImplemented,
  type ObjectOperation,
  type S3Call,
  xmlAnswer,
} from './s3-call.ts';

/** By method and subresource. */
export const objectOperations = new Map<string, ObjectOperation>([
  ['GET', (call, bucket, key) => getObject(call, bucket, key)],
  ['HEAD', (call, bucket, key) => ({ ...getObject(call, bucket, key), body: '' })],
  ['PUT', putObject],
  ['DELETE', deleteObject],
]);

const objectArn = (bucket: Bucket, key: string) => `${bucketArn(bucket.name)}/${key}`;

/** Whoever may not list a bucket does not learn that a key is missing either. */
function found(call: S3Call, bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (object) return object;
  if (call.allows('s3:ListBucket', bucketArn(bucket.name), bucket)) throw noSuchKey();
  throw new AwsError({ status: 403, code: 'AccessDenied', message: 'Access Denied' });
}

const metadataPrefix = 'x-amz-meta-';

function headersOf({ body, contentType, metadata, etag, modified }: StoredObject): Record<string, string> {
  const own = [...metadata].map(([name, value]) => [metadataPrefix + name, value]);
  return {
    ...Object.fromEntries(own),
    'content-type': contentType,
    'content-length': String(body.length),
    etag,
    'last-modified': modified.toUTCString(),
    'accept-ranges': 'bytes',
  };
}

function getObject(call: S3Call, bucket: Bucket, key: string): AwsAnswer {
  call.demand('s3:GetObject', objectArn(bucket, key), bucket);
  const object = found(call, bucket, key);
  const headers = headersOf(object);
  const size = object.body.length;
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(call.request.headers.get('range') ?? '') ?? [];
  if (from === '' && to === '') return { status: 200, headers, body: object.body };
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) {
    throw new AwsError({ status: 416, code: 'InvalidRange', message: 'The requested range is not satisfiable' });
  }
  const body = object.body.subarray(first, last + 1);
  const range = { 'content-range': `bytes ${first}-${last}/${size}`, 'content-length': String(body.length) };
  return { status: 206, headers: { ...headers, ...range }, body };
}

function putObject(call: S3Call, bucket: Bucket, key: string): AwsAnswer {
  const { request, demand } = call;
  demand('s3:PutObject', objectArn(bucket, key), bucket);
  const source = request.headers.get('x-amz-copy-source');
  const { now: modified, headers } = request;
  if (source !== undefined) {
    const described = headers.get('x-amz-metadata-directive') === 'REPLACE' ? descriptionIn(request) : {};
    const { etag } = put(bucket, { ...copied(call, source), ...described, key, modified });
    return xmlAnswer('CopyObjectResult', { ETag: etag, LastModified: modified.toISOString() });
  }
  const { etag } = put(bucket, { key, body: bodyOf(request), ...descriptionIn(request), modified });
  return nothing(200, { etag });
}

/** What a request says of an object besides its body. */
function descriptionIn({ headers }: AwsRequest): Pick<StoredObject, 'contentType' | 'metadata'> {
  const metadata = [...headers].flatMap(([name, value]) =>
    name.startsWith(metadataPrefix) ? [[name.slice(metadataPrefix.length), value] as const] : [],
  );
  return { contentType: headers.get('content-type') ?? 'binary/octet-stream', metadata: new Map(metadata) };
}

const copySource = /^(?:\/|%2F)?([^/%]+)(?:\/|%2F)([^?]+)/i;

function copied(call: S3Call, source: string): StoredObject {
  const [, bucketName = '', encoded = ''] = copySource.exec(source) ?? [];
  const key = decodedKey(encoded);
  if (bucketName === '' || key === undefined || key === '') {
    throw invalidArgument('Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  const bucket = call.buckets.get(bucketName);
  if (!bucket) throw noSuchBucket();
  call.demand('s3:GetObject', objectArn(bucket, key), bucket);
  return found(call, bucket, key);
}

function decodedKey(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function deleteObject({ demand }: S3Call, bucket: Bucket, key: string): AwsAnswer {
  demand('s3:DeleteObject', objectArn(bucket, key), bucket);
  bucket.objects.delete(key);
  return nothing();
}

/** What stands for the hash of a body that comes in chunks. */
const chunkedUnsigned = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/** Takes `aws-chunked` apart: each chunk after its length in hexadecimal, checksums as trailers behind the last. */
function bodyOf({ headers, body }: AwsRequest): Buffer {
  const hash = headers.get('x-amz-content-sha256') ?? '';
  if (!hash.startsWith('STREAMING-')) return body;
  if (hash !== chunkedUnsigned) throw notImplemented('Chunks with signatures of their own are not taken here.');
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.subarray(at, end).toString('latin1'), 16);
    if (end < 0 || !(length >= 0)) throw invalidArgument('The chunks of the body cannot be told apart.');
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}
