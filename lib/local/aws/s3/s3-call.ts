import { AwsError } from '../../../aws-query/aws-error.ts';
import { element, type XmlValue } from '../../../aws-query/xml.ts';
import type { Keys } from '../../../policy/context.ts';
import type { Caller } from '../caller.ts';
import type { EmbeddedIam } from '../iam/iam.ts';
import type { AwsAnswer, AwsRequest } from '../service.ts';
import type { Bucket, Buckets } from './buckets.ts';

/** What an operation works with. */
export interface S3Call {
  readonly iam: EmbeddedIam;
  readonly buckets: Buckets;
  readonly request: AwsRequest;
  readonly caller: Caller;
  readonly region: string;
  /** Throws AccessDenied. */
  demand(action: string, resource: string, bucket?: Bucket, keys?: Keys): void;
  allows(action: string, resource: string, bucket?: Bucket, keys?: Keys): boolean;
}

export type ObjectOperation = (call: S3Call, bucket: Bucket, key: string) => AwsAnswer;

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const xmlAnswer = (root: string, members: XmlValue): AwsAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, members, { attributes: ` xmlns="${namespace}"` })}`,
});

export const nothing = (status = 204, headers: Readonly<Record<string, string>> = {}): AwsAnswer => ({
  status,
  headers,
  body: '',
});

export const s3Error = (status: number, code: string) => (message: string) => new AwsError({ status, code, message });
export const noSuchBucket = () => s3Error(404, 'NoSuchBucket')('The specified bucket does not exist');
export const noSuchKey = () => s3Error(404, 'NoSuchKey')('The specified key does not exist.');
export const invalidArgument = s3Error(400, 'InvalidArgument');
export const notImplemented = s3Error(501, 'NotImplemented');
export const conflict = (code: string, message: string) => s3Error(409, code)(message);
export const malformedPolicy = s3Error(400, 'MalformedPolicy');
