// Buckets and what is in them, in memory.

import { createHash } from 'node:crypto';
import type { WrittenPolicy } from '../iam/iam.ts';

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** In lower case, without `x-amz-meta-`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** As S3 writes it: MD5 in hexadecimal, in quotes. */
  readonly etag: string;
  readonly modified: Date;
}

export interface Bucket {
  readonly name: string;
  /** The account that it belongs to. */
  readonly owner: string;
  readonly region: string;
  readonly created: Date;
  policy: WrittenPolicy | undefined;
  readonly objects: Map<string, StoredObject>;
}

/** By name: no two accounts have one of the same. */
export type Buckets = Map<string, Bucket>;

export const newBucket = ({
  name,
  owner,
  region,
  created,
}: Pick<Bucket, 'name' | 'owner' | 'region' | 'created'>): Bucket => ({
  name,
  owner,
  region,
  created,
  policy: undefined,
  objects: new Map(),
});

export type NewObject = Omit<StoredObject, 'etag'>;

export function put(bucket: Bucket, object: NewObject): StoredObject {
  const stored = { ...object, etag: `"${createHash('md5').update(object.body).digest('hex')}"` };
  bucket.objects.set(object.key, stored);
  return stored;
}

export const textObject = (key: string, text: string, modified: Date): NewObject => ({
  key,
  body: Buffer.from(text),
  contentType: 'text/plain; charset=utf-8',
  metadata: new Map(),
  modified,
});

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  /** The last that was listed, where there is more. */
  readonly last: string | undefined;
}

export interface ListingRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what comes after it. */
  readonly after: string;
  readonly most: number;
}

/** Of UTF-8, in which S3 lists: that of UTF-16 is another. */
const inOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function list({ objects }: Bucket, { prefix, delimiter, after, most }: ListingRequest): Listing {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(inOrder);
  const found: StoredObject[] = [];
  const prefixes = new Set<string>();
  let last: string | undefined;
  for (const key of keys) {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    const listed = common ?? key;
    if (inOrder(listed, after) <= 0 || (common !== undefined && prefixes.has(common))) continue;
    if (found.length + prefixes.size >= most) return { objects: found, commonPrefixes: [...prefixes], last };
    const object = objects.get(key);
    if (common !== undefined) prefixes.add(common);
    else if (object) found.push(object);
    last = listed;
  }
  return { objects: found, commonPrefixes: [...prefixes], last: undefined };
}
