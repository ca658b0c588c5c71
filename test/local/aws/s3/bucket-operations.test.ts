import { describe, expect, test } from 'vitest';
import { anAccount, anotherAccount } from '../../../kit/sts.ts';
import { allow, anS3 } from './kit.ts';

const bucketArn = 'arn:aws:s3:::privet';

describe('buckets', () => {
  test('a new one is its account’s, empty, and where it was asked for', async () => {
    const { ask, buckets } = await anS3();
    expect(await ask('PUT', '/new-bucket')).toMatchObject({ status: 200, headers: { location: '/new-bucket' } });
    expect(buckets.get('new-bucket')).toMatchObject({ owner: anAccount, region: 'us-east-1' });
    expect((await ask('GET', '/new-bucket')).all('Key')).toEqual([]);
    expect((await ask('HEAD', '/new-bucket')).headers['x-amz-bucket-region']).toBe('us-east-1');
    expect((await ask('GET', '/new-bucket?location=')).body).toContain('></LocationConstraint>');
  });

  test.each(['ab', 'Upper', 'under_score', '-first', 'last-', '192.168.0.1', 'x'.repeat(64)])(
    'is not called %s',
    async (name) => {
      expect(await (await anS3()).ask('PUT', `/${name}`)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
    },
  );

  test('a name is given once in all accounts', async () => {
    const { ask, user } = await anS3();
    const stranger = user({ account: anotherAccount, statements: [allow('s3:*')] });
    expect((await ask('PUT', '/privet')).code).toBe('BucketAlreadyOwnedByYou');
    expect((await ask('PUT', '/privet', { as: stranger })).code).toBe('BucketAlreadyExists');
  });

  test('each account lists its own', async () => {
    const { ask, user } = await anS3();
    const stranger = user({ account: anotherAccount, statements: [allow('s3:*')] });
    await ask('PUT', '/theirs', { as: stranger });
    expect((await ask('GET', '/')).all('Name')).toEqual(['privet']);
    expect((await ask('GET', '/', { as: stranger })).all('Name')).toEqual(['theirs']);
  });

  test('only an empty one is deleted', async () => {
    const { ask, buckets } = await anS3();
    expect(await ask('DELETE', '/privet')).toMatchObject({ status: 409, code: 'BucketNotEmpty' });
    await ask('PUT', '/new-bucket');
    expect((await ask('DELETE', '/new-bucket')).status).toBe(204);
    expect([...buckets.keys()]).toEqual(['privet']);
  });
});

describe('a listing', () => {
  /** A bucket with these keys. */
  async function withKeys(...keys: readonly string[]) {
    const s3 = await anS3();
    await s3.ask('PUT', '/new-bucket');
    for (const key of keys) await s3.ask('PUT', `/new-bucket/${encodeURIComponent(key)}`, { body: key });
    return s3;
  }

  test('tells of each object its key, size and tag, and counts them', async () => {
    const { body, all } = await (await withKeys('a.txt', 'b.txt')).ask('GET', '/new-bucket?list-type=2');
    expect(all('Key')).toEqual(['a.txt', 'b.txt']);
    expect(all('Size')).toEqual(['5', '5']);
    expect(all('KeyCount')).toEqual(['2']);
    expect(all('IsTruncated')).toEqual(['false']);
    expect(all('LastModified')[0]).toBe('2026-06-01T12:00:00.000Z');
    expect(body).toContain('<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>new-bucket</Name>');
  });

  test('with prefix and delimiter has folders', async () => {
    const { ask } = await withKeys('a/1', 'a/b/2', 'c');
    const { all } = await ask('GET', '/new-bucket?delimiter=%2F&list-type=2&prefix=a%2F');
    expect(all('Key')).toEqual(['a/1']);
    expect(all('Prefix')).toEqual(['a/', 'a/b/']);
  });

  test('goes on where it stopped: version 2 by its token', async () => {
    const { ask } = await withKeys('a', 'b', 'c');
    const first = await ask('GET', '/new-bucket?list-type=2&max-keys=2');
    expect([first.all('Key'), first.all('IsTruncated')]).toEqual([['a', 'b'], ['true']]);
    const [token = ''] = first.all('NextContinuationToken');
    const next = await ask('GET', `/new-bucket?continuation-token=${encodeURIComponent(token)}&list-type=2`);
    expect([next.all('Key'), next.all('IsTruncated')]).toEqual([['c'], ['false']]);
  });

  test('version 1 by its marker', async () => {
    const { ask } = await withKeys('a', 'b', 'c');
    const first = await ask('GET', '/new-bucket?max-keys=1');
    expect(first.all('NextMarker')).toEqual(['a']);
    expect((await ask('GET', '/new-bucket?marker=a')).all('Key')).toEqual(['b', 'c']);
  });

  test('begins after a key', async () => {
    const { ask } = await withKeys('a', 'b', 'c');
    expect((await ask('GET', '/new-bucket?list-type=2&start-after=b')).all('Key')).toEqual(['c']);
  });

  test('encodes keys where it is asked to, and escapes them where not', async () => {
    const { ask } = await withKeys('a & b/c');
    expect((await ask('GET', '/new-bucket?encoding-type=url&list-type=2')).all('Key')).toEqual(['a%20%26%20b/c']);
    expect((await ask('GET', '/new-bucket?list-type=2')).all('Key')).toEqual(['a &amp; b/c']);
  });

  test.each(['-1', 'many', '1.5'])('of max-keys=%s is refused', async (most) => {
    expect(await (await anS3()).ask('GET', `/privet?max-keys=${most}`)).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  test('is allowed by its prefix', async () => {
    const { ask, user } = await anS3();
    const statements = [
      { ...allow('s3:ListBucket', bucketArn), Condition: { StringLike: { 's3:prefix': 'reports/*' } } },
    ];
    const ali = user({ name: 'ali', statements });
    expect((await ask('GET', '/privet?list-type=2&prefix=reports%2F', { as: ali })).status).toBe(200);
    expect((await ask('GET', '/privet?list-type=2&prefix=', { as: ali })).status).toBe(403);
    expect((await ask('GET', '/privet?list-type=2', { as: ali })).status).toBe(403);
  });
});

describe('a bucket’s policy', () => {
  const policyOf = (...statements: readonly object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const reads = (principal: unknown, more: object = {}) => ({
    ...allow('s3:GetObject', `${bucketArn}/*`),
    Principal: principal,
    ...more,
  });

  test('is there once it is put, until it is deleted', async () => {
    const { ask } = await anS3();
    expect((await ask('GET', '/privet?policy=')).code).toBe('NoSuchBucketPolicy');
    const body = policyOf(reads({ AWS: anAccount }));
    expect((await ask('PUT', '/privet?policy=', { body })).status).toBe(204);
    const { headers, body: shown } = await ask('GET', '/privet?policy=');
    expect([headers['content-type'], JSON.parse(shown)]).toEqual(['application/json', JSON.parse(body)]);
    expect((await ask('DELETE', '/privet?policy=')).status).toBe(204);
    expect((await ask('GET', '/privet?policy=')).status).toBe(404);
  });

  test.each([
    ['no JSON', 'let everybody in'],
    ['no principal', policyOf(allow('s3:GetObject', `${bucketArn}/*`))],
    ['a principal that is not there', policyOf(reads({ AWS: `arn:aws:iam::${anAccount}:user/nobody` }))],
    ['another bucket', policyOf(reads('*', { Resource: 'arn:aws:s3:::privet-not/*' }))],
    ['every bucket', policyOf(reads('*', { Resource: '*' }))],
  ])('with %s is malformed, and changes nothing', async (_, body) => {
    const { ask } = await anS3();
    expect(await ask('PUT', '/privet?policy=', { body })).toMatchObject({ status: 400, code: 'MalformedPolicy' });
    expect((await ask('GET', '/privet?policy=')).status).toBe(404);
  });

  test('that names a user of the account needs nothing else', async () => {
    const { ask, user } = await anS3();
    const bob = user({ name: 'bob' });
    const body = policyOf(reads({ AWS: `arn:aws:iam::${anAccount}:user/bob` }));
    await ask('PUT', '/privet?policy=', { body });
    expect((await ask('GET', '/privet/welcome.txt', { as: bob })).status).toBe(200);
    expect((await ask('PUT', '/privet/welcome.txt', { as: bob })).status).toBe(403);
  });

  test('that names a user of another account needs that user’s permission besides', async () => {
    const { ask, user } = await anS3();
    const mayNot = user({ name: 'without', account: anotherAccount });
    const may = user({ name: 'with', account: anotherAccount, statements: [allow('s3:GetObject')] });
    await ask('PUT', '/privet?policy=', { body: policyOf(reads({ AWS: anotherAccount })) });
    expect((await ask('GET', '/privet/welcome.txt', { as: mayNot })).status).toBe(403);
    expect((await ask('GET', '/privet/welcome.txt', { as: may })).status).toBe(200);
  });

  test('without one another account’s permission does not do', async () => {
    const { ask, user } = await anS3();
    const stranger = user({ account: anotherAccount, statements: [allow('s3:*')] });
    expect((await ask('GET', '/privet/welcome.txt', { as: stranger })).status).toBe(403);
  });

  test('wins where it denies', async () => {
    const { ask } = await anS3();
    await ask('PUT', '/privet?policy=', { body: policyOf(reads('*', { Effect: 'Deny' })) });
    const { all } = await ask('GET', '/privet/welcome.txt');
    expect(all('Message')[0]).toMatch(/with an explicit deny in a resource-based policy$/);
  });

  test('shuts out who wrote it, and not the root of its account', async () => {
    const { ask, sessions } = await anS3();
    const body = policyOf({ ...allow('s3:*', [bucketArn, `${bucketArn}/*`]), Effect: 'Deny', Principal: '*' });
    await ask('PUT', '/privet?policy=', { body });
    expect((await ask('DELETE', '/privet?policy=')).status).toBe(403);
    const expires = new Date('2026-06-01T13:00:00Z');
    const root = sessions.issue({ account: anAccount, principal: { kind: 'root' }, expires });
    const stranger = sessions.issue({ account: anotherAccount, principal: { kind: 'root' }, expires });
    expect((await ask('DELETE', '/privet?policy=', { as: stranger })).status).toBe(403);
    expect((await ask('GET', '/privet/welcome.txt', { as: root })).status).toBe(403);
    expect((await ask('DELETE', '/privet?policy=', { as: root })).status).toBe(204);
  });
});
