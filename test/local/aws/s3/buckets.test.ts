import { describe, expect, test } from 'vitest';
import { type Listing, list, newBucket, put, textObject } from '../../../../lib/local/aws/s3/buckets.ts';
import { aMoment } from '../../../kit/issuer.ts';
import { anAccount } from '../../../kit/sts.ts';

function aBucketOf(...keys: readonly string[]) {
  const bucket = newBucket({ name: 'files', owner: anAccount, region: 'us-east-1', created: aMoment });
  for (const key of keys) put(bucket, textObject(key, key, aMoment));
  return bucket;
}

const everything = { prefix: '', delimiter: '', after: '', most: 1000 };
const shown = ({ objects, commonPrefixes }: Listing) => [...commonPrefixes, ...objects.map(({ key }) => key)];

describe('a listing', () => {
  const bucket = aBucketOf('b.txt', 'a/2.txt', 'a/1.txt', 'a/deep/3.txt', 'ab.txt');

  test.each([
    ['everything, in order', {}, ['a/1.txt', 'a/2.txt', 'a/deep/3.txt', 'ab.txt', 'b.txt']],
    ['what begins with the prefix', { prefix: 'a/' }, ['a/1.txt', 'a/2.txt', 'a/deep/3.txt']],
    ['a prefix that is no folder', { prefix: 'a' }, ['a/1.txt', 'a/2.txt', 'a/deep/3.txt', 'ab.txt']],
    ['folders once', { delimiter: '/' }, ['a/', 'ab.txt', 'b.txt']],
    ['folders within a folder', { prefix: 'a/', delimiter: '/' }, ['a/deep/', 'a/1.txt', 'a/2.txt']],
    ['another delimiter', { delimiter: '.t' }, ['a/1.t', 'a/2.t', 'a/deep/3.t', 'ab.t', 'b.t']],
    ['what comes after a key', { after: 'a/2.txt' }, ['a/deep/3.txt', 'ab.txt', 'b.txt']],
    ['what comes after a key that is not there', { after: 'a/2' }, ['a/2.txt', 'a/deep/3.txt', 'ab.txt', 'b.txt']],
    ['what comes after a folder', { after: 'a/', delimiter: '/' }, ['ab.txt', 'b.txt']],
    ['nothing for a prefix of nobody', { prefix: 'z' }, []],
    ['nothing where nothing is asked for', { most: 0 }, []],
  ])('has %s', (_, asked, expected) => {
    expect(shown(list(bucket, { ...everything, ...asked }))).toEqual(expected);
  });

  test.each([
    [1, 'a/1.txt'],
    [4, 'ab.txt'],
    [5, undefined],
    [6, undefined],
  ])('of %i at most says where it stopped, if there is more', (most, last) => {
    expect(list(bucket, { ...everything, most }).last).toBe(last);
  });

  test('a folder counts once, and is no reason to go on', () => {
    expect(list(aBucketOf('a/1', 'a/2'), { ...everything, delimiter: '/', most: 1 })).toMatchObject({
      commonPrefixes: ['a/'],
      last: undefined,
    });
  });
});

describe('pages', () => {
  /** Key by key, as one who asks for one at a time gets them. */
  function pagesOf(keys: readonly string[], delimiter = ''): readonly string[] {
    const bucket = aBucketOf(...keys);
    const seen: string[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const page: Listing = list(bucket, { ...everything, delimiter, after, most: 1 });
      seen.push(...shown(page));
      after = page.last;
    }
    return seen;
  }

  test.each([
    ['keys', ['a', 'b', 'c'], '', ['a', 'b', 'c']],
    ['folders and keys', ['a/1', 'a/2', 'b', 'c/1'], '/', ['a/', 'b', 'c/']],
    // In UTF-16 the emoji would come first.
    ['keys beyond the basic plane', ['z', '～', '😀'], '', ['z', '～', '😀']],
  ])('of %s miss none and repeat none', (_, keys, delimiter, expected) => {
    expect(pagesOf(keys, delimiter)).toEqual(expected);
  });
});

test('an object’s tag is the MD5 of its body', () => {
  const bucket = aBucketOf();
  const { etag } = put(bucket, textObject('note.txt', 'hello', aMoment));
  expect(etag).toBe('"5d41402abc4b2a76b9719d911017c592"');
});
